/**
 * What a server is to its clients: connections, sessions bound to them, and each session's requests in order
 * (the request pipeline's client side: NIOServerCnxn, CommitProcessor, FinalRequestProcessor). Writes travel
 * to the leader as soon as they arrive and are answered when they are applied here; reads run here, each
 * after all that the same session asked before; a watch event leaves before any reply that could show what it
 * tells of. Nothing here survives the connection but what the leader knows.
 */
import { NO_SESSION, sessionIdFromWords } from '../base/session-id.ts';
import type { SessionId } from '../base/session-id.ts';
import { ZXID_UNINITIALIZED } from '../base/zxid.ts';
import type { Zxid } from '../base/zxid.ts';
import type { ConnectionId } from '../io/event.ts';
import type { Io } from '../io/io.ts';
import { authenticate, isPermitted } from '../tree/acl.ts';
import type { Applied } from '../tree/applied.ts';
import { writeResponse } from '../tree/replies.ts';
import { WatchTable } from '../tree/watches.ts';
import type {
  AuthRequest, ClientMessage, ConnectRequest, Request, RequestKind, RequestMessage, Response,
} from '../wire/client-messages.ts';
import type { Txn } from '../wire/transactions.ts';
import { ErrorCode, KeeperState, Permission, Xid } from '../wire/words.ts';
import type { Bytes, Id, ResultCode } from '../wire/words.ts';
import type { ServerConfig } from './config.ts';
import type { Database } from './database.ts';
import { isPassword, passwordOf } from './password.ts';
import { executeRead } from './read-processor.ts';
import { classOf } from './request-kinds.ts';

/** What the service asks of the server: the state that it serves, and the way to the leader. */
export interface ServicePort {
  readonly config: ServerConfig;
  readonly database: Database;
  /** This server is established as leader, follower or observer. */
  readonly isServing: boolean;
  /** A write, or a sync, on its way to the leader. */
  submit(sessionId: SessionId, cxid: number, request: Request, authInfo: readonly Id[], io: Io): void;
  /** Whether the session may continue here; undefined: the leader was asked, `onRevalidated` will tell. */
  revalidate(sessionId: SessionId, timeoutMs: number, io: Io): boolean | undefined;
  /** The session was heard of. */
  touch(sessionId: SessionId, timeoutMs: number, io: Io): void;
}

interface PendingRequest {
  readonly xid: number;
  readonly request: Request;
  readonly isRead: boolean;
  /** A sync that the leader has answered. */
  isAnswered: boolean;
}

/** One client connection. */
interface ClientConnection {
  readonly connection: ConnectionId;
  phase: 'new' | 'creating' | 'validating' | 'established';
  sessionId: SessionId;
  timeoutMs: number;
  /** undefined for a client of the old connect form, which is answered in kind. */
  readOnly: boolean | undefined;
  readonly authInfo: Id[];
  readonly queue: PendingRequest[];
}

const NO_PASSWORD = new Uint8Array(16);

/** See the head of the file. Plain data. */
export class ClientService {
  private readonly connections: Map<ConnectionId, ClientConnection> = new Map();
  private readonly bySession: Map<SessionId, ClientConnection> = new Map();
  private readonly watches: WatchTable = new WatchTable();
  /** Syncs on their way to the leader, in the order they were sent. */
  private readonly pendingSyncs: PendingRequest[] = [];
  private readonly syncSessions: ClientConnection[] = [];
  private lastSessionHigh = 0;
  private lastSessionLow = 0;

  owns(connection: ConnectionId): boolean {
    return this.connections.has(connection);
  }

  onAccepted(connection: ConnectionId, address: string, port: ServicePort, io: Io): void {
    if (!port.isServing) {
      io.close(connection);
      return;
    }
    this.connections.set(connection, {
      connection,
      phase: 'new',
      sessionId: NO_SESSION,
      timeoutMs: 0,
      readOnly: undefined,
      authInfo: [{ scheme: 'ip', id: address }],
      queue: [],
    });
  }

  onClosed(connection: ConnectionId): void {
    const client = this.connections.get(connection);
    if (client !== undefined) this.forget(client);
  }

  /** The server no longer serves: every client must look for another. */
  closeAll(io: Io): void {
    for (const connection of this.connections.keys()) {
      io.close(connection);
      this.watches.removeWatcher(connection);
    }
    this.connections.clear();
    this.bySession.clear();
    this.pendingSyncs.length = 0;
    this.syncSessions.length = 0;
  }

  onMessage(connection: ConnectionId, message: ClientMessage, port: ServicePort, io: Io): void {
    const client = this.connections.get(connection);
    if (client === undefined) return;
    if (message.kind === 'connectRequest' && client.phase === 'new') this.onConnect(client, message, port, io);
    else if (message.kind === 'request' && client.phase === 'established') this.onRequest(client, message, port, io);
    else this.close(client, io);
  }

