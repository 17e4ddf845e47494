/**
 * The space that is searched: a state is a row of small numbers (a cell for each process, a state of the wires for each
 * pair, the panel, the time, what is left of the budgets), and this says where it begins, what may happen in each state and
 * what comes of it. Untimed: whatever is under way may come next, however long it took; a timer that is not due yet may fire
 * as well, but that is a timeout, costs one of a budget and moves the time on. Nothing here draws; everything is enumerated.
 */
import { invariant, present } from '../base/invariant.ts';
import type { Event, NodeId } from '../io/event.ts';
import type { Violation } from '../history/judge.ts';
import { Act, ACT_NAMES, codeOf, type Footprint } from './action.ts';
import { type Broken, type CrashLuck, LIE } from './cell.ts';
import { addChances, addRot, NAMED_LUCKS, TEAR } from './chances.ts';
import { accepting, type CellEvent, Cells, type FactList, type Outcome } from './cells.ts';
import { eventKey, Key } from './event-key.ts';
import { Panels } from './panels.ts';
import type { Print, Renaming } from './print.ts';
import { RowPrinter } from './row-print.ts';
import type { Subject } from './subject.ts';
import { OtherNames, renamingsOf } from './symmetry.ts';
import { freeId, type Move, pairsOf, PER_PEER, Wires } from './wires.ts';

/** fine: a state like another; bounded: beyond the bounds; bad: a promise or a process is broken. */
export type Fired = 'fine' | 'bounded' | 'bad';

/** What is wrong in a bad state. */
export interface Badness {
  readonly violation: Violation | null;
  readonly broken: (Broken & { readonly node: NodeId }) | null;
}

/** A process takes time to start again, or it would give the session ids of its last life once more. */
const RESTART_MS = 1;

/** See the head of the file. */
export class Space {
  readonly subject: Subject;
  readonly cells: Cells;
  readonly wires: Wires;
  readonly panels: Panels;
  readonly nodes: readonly NodeId[];
  /** Pairs as indices of processes: first, second. */
  readonly pairs: readonly (readonly [number, number])[];
  readonly width: number;
  /** Other ways to name the clients, if they are interchangeable. */
  readonly renamings: readonly Renaming[];
  private readonly printer: RowPrinter;
  /** Slots of a row. */
  readonly panelAt: number;
  readonly nowAt: number;
  readonly crashesAt: number;
  readonly timeoutsAt: number;
  readonly partitionsAt: number;
  readonly diskFaultsAt: number;
  readonly liesAt: number;
  readonly rotAt: number;
  readonly wallJumpsAt: number;
  /** How often each kind of action was taken. */
  readonly taken: number[] = ACT_NAMES.map(() => 0);
  broken: (Broken & { readonly node: NodeId }) | null = null;
  /** What crashes make of disks, by the last part of their codes. A search knows those that have a name only. */
  readonly lucks: CrashLuck[] = [...NAMED_LUCKS];
  /** Hears of every list of facts. */
  onFacts: ((list: FactList) => void) | null = null;
  /** Of the steps since `watch`: bits of slots, and lists of facts. */
  private touched = 0;
  private told: number[] | null = null;
  private readonly indexOf: Map<NodeId, number> = new Map();
  private readonly pairOf: Int32Array;

