/**
 * What a server is to its clients: connections, sessions bound to them, and each session's requests in order
 * (the request pipeline's client side: NIOServerCnxn, CommitProcessor, FinalRequestProcessor). Writes travel
 * to the leader as soon as they arrive and are answered when they are applied here; reads run here, each
 * after all that the same session asked before; a watch event leaves before any reply that could show what it
 * tells of. Nothing here survives the server's role but what the leader knows.
 */
import { invariant } from '../base/invariant.ts';
import type { SessionId } from '../base/session-id.ts';
import { ZXID_UNINITIALIZED, ZXID_ZERO } from '../base/zxid.ts';
import type { ConnectionId } from '../io/event.ts';
import type { Io } from '../io/io.ts';
import { isPermitted } from '../tree/acl.ts';
import type { Applied } from '../tree/applied.ts';
import { writeResponse } from '../tree/replies.ts';
import type {
  AuthRequest, ClientMessage, Request, RequestKind, RequestMessage, Response,
} from '../wire/client-messages.ts';
import type { Txn } from '../wire/transactions.ts';
import { ErrorCode, Permission, Xid } from '../wire/words.ts';
import type { Id, ResultCode } from '../wire/words.ts';
import { outstandingLimit } from './admission.ts';
import { addAuth, effectiveIds, isAuthenticatedEnough } from './authentication.ts';
import { refused } from './client-connection.ts';
import type { ClientConnection, PendingRequest } from './client-connection.ts';
import { ClientTable, reply, sendEvent } from './client-table.ts';
import { voterIds } from './config.ts';
import type { ServerConfig } from './config.ts';
import { Handshake, submitCreation } from './handshake.ts';
import { executeRead } from './read-processor.ts';
import { classOf, isUnreadableAuth, needsGlobalSession } from './request-kinds.ts';
import { frameLength, isLongerThan } from './request-size.ts';
import type { ServicePort } from './service-port.ts';
import { treeFor } from './shown-config.ts';
import { ServerTimer } from './timers.ts';

/** The least time without a leader before reads are served without one. */
const READ_ONLY_AFTER_MS = 2000;

/** See the head of the file. Plain data. */
export class ClientService {
  /** For reading from outside (`status.ts`). */
  readonly table: ClientTable = new ClientTable();
  private readonly handshake: Handshake = new Handshake();
  private readonly outstandingLimit: number;
  /** Syncs on their way to the leader, in the order they were sent. */
  private readonly pendingSyncs: PendingRequest[] = [];
  private readonly syncSessions: ClientConnection[] = [];

  constructor(config: ServerConfig) {
    this.outstandingLimit = outstandingLimit(config, voterIds(config).length);
  }

  owns(connection: ConnectionId): boolean {
    return this.table.connections.has(connection);
  }

  onAccepted(connection: ConnectionId, address: string, proved: readonly Id[] | undefined, port: ServicePort, io: Io): void {
    if (port.isServing || this.table.isReadOnly) this.table.accept(connection, address, proved, port.config, io);
    else io.close(connection);
  }

  onClosed(connection: ConnectionId, port: ServicePort, io: Io): void {
    const client = this.table.connections.get(connection);
    if (client === undefined) return;
    this.table.forget(client);
    this.release(port, io);
  }

  /** The server no longer serves, or serves otherwise: every client must look for a server again. */
  closeAll(io: Io): void {
    this.table.clear(io);
    this.pendingSyncs.length = 0;
    this.syncSessions.length = 0;
  }

  /** The search for a leader begins: if it takes long, reads are served without one. */
  onLooking(config: ServerConfig, io: Io): void {
    if (config.readOnlyModeEnabled) io.setTimer(ServerTimer.readOnly, Math.max(READ_ONLY_AFTER_MS, config.tickTimeMs));
  }

  /**
   * The search has ended. What was served read-only may never have been committed, and nothing was written: this server's
   * zxids are what they were (ZOOKEEPER-3526).
   */
  onElected(io: Io): void {
    io.cancelTimer(ServerTimer.readOnly);
    if (this.table.isReadOnly) this.closeAll(io);
  }

