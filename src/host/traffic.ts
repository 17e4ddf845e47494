/**
 * What went over the client connections of a server: the numbers that its operator is shown (`cons`, `stat`, `mntr`). Counted
 * where bytes become messages, so that the server itself stays free of them; latencies are real time.
 */
import { NO_SESSION } from '../base/session-id.ts';
import type { SessionId } from '../base/session-id.ts';
import { ZXID_UNINITIALIZED } from '../base/zxid.ts';
import type { Zxid } from '../base/zxid.ts';
import type { ConnectionId } from '../io/event.ts';
import type { Message } from '../wire/message.ts';
import { monotonicMs } from './clock.ts';
import { ErrorCode, OpCode, Xid } from '../wire/words.ts';
import type { OpName, ResultCode } from '../wire/words.ts';

const LENGTH_PREFIX = 4;

interface Asked {
  readonly kind: string;
  readonly atMs: number;
}

/** Milliseconds that requests took, since the last reset. */
export class Latency {
  minMs: number = Infinity;
  maxMs = 0;
  totalMs = 0;
  count = 0;

  add(tookMs: number): void {
    this.minMs = Math.min(this.minMs, tookMs);
    this.maxMs = Math.max(this.maxMs, tookMs);
    this.totalMs += tookMs;
    this.count += 1;
  }
}

/** Totals of one server; connections add to them. */
export class Traffic {
  received = 0;
  sent = 0;
  latency: Latency = new Latency();
  /** Bytes of answers, without what says how many; −1: there was none. */
  responses: { last: number; min: number; max: number } = { last: -1, min: -1, max: -1 };
  /** Called when credentials were not believed. */
  onRefusedAuth: (() => void) | null = null;
  /** Called with each answer. */
  onAnswered: ((kind: string, tookMs: number) => void) | null = null;

  reset(): void {
    this.received = 0;
    this.sent = 0;
    this.latency = new Latency();
    this.responses = { last: -1, min: -1, max: -1 };
  }

  responded(length: number): void {
    const { min, max } = this.responses;
    this.responses = { last: length, min: min < 0 ? length : Math.min(min, length), max: Math.max(max, length) };
  }
}

/** One client's connection. */
export class ClientTraffic {
  readonly connection: ConnectionId;
  readonly address: string;
  readonly remotePort: number;
  readonly isSecure: boolean;
  /** When it was established, by the wall clock. */
  readonly establishedMs: number = Date.now();
  /** Where totals are kept; set by whoever owns the connection. */
  totals: Traffic | null = null;
  sessionId: SessionId = NO_SESSION;
  timeoutMs = 0;
  received = 0;
  sent = 0;
  lastOperation = 'NA';
  /** −1: none yet. */
  lastXid = -1;
  lastZxid: Zxid = ZXID_UNINITIALIZED;
  lastResponseMs = 0;
  lastLatencyMs = 0;
  latency: Latency = new Latency();
  private readonly asked: Asked[] = [];

  constructor(connection: ConnectionId, address: string, remotePort: number, isSecure: boolean) {
    this.connection = connection;
    this.isSecure = isSecure;
    this.address = address;
    this.remotePort = remotePort;
  }

  /** Requests that were not answered yet. */
  get unanswered(): number {
    return this.asked.length;
  }

  onReceived(message: Message): void {
    this.received += 1;
    if (this.totals !== null) this.totals.received += 1;
    this.asked.push({ kind: kindOf(message), atMs: performance.now() });
  }

  /** `length`: its bytes on the wire. */
  onSent(message: Message, length: number): void {
    this.sent += 1;
    if (this.totals !== null) this.totals.sent += 1;
    if (message.kind === 'reply') this.totals?.responded(length - LENGTH_PREFIX);
    if (message.kind === 'connectResponse') {
      this.sessionId = message.sessionId;
      this.timeoutMs = message.timeoutMs;
      this.answered(0, null, ErrorCode.OK);
    } else if (message.kind === 'reply') {
      if (message.err === ErrorCode.AUTHFAILED) this.totals?.onRefusedAuth?.();
      this.answered(message.xid, message.zxid, message.err);
    }
  }

  /** Forgets what was counted, as `crst` asks. */
  reset(): void {
    this.received = 0;
    this.sent = 0;
    this.lastOperation = 'NA';
    this.lastXid = -1;
    this.lastZxid = ZXID_UNINITIALIZED;
    this.lastResponseMs = 0;
    this.lastLatencyMs = 0;
    this.latency = new Latency();
  }

  /** Answers come in the order asked. */
  private answered(xid: number, zxid: Zxid | null, err: ResultCode): void {
    const asked = this.asked.shift();
    if (asked === undefined) return;
    // Who somebody is, is no operation.
    if (asked.kind === 'auth' || asked.kind === 'sasl') return;
    const tookMs = performance.now() - asked.atMs;
    // A change that was refused is a transaction of another kind.
    this.lastOperation = err !== ErrorCode.OK && isUpdate(asked.kind) ? 'error' : asked.kind;
    if (xid >= 0) this.lastXid = xid;
    if (zxid !== null) this.lastZxid = zxid;
    this.lastResponseMs = monotonicMs();
    this.lastLatencyMs = Math.round(tookMs);
    if (xid === Xid.PING) return;
    this.latency.add(tookMs);
    this.totals?.latency.add(tookMs);
    this.totals?.onAnswered?.(asked.kind, tookMs);
  }
}

/** What was asked, also where it cannot be read. */
function kindOf(message: Message): string {
  if (message.kind !== 'request') return 'createSession';
  const { request } = message;
  return request.kind === 'malformed' ? NAMES.get(request.opcode) ?? request.kind : request.kind;
}

const NAMES: ReadonlyMap<number, string> = new Map(Object.entries(OpCode).map(([name, opcode]) => [opcode, name]));

/** The four letters that `cons` shows for an operation. */
export function operationLetters(kind: string): string {
  return LETTERS.get(kind) ?? 'NA';
}

const LETTERS: ReadonlyMap<string, string> = new Map([
  ['ping', 'PING'], ['createSession', 'SESS'], ['multi', 'MULT'], ['multiRead', 'MLTR'], ['create', 'CREA'], ['create2', 'CREA'],
  ['createContainer', 'CREA'], ['createTTL', 'CREA'], ['delete', 'DELE'], ['setData', 'SETD'], ['reconfig', 'RECO'],
  ['setACL', 'SETA'], ['closeSession', 'CLOS'], ['sync', 'SYNC'], ['check', 'CHEC'], ['exists', 'EXIS'], ['getData', 'GETD'],
  ['setWatches', 'SETW'], ['setWatches2', 'STW2'], ['addWatch', 'ADDW'], ['getACL', 'GETA'], ['getChildren', 'GETC'],
  ['getChildren2', 'GETC'], ['getAllChildrenNumber', 'GETACN'], ['checkWatches', 'CHKW'], ['removeWatches', 'REMW'],
  ['whoAmI', 'HOMI'], ['getEphemerals', 'GETE'],
]);

/** Kinds of operations that change the tree. */
export function isUpdate(kind: string): boolean {
  return UPDATES.has(kind);
}

const UPDATES: ReadonlySet<string> = new Set([
  'create', 'create2', 'createContainer', 'createTTL', 'delete', 'setData', 'setACL', 'multi', 'reconfig', 'createSession',
  'closeSession', 'check', 'deleteContainer',
] satisfies OpName[]);
