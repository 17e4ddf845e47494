/**
 * The learners of one leader: a handler for each connection that was accepted, who of them is up to date, and who is cut off for
 * being silent or for having come again (Leader's lists of learners).
 */
import type { ConnectionId } from '../io/event.ts';
import type { Io } from '../io/io.ts';
import type { ZabHost } from './host.ts';
import { LearnerHandler } from './learner-handler.ts';
import { containsQuorums, type EnsembleConfig } from './quorum.ts';

/** See the head of the file. In the order in which they came. */
export class LearnerHandlers {
  private readonly byConnection: Map<ConnectionId, LearnerHandler> = new Map();

  values(): IterableIterator<LearnerHandler> {
    return this.byConnection.values();
  }

  has(connection: ConnectionId): boolean {
    return this.byConnection.has(connection);
  }

  get(connection: ConnectionId): LearnerHandler | undefined {
    return this.byConnection.get(connection);
  }

  /** Whoever is accepted must be heard by `deadlineMs`. */
  add(connection: ConnectionId, deadlineMs: number): void {
    this.byConnection.set(connection, new LearnerHandler(connection, deadlineMs));
  }

  /** A connection is gone. */
  delete(connection: ConnectionId): void {
    this.byConnection.delete(connection);
  }

  closeAll(io: Io): void {
    for (const connection of this.byConnection.keys()) io.close(connection);
    this.byConnection.clear();
  }

  refuse(handler: LearnerHandler, io: Io): void {
    this.byConnection.delete(handler.connection);
    io.close(handler.connection);
  }

  /** A learner that comes again has lost its old connection, whether we have noticed or not. */
  replaceOlder(handler: LearnerHandler, sid: number, io: Io): void {
    for (const other of [...this.byConnection.values()]) if (other !== handler && other.sid === sid) this.refuse(other, io);
  }

  /**
   * Learners that answer too late, or keep a proposal unacknowledged longer than the limit for synchronising, are cut off: they
   * must synchronise again.
   */
  dropLaggards(host: ZabHost, io: Io): void {
    const now = io.now();
    const limitMs = host.settings.syncLimit * host.settings.tickTimeMs;
    for (const handler of [...this.byConnection.values()]) if (handler.isLate(now, limitMs)) this.refuse(handler, io);
  }

  /**
   * Whether a quorum of each, the leader counted in, is connected and up to date (Leader.isQuorumSynced). Who was just made an
   * observer comes back as one, and cannot help to complete what makes it a voter again.
   */
  isSyncedWith(configs: readonly EnsembleConfig[], host: ZabHost): boolean {
    const { observers } = host.membership.current;
    const synced = new Set<number>([host.settings.id]);
    for (const { isObserver, phase, sid } of this.byConnection.values()) {
      if (!isObserver && phase === 'serving' && !observers.includes(sid)) synced.add(sid);
    }
    return containsQuorums(configs, synced);
  }
}
