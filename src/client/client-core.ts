/**
 * One session of a client, as plain data: finding a server, the handshake, resuming on another connection, pings,
 * requests and their replies in order, watches registered again (ZooKeeper's ClientCnxn). A script drives it in
 * simulations and a promise face can stand on it. A request is handed to the network at most once: what was under way
 * when a connection died is reported as lost, never sent again. A session that may write is never replaced behind its
 * owner's back: only `open` starts one.
 */
import { invariant } from '../base/invariant.ts';
import { NO_SESSION, type SessionId } from '../base/session-id.ts';
import { ZXID_ZERO, type Zxid } from '../base/zxid.ts';
import type { ConnectionId, Event, NodeId, TimerId } from '../io/event.ts';
import type { Io } from '../io/io.ts';
import type { AuthRequest, ConnectResponse, EventMessage, ReplyMessage, Request } from '../wire/client-messages.ts';
import type { RequestMessage } from '../wire/client-messages.ts';
import type { Message } from '../wire/message.ts';
import { ErrorCode, Xid, type Bytes } from '../wire/words.ts';
import type { ClientOutcome } from './outcome.ts';
import { PING_TIMER, RECEIVE_TIMER, RETRY_TIMER, SEEK_TIMER, isOrdinary, pingIntervalMs } from './client-settings.ts';
import type { ClientPhase, ClientSettings } from './client-settings.ts';
import { ServerRing } from './server-ring.ts';
import { WritableSeeker } from './writable-seeker.ts';
import { WatchRegistrations } from './watch-registrations.ts';

export { CORE_TIMERS, PING_TIMER, RECEIVE_TIMER, RETRY_TIMER } from './client-settings.ts';
export type { ClientPhase, ClientSettings } from './client-settings.ts';

const MAX_RETRY_PAUSE_MS = 1000;
const MAX_XID = 0x7fff_ffff;
const NO_CONNECTION: ConnectionId = -1;
const NO_OUTCOMES: readonly ClientOutcome[] = Object.freeze([]);
const PING: RequestMessage = Object.freeze({ kind: 'request', xid: Xid.PING, request: Object.freeze({ kind: 'ping' }) });
const CLOSE_SESSION: Request = Object.freeze({ kind: 'closeSession' });

/** A client's session and its connection. Its owner hands it events, then takes the outcomes with `drain`. */
export class ClientCore {
  readonly settings: ClientSettings;
  readonly ring: ServerRing;
  readonly watches: WatchRegistrations = new WatchRegistrations();
  phase: ClientPhase = 'idle';
  sessionId: SessionId = NO_SESSION;
  password: Bytes = new Uint8Array(16);
  /** As negotiated; before the first answer, as wished. */
  timeoutMs: number;
  /** The latest state that any reply of this session came from; no server that is behind it may serve this client. */
  lastZxidSeen: Zxid = ZXID_ZERO;
  /**
   * The server has no leader. What it shows may never have been committed, and the session is known to nobody else: when the
   * connection is left, both are forgotten, and the next session begins from nothing.
   */
  isReadOnly = false;
  private readonly seeker: WritableSeeker = new WritableSeeker();
  private outcomes: ClientOutcome[] = [];
  private auths: RequestMessage[] = [];
  /** Not yet handed to the network. */
  private queue: RequestMessage[] = [];
  /** Sent and unanswered, in the order of sending; replies come in that order. */
  private pending: RequestMessage[] = [];
  private nextXid = 1;
  /** closeSession was submitted: nothing may follow it. */
  private isClosing = false;
  private connection: ConnectionId = NO_CONNECTION;
  private server: NodeId = 0;
  private lastHeard = 0;
  private lastSent = 0;

  constructor(settings: ClientSettings) {
    invariant(settings.sessionTimeoutMs > 0, 'a session timeout must be positive');
    const { sessionTimeoutMs, canBeReadOnly = false } = settings;
    this.settings = Object.freeze({ servers: Object.freeze([...settings.servers]), sessionTimeoutMs, canBeReadOnly });
    this.ring = new ServerRing(settings.servers);
    this.timeoutMs = settings.sessionTimeoutMs;
  }

