/**
 * The search: breadth first, so that the first counterexample is a shortest one, or depth first, for bugs that are deep and
 * spaces that are too large. It goes on for as many states as it is told and can be called again, so that whoever drives it may
 * look at a clock, which it may not. It ends when the space is exhausted, a promise is broken, or no memory is left.
 */
import { invariant, present } from '../base/invariant.ts';
import type { NodeId } from '../io/event.ts';
import { type Grain, Stepper, unfold } from './grain.ts';
import { type Keeper, OwnKeeper } from './keeper.ts';
import { Progress, type Stuck } from './progress.ts';
import { Rows } from './rows.ts';
import type { Badness, Space } from './space.ts';
import { SleepSets } from './sleep.ts';
import { goTo, type Start } from './start.ts';
import { Visited } from './visited.ts';

/** How to search. */
export interface Manner {
  readonly start: Start;
  readonly grain: Grain;
  readonly order: 'breadth' | 'depth';
  /** No path longer than this. */
  readonly maxDepth: number;
  readonly maxStates: number;
  /** For the visited set. */
  readonly maxBytes: number;
  /** Leave out steps that another order of the same steps makes needless. */
  readonly isReduced: boolean;
  /** Take clients that do the same for one another. */
  readonly symmetry: boolean;
  /** Follow a fair schedule from every state, and demand progress. */
  readonly liveness: boolean;
}

/**
 * going: call again; exhausted: all states within the bounds were seen; found: a promise is broken; level: of those that search
 * together, this one has nothing left to look at at this depth.
 */
export type Status = 'going' | 'exhausted' | 'found' | 'states' | 'memory' | 'level';

/** A way to a bad state. */
export interface Counterexample {
  /** In steps of the grain. */
  readonly path: readonly number[];
  /** One by one, from nothing. */
  readonly steps: readonly number[];
  readonly badness: Badness;
  /** Where there is no progress: how many of the last steps are of the fair schedule, and who stays dead on it. */
  readonly schedule: { readonly steps: number; readonly dead: readonly NodeId[] } | null;
}

/** A state in which steps are to be taken after all. */
interface Woken {
  readonly id: number;
  readonly row: Int32Array;
  readonly codes: readonly number[];
  readonly asleep: number;
}

/** Makes the keeper of a search that shares what it has seen with others. */
export type SharedKeeperMaker = (sleeps: SleepSets | null) => Keeper;

const NO_CODES: readonly number[] = [];

/** See the head of the file. */
export class Search {
  readonly space: Space;
  readonly manner: Manner;
  readonly keeper: Keeper;
  status: Status = 'going';
  /** States that were come to, seen before or not. */
  generated = 0;
  /** Steps that led beyond a bound. */
  bounded = 0;
  /** Steps that were left out, because what they lead to is found by another order of the same steps. */
  slept = 0;
  depth = 0;
  /** States of each depth, breadth first. */
  readonly levels: number[] = [1];
  found: Counterexample | null = null;
  readonly sleeps: SleepSets | null;
  readonly progress: Progress | null;
  private readonly own: OwnKeeper | null;
  private frontier: Rows;
  private next: Rows;
  private at = 0;
  /** The way to the beginning. */
  private readonly start: readonly number[];
  private readonly first: Int32Array;
  private readonly stepper: Stepper;
  private readonly woken: Woken[] = [];
  private readonly row: Int32Array;
  private readonly child: Int32Array;
  private readonly print: Int32Array = new Int32Array(3);
  private readonly codes: number[] = [];
  private readonly depths: number[] = [];

  constructor(space: Space, manner: Manner, shared: SharedKeeperMaker | null = null) {
    this.space = space;
    this.manner = manner;
    this.frontier = new Rows(space.width);
    this.next = new Rows(space.width);
    this.row = new Int32Array(space.width);
    this.child = new Int32Array(space.width);
    const first = space.begin();
    this.stepper = new Stepper(space, manner.grain);
    // What sleeps in a state is named by its clients: it says nothing of the state with clients exchanged.
    const canSleep = manner.isReduced && manner.order === 'breadth' && space.renamings.length === 0;
    this.sleeps = canSleep ? new SleepSets(space, manner.grain === 'whole') : null;
    this.own = shared === null ? new OwnKeeper(manner.maxBytes, this.sleeps) : null;
    this.keeper = this.own ?? present(shared, 'a search keeps its states itself or shares them')(this.sleeps);
    const way = present(goTo(space, manner.start, first), 'clients have the writes, and the bounds the room, for the start');
    this.start = way.path;
    const isGood = way.isGood && this.stepper.settle(first) !== 'bad';
    this.first = first;
    this.progress = manner.liveness ? new Progress(space) : null;
    space.print(first, this.print);
    const id = this.keeper.add(this.print, -1, 0, 0);
    if (id >= 0) return;
    this.generated = 1;
    this.frontier.push(first, ~id);
    this.depths.push(0);
    if (!isGood) this.stop([], { steps: NO_CODES, badness: space.badness(first) });
  }

