/**
 * Every state that any process was seen in, as small numbers, and what every event made of each: a process is data and its step
 * a function, so no step of real code is ever made twice. The states of a whole world are far more than those of its processes,
 * and most of a search is looking up here.
 */
import { present } from '../base/invariant.ts';
import { counterOf } from '../base/zxid.ts';
import { addressOf, type Event, type NodeId, type TimerId } from '../io/event.ts';
import type { Fact } from '../io/fact.ts';
import type { Message } from '../wire/message.ts';
import type { NodeSpec } from '../world/host.ts';
import { armDisk, type Broken, Cell, type Came, completeRequest, type CrashLuck, die, forkCell, step } from './cell.ts';
import { freeze, keyOf, type Print, printOf, printRenamed } from './print.ts';
import { decay, rottenPlaces } from './rot.ts';
import type { OtherNames } from './symmetry.ts';
import { jumpWall } from './wall-jump.ts';
import { type Move, peerOf, type WireEffect, type Wires } from './wires.ts';

/** Facts stated in one step: whose, and what. */
export interface FactList {
  readonly node: NodeId;
  readonly facts: readonly Fact[];
  /** What of them bounds ask for. */
  readonly epoch: number;
  readonly round: number;
}

/** What one step came to. */
export interface Outcome {
  /** The cell afterwards. */
  readonly cell: number;
  /** Peer, effects on the connections with it, and so on, in the order of the first of each. */
  readonly effects: readonly number[];
  /** −1: nothing was stated. */
  readonly facts: number;
  /** The process stopped itself. */
  readonly died: boolean;
  readonly broken: Broken | null;
}

/** What a cell may do by itself next. */
export interface Readiness {
  readonly isUp: boolean;
  /** Indices of requests, and of those of them that only read. */
  readonly disk: readonly number[];
  readonly reads: readonly number[];
  /** Timers that were set for at once, and those that were not. */
  readonly prompt: readonly TimerId[];
  readonly timers: readonly TimerId[];
  /** When each of `timers` is due. */
  readonly dueMs: readonly number[];
  readonly hasUnsynced: boolean;
  /** Its disk has lied, or bytes on it have decayed. */
  readonly isImpaired: boolean;
}

/** What happens to a cell. */
export type CellEvent =
  | { readonly kind: 'event'; readonly event: Event }
  | { readonly kind: 'disk'; readonly index: number }
  | { readonly kind: 'timer'; readonly timer: TimerId }
  | { readonly kind: 'accept'; readonly peer: NodeId; readonly port: number; readonly address: string }
  | { readonly kind: 'crash'; readonly luck: CrashLuck }
  | { readonly kind: 'fault'; readonly fault: number }
  | { readonly kind: 'rot'; readonly place: number }
  | { readonly kind: 'wallJump'; readonly which: number }
  | { readonly kind: 'start' | 'restart' };

const SYNC_KINDS: ReadonlySet<string> = new Set([
  'FOLLOWERINFO', 'OBSERVERINFO', 'LEADERINFO', 'ACKEPOCH', 'DIFF', 'TRUNC', 'SNAP', 'NEWLEADER', 'UPTODATE',
]);
/** Of these no process dies. */
const CALM: ReadonlySet<CellEvent['kind']> = new Set(['disk', 'fault', 'rot', 'wallJump'] as const);
const STRIDE = 0x400_0000;
const PORT_NAMES = ['client', 'quorum', 'election'] as const;

/** See the head of the file. */
export class Cells {
  readonly cells: Cell[] = [];
  readonly prints: Print[] = [];
  readonly messages: Message[] = [];
  readonly messagePrints: Print[] = [];
  /** Which messages bring a learner in line with its leader. */
  readonly isSync: boolean[] = [];
  readonly factLists: FactList[] = [];
  readonly factPrints: Print[] = [];
  /** Steps of real code so far. */
  steps = 0;
  private readonly byKey: Map<string, number> = new Map();
  private readonly messageByKey: Map<string, number> = new Map();
  private readonly factsByKey: Map<string, number> = new Map();
  private readonly ready: Readiness[] = [];
  private readonly rotten: number[] = [];
  /** By time, then by key. */
  private readonly events: Map<number, Map<number, number>> = new Map();
  private eventCount = 0;
  private readonly outcomes: Map<number, Outcome> = new Map();
  private wires: Wires | null = null;
  readonly others: OtherNames;