  constructor(subject: Subject) {
    this.subject = subject;
    this.nodes = subject.nodes.map(({ node }) => node);
    this.nodes.forEach((node, index) => this.indexOf.set(node, index));
    const clients = subject.symmetry ? subject.nodes.flatMap(({ node, kind }) => (kind === 'client' ? [node] : [])) : [];
    this.renamings = renamingsOf(clients, PER_PEER);
    this.cells = new Cells(new OtherNames(this.renamings));
    const messagePrint = (message: number): Print => present(this.cells.messagePrints[message], 'messages are interned');
    this.wires = new Wires(messagePrint, new OtherNames(this.renamings));
    this.cells.attach(this.wires);
    this.panels = new Panels(subject.properties, subject.expectations, new OtherNames(this.renamings));
    const count = this.nodes.length;
    const pairs = pairsOf(subject.nodes);
    this.pairs = pairs;
    this.pairOf = new Int32Array(count * count).fill(-1);
    for (const [pair, [i, j]] of pairs.entries()) {
      this.pairOf[i * count + j] = pair;
      this.pairOf[j * count + i] = pair;
    }
    this.panelAt = count + pairs.length;
    let slot = this.panelAt;
    [this.nowAt, this.crashesAt, this.timeoutsAt, this.partitionsAt] = [++slot, ++slot, ++slot, ++slot];
    [this.diskFaultsAt, this.liesAt, this.rotAt, this.wallJumpsAt, this.width] = [++slot, ++slot, ++slot, ++slot, ++slot];
    const processOf = (index: number, names: Renaming): number => this.indexOf.get(names.of(this.nodes[index] ?? 0)) ?? index;
    this.printer = new RowPrinter(this.width, [
      { slots: count, parts: this.cells, moved: processOf },
      {
        slots: pairs.length, parts: this.wires,
        moved: (index, names) => {
          const [one = 0, other = 0] = pairs[index] ?? [];
          return this.pairIndex(processOf(one, names), processOf(other, names));
        },
      },
      { slots: 1, parts: this.panels, moved: () => 0 },
    ], this.renamings);
  }

  /** The row of the beginning: every process has started, in the order of their ids, and nothing has arrived. */
  begin(): Int32Array {
    const row = new Int32Array(this.width);
    const { bounds: { crashes, timeouts, partitions, diskFaults = 0, lies = 0, rot = 0, wallJumps = 0 }, nodes } = this.subject;
    row.set([crashes, timeouts, partitions, diskFaults, lies, rot, wallJumps], this.crashesAt);
    nodes.forEach((spec, index) => {
      row[index] = this.cells.found(spec);
    });
    nodes.forEach((_, index) => {
      this.happen(row, index, Key.start, () => ({ kind: 'start' }));
    });
    return row;
  }

  /** The codes of all that may happen in the state at `row`, in an order that is the same everywhere. */
  actions(row: Int32Array, into: number[]): void {
    into.length = 0;
    const count = this.nodes.length;
    for (let pair = 0; pair < this.pairs.length; pair++) {
      for (const move of this.wires.moves(row[count + pair] ?? 0)) into.push(codeOf(Act.deliver, pair, move.code));
    }
    const timeouts = row[this.timeoutsAt] ?? 0;
    const lies = this.mayBeImpaired(row) ? (row[this.liesAt] ?? 0) : 0;
    const hasRot = (row[this.rotAt] ?? 0) > 0 && this.mayBeImpaired(row);
    const wallJumps = row[this.wallJumpsAt] ?? 0;
    const budgets = { crashes: row[this.crashesAt] ?? 0, diskFaults: row[this.diskFaultsAt] ?? 0, lies, wallJumps };
    for (let index = 0; index < count; index++) {
      const ready = this.cells.readiness(row[index] ?? 0);
      for (const request of ready.disk) into.push(codeOf(Act.disk, index, request));
      for (const timer of ready.prompt) into.push(codeOf(Act.prompt, index, timer));
      if (timeouts > 0) for (const timer of ready.timers) into.push(codeOf(Act.timeout, index, timer));
      if (this.subject.nodes[index]?.kind !== 'server') continue;
      addChances(index, ready, budgets, into);
      if (hasRot) addRot(index, this.cells.rottenPlaces(row[index] ?? 0), into);
    }
    if ((row[this.partitionsAt] ?? 0) > 0) this.resets(row, into);
  }

  /** Whether the action is among those of the state at `row`. */
  isPossible(row: Int32Array, code: number): boolean {
    const codes: number[] = [];
    this.actions(row, codes);
    return codes.includes(code);
  }

