/**
 * A persistent set of strings that is read in order: a sorted array up to a limit, a search tree (`name-runs.ts`) above it.
 * Which of the two follows from the size alone, so equal sets are equal in structure. Never mutated.
 */
import { immutable } from './fork.ts';
import {
  changedArray, changedRuns, firstNotBelow, hasName, leafAt, namesOf, runsOf, sizeOf, withName, withoutName, type Run,
} from './name-runs.ts';
import { byCodeUnit } from './strings.ts';

/** Copying so many references costs no more than a path through a tree, and those of an array are in order already. */
const ARRAY_LIMIT = 256;
/** A tree is gone through once for all changes, unless there are fewer of them than one for so many names. */
const NAMES_A_CHANGE = 128;

/** See the head of the file. Start from `NO_NAMES`. */
export class NameSet {
  /** All names in order, or null above the limit. */
  readonly few: readonly string[] | null;
  readonly many: Run | null;

  constructor(few: readonly string[] | null, many: Run | null) {
    this.few = few;
    this.many = many;
  }

  get size(): number {
    return this.few !== null ? this.few.length : this.many !== null ? sizeOf(this.many) : 0;
  }

  has(name: string): boolean {
    if (this.many !== null) return hasName(this.many, name);
    return this.few !== null && this.few[firstNotBelow(this.few, name)] === name;
  }

  /** This set with `name`; itself when it is there. */
  add(name: string): NameSet {
    if (this.few === null) {
      if (this.many === null || hasName(this.many, name)) return this;
      return new NameSet(null, withName(this.many, name));
    }
    const at = firstNotBelow(this.few, name);
    if (this.few[at] === name) return this;
    const names = this.few.toSpliced(at, 0, name);
    return setOf(names);
  }

  /** This set without `name`; itself when it is not there. */
  delete(name: string): NameSet {
    if (!this.has(name)) return this;
    if (this.few !== null) return this.few.length === 1 ? NO_NAMES : new NameSet(this.few.filter((each) => each !== name), null);
    return setOfRun(this.many === null ? null : withoutName(this.many, name));
  }

  /** This set with `added`, none of which is there, and without `removed`, all of which are. */
  changed(added: readonly string[], removed: readonly string[]): NameSet {
    if (this.few !== null) return setOf(changedArray(this.few, ascending(added), ascending(removed)));
    if (this.many === null) return this;
    const changes = added.length + removed.length;
    if (changes * NAMES_A_CHANGE > this.size) return setOfRun(changedRuns(this.many, ascending(added), ascending(removed)));
    const rest = removed.reduce<NameSet>((names, name) => names.delete(name), this);
    return added.reduce((names, name) => names.add(name), rest);
  }

  /** The names by code unit. Shared: not to be mutated. */
  sorted(): readonly string[] {
    return this.few ?? (this.many === null ? [] : namesOf(this.many));
  }

  /**
   * Some of the names, in order, the first at or after `name` among them: about as many for any size, so that a walk over
   * very many can rest between pieces. Null: `name` is beyond the last.
   */
  pieceAt(name: string): readonly string[] | null {
    if (this.many !== null) return leafAt(this.many, name);
    const { few } = this;
    return few === null || (few[few.length - 1] ?? '') < name || few.length === 0 ? null : few;
  }
}
immutable(NameSet);

/** The empty set. */
export const NO_NAMES: NameSet = new NameSet(Object.freeze([]), null);

/** The set of `names`, in any order. */
export function nameSetOf(names: readonly string[]): NameSet {
  if (names.length === 0) return NO_NAMES;
  return setOf(isAscending(names) ? names.slice() : [...new Set(names)].sort(byCodeUnit));
}

/** Of names in order, which are the set's from now on. */
function setOf(names: readonly string[]): NameSet {
  if (names.length === 0) return NO_NAMES;
  return names.length <= ARRAY_LIMIT ? new NameSet(names, null) : new NameSet(null, runsOf(names));
}

function setOfRun(run: Run | null): NameSet {
  if (run === null) return NO_NAMES;
  return sizeOf(run) <= ARRAY_LIMIT ? new NameSet(namesOf(run), null) : new NameSet(null, run);
}

function ascending(names: readonly string[]): readonly string[] {
  return isAscending(names) ? names : names.toSorted(byCodeUnit);
}

function isAscending(names: readonly string[]): boolean {
  for (let i = 1; i < names.length; i++) if ((names[i - 1] ?? '') >= (names[i] ?? '')) return false;
  return true;
}