  /** The leader has said whether a session that came here is alive. */
  onRevalidated(sessionId: SessionId, isValid: boolean, port: ServicePort, io: Io): void {
    const client = this.bySession.get(sessionId);
    if (client === undefined || client.phase !== 'validating') return;
    this.finishResume(client, isValid, port, io);
  }

  /** The leader has answered the oldest sync that is on its way. */
  onSyncAnswered(port: ServicePort, io: Io): void {
    const pending = this.pendingSyncs.shift();
    const client = this.syncSessions.shift();
    if (pending === undefined || client === undefined) return;
    pending.isAnswered = true;
    this.drain(client, port, io);
  }

  /**
   * A transaction was applied here: events first (only to those who may read the node, CVE-2024-23944), then
   * the reply, then what waited for it.
   */
  onApplied(txn: Txn, applied: Applied, port: ServicePort, io: Io): void {
    for (const { type, path, acl } of applied.triggers) {
      for (const watcher of this.watches.trigger(type, path)) {
        const ids = this.connections.get(watcher)?.authInfo ?? [];
        if (isPermitted(acl, Permission.READ, ids)) this.sendEvent(watcher, type, path, txn.zxid, io);
      }
    }
    const client = this.bySession.get(txn.clientId);
    if (client === undefined) return;
    if (txn.body.kind === 'createSession') {
      if (client.phase === 'creating') this.establish(client, port, io);
      return;
    }
    const head = client.queue[0];
    if (head !== undefined && !head.isRead && head.xid === txn.cxid && head.request.kind !== 'sync') {
      client.queue.shift();
      if (applied.err === ErrorCode.SESSIONMOVED) {
        this.close(client, io);
        return;
      }
      const response = applied.err === ErrorCode.OK ? responseTo(head.request.kind, txn, applied) : null;
      this.reply(client, head.xid, txn.zxid, applied.err, response, io);
    }
    if (txn.body.kind === 'closeSession') this.close(client, io);
    else this.drain(client, port, io);
  }

  private onConnect(client: ClientConnection, request: ConnectRequest, port: ServicePort, io: Io): void {
    const { lastProcessedZxid } = port.database;
    if (request.lastZxidSeen > lastProcessedZxid) {
      // It has seen more than this server has: serving it would take it back in time.
      const { sessionId, lastZxidSeen: clientZxid } = request;
      io.observe({ kind: 'clientRefused', sessionId, clientZxid, serverZxid: lastProcessedZxid });
      this.close(client, io);
      return;
    }
    const { minSessionTimeoutMs, maxSessionTimeoutMs } = port.config;
    client.timeoutMs = Math.min(Math.max(request.timeoutMs, minSessionTimeoutMs), maxSessionTimeoutMs);
    client.readOnly = request.readOnly;
    if (request.sessionId === NO_SESSION) {
      client.sessionId = this.nextSessionId(port.config.id, io);
      client.phase = 'creating';
      this.bySession.set(client.sessionId, client);
      port.submit(client.sessionId, 0, { kind: 'createSession', timeoutMs: client.timeoutMs }, client.authInfo, io);
      return;
    }
    client.sessionId = request.sessionId;
    if (!isPassword(request.sessionId, request.password)) {
      this.finishResume(client, false, port, io);
      return;
    }
    // Only who knows the password may drop the session's older connection.
    const older = this.bySession.get(request.sessionId);
    if (older !== undefined) this.close(older, io);
    client.phase = 'validating';
    this.bySession.set(client.sessionId, client);
    const verdict = port.revalidate(client.sessionId, client.timeoutMs, io);
    if (verdict !== undefined) this.finishResume(client, verdict, port, io);
  }

  private finishResume(client: ClientConnection, isValid: boolean, port: ServicePort, io: Io): void {
    if (isValid) {
      this.establish(client, port, io);
      return;
    }
    this.sendConnectResponse(client, 0, NO_SESSION, NO_PASSWORD, io);
    this.close(client, io);
  }

  private establish(client: ClientConnection, port: ServicePort, io: Io): void {
    client.phase = 'established';
    const { sessionId, timeoutMs } = client;
    port.touch(sessionId, timeoutMs, io);
    this.sendConnectResponse(client, timeoutMs, sessionId, passwordOf(sessionId), io);
  }

  private sendConnectResponse(client: ClientConnection, timeoutMs: number, sessionId: SessionId, password: Bytes, io: Io): void {
    // A client of the old form, which cannot say that it is read-only, is not told either.
    const readOnly = client.readOnly === undefined ? undefined : false;
    io.send(client.connection, { kind: 'connectResponse', protocolVersion: 0, timeoutMs, sessionId, password, readOnly });
  }

