/**
 * A persistent set of strings that is read in order: a sorted array up to a limit, a search tree (`name-runs.ts`) above it.
 * Which of the two follows from the size alone, so equal sets are equal in structure. Never mutated.
 */
import { immutable } from './fork.ts';
import { firstNotBelow, hasName, leafAt, namesOf, runsOf, sizeOf, withName, withoutName, type Run } from './name-runs.ts';
import { byCodeUnit } from './strings.ts';

/** Copying so many references costs no more than a path through a tree, and those of an array are in order already. */
const ARRAY_LIMIT = 256;

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

  /** This set with `added`, none of which is there, and without `removed`, all of which are. */
  changed(added: readonly string[], removed: readonly string[]): NameSet {
    if (this.few !== null && this.few.length + added.length <= ARRAY_LIMIT) return changedArray(this.few, added, removed);
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
  const sorted = isAscending(names) ? names.slice() : [...new Set(names)].sort(byCodeUnit);
  return sorted.length <= ARRAY_LIMIT ? new NameSet(sorted, null) : new NameSet(null, runsOf(sorted));
}

/** Looks each change up, and copies what lies between. */
function changedArray(few: readonly string[], added: readonly string[], removed: readonly string[]): NameSet {
  const gone = removed.map((name) => firstNotBelow(few, name)).sort(byNumber);
  const more = added.length > 1 && !isAscending(added) ? added.toSorted(byCodeUnit) : added;
  const size = few.length + more.length - gone.length;
  if (size === 0) return NO_NAMES;
  const names = new Array<string>(size);
  let to = 0;
  let from = 0;
  let nextGone = 0;
  const copyTo = (end: number): void => {
    for (; from < end; from++) {
      if (gone[nextGone] === from) nextGone++;
      else names[to++] = few[from] ?? '';
    }
  };
  for (const name of more) {
    copyTo(firstNotBelow(few, name));
    names[to++] = name;
  }
  copyTo(few.length);
  return new NameSet(names, null);
}

function byNumber(a: number, b: number): number {
  return a - b;
}

function isAscending(names: readonly string[]): boolean {
  for (let i = 1; i < names.length; i++) if ((names[i - 1] ?? '') >= (names[i] ?? '')) return false;
  return true;
}