  onTimer(timer: number, port: ServicePort, io: Io): void {
    if (timer === ServerTimer.readOnly) {
      this.table.isReadOnly = true;
      return;
    }
    invariant(timer === ServerTimer.sweep, 'a timer that nobody set');
    this.table.sweep(port.config, io);
    this.release(port, io);
  }

  onMessage(connection: ConnectionId, message: ClientMessage, port: ServicePort, io: Io): void {
    const { table } = this;
    const client = table.connections.get(connection);
    if (client === undefined) return;
    client.lastHeardMs = io.now();
    if (message.kind === 'connectRequest' && client.phase === 'new') this.handshake.onConnect(client, message, table, port, io);
    else if (message.kind === 'request' && client.phase === 'established') this.onRequest(client, message, port, io);
    else table.close(client, io);
    this.release(port, io);
  }

  /** The leader has said whether a session that came here is alive. */
  onRevalidated(sessionId: SessionId, isValid: boolean, port: ServicePort, io: Io): void {
    const client = this.table.bySession.get(sessionId);
    if (client === undefined || client.phase !== 'validating') return;
    this.handshake.finishResume(client, isValid, this.table, port, io);
  }

  /** The leader has answered the oldest sync that is on its way. */
  onSyncAnswered(port: ServicePort, io: Io): void {
    const pending = this.pendingSyncs.shift();
    const client = this.syncSessions.shift();
    if (pending === undefined || client === undefined) return;
    pending.isAnswered = true;
    this.advance(client, port, io);
    this.release(port, io);
  }

  /**
   * A transaction was applied here: events first (only to those who may read the node, CVE-2024-23944), then
   * the reply, then what waited for it.
   */
  onApplied(txn: Txn, applied: Applied, port: ServicePort, io: Io): void {
    for (const { type, path, acl } of applied.triggers) {
      for (const watcher of this.table.watches.trigger(type, path)) {
        const ids = effectiveIds(this.table.connections.get(watcher)?.authInfo ?? [], port.config);
        if (isPermitted(acl, Permission.READ, ids)) sendEvent(watcher, type, path, txn.zxid, io);
      }
    }
    const isLastWrite = !this.table.locals.isEmpty && this.table.locals.endWrite(txn.clientId);
    const client = this.table.bySession.get(txn.clientId);
    if (client === undefined) return;
    if (client.phase === 'validating' && isLastWrite) {
      this.handshake.finishResume(client, true, this.table, port, io);
      return;
    }
    if (txn.body.kind === 'createSession') {
      if (client.phase === 'creating') this.handshake.establish(client, this.table, port, io);
      return;
    }
    const head = client.queue[0];
    if (head !== undefined && !head.isRead && head.xid === txn.cxid && head.request.kind !== 'sync') {
      this.table.dequeue(client);
      if (applied.err === ErrorCode.SESSIONMOVED) {
        this.table.close(client, io);
        this.release(port, io);
        return;
      }
      const response = applied.err === ErrorCode.OK ? responseTo(head.request.kind, txn, applied) : null;
      reply(client, head.xid, txn.zxid, applied.err, response, io);
    }
    if (txn.body.kind === 'closeSession') this.table.close(client, io);
    else this.advance(client, port, io);
    this.release(port, io);
  }

  private onRequest(client: ClientConnection, message: RequestMessage, port: ServicePort, io: Io): void {
    if (isLongerThan(message, port.config.juteMaxBuffer)) {
      this.table.close(client, io);
      return;
    }
    this.table.touch(client, port, io);
    if (this.table.admission.mustPause(client, this.outstandingLimit)) {
      client.unread.push(message);
      return;
    }
    this.admit(client, message, port, io);
    this.advance(client, port, io);
  }

