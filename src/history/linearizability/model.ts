/**
 * What a search for a linearization needs to know of the object under test: which answers its sequential specification allows.
 * A model compiles the calls of one history to a machine whose states are small integers, so that equal states are the same
 * number and the search compares and hashes nothing else. Horn and Kroening (FORTE 2015) for partitions; Wing and Gong (1993)
 * and Lowe (2017) for the rest.
 */

/** Returned by `Machine.step`: the call cannot have had this outcome in this state. */
export const IMPOSSIBLE = -1;

/** The end of an operation whose outcome nobody knows: it may take effect at any time after it was called, or never. */
export const NEVER: number = Number.POSITIVE_INFINITY;

/** A sequential specification over the calls of one history, numbered as they were given. */
export interface Machine {
  readonly initial: number;
  /** The state after the call in `state`, or `IMPOSSIBLE`. */
  step(state: number, call: number): number;
  /** Whether the call changes no state, whatever the state. */
  isPure(call: number): boolean;
  /** For people. */
  describeState(state: number): string;
}

/** When an operation was called and when it was answered, in any unit: an operation precedes those called after its end. */
export interface Interval {
  readonly begin: number;
  readonly end: number;
}

/** One operation of a history. */
export interface Operation<C> extends Interval {
  readonly call: C;
}

/** One kind of object. `C`: what was asked of it and what it answered. */
export interface Model<C> {
  compile(calls: readonly C[]): Machine;
  /** The part of the object that each call touches, as a number: parts must not depend on each other in any way. */
  partition(calls: readonly C[]): number[];
  /** The same call with its outcome unknown; null if nothing is left of it, because it only read. */
  forget(call: C): C | null;
  /**
   * Of calls whose outcome is unknown (`isOpen`), those without which the others go as they go with them. May keep too many,
   * never too few.
   */
  relevant(calls: readonly C[], isOpen: readonly boolean[]): boolean[];
  describe(call: C): string;
}

/** Numbers for names, in order of first mention. */
export class Names {
  readonly list: string[] = [];
  private readonly ids: Map<string, number> = new Map();

  idOf(name: string): number {
    let id = this.ids.get(name);
    if (id === undefined) {
      id = this.list.length;
      this.ids.set(name, id);
      this.list.push(name);
    }
    return id;
  }

  get size(): number {
    return this.list.length;
  }
}
