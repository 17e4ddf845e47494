/**
 * A persistent set of strings that is mostly small and mostly read in order: a sorted array up to a limit, a persistent map above
 * it. Which of the two follows from the size alone, so equal sets are equal in structure. Never mutated.
 */
import { immutable } from './fork.ts';
import { byCodeUnit, emptyMap, type PersistentMap } from './persistent-map.ts';

/** Copying so many references costs less than a path through a trie. */
const ARRAY_LIMIT = 32;

/** See the head of the file. Start from `NO_NAMES`. */
export class NameSet {
  /** All names in order, or null above the limit. */
  readonly few: readonly string[] | null;
  readonly many: PersistentMap<true> | null;

  constructor(few: readonly string[] | null, many: PersistentMap<true> | null) {
    this.few = few;
    this.many = many;
  }

  get size(): number {
    return this.few !== null ? this.few.length : this.many !== null ? this.many.size : 0;
  }

  has(name: string): boolean {
    if (this.many !== null) return this.many.has(name);
    return this.few !== null && this.few[position(this.few, name)] === name;
  }

  /** This set with `name`; itself when it is there. */
  add(name: string): NameSet {
    if (this.has(name)) return this;
    if (this.few === null) return new NameSet(null, (this.many ?? emptyMap<true>()).set(name, true));
    const names = this.few.slice();
    names.splice(position(names, name), 0, name);
    return names.length <= ARRAY_LIMIT ? new NameSet(names, null) : new NameSet(null, mapOf(names));
  }

  /** This set without `name`; itself when it is not there. */
  delete(name: string): NameSet {
    if (!this.has(name)) return this;
    if (this.few !== null) return new NameSet(this.few.filter((each) => each !== name), null);
    const rest = (this.many ?? emptyMap<true>()).delete(name);
    return rest.size <= ARRAY_LIMIT ? new NameSet(rest.sortedKeys(), null) : new NameSet(null, rest);
  }

  /** The names by code unit. Shared: not to be mutated. */
  sorted(): readonly string[] {
    return this.few ?? this.many?.sortedKeys() ?? [];
  }
}
immutable(NameSet);

/** The empty set. */
export const NO_NAMES: NameSet = new NameSet(Object.freeze([]), null);

/** The set of `names`, in any order. */
export function nameSetOf(names: readonly string[]): NameSet {
  const distinct = [...new Set(names)].sort(byCodeUnit);
  return distinct.length <= ARRAY_LIMIT ? new NameSet(distinct, null) : new NameSet(null, mapOf(distinct));
}

function mapOf(names: readonly string[]): PersistentMap<true> {
  let map = emptyMap<true>();
  for (const name of names) map = map.set(name, true);
  return map;
}

/** Where `name` is or belongs. */
function position(names: readonly string[], name: string): number {
  let low = 0;
  let high = names.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((names[middle] ?? '') < name) low = middle + 1;
    else high = middle;
  }
  return low;
}
