/**
 * What a process of a soak states, and when. The judges want the facts of all processes in one order which agrees with what can
 * have caused what. Every fact is stamped with the time at which its turn (the handling of one event) began, by the clock that
 * all processes of the machine share. Whatever a turn sends leaves after its beginning, and whatever arrives begins a later
 * turn, so that the order of the stamps never puts an effect before its cause.
 *
 * A server may be killed at any moment, and what it has done must then be known. So a turn's effects wait until its facts are
 * in a file: a turn of which nothing is written has sent nothing and asked its disk for nothing. It must never change what
 * a process asks, nor the order.
 */
import { closeSync, openSync, readFileSync, writeSync } from 'node:fs';
import { deserialize, serialize } from 'node:v8';
import type { ConnectionId, DiskToken, Event, NodeId, TimerId } from '../io/event.ts';
import type { Fact } from '../io/fact.ts';
import type { Io } from '../io/io.ts';
import type { Process } from '../io/process.ts';
import type { Message, Port } from '../wire/message.ts';

/** The facts of one turn, and when it began: nanoseconds since the soak did. */
export interface Turn {
  readonly ns: number;
  readonly facts: readonly Fact[];
}

/** Nanoseconds by the clock that all processes of this machine share. */
export function sharedNs(): bigint {
  return process.hrtime.bigint();
}

/** A process whose facts are kept, each turn's before any effect of it gets out. */
export class Recorder implements Process {
  private readonly inner: Process;
  private readonly sinceNs: bigint;
  private readonly keep: (turn: Turn) => void;

  /** `keep` returns when the turn is safe. */
  constructor(inner: Process, sinceNs: bigint, keep: (turn: Turn) => void) {
    this.inner = inner;
    this.sinceNs = sinceNs;
    this.keep = keep;
  }

  handle(event: Event, io: Io): void {
    this.perform(io, (turn) => this.inner.handle(event, turn));
  }

  afterTurn(io: Io): void {
    this.perform(io, (turn) => this.inner.afterTurn?.(turn));
  }

  private perform(io: Io, act: (turn: TurnIo) => void): void {
    const ns = Number(sharedNs() - this.sinceNs);
    const turn = new TurnIo(io);
    try {
      act(turn);
    } finally {
      // Also where the process stops itself: what it did before that has happened.
      if (turn.facts.length > 0) this.keep({ ns, facts: turn.facts });
      turn.release();
    }
  }
}

/** The `io` of one turn: what can be seen from outside is held back. */
class TurnIo implements Io {
  readonly self: NodeId;
  readonly hasTurns: boolean;
  readonly facts: Fact[] = [];
  private readonly io: Io;
  private readonly held: (() => void)[] = [];

  constructor(io: Io) {
    this.self = io.self;
    this.hasTurns = io.hasTurns === true;
    this.io = io;
  }

  release(): void {
    for (const effect of this.held) effect();
  }

  now(): number {
    return this.io.now();
  }

  wallTime(): number {
    return this.io.wallTime();
  }

  setTimer(timer: TimerId, afterMs: number): void {
    this.io.setTimer(timer, afterMs);
  }

  cancelTimer(timer: TimerId): void {
    this.io.cancelTimer(timer);
  }

  /** Not held back, for its number is wanted: nobody learns anything of a connection on which nothing was sent. */
  connect(node: NodeId, port: Port): ConnectionId {
    return this.io.connect(node, port);
  }

  send(connection: ConnectionId, message: Message): void {
    this.held.push(() => this.io.send(connection, message));
  }

  close(connection: ConnectionId): void {
    this.held.push(() => this.io.close(connection));
  }

  append(file: string, bytes: Uint8Array, token: DiskToken): void {
    this.held.push(() => this.io.append(file, bytes, token));
  }

  write(file: string, offset: number, bytes: Uint8Array, token: DiskToken): void {
    this.held.push(() => this.io.write(file, offset, bytes, token));
  }

  sync(file: string, token: DiskToken): void {
    this.held.push(() => this.io.sync(file, token));
  }

  syncDirectory(token: DiskToken): void {
    this.held.push(() => this.io.syncDirectory(token));
  }

  read(file: string, token: DiskToken): void {
    this.held.push(() => this.io.read(file, token));
  }

  list(token: DiskToken): void {
    this.held.push(() => this.io.list(token));
  }

  rename(from: string, to: string, token: DiskToken): void {
    this.held.push(() => this.io.rename(from, to, token));
  }

  remove(file: string, token: DiskToken): void {
    this.held.push(() => this.io.remove(file, token));
  }

  truncate(file: string, size: number, token: DiskToken): void {
    this.held.push(() => this.io.truncate(file, size, token));
  }

  random(bound: number): number {
    return this.io.random(bound);
  }

  observe(fact: Fact): void {
    this.facts.push(fact);
  }

  halt(reason: string): never {
    return this.io.halt(reason);
  }
}

const LENGTH_BYTES = 4;

/** A file of turns that outlives its writer, who may be killed. */
export class TurnFile {
  private readonly file: number;

  constructor(path: string) {
    this.file = openSync(path, 'w');
  }

  /** When it returns, the operating system has the turn: only the loss of power could lose it. */
  write(turn: Turn): void {
    const body = serialize(turn);
    const bytes = Buffer.alloc(LENGTH_BYTES + body.length);
    bytes.writeUInt32BE(body.length, 0);
    bytes.set(body, LENGTH_BYTES);
    for (let from = 0; from < bytes.length;) from += writeSync(this.file, bytes, from);
  }

  close(): void {
    closeSync(this.file);
  }
}

/** The turns of a file. One that was half written is left out: none of its effects got out. */
export function readTurns(path: string): Turn[] {
  const bytes = readFileSync(path);
  const turns: Turn[] = [];
  let at = 0;
  while (at + LENGTH_BYTES <= bytes.length) {
    const end = at + LENGTH_BYTES + bytes.readUInt32BE(at);
    if (end > bytes.length) break;
    const turn: unknown = deserialize(bytes.subarray(at + LENGTH_BYTES, end));
    if (isTurn(turn)) turns.push(turn);
    at = end;
  }
  return turns;
}

/** What this program wrote itself need not be looked at closely. */
function isTurn(value: unknown): value is Turn {
  return typeof value === 'object' && value !== null && 'ns' in value && 'facts' in value && Array.isArray(value.facts);
}