  /** States that wait to be looked at: all, and those of this depth only. */
  get waiting(): number {
    return this.ahead + this.next.count;
  }

  get ahead(): number {
    return this.frontier.count - this.at;
  }

  /** The states themselves. Only of a search that does not share them. */
  get visited(): Visited {
    return present(this.own, 'a search of its own keeps its states itself').visited;
  }

  /** Looks at so many states more. */
  run(states: number): Status {
    for (let i = 0; i < states && this.status === 'going'; i++) {
      if (this.manner.order === 'breadth') this.breadth();
      else this.deep();
    }
    return this.status;
  }

  /** Goes on with the next depth; all that share the states do so together. */
  turn(): void {
    const { frontier } = this;
    this.frontier = this.next;
    this.next = frontier;
    this.next.clear();
    this.at = 0;
    this.depth++;
    this.levels.push(this.frontier.count);
    this.status = 'going';
  }

  /** Goes on after the states that are shared have found more room. */
  goOn(): void {
    if (this.status === 'memory') this.status = 'going';
  }

  /** Gives away so many states that wait to be looked at at this depth. */
  give(count: number): number[] {
    const given: number[] = [];
    while (given.length < count && this.ahead > 0) given.push(this.frontier.pop(this.row));
    return given;
  }

  /** Takes over states that another one gave away. */
  takeOver(ids: readonly number[]): void {
    const { taken } = this.space;
    const before = taken.slice();
    for (const id of ids) invariant(this.rebuild(id, this.frontier), 'the same steps lead to the same state everywhere');
    taken.splice(0, taken.length, ...before);
    if (this.status === 'level') this.status = 'going';
  }

  /** Where a breadth-first search stands, between two states. */
  resumption(): Resumption {
    const ids = (rows: Rows, from: number): number[] => Array.from({ length: rows.count - from }, (_, i) => rows.idAt(from + i));
    const { depth, levels, generated, bounded, slept } = this;
    const sleeps = this.sleeps?.all() ?? [];
    return { frontier: ids(this.frontier, this.at), next: ids(this.next, 0), depth, levels, generated, bounded, slept, sleeps };
  }

  /**
   * Goes on where another search stood, with its visited states. False if these steps lead elsewhere now: then the code is
   * another.
   */
  resume(from: Resumption, visited: readonly Int32Array[]): boolean {
    const [prints, parents, actions, asleep] = visited;
    if (prints === undefined || parents === undefined || actions === undefined || asleep === undefined) return false;
    if (this.own === null) return false;
    const { sleeps } = this;
    const numbers = [0, ...from.sleeps.map((codes) => sleeps?.ofCodes(codes) ?? 0)];
    this.own.visited = new Visited(this.manner.maxBytes);
    this.own.visited.load(prints, parents, actions, asleep.map((set) => numbers[set] ?? 0));
    this.frontier.clear();
    this.at = 0;
    for (const id of from.frontier) if (!this.rebuild(id, this.frontier)) return false;
    for (const id of from.next) if (!this.rebuild(id, this.next)) return false;
    this.depth = from.depth;
    this.levels.splice(0, this.levels.length, ...from.levels);
    this.generated = from.generated;
    this.bounded = from.bounded;
    this.slept = from.slept;
    return true;
  }

  /** Walks to a state again, since rows mean nothing to another process. */
  private rebuild(id: number, into: Rows): boolean {
    const row = this.first.slice();
    for (const code of this.keeper.path(id)) {
      if (!this.space.isPossible(row, code)) return false;
      this.stepper.take(row, code);
    }
    this.space.print(row, this.print);
    if (this.keeper.add(this.print, -1, 0, 0) !== id) return false;
    into.push(row, id);
    return true;
  }

