/**
 * Sleep sets (Godefroid, "Partial-Order Methods for the Verification of Concurrent Systems", 1996): if two steps commute, only
 * one order of them is taken. A state carries the steps that need not be taken in it, because what they lead to is found behind
 * the same step taken earlier; when a state is reached again with fewer of them, those that are missing are taken after all.
 * Every reachable state is still reached; only ways to it are left out.
 *
 * Whole grain: two steps commute in a state if they happen to different processes, do not compete for the last of a budget,
 * do not move the time, and the judges come to the same whichever is told first; the last is looked up, not assumed. At
 * coarser grains a step is many, and what it touched is remembered: two commute if they touched no slot in common, and the
 * judges agree.
 */
import { Act, type Footprint } from './action.ts';
import type { Space } from './space.ts';

/** A step that may sleep; known by its number. */
interface Entry {
  readonly code: number;
  /** Null: unknown, or the whole grain, which asks the space. */
  readonly footprint: Footprint | null;
}

interface SleepSet {
  /** Numbers of entries, ascending, and the codes of the same steps. */
  readonly entries: readonly number[];
  readonly codes: readonly number[];
}

const NONE: SleepSet = { entries: [], codes: [] };

/** Sets of steps by number; 0 is the empty one. */
export class SleepSets {
  readonly space: Space;
  readonly isWhole: boolean;
  private readonly entries: Entry[] = [];
  private readonly entryByKey: Map<string | number, number> = new Map();
  private readonly sets: SleepSet[] = [NONE];
  private readonly byKey: Map<string, number> = new Map([['', 0]]);

  constructor(space: Space, isWhole: boolean) {
    this.space = space;
    this.isWhole = isWhole;
  }

  /** A number for a step; the same for the same one. */
  entryOf(code: number, footprint: Footprint | null): number {
    const key = footprint === null ? code : `${code}:${footprint.touched}:${footprint.told.join(' ')}`;
    let id = this.entryByKey.get(key);
    if (id === undefined) {
      id = this.entries.length;
      this.entries.push({ code, footprint });
      this.entryByKey.set(key, id);
    }
    return id;
  }

  codesOf(set: number): readonly number[] {
    return this.setOf(set).codes;
  }

  entriesOf(set: number): readonly number[] {
    return this.setOf(set).entries;
  }

  /** The codes of all sets but the empty one, in the order of their numbers. */
  all(): (readonly number[])[] {
    return this.sets.slice(1).map(({ codes }) => codes);
  }

  /** A number for the set of these steps, of which nothing but the codes is known. */
  ofCodes(codes: readonly number[]): number {
    return this.intern(codes.map((code) => this.entryOf(code, null)));
  }

  /** A number for the set; `entries` has each once, in any order, and is handed over. */
  intern(entries: number[]): number {
    if (entries.length === 0) return 0;
    entries.sort((a, b) => a - b);
    const key = entries.join(' ');
    let id = this.byKey.get(key);
    if (id === undefined) {
      id = this.sets.length;
      this.sets.push({ entries, codes: entries.map((entry) => this.entries[entry]?.code ?? 0) });
      this.byKey.set(key, id);
    }
    return id;
  }

  /** The steps of the first that are in the second as well. */
  meet(one: number, other: number): number {
    if (one === other) return one;
    if (one === 0 || other === 0) return 0;
    const { entries, codes } = this.setOf(one);
    const second = this.codesOf(other);
    return this.intern(entries.filter((_, index) => second.includes(codes[index] ?? 0)));
  }

  /** The codes of what is in the first and not in the second. */
  missing(one: number, other: number): readonly number[] {
    if (one === other || one === 0) return NONE.codes;
    const second = this.codesOf(other);
    return this.codesOf(one).filter((code) => !second.includes(code));
  }

  /** Whether the two steps commute in the state at `row`. */
  commute(row: Int32Array, one: number, other: number): boolean {
    const first = this.entries[one];
    const second = this.entries[other];
    if (first === undefined || second === undefined) return false;
    if (this.isWhole) return this.stepsCommute(row, first.code, second.code);
    const [a, b] = [first.footprint, second.footprint];
    return a !== null && b !== null && (a.touched & b.touched) === 0 && this.space.agrees(row, a.told, b.told);
  }

  private stepsCommute(row: Int32Array, one: number, other: number): boolean {
    const { space } = this;
    const first = space.whose(row, one);
    const second = space.whose(row, other);
    if (first < 0 || second < 0 || first === second) return false;
    if (one >>> 24 > Act.prompt || other >>> 24 > Act.prompt) {
      const price = space.priceOf(row, one);
      const otherPrice = space.priceOf(row, other);
      if (price < 0 || otherPrice < 0) return false;
      if (price > 0 && price === otherPrice && (row[price] ?? 0) < 2) return false;
    }
    const told = space.factsOf(row, one, first);
    if (told < 0) return true;
    const untold = space.factsOf(row, other, second);
    return untold < 0 || space.agrees(row, [told], [untold]);
  }

  private setOf(set: number): SleepSet {
    return this.sets[set] ?? NONE;
  }
}
