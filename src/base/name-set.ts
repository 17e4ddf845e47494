/**
 * A persistent set of strings that is read in order: a sorted array up to a limit, a search tree (`name-runs.ts`) above it.
 * Which of the two follows from the size alone, so equal sets are equal in structure. Never mutated.
 */
import { immutable } from './fork.ts';
import { firstNotBelow, hasName, leafAt, namesOf, runsOf, sizeOf, withName, withoutName, type Run } from './name-runs.ts';
import { byCodeUnit } from './strings.ts';

/** Copying so many references costs less than a path through a tree. */
const ARRAY_LIMIT = 32;

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
    return names.length <= ARRAY_LIMIT ? new NameSet(names, null) : new NameSet(null, runsOf(names));
  }

  /** This set without `name`; itself when it is not there. */
  delete(name: string): NameSet {
    if (!this.has(name)) return this;
    if (this.few !== null) return this.few.length === 1 ? NO_NAMES : new NameSet(this.few.filter((each) => each !== name), null);
    const rest = this.many === null ? null : withoutName(this.many, name);
    if (rest === null) return NO_NAMES;
    return sizeOf(rest) <= ARRAY_LIMIT ? new NameSet(namesOf(rest), null) : new NameSet(null, rest);
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
  const sorted = isAscending(names) ? names.slice() : [...new Set(names)].sort(byCodeUnit);
  return sorted.length <= ARRAY_LIMIT ? new NameSet(sorted, null) : new NameSet(null, runsOf(sorted));
}

function isAscending(names: readonly string[]): boolean {
  for (let i = 1; i < names.length; i++) if ((names[i - 1] ?? '') >= (names[i] ?? '')) return false;
  return true;
}
