/**
 * Who keeps the states that were seen and what sleeps in each: one search alone (here), or several together
 * (`exploration/shared-states.ts`).
 */
import type { SleepSets } from './sleep.ts';
import { Visited } from './visited.ts';

/** What must be taken, after all, in a state that was looked at before. */
export interface Awoken {
  readonly codes: readonly number[];
  /** What sleeps there still. */
  readonly asleep: number;
}

/** See the head of the file. States are known by their numbers, sets by those that the search's own `SleepSets` gave. */
export interface Keeper {
  /** Distinct states. */
  readonly count: number;
  readonly bytes: number;
  /** Whether another state may be added. */
  readonly hasRoom: boolean;
  /** Whether all that one state leads to may be added, whoever else adds at the same time. */
  readonly hasMargin: boolean;
  /** The number of the state with this print; if it is new, its complement (~), and `asleep` is what sleeps in it. */
  add(print: Int32Array, parent: number, action: number, asleep: number): number;
  /** The state is looked at now; what sleeps in it. */
  open(id: number): number;
  /** The state was reached again with `asleep`: what must be taken there now; null: nothing. */
  again(id: number, asleep: number): Awoken | null;
  /** The actions from the beginning to this state. */
  path(id: number): number[];
}

/** For one search. */
export class OwnKeeper implements Keeper {
  visited: Visited;
  private readonly sleeps: SleepSets | null;
  /** The last state that was looked at: that is done in the order of their numbers, breadth first. */
  private looked = -1;

  constructor(maxBytes: number, sleeps: SleepSets | null) {
    this.visited = new Visited(maxBytes);
    this.sleeps = sleeps;
  }

  get count(): number {
    return this.visited.count;
  }

  get bytes(): number {
    return this.visited.bytes;
  }

  get hasRoom(): boolean {
    return this.visited.hasRoom;
  }

  get hasMargin(): boolean {
    return true;
  }

  add(print: Int32Array, parent: number, action: number, asleep: number): number {
    const id = this.visited.add(print, parent, action);
    if (id < 0) this.visited.setSleep(~id, asleep);
    return id;
  }

  open(id: number): number {
    this.looked = id;
    return this.visited.sleep(id);
  }

  again(id: number, asleep: number): Awoken | null {
    if (this.sleeps === null) return null;
    const known = this.visited.sleep(id);
    const codes = this.sleeps.missing(known, asleep);
    if (codes.length === 0) return null;
    const rest = this.sleeps.meet(known, asleep);
    this.visited.setSleep(id, rest);
    return id <= this.looked ? { codes, asleep: rest } : null;
  }

  path(id: number): number[] {
    return this.visited.path(id);
  }
}