  private breadth(): void {
    if (this.at >= this.frontier.count) {
      if (this.own === null) {
        this.status = 'level';
        return;
      }
      if (this.next.count === 0) {
        this.status = 'exhausted';
        return;
      }
      this.turn();
    }
    if (!this.keeper.hasMargin) {
      this.status = 'memory';
      return;
    }
    const id = this.frontier.read(this.at++, this.row);
    if (this.depth < this.manner.maxDepth) this.expand(id);
  }

  private deep(): void {
    if (this.frontier.count === 0) {
      this.status = 'exhausted';
      return;
    }
    const id = this.frontier.pop(this.row);
    const depth = this.depths.pop() ?? 0;
    this.depth = Math.max(this.depth, depth);
    if (depth >= this.manner.maxDepth) return;
    const before = this.next.count;
    this.expand(id);
    // On the stack in the opposite order, so that the first action is taken first.
    while (this.next.count > before) {
      const child = this.next.pop(this.child);
      this.frontier.push(this.child, child);
      this.depths.push(depth + 1);
    }
  }

  private expand(id: number): void {
    const { space, row, codes } = this;
    const stuck = this.progress?.follow(row) ?? null;
    if (stuck !== null) {
      this.stop(this.keeper.path(id), stuck);
      return;
    }
    space.actions(row, codes);
    this.takeAll(id, codes, this.keeper.open(id));
    // States that were reached again, with fewer steps asleep than before.
    for (let again = this.woken.pop(); again !== undefined && this.status === 'going'; again = this.woken.pop()) {
      row.set(again.row);
      this.takeAll(again.id, again.codes, again.asleep);
    }
  }

  private takeAll(id: number, codes: readonly number[], set: number): void {
    const { row, child, sleeps } = this;
    const asleep = sleeps?.codesOf(set) ?? NO_CODES;
    const before = (sleeps?.entriesOf(set) ?? NO_CODES).slice();
    for (const code of codes) {
      if (asleep.includes(code)) {
        this.slept++;
        continue;
      }
      child.set(row);
      if (sleeps !== null && !sleeps.isWhole) this.space.watch();
      const fired = this.stepper.take(child, code);
      this.generated++;
      if (fired === 'bad') {
        this.fail(id, code);
        return;
      }
      const entry = this.entryOf(code, fired === 'fine');
      if (fired === 'bounded') this.bounded++;
      else this.reach(id, code, sleeps === null ? 0 : sleeps.intern(before.filter((one) => sleeps.commute(row, one, entry))));
      before.push(entry);
      if (this.status !== 'going') return;
    }
  }

  /** The step that was just taken, as one that may sleep. One that led beyond a bound is not known to its end. */
  private entryOf(code: number, isComplete: boolean): number {
    const { sleeps } = this;
    if (sleeps === null) return 0;
    return sleeps.entryOf(code, sleeps.isWhole || !isComplete ? null : this.space.footprint());
  }

  private fail(id: number, code: number): void {
    this.stop([...this.keeper.path(id), code], { steps: NO_CODES, badness: this.space.badness(this.child) });
  }

  /** A counterexample: a path in steps of the grain, and what was done behind it one by one. */
  private stop(path: readonly number[], behind: Omit<Stuck, 'dead'> & Partial<Stuck>): void {
    const { steps, badness, dead } = behind;
    const schedule = dead === undefined ? null : { steps: steps.length, dead };
    this.found = { path, steps: [...unfold(this.space, this.manner.grain, this.start, path), ...steps], badness, schedule };
    this.status = 'found';
  }

  private reach(parent: number, code: number, asleep: number): void {
    const { space, keeper, child, print } = this;
    space.print(child, print);
    if (!keeper.hasRoom) {
      this.status = 'memory';
      return;
    }
    const id = keeper.add(print, parent, code, asleep);
    if (id < 0) {
      this.next.push(child, ~id);
      if (keeper.count >= this.manner.maxStates) this.status = 'states';
      return;
    }
    const again = keeper.again(id, asleep);
    if (again !== null) this.woken.push({ id, row: child.slice(), ...again });
  }
}

/** What a breadth-first search must remember to go on later, but for its visited states. Plain JSON. */
export interface Resumption {
  readonly frontier: readonly number[];
  readonly next: readonly number[];
  readonly depth: number;
  readonly levels: readonly number[];
  readonly generated: number;
  readonly bounded: number;
  readonly slept: number;
  readonly sleeps: readonly (readonly number[])[];
}

/** The odds that any two of so many states were taken for one, by their prints of 96 bits. */
export function oddsOfMiss(states: number): number {
  return (states / 2 ** 48) * ((states / 2 ** 48) / 2);
}