  /** Authentication comes first, and before everything else; then the throttle. */
  private admit(client: ClientConnection, message: RequestMessage, port: ServicePort, io: Io): void {
    const { xid, request } = message;
    if (request.kind === 'auth') {
      this.onAuth(client, xid, request, port, io);
    } else if (isUnreadableAuth(request) || (request.kind === 'sasl' && request.token === null)) {
      this.table.close(client, io);
    } else if (request.kind === 'sasl') {
      // As by a server to which SASL was not configured: there is nothing to say to the token.
      reply(client, xid, ZXID_ZERO, ErrorCode.OK, { kind: 'sasl', token: null }, io);
    } else if (!isAuthenticatedEnough(client.authInfo, port.config)) {
      reply(client, xid, ZXID_ZERO, ErrorCode.SESSIONCLOSEDREQUIRESASLAUTH, null, io);
      this.table.close(client, io);
    } else if (this.table.admission.mustStall(port.config)) {
      this.table.admission.stall(client, message, io.now());
    } else {
      this.process(client, message, client.authInfo, port, io);
    }
  }

  /** Lets go on what the throttle held back, as long as there is room; what waited for too long is refused. */
  private release(port: ServicePort, io: Io): void {
    const { throttledOpWaitTimeMs } = port.config;
    for (;;) {
      const next = this.table.admission.release(port.config);
      if (next === undefined) return;
      const { client, message, authInfo, sinceMs } = next;
      if (!this.table.connections.has(client.connection)) continue;
      const { xid, request } = message;
      const isTooLate = throttledOpWaitTimeMs > 0 && io.now() - sinceMs >= throttledOpWaitTimeMs;
      const mayBeRefused = request.kind !== 'ping' && request.kind !== 'closeSession';
      if (isTooLate && mayBeRefused) this.table.enqueue(client, refused(xid, request, ErrorCode.THROTTLEDOP));
      else this.process(client, message, authInfo, port, io);
      this.advance(client, port, io);
    }
  }

  private process(
    client: ClientConnection, message: RequestMessage, authInfo: readonly Id[], port: ServicePort, io: Io,
  ): void {
    const { xid, request } = message;
    const kind = classOf(request);
    if (kind === 'connection' || kind === 'refused') {
      this.refuse(client, xid, io);
      return;
    }
    const largeBytes = this.largeBytesOf(message, port.config);
    if (largeBytes > 0 && !this.table.admission.admitLarge(largeBytes, port.config)) {
      this.table.close(client, io);
    } else if (kind === 'read' || this.isLocalClose(client, request)) {
      const refusal = port.hasMoved(client.sessionId) ? ErrorCode.SESSIONMOVED : ErrorCode.OK;
      const pending = { xid, request, authInfo, isRead: true, refusal, largeBytes, isAnswered: false };
      this.table.enqueue(client, pending);
    } else {
      const refusal = this.refusalOf(client, request, port);
      const isRead = refusal !== ErrorCode.OK;
      this.table.enqueue(client, { xid, request, authInfo, isRead, refusal, largeBytes, isAnswered: false });
      if (refusal === ErrorCode.OK) this.forward(client, message, authInfo, port, io);
    }
  }

  /** A local session is closed here, once what it asked before is answered. */
  private isLocalClose(client: ClientConnection, request: Request): boolean {
    if (request.kind !== 'closeSession' || !this.table.locals.has(client.sessionId)) return false;
    client.isClosing = true;
    return true;
  }

  private largeBytesOf(message: RequestMessage, { largeRequestThreshold }: ServerConfig): number {
    return largeRequestThreshold >= 0 && isLongerThan(message, largeRequestThreshold) ? frameLength(message) : 0;
  }

  /** Why a write or a sync goes no further than here; OK: it goes to the leader. */
  private refusalOf(client: ClientConnection, { kind }: Request, port: ServicePort): ResultCode {
    if (this.table.isReadOnly) return ErrorCode.NOTREADONLY;
    if (client.isClosing) return ErrorCode.SESSIONEXPIRED;
    return kind === 'sync' && port.hasMoved(client.sessionId) ? ErrorCode.SESSIONMOVED : ErrorCode.OK;
  }

