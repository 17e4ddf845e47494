/**
 * The client connections of a server and everything that lives and dies with one: the session that is bound to it,
 * its watches, its place in the limits. Also the sessions that this server keeps for itself, since the same sweep
 * looks after both: one timer for all, set only while there is something that may fall silent.
 */
import type { SessionId } from '../base/session-id.ts';
import type { Zxid } from '../base/zxid.ts';
import type { ConnectionId } from '../io/event.ts';
import type { Io } from '../io/io.ts';
import { WatchTable } from '../tree/watches.ts';
import type { Response } from '../wire/client-messages.ts';
import { KeeperState } from '../wire/words.ts';
import type { Id, ResultCode } from '../wire/words.ts';
import { Admission } from './admission.ts';
import { initialIds } from './authentication.ts';
import { ClientConnection } from './client-connection.ts';
import type { PendingRequest } from './client-connection.ts';
import type { ServerConfig } from './config.ts';
import { LocalSessions } from './local-sessions.ts';
import type { ServicePort } from './service-port.ts';
import { ServerTimer } from './timers.ts';

/** See the head of the file. Plain data. */
export class ClientTable {
  readonly connections: Map<ConnectionId, ClientConnection> = new Map();
  readonly bySession: Map<SessionId, ClientConnection> = new Map();
  readonly watches: WatchTable = new WatchTable();
  readonly admission: Admission = new Admission();
  readonly locals: LocalSessions = new LocalSessions();
  /** No leader has been found for long: reads are served, to those who asked for no more. */
  isReadOnly = false;
  /** When the next sweep is due; 0: nothing needs one. */
  private sweepAtMs = 0;

  accept(connection: ConnectionId, address: string, proved: readonly Id[] | undefined, config: ServerConfig, io: Io): void {
    if (!this.admission.admitConnection(address, config)) {
      io.close(connection);
      return;
    }
    this.connections.set(connection, new ClientConnection(connection, address, initialIds(address, proved, config), io.now()));
    this.sweepBy(io.now() + config.sessionlessCnxnTimeoutMs, io);
  }

  close(client: ClientConnection, io: Io): void {
    io.close(client.connection);
    this.forget(client);
  }

  /** The connection is gone already. */
  forget(client: ClientConnection): void {
    if (!this.connections.delete(client.connection)) return;
    this.admission.removeConnection(client);
    this.watches.removeWatcher(client.connection);
    if (this.bySession.get(client.sessionId) === client) this.bySession.delete(client.sessionId);
  }

  clear(io: Io): void {
    for (const connection of this.connections.keys()) {
      io.close(connection);
      this.watches.removeWatcher(connection);
    }
    this.connections.clear();
    this.bySession.clear();
    this.admission.clear();
    this.locals.clear(io);
    this.isReadOnly = false;
    this.sweepAtMs = 0;
    io.cancelTimer(ServerTimer.sweep);
  }

  enqueue(client: ClientConnection, pending: PendingRequest): void {
    client.queue.push(pending);
    this.admission.started();
  }

  dequeue(client: ClientConnection): void {
    const pending = client.queue.shift();
    if (pending !== undefined) this.admission.finished(pending.largeBytes);
  }

  /** The session was heard of: whoever expires it must know. */
  touch(client: ClientConnection, port: ServicePort, io: Io): void {
    const { sessionId, timeoutMs } = client;
    if (this.locals.isEmpty || !this.locals.touch(sessionId, io.now())) port.touch(sessionId, timeoutMs, io);
  }

  /** Opens a session of this server's own for the client. */
  openLocally(client: ClientConnection, { tickTimeMs }: ServerConfig, io: Io): void {
    this.locals.open(client.sessionId, client.timeoutMs, this.isReadOnly, tickTimeMs, io);
    this.sweepBy(io.now() + tickTimeMs, io);
  }

  /** Closes what has been silent for too long. */
  sweep(config: ServerConfig, io: Io): void {
    this.sweepAtMs = 0;
    for (const sessionId of this.locals.expire(io)) {
      const client = this.bySession.get(sessionId);
      if (client !== undefined) this.close(client, io);
    }
    const now = io.now();
    let nextMs = this.locals.isEmpty ? Infinity : now;
    for (const client of [...this.connections.values()]) {
      const deadlineMs = deadlineOf(client, config);
      if (deadlineMs <= now) this.close(client, io);
      else if (deadlineMs < nextMs) nextMs = deadlineMs;
    }
    if (nextMs !== Infinity) this.sweepBy(Math.max(nextMs, now + config.tickTimeMs), io);
  }

  /** The client has said how long it may be silent. */
  watchOver(client: ClientConnection, config: ServerConfig, io: Io): void {
    this.sweepBy(deadlineOf(client, config), io);
  }

  private sweepBy(atMs: number, io: Io): void {
    if (this.sweepAtMs !== 0 && this.sweepAtMs <= atMs) return;
    this.sweepAtMs = atMs;
    io.setTimer(ServerTimer.sweep, Math.max(0, atMs - io.now()));
  }
}

/** One without a session has little time; one with a session as long as that, and a tick, for the leader decides first. */
function deadlineOf({ lastHeardMs, timeoutMs }: ClientConnection, config: ServerConfig): number {
  return lastHeardMs + (timeoutMs === 0 ? config.sessionlessCnxnTimeoutMs : timeoutMs + config.tickTimeMs);
}

/** Answers a request. */
export function reply(
  client: ClientConnection, xid: number, zxid: Zxid, err: ResultCode, response: Response | null, io: Io,
): void {
  io.send(client.connection, { kind: 'reply', xid, zxid, err, response });
}

/** Tells of a change that is watched on this connection. */
export function sendEvent(watcher: ConnectionId, type: number, path: string, zxid: Zxid, io: Io): void {
  io.send(watcher, { kind: 'event', zxid, type, state: KeeperState.SyncConnected, path });
}
