/**
 * A session that sends exactly the requests it is given and keeps every payload that comes back, in order: nothing is retried, no
 * ping is sent, no watch is kept. For the comparison of two servers byte by byte. Not part of the program.
 */
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { NO_SESSION } from '../base/session-id.ts';
import type { SessionId } from '../base/session-id.ts';
import { ZXID_ZERO } from '../base/zxid.ts';
import type { Endpoint } from '../host/endpoint.ts';
import {
  decodeConnectResponse, decodeEvent, decodeReply, encodeClientFrame, encodeClientMessage, peekXid,
} from '../wire/client-codec.ts';
import type { ConnectResponse, EventMessage, ReplyMessage, Request } from '../wire/client-messages.ts';
import { FrameSplitter } from '../wire/framing.ts';
import { Xid } from '../wire/words.ts';

/** A hang guard, not a measure. */
const PATIENCE_MS = 20_000;

/** What a server sent. */
export interface Received {
  readonly message: ConnectResponse | ReplyMessage | EventMessage;
  readonly bytes: Uint8Array;
  /** What was asked, if it is a reply. */
  readonly request: Request | null;
}

/** See the head of the file. */
export class RawSession {
  /** Everything that came, in order. */
  readonly received: Received[] = [];
  id: SessionId = NO_SESSION;
  private readonly socket: Socket;
  private readonly splitter: FrameSplitter = new FrameSplitter();
  private readonly asked: Map<number, Request> = new Map();
  private xid: number = 0;
  private failure: Error | null = null;
  private wake: () => void = () => undefined;

  private constructor(at: Endpoint) {
    this.socket = connect({ host: at.host, port: at.port, noDelay: true });
    this.socket.on('data', (chunk: Buffer) => {
      this.take(chunk);
    });
    this.socket.on('error', (error: Error) => {
      this.fail(error);
    });
    this.socket.on('close', () => {
      this.fail(new Error('the server closed the connection'));
    });
  }

  /** A new session, once it stands. */
  static async open(at: Endpoint, timeoutMs: number): Promise<RawSession> {
    const session = new RawSession(at);
    session.socket.write(encodeClientFrame({
      kind: 'connectRequest', protocolVersion: 0, lastZxidSeen: ZXID_ZERO, timeoutMs, sessionId: NO_SESSION,
      password: new Uint8Array(16), readOnly: false,
    }));
    await session.until(() => session.received.length > 0);
    return session;
  }

  /** Sends them all at once and waits for the last reply. */
  async ask(requests: readonly Request[]): Promise<void> {
    const frames = requests.map((request) => {
      const xid = this.xidFor(request);
      this.asked.set(xid, request);
      return encodeClientFrame({ kind: 'request', xid, request });
    });
    this.socket.write(Buffer.concat(frames));
    await this.until(() => this.asked.size === 0);
  }

  end(): void {
    this.failure ??= new Error('ended');
    this.socket.destroy();
  }

  private xidFor(request: Request): number {
    if (request.kind === 'auth') return Xid.AUTH;
    this.xid += 1;
    return this.xid;
  }

  private take(chunk: Buffer): void {
    try {
      this.splitter.push(chunk);
      for (let bytes = this.splitter.next(); bytes !== undefined; bytes = this.splitter.next()) this.keep(bytes);
    } catch (error) {
      this.fail(error instanceof Error ? error : new Error(String(error)));
    }
    this.wake();
  }

  private keep(bytes: Uint8Array): void {
    const { message, request } = this.read(bytes);
    const again = encodeClientMessage(message);
    if (!Buffer.from(again).equals(bytes)) throw new Error(`not as it should be written: ${Buffer.from(bytes).toString('hex')}`);
    this.received.push({ message, bytes, request });
  }

  private read(bytes: Uint8Array): Pick<Received, 'message' | 'request'> {
    if (this.received.length === 0) {
      const message = decodeConnectResponse(bytes);
      this.id = message.sessionId;
      return { message, request: null };
    }
    const xid = peekXid(bytes);
    if (xid === Xid.NOTIFICATION) return { message: decodeEvent(bytes), request: null };
    const request = this.asked.get(xid);
    if (request === undefined) throw new Error(`a reply to ${xid}, which was not asked`);
    this.asked.delete(xid);
    return { message: decodeReply(bytes, request.kind), request };
  }

  private fail(error: Error): void {
    this.failure ??= error;
    this.wake();
  }

  private async until(condition: () => boolean): Promise<void> {
    const deadlineMs = Date.now() + PATIENCE_MS;
    while (!condition()) {
      if (this.failure !== null) throw this.failure;
      const leftMs = deadlineMs - Date.now();
      const waiting = [...this.asked.values()].map(({ kind }) => kind).join(' ');
      if (leftMs <= 0) throw new Error(`no reply in ${PATIENCE_MS} ms to ${waiting}`);
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, leftMs);
        this.wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  }
}
