/**
 * One connection to one server of an ensemble: it sends exactly what it is told to, retries nothing, and tells every frame that
 * comes as a line, free of what differs from run to run. Zxids are told from where the script began, sessions by the
 * names of their lines. Not part of the program.
 */
import { NO_SESSION } from '../base/session-id.ts';
import type { SessionId } from '../base/session-id.ts';
import { counterOf, epochOf, zxidFromNumber, ZXID_ZERO } from '../base/zxid.ts';
import type { Zxid } from '../base/zxid.ts';
import type { Endpoint } from '../host/endpoint.ts';
import {
  decodeConnectResponse, decodeEvent, decodeReply, encodeClientFrame, encodeClientMessage, peekXid,
} from '../wire/client-codec.ts';
import type { ConnectResponse, ReplyMessage, Request } from '../wire/client-messages.ts';
import { Xid } from '../wire/words.ts';
import { ToldConnection } from './told-connection.ts';

/** Longer than a script: no session may expire within it, for that would take a zxid. */
const SESSION_TIMEOUT_MS = 600_000;
const PASSWORD_LENGTH = 16;
/** More than a line asks after its session has moved. */
const COUNTED_ON = 100;
const UNORDERED: ReadonlySet<string> = new Set(['children', 'paths', 'users']);

/** The fields of a handshake. */
export interface Hello {
  readonly seen?: Zxid;
  readonly timeoutMs?: number;
  /** Whose session is asked for; left out: a new one. */
  readonly resume?: Line;
  readonly password?: Uint8Array;
  /** null: an old client's handshake, which cannot say it. */
  readonly readOnly?: boolean | null;
}

/** What the lines of one script have in common. */
export interface Common {
  /** The zxid at which it began. */
  base: Zxid;
  /** Names of sessions. */
  readonly names: Map<SessionId, string>;
}

/** See the head of the file. */
export class Line {
  sessionId: SessionId = NO_SESSION;
  password: Uint8Array = new Uint8Array(PASSWORD_LENGTH);
  /** The newest zxid that was told. */
  newest: Zxid = ZXID_ZERO;
  readonly name: string;
  private readonly common: Common;
  private readonly connection: ToldConnection;
  private readonly asked: { readonly xid: number; readonly request: Request }[] = [];
  private xid = 0;
  private isGreeted = false;

  constructor(name: string, at: Endpoint, common: Common) {
    this.name = name;
    this.common = common;
    this.connection = new ToldConnection(at, (bytes) => this.told(bytes));
  }

  /** What came, a line a frame. */
  get lines(): string[] {
    return this.connection.lines;
  }

  get isClosed(): boolean {
    return this.connection.isClosed;
  }

  /** Until it is answered, or hung up. */
  async greet({ seen = ZXID_ZERO, timeoutMs = SESSION_TIMEOUT_MS, resume, password, readOnly = false }: Hello): Promise<void> {
    // A client counts on; Apache's takes the answer to an older connection's request of the same xid for that of a new one.
    if (resume !== undefined) this.xid = resume.xid + COUNTED_ON;
    this.connection.write(encodeClientFrame({
      kind: 'connectRequest', protocolVersion: 0, lastZxidSeen: seen, timeoutMs, sessionId: resume?.sessionId ?? NO_SESSION,
      password: password ?? resume?.password ?? new Uint8Array(PASSWORD_LENGTH), readOnly: readOnly ?? undefined,
    }));
    await this.until(() => this.isGreeted);
  }

  /** All at once. */
  send(...requests: readonly Request[]): void {
    this.connection.write(Buffer.concat(requests.map((request) => {
      const xid = this.xidFor(request);
      this.asked.push({ xid, request });
      return encodeClientFrame({ kind: 'request', xid, request });
    })));
  }

  /** All at once, until everything is answered, or the server hangs up, as it must after a farewell. */
  async ask(...requests: readonly Request[]): Promise<void> {
    this.send(...requests);
    const isFarewell = requests.some(({ kind }) => kind === 'closeSession');
    await this.until(() => this.asked.length === 0 && !isFarewell);
  }

  /** Until the server hangs up. */
  async closed(): Promise<void> {
    await this.until(() => false);
  }