  /** Lets the action happen; changes `row`. */
  fire(row: Int32Array, code: number): Fired {
    const kind = code >>> 24;
    const index = (code >>> 16) & 0xff;
    const sub = code & 0xffff;
    this.taken[kind] = (this.taken[kind] ?? 0) + 1;
    switch (kind) {
      case Act.deliver:
        return this.deliver(row, index, this.moveOf(row, index, sub));
      case Act.disk:
        return this.happen(row, index, Key.disk + sub, () => ({ kind: 'disk', index: sub }));
      case Act.prompt:
      case Act.timeout:
        return this.timer(row, index, sub, kind === Act.timeout);
      case Act.crash:
        return this.crash(row, index, sub);
      case Act.restart:
        this.put(row, this.nowAt, (row[this.nowAt] ?? 0) + RESTART_MS);
        return this.happen(row, index, Key.restart, () => ({ kind: 'restart' }));
      case Act.diskFault:
        this.pay(row, sub === LIE ? this.liesAt : this.diskFaultsAt);
        return this.happen(row, index, Key.fault + sub, () => ({ kind: 'fault', fault: sub }));
      case Act.rot:
        this.pay(row, this.rotAt);
        return this.happen(row, index, Key.rot + sub, () => ({ kind: 'rot', place: sub }));
      case Act.wallJump:
        this.pay(row, this.wallJumpsAt);
        return this.happen(row, index, Key.wallJump + sub, () => ({ kind: 'wallJump', which: sub }));
      default:
        return this.reset(row, index);
    }
  }

  /** Why the state is bad. */
  badness(row: Int32Array): Badness {
    return { violation: this.panels.violations[row[this.panelAt] ?? 0] ?? null, broken: this.broken };
  }

  /** What is first in a queue, or its loss. */
  moveOf(row: Int32Array, pair: number, code: number): Move {
    for (const move of this.wires.moves(row[this.nodes.length + pair] ?? 0)) if (move.code === code) return move;
    invariant(false, 'an action is possible where it is taken');
  }

  /** The process that an action happens to; −1: to none or to two. */
  whose(row: Int32Array, code: number): number {
    const kind = code >>> 24;
    const index = (code >>> 16) & 0xff;
    if (kind === Act.reset) return -1;
    if (kind !== Act.deliver) return index;
    return this.indexOf.get(this.moveOf(row, index, code & 0xffff).node) ?? -1;
  }

  /** The slot of the budget that an action costs one of; 0: it costs nothing; −1: it does more than that to what all share. */
  priceOf(row: Int32Array, code: number): number {
    const kind = code >>> 24;
    if (kind <= Act.prompt) return 0;
    if (kind === Act.crash) return (code & 0xffff) === TEAR ? -1 : this.crashesAt;
    const dueMs = kind === Act.timeout ? this.dueMs(row, (code >>> 16) & 0xff, code & 0xffff) : Infinity;
    return dueMs <= (row[this.nowAt] ?? 0) ? this.timeoutsAt : -1;
  }

  /**
   * The list of facts that a step of a process would state; −1: none. Only of steps that have a price of none or of a budget.
   */
  factsOf(row: Int32Array, code: number, index: number): number {
    const kind = code >>> 24;
    const sub = code & 0xffff;
    if (kind === Act.disk) return this.look(row, index, Key.disk + sub, () => ({ kind: 'disk', index: sub })).facts;
    if (kind === Act.prompt || kind === Act.timeout) {
      return this.look(row, index, Key.timer + sub, () => ({ kind: 'timer', timer: sub })).facts;
    }
    if (kind === Act.crash) return this.look(row, index, Key.crash + sub, () => this.crashing(sub)).facts;
    const move = this.moveOf(row, (code >>> 16) & 0xff, sub);
    if (move.kind !== 'accepted') return this.look(row, index, eventKey(move), () => this.heard(move)).facts;
    return this.canAccept(row, index) ? this.look(row, index, eventKey(move), () => accepting(move)).facts : -1;
  }