  /** Sends to the leader what was enqueued last, behind the creation of its session if that was a local one till now. */
  private forward(
    client: ClientConnection, { xid, request }: RequestMessage, authInfo: readonly Id[], port: ServicePort, io: Io,
  ): void {
    const { locals } = this.table;
    const mayUpgrade = !locals.isEmpty && port.config.localSessionsUpgradingEnabled && needsGlobalSession(request);
    if (mayUpgrade && locals.upgrade(client.sessionId)) submitCreation(client, port, io);
    const pending = client.queue.at(-1);
    if (request.kind !== 'sync') {
      locals.beginWrite(client.sessionId);
    } else if (pending !== undefined) {
      this.pendingSyncs.push(pending);
      this.syncSessions.push(client);
    }
    port.submit(client.sessionId, xid, request, authInfo, io);
  }

  /** Answers all that waits for nothing, and goes on reading the connection if it was paused. */
  private advance(client: ClientConnection, port: ServicePort, io: Io): void {
    for (;;) {
      this.drain(client, port, io);
      if (client.unread.length === 0 || !this.table.connections.has(client.connection)) return;
      if (!this.table.admission.mayResume(client, this.outstandingLimit)) return;
      const next = client.unread.shift();
      if (next !== undefined) this.admit(client, next, port, io);
    }
  }

  /** Answers from the front of the session's queue all that waits for nothing. */
  private drain(client: ClientConnection, port: ServicePort, io: Io): void {
    while (this.table.connections.has(client.connection)) {
      const head = client.queue[0];
      if (head === undefined) return;
      if (head.isRead) {
        this.table.dequeue(client);
        this.answer(client, head, port, io);
      } else if (head.isAnswered && head.request.kind === 'sync') {
        this.table.dequeue(client);
        const { lastProcessedZxid } = port.database;
        reply(client, head.xid, lastProcessedZxid, ErrorCode.OK, { kind: 'sync', path: head.request.path }, io);
      } else {
        return;
      }
    }
  }

  private answer(client: ClientConnection, pending: PendingRequest, port: ServicePort, io: Io): void {
    const { xid, request, refusal } = pending;
    const { lastProcessedZxid } = port.database;
    if (refusal === ErrorCode.SESSIONMOVED) {
      this.table.close(client, io);
    } else if (refusal !== ErrorCode.OK) {
      reply(client, xid, lastProcessedZxid, refusal, null, io);
    } else if (request.kind === 'closeSession') {
      this.table.locals.close(client.sessionId, io);
      reply(client, xid, lastProcessedZxid, ErrorCode.OK, { kind: 'closeSession' }, io);
      this.table.close(client, io);
    } else {
      this.read(client, pending, port, io);
    }
  }

  private read(client: ClientConnection, { xid, request, authInfo: own }: PendingRequest, port: ServicePort, io: Io): void {
    const zxid = port.database.lastProcessedZxid;
    const { sessionId, connection } = client;
    const authInfo = request.kind === 'whoAmI' ? own : effectiveIds(own, port.config);
    const result = executeRead(request, { sessionId, authInfo }, connection, treeFor(request, port), this.table.watches);
    for (const { type, path } of result.events) sendEvent(connection, type, path, ZXID_UNINITIALIZED, io);
    reply(client, request.kind === 'ping' ? Xid.PING : xid, zxid, result.err, result.response, io);
  }

  private onAuth(client: ClientConnection, xid: number, request: AuthRequest, port: ServicePort, io: Io): void {
    const ids = addAuth(client.authInfo, request, port.config);
    if (ids === 'dropped') {
      this.table.close(client, io);
    } else if (ids === 'refused') {
      reply(client, xid, ZXID_ZERO, ErrorCode.AUTHFAILED, null, io);
      this.table.close(client, io);
    } else {
      client.authInfo = ids;
      reply(client, xid, ZXID_ZERO, ErrorCode.OK, { kind: 'auth' }, io);
    }
  }

  private refuse(client: ClientConnection, xid: number, io: Io): void {
    reply(client, xid, ZXID_UNINITIALIZED, ErrorCode.UNIMPLEMENTED, null, io);
    this.table.close(client, io);
  }
}

/** The answer to a reconfiguration is the configuration; every other one follows from what was applied. */
function responseTo(kind: RequestKind, { body }: Txn, applied: Applied): Response | null {
  if (body.kind !== 'reconfig') return writeResponse(kind, applied);
  return applied.stat === null ? null : { kind: 'reconfig', data: body.data, stat: applied.stat };
}