  /** Until so many lines have come. */
  async hears(count: number): Promise<void> {
    await this.until(() => this.lines.length >= count);
  }

  end(): void {
    this.connection.end();
  }

  private until(condition: () => boolean): Promise<void> {
    return this.connection.until(condition, this.name);
  }

  private xidFor(request: Request): number {
    if (request.kind === 'auth') return Xid.AUTH;
    if (request.kind === 'ping') return Xid.PING;
    if (request.kind === 'setWatches' || request.kind === 'setWatches2') return Xid.SET_WATCHES;
    this.xid += 1;
    return this.xid;
  }

  private told(bytes: Uint8Array): string {
    if (!this.isGreeted) return this.toldSession(bytes);
    const xid = peekXid(bytes);
    if (xid === Xid.NOTIFICATION) {
      const { type, path } = decodeEvent(bytes);
      return `event ${type} ${path}`;
    }
    const at = this.asked.findIndex((one) => one.xid === xid);
    const request = this.asked.splice(Math.max(at, 0), at < 0 ? 0 : 1)[0]?.request;
    if (request === undefined) return `a reply to ${xid}, which was not asked`;
    let reply: ReplyMessage;
    try {
      reply = decodeReply(bytes, request.kind);
    } catch {
      return `${xid} ${request.kind} as ${Buffer.from(bytes).toString('hex')}`;
    }
    const isSame = Buffer.from(encodeClientMessage(reply)).equals(bytes);
    if (reply.zxid > this.newest) this.newest = reply.zxid;
    const body = reply.response === null ? '' : ` ${this.masked(reply.response)}`;
    const odd = isSame ? '' : ` as ${Buffer.from(bytes).toString('hex')}`;
    return `${xid} ${request.kind} ${at === 0 ? '' : 'out of order '}${this.zxid(reply.zxid)}: ${reply.err}${body}${odd}`;
  }

  private toldSession(bytes: Uint8Array): string {
    this.isGreeted = true;
    let response: ConnectResponse;
    try {
      response = decodeConnectResponse(bytes);
    } catch {
      return `a handshake as ${Buffer.from(bytes).toString('hex')}`;
    }
    const { timeoutMs, sessionId, password, readOnly } = response;
    const form = `${password.length} bytes, ${readOnly === undefined ? 'old form' : `read-only ${readOnly}`}`;
    if (sessionId === NO_SESSION) return `no session, ${timeoutMs} ms, ${form}`;
    this.sessionId = sessionId;
    this.password = password;
    const known = this.common.names.get(sessionId);
    if (known === undefined) this.common.names.set(sessionId, this.name);
    return `${known === undefined ? 'a session' : `the session of ${known}`}, ${timeoutMs} ms, ${form}`;
  }

  private zxid(zxid: Zxid): string {
    if (zxid <= 0) return String(zxid);
    const { base } = this.common;
    const epochs = epochOf(zxid) - epochOf(base);
    return epochs === 0 ? `+${counterOf(zxid) - counterOf(base)}` : `epoch +${epochs}, ${counterOf(zxid)}`;
  }

  private masked(response: object): string {
    return JSON.stringify(response, (key, value: unknown) => {
      if (value instanceof Uint8Array) return withoutPorts(Buffer.from(value).toString('latin1'));
      if (key === 'kind') return undefined;
      if (key === 'ctime' || key === 'mtime') return 'some';
      if (key === 'ephemeralOwner' && typeof value === 'string') return this.owner(value);
      if (key.endsWith('zxid') && typeof value === 'number') return this.zxidOf(value);
      if (Array.isArray(value) && UNORDERED.has(key)) return value.map((one) => JSON.stringify(one)).sort();
      return value;
    });
  }

  private owner(id: string): string {
    for (const [known, name] of this.common.names) if (known === id) return name;
    return id;
  }

  private zxidOf(value: number): string {
    if (value > 0 && value <= this.common.base) return 'before';
    return this.zxid(zxidFromNumber(value) ?? ZXID_ZERO);
  }
}

/** A configuration is data too; its version is a zxid. */
function withoutPorts(text: string): string {
  return text.startsWith('server.') ? text.replace(/:\d+/g, ':#').replace(/(?<=version=)[1-9a-f][0-9a-f]*/, '#') : text;
}
