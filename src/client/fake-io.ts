/**
 * A world of one, for the tests of this folder: it writes down every effect as a line, and lets a test play the server and the
 * clock by hand. Nothing happens by itself. Not part of the client.
 */
import { counterOf, makeZxid, type Zxid } from '../base/zxid.ts';
import { parseSessionId, sessionIdToHex, type SessionId } from '../base/session-id.ts';
import { present } from '../base/invariant.ts';
import type { ConnectionId, Event, NodeId, TimerId } from '../io/event.ts';
import type { Fact } from '../io/fact.ts';
import type { Io } from '../io/io.ts';
import type { ConnectResponse, EventMessage, ReplyMessage, Response } from '../wire/client-messages.ts';
import type { Message } from '../wire/message.ts';

/** The session that the tests' server grants. */
export const SESSION: SessionId = present(parseSessionId('0100000000000001'), 'a session id');
/** Its password. */
export const PASSWORD: Uint8Array = new Uint8Array(16).fill(7);

/** What a test hands its events to. */
export interface Handler {
  handle(event: Event, io: Io): void;
}

/** Records effects; `random` always answers 0 unless `luck` holds numbers to give. */
export class FakeIo implements Io {
  readonly self: NodeId = 1001;
  time = 0;
  lines: string[] = [];
  readonly luck: number[] = [];
  readonly timers: Map<TimerId, number> = new Map();
  readonly sent: Message[] = [];
  /** The latest connection asked for. */
  connection: ConnectionId = 0;
  server: NodeId = 0;

  now(): number {
    return this.time;
  }
  wallTime(): number {
    return this.time;
  }
  setTimer(timer: TimerId, afterMs: number): void {
    this.timers.set(timer, this.time + afterMs);
  }
  cancelTimer(timer: TimerId): void {
    this.timers.delete(timer);
  }
  connect(node: NodeId): ConnectionId {
    this.connection += 1;
    this.server = node;
    this.lines.push(`connect ${node}`);
    return this.connection;
  }
  send(_connection: ConnectionId, message: Message): void {
    this.sent.push(message);
    this.lines.push(`> ${describe(message)}`);
  }
  close(): void {
    this.lines.push('close');
  }
  random(): number {
    return this.luck.shift() ?? 0;
  }
  observe(fact: Fact): void {
    this.lines.push(`! ${describeFact(fact)}`);
  }
  write(): void {
    throw new Error('a client has no disk');
  }
  append(): void {
    throw new Error('a client has no disk');
  }
  sync(): void {
    throw new Error('a client has no disk');
  }
  syncDirectory(): void {
    throw new Error('a client has no disk');
  }
  read(): void {
    throw new Error('a client has no disk');
  }
  list(): void {
    throw new Error('a client has no disk');
  }
  rename(): void {
    throw new Error('a client has no disk');
  }
  remove(): void {
    throw new Error('a client has no disk');
  }
  truncate(): void {
    throw new Error('a client has no disk');
  }
  halt(reason: string): never {
    throw new Error(reason);
  }

  /** The lines since the last call. */
  take(): string[] {
    const lines = this.lines;
    this.lines = [];
    return lines;
  }

  /** Lets time pass; timers ring in order. */
  advance(handler: Handler, ms: number): void {
    const end = this.time + ms;
    for (;;) {
      let due: TimerId | undefined;
      let dueAt = end;
      for (const [timer, at] of this.timers) {
        if (at > dueAt || (at === dueAt && due !== undefined)) continue;
        due = timer;
        dueAt = at;
      }
      this.time = dueAt;
      if (due === undefined) return;
      this.timers.delete(due);
      handler.handle({ kind: 'timer', timer: due }, this);
    }
  }

  /** The network connects, and the server grants the session. */
  establish(handler: Handler, timeoutMs = 6000, sessionId: SessionId = SESSION): void {
    handler.handle({ kind: 'connected', connection: this.connection }, this);
    this.receive(handler, granted(timeoutMs, sessionId));
  }

  /** The server says something on the latest connection. */
  receive(handler: Handler, message: Message): void {
    handler.handle({ kind: 'received', connection: this.connection, message }, this);
  }

  /** The server closes the latest connection. */
  hangUp(handler: Handler): void {
    handler.handle({ kind: 'closed', connection: this.connection }, this);
  }
}

/** The server's answer to a handshake; a timeout of 0 refuses. */
export function granted(timeoutMs: number, sessionId: SessionId = SESSION): ConnectResponse {
  return { kind: 'connectResponse', protocolVersion: 0, timeoutMs, sessionId, password: PASSWORD, readOnly: false };
}

/** A reply with the zxid of `counter` in epoch 1. */
export function reply(xid: number, counter: number, response: Response | null, err = 0): ReplyMessage {
  return { kind: 'reply', xid, zxid: zxid(counter), err, response };
}

/** A watch event. */
export function fired(type: number, path: string, counter: number): EventMessage {
  return { kind: 'event', zxid: zxid(counter), type, state: 3, path };
}

/** The zxid of `counter` in epoch 1. */
export function zxid(counter: number): Zxid {
  return makeZxid(1, counter);
}

function describe(message: Message): string {
  if (message.kind === 'connectRequest') {
    const { sessionId, password, lastZxidSeen } = message;
    return `connect session ${sessionIdToHex(sessionId)} password ${password[0] ?? '-'} seen ${counterOf(lastZxidSeen)}`;
  }
  if (message.kind !== 'request') return message.kind;
  const { request, xid } = message;
  if (request.kind === 'setWatches' || request.kind === 'setWatches2') {
    const lists = [request.dataWatches, request.existWatches, request.childWatches];
    if (request.kind === 'setWatches2') lists.push(request.persistentWatches, request.persistentRecursiveWatches);
    const since = counterOf(request.relativeZxid);
    return `${xid} ${request.kind} ${since} ${lists.map((paths) => `[${paths.join(' ')}]`).join(' ')}`;
  }
  return 'path' in request ? `${xid} ${request.kind} ${request.path}` : `${xid} ${request.kind}`;
}

function describeFact(fact: Fact): string {
  switch (fact.kind) {
    case 'sessionConnected': {
      const { server, resumed, timeoutMs, lastZxidSeen } = fact;
      return `connected to ${server}${resumed ? ' again' : ''}, timeout ${timeoutMs}, seen ${counterOf(lastZxidSeen)}`;
    }
    case 'invoked':
    case 'lost':
      return `${fact.kind} ${fact.cxid}`;
    case 'replied':
      return `replied ${fact.cxid} err ${fact.err}`;
    case 'watchFired':
      return `watchFired ${fact.type} ${fact.path}`;
    default:
      return fact.kind;
  }
}