  /** Starts a new session, the first or the next after one that is over. What was submitted before the first waits for it. */
  open(io: Io): void {
    invariant(this.phase === 'idle' || this.phase === 'over', 'a session is open already');
    this.sessionId = NO_SESSION;
    this.password = new Uint8Array(16);
    this.timeoutMs = this.settings.sessionTimeoutMs;
    this.lastZxidSeen = ZXID_ZERO;
    this.ring.shuffle(io);
    this.connectNext(io);
  }

  /**
   * Sends a request, or queues it until the session stands. Returns the xid that it travels under and is settled by, unique for
   * the life of this core. When the session is over or closing, it is settled as unsent.
   */
  submit(request: Request, io: Io): number {
    invariant(isOrdinary(request), 'pings, watches and credentials are the session’s own business');
    const message: RequestMessage = { kind: 'request', xid: this.takeXid(), request };
    if (this.isClosing || this.phase === 'over') this.outcomes.push({ kind: 'unsent', cxid: message.xid });
    else if (this.phase === 'connected') this.transmit(message, io);
    else this.queue.push(message);
    if (request.kind === 'closeSession' && this.phase !== 'over') this.isClosing = true;
    return message.xid;
  }

  /** Closes the session in order, behind everything submitted; 'closed' follows, or another end of the session. */
  close(io: Io): number {
    return this.submit(CLOSE_SESSION, io);
  }

  /** Adds credentials, for this and every later connection. A refusal ends the session with 'authFailed', and takes them all. */
  addAuth(scheme: string, auth: Bytes | null, io: Io): void {
    const request: AuthRequest = { kind: 'auth', authType: 0, scheme, auth };
    const message: RequestMessage = { kind: 'request', xid: Xid.AUTH, request };
    this.auths.push(message);
    if (this.phase === 'connected') this.present(message, io);
  }

  /** Leaves the present server, if there is one, for the next, without waiting. */
  reconnect(io: Io): void {
    if (this.phase === 'idle' || this.phase === 'over') return;
    if (this.leaveConnection(io)) this.connectNext(io);
  }

  /** The core's part of an event; what is not about its connection or its timers does not concern it. */
  handle(event: Event, io: Io): void {
    switch (event.kind) {
      case 'timer':
        this.onTimer(event.timer, io);
        return;
      case 'connected':
        if (event.connection === this.connection) this.onConnected(io);
        else if (event.connection === this.seeker.connection) this.seeker.onConnected(this.settings.sessionTimeoutMs, io);
        return;
      case 'received':
        if (event.connection === this.connection) this.onMessage(event.message, io);
        else if (event.connection === this.seeker.connection) this.onFound(event.message, io);
        return;
      case 'closed':
        if (event.connection === this.seeker.connection) this.seeker.abandon(io);
        if (event.connection !== this.connection) return;
        this.connection = NO_CONNECTION;
        this.retry(io);
        return;
      default:
    }
  }

  /** What happened since the last call, in order. */
  drain(): readonly ClientOutcome[] {
    if (this.outcomes.length === 0) return NO_OUTCOMES;
    const outcomes = this.outcomes;
    this.outcomes = [];
    return outcomes;
  }

  private onTimer(timer: TimerId, io: Io): void {
    if (timer === RECEIVE_TIMER) this.checkSilence(io);
    else if (timer === PING_TIMER) this.checkIdleness(io);
    else if (timer === SEEK_TIMER && this.isReadOnly) this.seeker.tryNext(this.ring, this.server, io);
    else if (timer === RETRY_TIMER && this.phase === 'pausing') this.connectNext(io);
  }

  private connectNext(io: Io): void {
    io.cancelTimer(RETRY_TIMER);
    this.phase = 'connecting';
    this.server = this.ring.next();
    this.connection = io.connect(this.server, 'client');
    this.lastHeard = io.now();
    io.setTimer(RECEIVE_TIMER, this.receiveLimitMs());
  }

  private onConnected(io: Io): void {
    if (this.phase !== 'connecting') return;
    this.phase = 'handshaking';
    this.lastHeard = io.now();
    io.send(this.connection, {
      kind: 'connectRequest',
      protocolVersion: 0,
      lastZxidSeen: this.lastZxidSeen,
      timeoutMs: this.settings.sessionTimeoutMs,
      sessionId: this.sessionId,
      password: this.password,
      readOnly: this.settings.canBeReadOnly === true,
    });
  }

