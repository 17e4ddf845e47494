/**
 * A session for measuring: it sends frames that were made beforehand, as many at a time as its owner likes, and tells
 * how long each took to be answered. It costs as little as can be, so that a server is measured and not its client: a
 * reply is looked at as far as its error code. Times are taken when bytes are handed to the system and when they come
 * back from it.
 */
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { NO_SESSION } from '../base/session-id.ts';
import type { SessionId } from '../base/session-id.ts';
import { ZXID_ZERO } from '../base/zxid.ts';
import type { Endpoint } from '../host/endpoint.ts';
import { decodeConnectResponse, encodeClientFrame } from '../wire/client-codec.ts';
import { Xid } from '../wire/words.ts';

const SESSION_TIMEOUT_MS = 40_000;
/** How long a session may take to open, unless whoever wants it says otherwise. */
const OPEN_PATIENCE_MS = 30_000;
const NO_PASSWORD: Uint8Array = new Uint8Array(16);
/** Before each payload; then xid, zxid and error code of a reply. */
const LENGTH_SIZE = 4;
const ERR_AT = LENGTH_SIZE + 12;
const HEADER_SIZE = ERR_AT + 4;

/** What its owner is told; each is called from within the arrival of bytes, and may send. */
export interface LoadOwner {
  /** A reply came: its error code, and how long it took, in milliseconds. */
  onReply(session: LoadSession, err: number, tookMs: number): void;
  onEvent(session: LoadSession): void;
  /** The connection is gone, or what came made no sense. Said once, and not after `end`. */
  onBroken(session: LoadSession, reason: string): void;
}

/** What a session is known by when it comes back. */
export interface SessionKey {
  readonly id: SessionId;
  readonly password: Uint8Array;
}

/** See the head of the file. */
export class LoadSession {
  key: SessionKey = { id: NO_SESSION, password: NO_PASSWORD };
  private readonly socket: Socket;
  private readonly owner: LoadOwner;
  private readonly onOpen: (error: Error | null) => void;
  private isOpen = false;
  private isOver = false;
  private rest: Buffer = Buffer.alloc(0);
  private outgoing: Buffer = Buffer.allocUnsafe(4096);
  private outgoingLength = 0;
  private nextXid = 1;
  private answeredXid = 0;
  /** When each request that is not answered was sent, by its xid. */
  private sentMs: Float64Array = new Float64Array(1024);

  private constructor(
    at: Endpoint, owner: LoadOwner, resumed: SessionKey | null, patienceMs: number, onOpen: (error: Error | null) => void,
  ) {
    this.owner = owner;
    const timer = setTimeout(() => { this.fail('the server did not open a session in time'); }, patienceMs);
    this.onOpen = (error) => {
      clearTimeout(timer);
      onOpen(error);
    };
    this.socket = connect({ host: at.host, port: at.port, noDelay: true }, () => {
      const { id, password } = resumed ?? this.key;
      this.socket.write(encodeClientFrame({
        kind: 'connectRequest', protocolVersion: 0, lastZxidSeen: ZXID_ZERO, timeoutMs: SESSION_TIMEOUT_MS, sessionId: id,
        password, readOnly: false,
      }));
    });
    this.socket.on('data', (chunk: Buffer) => { this.take(chunk); });
    this.socket.on('error', (error) => { this.fail(error.message); });
    this.socket.on('close', () => { this.fail('the server closed the connection'); });
  }

  /** A session, once it stands; rejects when it does not come about. `resumed`: one that a connection was lost of. */
  static open(
    at: Endpoint, owner: LoadOwner, resumed: SessionKey | null = null, patienceMs: number = OPEN_PATIENCE_MS,
  ): Promise<LoadSession> {
    return new Promise((resolve, reject) => {
      const session: LoadSession = new LoadSession(at, owner, resumed, patienceMs, (error) => {
        if (error === null) resolve(session);
        else reject(error);
      });
    });
  }

  /** How many were sent and not answered. */
  get unanswered(): number {
    return this.nextXid - 1 - this.answeredXid;
  }

  /** Queues a whole frame, whose xid is filled in; `flush` sends what was queued. */
  send(frame: Uint8Array): void {
    const at = this.outgoingLength;
    const end = at + frame.length;
    if (end > this.outgoing.length) this.outgoing = Buffer.concat([this.outgoing.subarray(0, at)], 2 * end);
    this.outgoing.set(frame, at);
    this.outgoing.writeInt32BE(this.nextXid, at + LENGTH_SIZE);
    this.outgoingLength = end;
    if (this.unanswered >= this.sentMs.length) throw new RangeError('too many requests are unanswered');
    this.sentMs[this.nextXid % this.sentMs.length] = 0;
    this.nextXid += 1;
  }

  flush(): void {
    if (this.outgoingLength === 0 || this.isOver) return;
    const now = performance.now();
    const { length } = this.sentMs;
    for (let xid = this.nextXid - 1; xid > this.answeredXid && this.sentMs[xid % length] === 0; xid--) {
      this.sentMs[xid % length] = now;
    }
    this.socket.write(Buffer.from(this.outgoing.subarray(0, this.outgoingLength)));
    this.outgoingLength = 0;
  }

  /** Ends the connection; the session is left to its timeout, or to a `closeSession` that was sent. */
  end(): void {
    this.isOver = true;
    this.socket.destroy();
  }

  private take(chunk: Buffer): void {
    if (this.isOver) return;
    const now = performance.now();
    const bytes = this.rest.length === 0 ? chunk : Buffer.concat([this.rest, chunk]);
    let at = 0;
    while (bytes.length - at >= LENGTH_SIZE) {
      const end = at + LENGTH_SIZE + bytes.readInt32BE(at);
      if (end > bytes.length) break;
      if (!this.isOpen) this.greet(bytes.subarray(at + LENGTH_SIZE, end));
      else if (end - at < HEADER_SIZE) this.fail('a reply was cut short');
      else this.answered(bytes.readInt32BE(at + LENGTH_SIZE), bytes.readInt32BE(at + ERR_AT), now);
      at = end;
    }
    this.rest = bytes.subarray(at);
    this.flush();
  }

  private greet(payload: Buffer): void {
    const { sessionId, password, timeoutMs } = decodeConnectResponse(payload);
    if (timeoutMs <= 0) {
      this.fail('the server does not know the session any more');
      return;
    }
    this.isOpen = true;
    this.key = { id: sessionId, password: Uint8Array.from(password) };
    this.onOpen(null);
  }

  private answered(xid: number, err: number, now: number): void {
    if (xid === Xid.NOTIFICATION) {
      this.owner.onEvent(this);
      return;
    }
    this.answeredXid += 1;
    if (xid !== this.answeredXid) this.fail(`a reply to request ${xid} instead of ${this.answeredXid}`);
    else this.owner.onReply(this, err, now - (this.sentMs[xid % this.sentMs.length] ?? now));
  }

  private fail(reason: string): void {
    if (this.isOver) return;
    this.isOver = true;
    this.socket.destroy();
    if (this.isOpen) this.owner.onBroken(this, reason);
    else this.onOpen(new Error(reason));
  }
}