  constructor(others: OtherNames) {
    this.others = others;
  }

  /** Effects are interned there. */
  attach(wires: Wires): void {
    this.wires = wires;
  }

  /** The cell of a process that was never started. */
  found(spec: NodeSpec): number {
    return this.intern(new Cell(spec));
  }

  get(cell: number): Cell {
    return present(this.cells[cell], 'cells are interned');
  }

  readiness(cell: number): Readiness {
    return present(this.ready[cell], 'cells are interned');
  }

  /** At how many places its disk may decay. */
  rottenPlaces(cell: number): number {
    return (this.rotten[cell] ??= rottenPlaces(this.get(cell)).length);
  }

  /** A number for an event at a time; `key` tells it from all others that can happen to one process. */
  eventOf(key: number, nowMs: number): number {
    let events = this.events.get(nowMs);
    if (events === undefined) {
      events = new Map();
      this.events.set(nowMs, events);
    }
    let id = events.get(key);
    if (id === undefined) {
      id = this.eventCount++;
      events.set(key, id);
    }
    return id;
  }

  /** The kinds of messages that were sent, sorted. */
  messageKinds(): string[] {
    return [...new Set(this.messages.map(({ kind }) => kind))].sort((one, other) => (one < other ? -1 : 1));
  }

  /** What the event makes of the cell. `what` is asked for only if that is not known yet. */
  outcome(cell: number, event: number, nowMs: number, what: () => CellEvent): Outcome {
    const key = cell * STRIDE + event;
    let outcome = this.outcomes.get(key);
    if (outcome === undefined) {
      outcome = this.make(cell, nowMs, what());
      this.outcomes.set(key, outcome);
    }
    return outcome;
  }

  /** A number for facts stated together. */
  factsOf(node: NodeId, facts: readonly Fact[], nowMs: number): number {
    if (facts.length === 0) return -1;
    const print = printOf([node, nowMs, facts]);
    const key = keyOf(print);
    let id = this.factsByKey.get(key);
    if (id === undefined) {
      id = this.factLists.length;
      this.factLists.push({ node, facts, ...highest(facts) });
      this.factPrints.push(print);
      this.factsByKey.set(key, id);
    }
    return id;
  }

  private make(id: number, nowMs: number, what: CellEvent): Outcome {
    this.steps++;
    const cell = forkCell(this.get(id));
    const came = play(cell, nowMs, what);
    for (const { message } of came.sent) freeze(message);
    freeze(came.facts);
    const isGone = cell.host.process === null && !CALM.has(what.kind);
    const died = isGone || came.facts.at(-1)?.kind === 'crashed';
    return {
      cell: this.intern(cell),
      effects: this.effectsOf(cell.host.node, came),
      facts: this.factsOf(cell.host.node, came.facts, nowMs),
      died,
      broken: came.broken,
    };
  }

  private effectsOf(node: NodeId, { sent }: Came): number[] {
    const byPeer = new Map<NodeId, WireEffect[]>();
    for (const { kind, connection, message } of sent) {
      const peer = peerOf(connection);
      const effect: WireEffect = { kind, connection, message: message === null ? 0 : this.messageOf(message) };
      const list = byPeer.get(peer);
      if (list === undefined) byPeer.set(peer, [effect]);
      else list.push(effect);
    }
    const wires = present(this.wires, 'cells are attached to wires');
    const effects: number[] = [];
    for (const [peer, list] of byPeer) effects.push(peer, wires.effectsOf(node, list));
    return effects;
  }