  private onMessage(message: Message, io: Io): void {
    this.lastHeard = io.now();
    if (this.phase === 'handshaking' && message.kind === 'connectResponse') this.onConnectResponse(message, io);
    else if (this.phase === 'connected' && message.kind === 'reply') this.onReply(message, io);
    else if (this.phase === 'connected' && message.kind === 'event') this.onEvent(message, io);
    else this.retry(io);
  }

  /** A server that writes has been found, and has granted a session: the read-only one is given up for it. */
  private onFound(message: Message, io: Io): void {
    if (message.kind !== 'connectResponse' || message.timeoutMs <= 0) {
      this.seeker.abandon(io);
      return;
    }
    const { server } = this.seeker;
    const connection = this.seeker.take(io);
    if (!this.leaveConnection(io)) {
      io.close(connection);
      return;
    }
    this.phase = 'handshaking';
    this.connection = connection;
    this.server = server;
    this.lastHeard = io.now();
    this.onConnectResponse(message, io);
  }

  private onConnectResponse(response: ConnectResponse, io: Io): void {
    const isResumed = this.sessionId !== NO_SESSION;
    if (response.timeoutMs <= 0) {
      if (isResumed) this.expire(io);
      else this.retry(io);
      return;
    }
    const { sessionId, timeoutMs } = response;
    this.phase = 'connected';
    this.sessionId = sessionId;
    this.password = response.password;
    this.timeoutMs = timeoutMs;
    this.isReadOnly = response.readOnly === true;
    const lastZxidSeen = this.lastZxidSeen;
    io.observe({ kind: 'sessionConnected', sessionId, server: this.server, timeoutMs, resumed: isResumed, lastZxidSeen });
    this.outcomes.push({ kind: 'connected', sessionId, timeoutMs, isResumed, isReadOnly: this.isReadOnly });
    if (this.isReadOnly) this.seeker.start(io);
    io.setTimer(RECEIVE_TIMER, this.receiveLimitMs());
    io.setTimer(PING_TIMER, pingIntervalMs(this.timeoutMs));
    this.restore(io);
  }

  /**
   * Credentials first, as watches and requests may need them; then the watches, so that no later reply overtakes a missed
   * event; then what has waited for a connection.
   */
  private restore(io: Io): void {
    this.lastSent = io.now();
    for (const auth of this.auths) this.present(auth, io);
    for (const request of this.watches.renewals(this.lastZxidSeen)) {
      const message: RequestMessage = { kind: 'request', xid: Xid.SET_WATCHES, request };
      this.transmit(message, io);
    }
    const queue = this.queue;
    this.queue = [];
    for (const message of queue) this.transmit(message, io);
  }

  private transmit(message: RequestMessage, io: Io): void {
    io.observe({ kind: 'invoked', sessionId: this.sessionId, cxid: message.xid, request: message.request });
    this.pending.push(message);
    this.send(message, io);
  }

  private present(auth: RequestMessage, io: Io): void {
    io.observe({ kind: 'invoked', sessionId: this.sessionId, cxid: auth.xid, request: auth.request });
    this.send(auth, io);
  }

  private send(message: RequestMessage, io: Io): void {
    this.lastSent = io.now();
    io.send(this.connection, message);
  }

  private onReply(reply: ReplyMessage, io: Io): void {
    if (reply.xid === Xid.PING) return this.noteZxid(reply.zxid);
    const { xid: cxid, zxid, err, response } = reply;
    io.observe({ kind: 'replied', sessionId: this.sessionId, cxid, zxid, err, response });
    if (cxid === Xid.AUTH) {
      if (err !== ErrorCode.OK) this.failAuth(io);
      return;
    }
    const message = this.pending[0];
    // Xid out of order: this connection cannot be trusted with any of what is under way (ZOOKEEPER-2775). The answer
    // that came is stated all the same, for those who judge.
    if (message?.xid !== cxid) {
      this.retry(io);
      return;
    }
    this.pending.shift();
    this.noteZxid(reply.zxid);
    this.settle(message.request, reply, io);
  }

  private settle(request: Request, reply: ReplyMessage, io: Io): void {
    const { xid: cxid, err, zxid, response } = reply;
    this.watches.noteReply(request, err);
    if (cxid === Xid.SET_WATCHES) return;
    this.outcomes.push({ kind: 'reply', cxid, err, zxid, response });
    if (request.kind !== 'closeSession') return;
    if (err === ErrorCode.OK) {
      io.observe({ kind: 'sessionClosed', sessionId: this.sessionId, zxid });
      this.dropConnection(io);
    } else if (!this.leaveConnection(io)) {
      return;
    }
    this.end({ kind: 'closed', isConfirmed: err === ErrorCode.OK });
  }

