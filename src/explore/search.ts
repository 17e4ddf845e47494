/**
 * The search: breadth first, so that the first counterexample is a shortest one, or depth first, for bugs that are deep and
 * spaces that are too large. It goes on for as many states as it is told and can be called again, so that whoever drives it may
 * look at a clock, which it may not. It ends when the space is exhausted, a promise is broken, or no memory is left.
 */
import { present } from '../base/invariant.ts';
import { Rows } from './rows.ts';
import { type Grain, Stepper, unfold } from './grain.ts';
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
}

/** going: call again; exhausted: all states within the bounds were seen; found: a promise is broken. */
export type Status = 'going' | 'exhausted' | 'found' | 'states' | 'memory';

/** A way to a bad state. */
export interface Counterexample {
  /** In steps of the grain. */
  readonly path: readonly number[];
  /** One by one, from nothing. */
  readonly steps: readonly number[];
  readonly badness: Badness;
}

/** A state in which steps are to be taken after all. */
interface Woken {
  readonly id: number;
  readonly row: Int32Array;
  readonly codes: readonly number[];
}

const NO_CODES: readonly number[] = [];

/** See the head of the file. */
export class Search {
  readonly space: Space;
  readonly manner: Manner;
  visited: Visited;
  status: Status = 'going';
  /** States that were come to, seen before or not. */
  generated = 1;
  /** Steps that led beyond a bound. */
  bounded = 0;
  /** Steps that were left out, because what they lead to is found by another order of the same steps. */
  slept = 0;
  depth = 0;
  /** States of each depth, breadth first. */
  readonly levels: number[] = [1];
  found: Counterexample | null = null;
  private frontier: Rows;
  private next: Rows;
  private at = 0;
  /** The way to the beginning. */
  private readonly start: readonly number[];
  private readonly first: Int32Array;
  private readonly stepper: Stepper;
  private readonly sleeps: SleepSets | null;
  /** The last state that was looked at, breadth first. */
  private looked = -1;
  private readonly woken: Woken[] = [];
  private readonly row: Int32Array;
  private readonly child: Int32Array;
  private readonly print: Int32Array = new Int32Array(3);
  private readonly codes: number[] = [];
  private readonly depths: number[] = [];

  constructor(space: Space, manner: Manner) {
    this.space = space;
    this.manner = manner;
    this.visited = new Visited(manner.maxBytes);
    this.frontier = new Rows(space.width);
    this.next = new Rows(space.width);
    this.row = new Int32Array(space.width);
    this.child = new Int32Array(space.width);
    const first = space.begin();
    this.stepper = new Stepper(space, manner.grain);
    const canSleep = manner.isReduced && manner.grain === 'whole' && manner.order === 'breadth';
    this.sleeps = canSleep ? new SleepSets(space) : null;
    this.start = present(goTo(space, manner.start, first), 'the clients have the writes that the start needs');
    this.stepper.settle(first);
    space.print(first, this.print);
    this.visited.add(this.print, -1, 0);
    this.frontier.push(first, 0);
    this.first = first;
    this.depths.push(0);
  }

  /** States that wait to be looked at. */
  get waiting(): number {
    return this.frontier.count - this.at + this.next.count;
  }

  /** Looks at so many states more. */
  run(states: number): Status {
    for (let i = 0; i < states && this.status === 'going'; i++) {
      if (this.manner.order === 'breadth') this.breadth();
      else this.deep();
    }
    return this.status;
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
    const [prints, parents, actions, sleeps] = visited;
    if (prints === undefined || parents === undefined || actions === undefined || sleeps === undefined) return false;
    this.visited = new Visited(this.manner.maxBytes);
    this.visited.load(prints, parents, actions, sleeps);
    from.sleeps.forEach((set) => this.sleeps?.intern(set.slice()));
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
    for (const code of this.visited.path(id)) {
      if (!this.space.isPossible(row, code)) return false;
      this.stepper.take(row, code);
    }
    this.space.print(row, this.print);
    if (this.visited.add(this.print, -1, 0) !== id) return false;
    into.push(row, id);
    return true;
  }

  private breadth(): void {
    if (this.at >= this.frontier.count) {
      if (this.next.count === 0) {
        this.status = 'exhausted';
        return;
      }
      const { frontier } = this;
      this.frontier = this.next;
      this.next = frontier;
      this.next.clear();
      this.at = 0;
      this.depth++;
      this.levels.push(this.frontier.count);
    }
    const id = this.frontier.read(this.at++, this.row);
    this.looked = id;
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
    const { space, row, codes, sleeps } = this;
    space.actions(row, codes);
    const asleep = sleeps === null ? NO_CODES : sleeps.get(this.visited.sleep(id));
    this.takeAll(id, codes, asleep);
    // States that were reached again, with fewer steps asleep than before.
    for (let again = this.woken.pop(); again !== undefined && this.status === 'going'; again = this.woken.pop()) {
      row.set(again.row);
      const awake = sleeps === null ? NO_CODES : sleeps.get(this.visited.sleep(again.id));
      this.takeAll(again.id, again.codes, awake);
    }
  }

  private takeAll(id: number, codes: readonly number[], asleep: readonly number[]): void {
    const { row, child, sleeps } = this;
    const before = asleep.slice();
    for (const code of codes) {
      if (asleep.includes(code)) {
        this.slept++;
        continue;
      }
      child.set(row);
      const fired = this.stepper.take(child, code);
      this.generated++;
      if (fired === 'bad') {
        this.fail(id, code);
        return;
      }
      if (fired === 'bounded') this.bounded++;
      else this.reach(id, code, sleeps === null ? 0 : sleeps.intern(before.filter((one) => sleeps.commute(row, one, code))));
      before.push(code);
      if (this.status !== 'going') return;
    }
  }

  private fail(id: number, code: number): void {
    const badness = this.space.badness(this.child);
    const path = [...this.visited.path(id), code];
    this.found = { path, steps: unfold(this.space, this.manner.grain, this.start, path), badness };
    this.status = 'found';
  }

  private reach(parent: number, code: number, sleep: number): void {
    const { space, visited, child, print, sleeps } = this;
    space.print(child, print);
    if (!visited.hasRoom) {
      this.status = 'memory';
      return;
    }
    const id = visited.add(print, parent, code);
    if (id < 0) {
      visited.setSleep(~id, sleep);
      this.next.push(child, ~id);
      if (visited.count >= this.manner.maxStates) this.status = 'states';
      return;
    }
    if (sleeps === null) return;
    const known = visited.sleep(id);
    const missing = sleeps.missing(known, sleep);
    if (missing.length === 0) return;
    visited.setSleep(id, sleeps.meet(known, sleep));
    // States are looked at in the order of their numbers.
    if (id <= this.looked) this.woken.push({ id, row: child.slice(), codes: missing });
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