  private onRequest(client: ClientConnection, message: RequestMessage, port: ServicePort, io: Io): void {
    const { xid, request } = message;
    port.touch(client.sessionId, client.timeoutMs, io);
    switch (classOf(request.kind)) {
      case 'connection':
        if (request.kind === 'auth') this.onAuth(client, request, io);
        else this.refuse(client, xid, io);
        return;
      case 'refused':
        this.refuse(client, xid, io);
        return;
      case 'read':
        client.queue.push({ xid, request, isRead: true, isAnswered: false });
        break;
      case 'flush':
      case 'write': {
        const pending = { xid, request, isRead: false, isAnswered: false };
        client.queue.push(pending);
        if (request.kind === 'sync') {
          this.pendingSyncs.push(pending);
          this.syncSessions.push(client);
        }
        port.submit(client.sessionId, xid, request, client.authInfo, io);
        return;
      }
    }
    this.drain(client, port, io);
  }

  /** Answers from the front of the session's queue all that waits for nothing. */
  private drain(client: ClientConnection, port: ServicePort, io: Io): void {
    while (this.connections.has(client.connection)) {
      const head = client.queue[0];
      if (head === undefined) return;
      if (head.isRead) {
        client.queue.shift();
        this.read(client, head, port, io);
      } else if (head.isAnswered && head.request.kind === 'sync') {
        client.queue.shift();
        const { lastProcessedZxid } = port.database;
        this.reply(client, head.xid, lastProcessedZxid, ErrorCode.OK, { kind: 'sync', path: head.request.path }, io);
      } else {
        return;
      }
    }
  }

  private read(client: ClientConnection, { xid, request }: PendingRequest, port: ServicePort, io: Io): void {
    const zxid = port.database.lastProcessedZxid;
    const { sessionId, authInfo, connection } = client;
    const result = executeRead(request, { sessionId, authInfo }, connection, port.database.tree, this.watches);
    for (const { type, path } of result.events) this.sendEvent(connection, type, path, ZXID_UNINITIALIZED, io);
    this.reply(client, xid, zxid, result.err, result.response, io);
  }

  private onAuth(client: ClientConnection, request: AuthRequest, io: Io): void {
    const ids = authenticate(request.scheme, request.auth, null);
    const zxid = ZXID_UNINITIALIZED;
    if (ids === undefined) {
      this.reply(client, Xid.AUTH, zxid, ErrorCode.AUTHFAILED, null, io);
      this.close(client, io);
      return;
    }
    client.authInfo.push(...ids);
    this.reply(client, Xid.AUTH, zxid, ErrorCode.OK, { kind: 'auth' }, io);
  }

  private refuse(client: ClientConnection, xid: number, io: Io): void {
    this.reply(client, xid, ZXID_UNINITIALIZED, ErrorCode.UNIMPLEMENTED, null, io);
    this.close(client, io);
  }

  private reply(client: ClientConnection, xid: number, zxid: Zxid, err: ResultCode, response: Response | null, io: Io): void {
    io.send(client.connection, { kind: 'reply', xid, zxid, err, response });
  }

  private sendEvent(watcher: ConnectionId, type: number, path: string, zxid: Zxid, io: Io): void {
    io.send(watcher, { kind: 'event', zxid, type, state: KeeperState.SyncConnected, path });
  }

  private close(client: ClientConnection, io: Io): void {
    io.close(client.connection);
    this.forget(client);
  }

  private forget(client: ClientConnection): void {
    this.connections.delete(client.connection);
    this.watches.removeWatcher(client.connection);
    if (this.bySession.get(client.sessionId) === client) this.bySession.delete(client.sessionId);
  }

  /**
   * serverId·2⁵⁶ + wall-clock ms·2¹⁶ at first, then one more each time
   * (SessionTrackerImpl.initializeNextSessionId).
   */
  private nextSessionId(serverId: number, io: Io): SessionId {
    if (this.lastSessionHigh === 0) {
      // 40 bits of milliseconds above 16 bits of count: 24 of them go to the high word, below the server's
      // id.
      const wall = io.wallTime();
      this.lastSessionHigh = (serverId << 24) | (Math.floor(wall / 0x1_0000) & 0xff_ffff);
      this.lastSessionLow = (wall & 0xffff) << 16;
    } else {
      this.lastSessionLow = (this.lastSessionLow + 1) | 0;
      if (this.lastSessionLow === 0) this.lastSessionHigh = (this.lastSessionHigh + 1) | 0;
    }
    return sessionIdFromWords(this.lastSessionHigh, this.lastSessionLow);
  }
}

/** The answer to a reconfiguration is the configuration; every other one follows from what was applied. */
function responseTo(kind: RequestKind, { body }: Txn, applied: Applied): Response | null {
  if (body.kind !== 'reconfig') return writeResponse(kind, applied);
  return applied.stat === null ? null : { kind: 'reconfig', data: body.data, stat: applied.stat };
}
