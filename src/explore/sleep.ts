/**
 * Sleep sets (Godefroid, "Partial-Order Methods for the Verification of Concurrent Systems", 1996): if two steps commute, only
 * one order of them is taken. A state carries the steps that need not be taken in it, because what they lead to is found behind
 * the same step taken earlier; when a state is reached again with fewer of them, those that are missing are taken after all.
 * Every reachable state is still reached; only ways to it are left out.
 *
 * Two steps commute in a state if they happen to different processes, cost nothing of a budget, and the judges come to the same
 * whichever is told first; the last is looked up, not assumed.
 */
import { Act, type Space } from './space.ts';

const NONE: readonly number[] = [];

/** Sets of actions by number; 0 is the empty one. */
export class SleepSets {
  readonly space: Space;
  private readonly sets: (readonly number[])[] = [NONE];
  private readonly byKey: Map<string, number> = new Map([['', 0]]);

  constructor(space: Space) {
    this.space = space;
  }

  get(id: number): readonly number[] {
    return this.sets[id] ?? NONE;
  }

  /** All of them but the empty one, in the order of their numbers. */
  all(): (readonly number[])[] {
    return this.sets.slice(1);
  }

  /** A number for the set; `codes` has each once, in any order. */
  intern(codes: number[]): number {
    if (codes.length === 0) return 0;
    codes.sort((a, b) => a - b);
    const key = codes.join(' ');
    let id = this.byKey.get(key);
    if (id === undefined) {
      id = this.sets.length;
      this.sets.push(codes.slice());
      this.byKey.set(key, id);
    }
    return id;
  }

  /** What is in both. */
  meet(one: number, other: number): number {
    if (one === other) return one;
    if (one === 0 || other === 0) return 0;
    const second = this.get(other);
    return this.intern(this.get(one).filter((code) => second.includes(code)));
  }

  /** What is in the first and not in the second. */
  missing(one: number, other: number): number[] {
    if (one === other) return [];
    const second = this.get(other);
    return this.get(one).filter((code) => !second.includes(code));
  }

  /** Whether the two commute in the state at `row`. */
  commute(row: Int32Array, one: number, other: number): boolean {
    if (one >>> 24 > Act.prompt || other >>> 24 > Act.prompt) return false;
    const { space } = this;
    const first = space.whose(row, one);
    const second = space.whose(row, other);
    if (first < 0 || second < 0 || first === second) return false;
    const told = space.factsOf(row, one, first);
    if (told < 0) return true;
    const untold = space.factsOf(row, other, second);
    return untold < 0 || space.agrees(row, told, untold);
  }
}