  private onEvent(event: EventMessage, io: Io): void {
    const { type, path, zxid } = event;
    this.watches.noteEvent(type, path);
    io.observe({ kind: 'watchFired', sessionId: this.sessionId, type, path, zxid });
    this.outcomes.push({ kind: 'event', type, path, zxid });
  }

  /** Events do not count: a multi fires several with one zxid, and the rest of them may be yet to come. */
  private noteZxid(zxid: Zxid): void {
    if (zxid > this.lastZxidSeen) this.lastZxidSeen = zxid;
  }

  /** Timers are set once and looked after when they ring, not moved by every message. */
  private checkSilence(io: Io): void {
    if (this.connection === NO_CONNECTION) return;
    const silentMs = io.now() - this.lastHeard;
    const limitMs = this.receiveLimitMs();
    if (silentMs >= limitMs) this.retry(io);
    else io.setTimer(RECEIVE_TIMER, limitMs - silentMs);
  }

  private checkIdleness(io: Io): void {
    if (this.phase !== 'connected') return;
    const intervalMs = pingIntervalMs(this.timeoutMs);
    if (io.now() - this.lastSent >= intervalMs) this.send(PING, io);
    io.setTimer(PING_TIMER, intervalMs - (io.now() - this.lastSent));
  }

  /** Gives the connection up and tries another server after a pause, drawn so that a crowd of clients does not come at once. */
  private retry(io: Io): void {
    if (!this.leaveConnection(io)) return;
    this.phase = 'pausing';
    const boundMs = Math.min(MAX_RETRY_PAUSE_MS, Math.ceil(this.timeoutMs / 4));
    io.setTimer(RETRY_TIMER, io.random(boundMs));
  }

  /** Gives the connection up, with all that is under way on it. False when a closeSession was: the session is over then. */
  private leaveConnection(io: Io): boolean {
    const wasConnected = this.phase === 'connected';
    const { sessionId, pending } = this;
    this.dropConnection(io);
    if (!wasConnected) return true;
    this.pending = [];
    io.observe({ kind: 'sessionDisconnected', sessionId });
    this.outcomes.push({ kind: 'disconnected' });
    for (const { xid: cxid } of pending) {
      if (cxid === Xid.SET_WATCHES) continue;
      io.observe({ kind: 'lost', sessionId, cxid });
      this.outcomes.push({ kind: 'lost', cxid });
    }
    if (pending.at(-1)?.request.kind !== 'closeSession') return true;
    this.end({ kind: 'closed', isConfirmed: false });
    return false;
  }

  private dropConnection(io: Io): void {
    if (this.connection !== NO_CONNECTION) io.close(this.connection);
    this.connection = NO_CONNECTION;
    io.cancelTimer(RECEIVE_TIMER);
    io.cancelTimer(PING_TIMER);
    if (this.isReadOnly) this.forgetReadOnly(io);
  }

  private forgetReadOnly(io: Io): void {
    this.isReadOnly = false;
    this.seeker.stop(io);
    this.sessionId = NO_SESSION;
    this.password = new Uint8Array(16);
    this.lastZxidSeen = ZXID_ZERO;
  }

  private expire(io: Io): void {
    io.observe({ kind: 'sessionExpired', sessionId: this.sessionId });
    this.dropConnection(io);
    this.end({ kind: 'expired' });
  }

  private failAuth(io: Io): void {
    this.auths = [];
    if (this.leaveConnection(io)) this.end({ kind: 'authFailed' });
  }

  private end(outcome: ClientOutcome): void {
    const queue = this.queue;
    this.queue = [];
    this.phase = 'over';
    this.isClosing = false;
    this.watches.clear();
    this.outcomes.push(outcome);
    for (const { xid: cxid } of queue) this.outcomes.push({ kind: 'unsent', cxid });
  }

  private receiveLimitMs(): number {
    if (this.phase === 'connected') return Math.trunc((this.timeoutMs * 2) / 3);
    return Math.max(1, Math.trunc(this.timeoutMs / this.settings.servers.length));
  }

  private takeXid(): number {
    const xid = this.nextXid;
    this.nextXid = xid === MAX_XID ? 1 : xid + 1;
    return xid;
  }
}
