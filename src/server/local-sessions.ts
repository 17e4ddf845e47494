/**
 * Sessions that one server keeps for itself (sections 4.1 and 4.8 of the protocol's description; LocalSessionTracker):
 * made without a write, known to nobody else, gone with the server's role. A client may come back to one on another
 * connection to this server and nowhere else. A session leaves this table when it is upgraded: from then on it is a global
 * one like any other, and whatever is asked for it travels behind its creation. While there is no leader all sessions are of
 * this kind.
 */
import type { SessionId } from '../base/session-id.ts';
import type { Io } from '../io/io.ts';
import { SessionTracker } from './session-tracker.ts';
import type { Deadline } from './session-tracker.ts';

/** See the head of the file. Plain data. */
export class LocalSessions {
  /** null while there are none. */
  private tracker: SessionTracker | null = null;
  /** How many writes of a session are on their way; no entry: none. */
  private readonly writing: Map<SessionId, number> = new Map();

  get isEmpty(): boolean {
    return this.tracker === null;
  }

  get size(): number {
    return this.tracker?.size ?? 0;
  }

  /** As `SessionTracker` tells them. */
  deadlines(): readonly Deadline[] {
    return this.tracker?.deadlines() ?? [];
  }

  has(sessionId: SessionId): boolean {
    return this.tracker?.has(sessionId) === true;
  }

  open(sessionId: SessionId, timeoutMs: number, isReadOnly: boolean, tickMs: number, io: Io): void {
    this.tracker ??= new SessionTracker(tickMs, io.now());
    this.tracker.add(sessionId, timeoutMs, io.self, io.now());
    io.observe({ kind: 'localSessionOpened', sessionId, timeoutMs, isReadOnly });
  }

  /** It was heard of; false when it is not one of these. */
  touch(sessionId: SessionId, now: number): boolean {
    return this.tracker?.touch(sessionId, now) === true;
  }

  /** It is to be a global one; false when it is that already: a session is upgraded once. */
  upgrade(sessionId: SessionId): boolean {
    if (!this.has(sessionId)) return false;
    this.remove(sessionId);
    return true;
  }

  /** A write of it leaves for the leader. */
  beginWrite(sessionId: SessionId): void {
    if (this.has(sessionId)) this.writing.set(sessionId, (this.writing.get(sessionId) ?? 0) + 1);
  }

  /** A write has been applied; true when it was the last one under way of a session of this kind. */
  endWrite(sessionId: SessionId): boolean {
    const count = this.writing.get(sessionId);
    if (count === undefined) return false;
    if (count > 1) this.writing.set(sessionId, count - 1);
    else this.writing.delete(sessionId);
    return count === 1;
  }

  isWriting(sessionId: SessionId): boolean {
    return this.writing.has(sessionId);
  }

  close(sessionId: SessionId, io: Io): void {
    if (!this.has(sessionId)) return;
    this.remove(sessionId);
    io.observe({ kind: 'localSessionClosed', sessionId });
  }

  /** Closes those that have run out, and says which. */
  expire(io: Io): readonly SessionId[] {
    const expired = this.tracker?.expire(io.now()).map(({ sessionId }) => sessionId) ?? [];
    for (const sessionId of expired) this.close(sessionId, io);
    return expired;
  }

  /** This server's role is over, and they with it. */
  clear(io: Io): void {
    if (this.tracker === null) return;
    for (const sessionId of this.tracker.ids()) io.observe({ kind: 'localSessionClosed', sessionId });
    this.tracker = null;
    this.writing.clear();
  }

  private remove(sessionId: SessionId): void {
    this.tracker?.remove(sessionId);
    this.writing.delete(sessionId);
    if (this.tracker?.size === 0) this.tracker = null;
  }
}