  /** Whether the judges come to the same in either order of two sequences of lists of facts. */
  agrees(row: Int32Array, one: readonly number[], other: readonly number[]): boolean {
    if (one.length === 0 || other.length === 0) return true;
    const panel = row[this.panelAt] ?? 0;
    const nowMs = row[this.nowAt] ?? 0;
    const see = (before: number, told: readonly number[]): number => told.reduce((at, facts) => {
      return this.panels.see(at, facts, present(this.cells.factLists[facts], 'facts are interned'), nowMs);
    }, before);
    return see(see(panel, one), other) === see(see(panel, other), one);
  }

  /** What the steps since `watch` touched and told. Null if they moved the time, or if there are too many slots. */
  footprint(): Footprint | null {
    if (this.width > 31 || (this.touched & (1 << this.nowAt)) !== 0) return null;
    return { touched: this.touched, told: this.told ?? [] };
  }

  /** From here on, remembers what is touched and told. */
  watch(): void {
    this.touched = 0;
    this.told = [];
  }

  /** The pair of two processes, by their indices. */
  pairIndex(one: number, other: number): number {
    return this.pairOf[one * this.nodes.length + other] ?? -1;
  }

  /** Writes the print of the state at `row` to `into`: the least under all ways to name the clients. */
  print(row: Int32Array, into: Int32Array): void {
    this.printer.print(row, into);
  }

  /** At most one disk lies or decays: most of the voters' must not. */
  private mayBeImpaired(row: Int32Array): boolean {
    const isAnyImpaired = this.nodes.some((_, index) => this.cells.readiness(row[index] ?? 0).isImpaired);
    return !isAnyImpaired && this.subject.expectations.voters.length > 2;
  }

  private resets(row: Int32Array, into: number[]): void {
    const count = this.nodes.length;
    this.pairs.forEach(([one], pair) => {
      const state = row[count + pair] ?? 0;
      if (this.wires.known(state, this.nodes[one] ?? 0) > 0) into.push(codeOf(Act.reset, pair, 0));
    });
  }

  private deliver(row: Int32Array, pair: number, move: Move): Fired {
    const at = this.nodes.length + pair;
    const index = this.indexOf.get(move.node) ?? -1;
    const before = row[at] ?? 0;
    this.put(row, at, move.pair);
    if (index < 0) return 'fine';
    if (move.kind !== 'accepted') return this.happen(row, index, eventKey(move), () => this.heard(move));
    // Asked, though it may stay as it is.
    this.put(row, index, row[index] ?? 0);
    if (!this.canAccept(row, index)) return 'fine';
    const { open } = this.cells.get(row[index] ?? 0);
    this.put(row, at, this.wires.accept(before, move.wire, freeId(open, move.peer, move.port, false)));
    return this.happen(row, index, eventKey(move), () => accepting(move));
  }

  private canAccept(row: Int32Array, index: number): boolean {
    return this.cells.readiness(row[index] ?? 0).isUp && this.subject.nodes[index]?.kind === 'server';
  }

  private heard(move: Move): CellEvent {
    return { kind: 'event', event: this.eventOf(move) };
  }

  private eventOf(move: Move): Event {
    const { connection } = move;
    if (move.kind === 'connected') return { kind: 'connected', connection };
    if (move.kind === 'closed') return { kind: 'closed', connection };
    return { kind: 'received', connection, message: present(this.cells.messages[move.message], 'messages are interned') };
  }

  private timer(row: Int32Array, index: number, timer: number, isTimeout: boolean): Fired {
    if (isTimeout) {
      const dueMs = this.dueMs(row, index, timer);
      if (dueMs > (row[this.nowAt] ?? 0)) this.put(row, this.nowAt, dueMs);
      this.pay(row, this.timeoutsAt);
    }
    return this.happen(row, index, Key.timer + timer, () => ({ kind: 'timer', timer }));
  }