  private messageOf(message: Message): number {
    const print = printOf(message);
    const key = keyOf(print);
    let id = this.messageByKey.get(key);
    if (id === undefined) {
      id = this.messages.length;
      this.messages.push(message);
      this.isSync.push(SYNC_KINDS.has(message.kind) || (message.kind === 'ACK' && counterOf(message.zxid) === 0));
      this.messagePrints.push(print);
      this.messageByKey.set(key, id);
    }
    return id;
  }

  private intern(cell: Cell): number {
    const print = printOf([cell.host.node, cell.view()]);
    const key = keyOf(print);
    let id = this.byKey.get(key);
    if (id === undefined) {
      id = this.cells.length;
      this.cells.push(cell);
      this.prints.push(print);
      this.others.add((names) => printRenamed([cell.host.node, cell.view()], names));
      this.ready.push(readinessOf(cell));
      this.byKey.set(key, id);
    }
    return id;
  }
}

/** A connection of that move's process comes in. */
export function accepting({ peer, port }: Move): CellEvent {
  return { kind: 'accept', peer, port, address: addressOf(peer) };
}

function play(cell: Cell, nowMs: number, what: CellEvent): Came {
  switch (what.kind) {
    case 'event':
      if (what.event.kind === 'closed') cell.forget(what.event.connection);
      return step(cell, what.event, nowMs);
    case 'accept': {
      const connection = cell.claim(what.peer, what.port, false);
      const port = PORT_NAMES[what.port] ?? 'client';
      return step(cell, { kind: 'accepted', connection, port, address: what.address }, nowMs);
    }
    case 'timer':
      cell.host.timers.delete(what.timer);
      return step(cell, { kind: 'timer', timer: what.timer }, nowMs);
    case 'disk': {
      const event = completeRequest(cell, what.index);
      return event === undefined ? nothing() : step(cell, event, nowMs);
    }
    case 'crash': {
      die(cell, what.luck);
      const { node } = cell.host;
      return { sent: [], facts: [{ kind: 'crashed', node, cause: 'fault', detail: 'crash' }], broken: null };
    }
    case 'fault':
      return armDisk(cell, what.fault);
    case 'rot':
      return decay(cell, what.place);
    case 'wallJump':
      return jumpWall(cell, what.which);
    case 'start':
    case 'restart': {
      cell.host.process = cell.host.spec.boot();
      freezeConfig(cell.host.process);
      const came = step(cell, { kind: 'start' }, nowMs);
      if (what.kind === 'restart') came.facts.unshift({ kind: 'restarted', node: cell.host.node });
      return came;
    }
  }
}

/** What a process is configured with is shared by all its states: it must not change, and its print is made once. */
function freezeConfig(process: object): void {
  if ('config' in process && typeof process.config === 'object' && process.config !== null) {
    for (const part of Object.values(process.config)) freeze(part ?? null);
  }
}

function nothing(): Came {
  return { sent: [], facts: [], broken: null };
}

function readinessOf(cell: Cell): Readiness {
  const { process, timers } = cell.host;
  const ids = [...timers.keys()].sort((a, b) => a - b);
  const disk = cell.completable();
  const later = ids.filter((id) => !cell.prompt.includes(id));
  return {
    isUp: process !== null,
    disk,
    reads: disk.filter((index) => cell.isRead(index)),
    prompt: ids.filter((id) => cell.prompt.includes(id)),
    timers: later,
    dueMs: later.map((id) => Math.floor((timers.get(id)?.dueLocalUs ?? 0) / 1000)),
    hasUnsynced: cell.hasUnsynced,
    isImpaired: cell.isImpaired,
  };
}

function highest(facts: readonly Fact[]): { readonly epoch: number; readonly round: number } {
  let epoch = 0;
  let round = 0;
  for (const fact of facts) {
    if (fact.kind === 'acceptedEpoch') epoch = Math.max(epoch, fact.epoch);
    if (fact.kind === 'electionStarted' || fact.kind === 'elected') round = Math.max(round, fact.round);
  }
  return { epoch, round };
}