  private dueMs(row: Int32Array, index: number, timer: number): number {
    const ready = this.cells.readiness(row[index] ?? 0);
    return ready.dueMs[ready.timers.indexOf(timer)] ?? 0;
  }

  private crash(row: Int32Array, index: number, sub: number): Fired {
    this.pay(row, this.crashesAt);
    if (sub === TEAR) this.pay(row, this.diskFaultsAt);
    this.cut(row, index);
    return this.happen(row, index, Key.crash + sub, () => this.crashing(sub));
  }

  private pay(row: Int32Array, budget: number): void {
    this.put(row, budget, (row[budget] ?? 0) - 1);
  }

  /**
   * What an action deals with, but for the judges, goes through here, whether or not it becomes another: a cut of wires that are
   * cut already does nothing, and would do something if they were connected anew before.
   */
  private put(row: Int32Array, slot: number, part: number): void {
    row[slot] = part;
    this.touched |= 1 << slot;
  }

  private crashing(sub: number): CellEvent {
    return { kind: 'crash', luck: this.lucks[sub] ?? 'keep' };
  }

  private reset(row: Int32Array, pair: number): Fired {
    this.pay(row, this.partitionsAt);
    const at = this.nodes.length + pair;
    this.put(row, at, this.wires.reset(row[at] ?? 0, this.nodes[this.pairs[pair]?.[0] ?? 0] ?? 0));
    return 'fine';
  }

  /** The process is gone, and its ends of all connections. */
  private cut(row: Int32Array, index: number): void {
    const count = this.nodes.length;
    for (let pair = 0; pair < this.pairs.length; pair++) {
      const [one, other] = this.pairs[pair] ?? [-1, -1];
      if (one !== index && other !== index) continue;
      this.put(row, count + pair, this.wires.crash(row[count + pair] ?? 0, this.nodes[index] ?? 0));
    }
  }

  private happen(row: Int32Array, index: number, key: number, what: () => CellEvent): Fired {
    return this.settle(row, index, row[this.nowAt] ?? 0, this.look(row, index, key, what));
  }

  private look(row: Int32Array, index: number, key: number, what: () => CellEvent): Outcome {
    const nowMs = row[this.nowAt] ?? 0;
    return this.cells.outcome(row[index] ?? 0, this.cells.eventOf(key, nowMs), nowMs, what);
  }

  private settle(row: Int32Array, index: number, nowMs: number, outcome: Outcome): Fired {
    const count = this.nodes.length;
    this.put(row, index, outcome.cell);
    const { effects } = outcome;
    for (let i = 0; i < effects.length; i += 2) {
      const at = count + this.pairIndex(index, this.indexOf.get(effects[i] ?? 0) ?? 0);
      this.put(row, at, this.wires.apply(row[at] ?? 0, effects[i + 1] ?? 0));
    }
    if (outcome.died) this.cut(row, index);
    let fired: Fired = 'fine';
    if (outcome.facts >= 0) {
      const list = present(this.cells.factLists[outcome.facts], 'facts are interned');
      if (this.onFacts !== null) this.onFacts(list);
      this.told?.push(outcome.facts);
      if (list.epoch > this.subject.bounds.epochs || list.round > this.subject.bounds.rounds) fired = 'bounded';
      const panel = this.panels.see(row[this.panelAt] ?? 0, outcome.facts, list, nowMs);
      row[this.panelAt] = panel;
      if ((this.panels.violations[panel] ?? null) !== null) fired = 'bad';
    }
    if (outcome.broken !== null) {
      this.broken = { ...outcome.broken, node: this.nodes[index] ?? 0 };
      fired = 'bad';
    }
    return fired;
  }
}
