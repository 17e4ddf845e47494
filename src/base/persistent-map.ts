/**
 * A persistent map from strings: a `KeyedSet` of pairs. `set` and `delete` give a new map and leave the old one as it was, so
 * that a fork is a copy of one reference. Canonical, as the set is. Values are expected to be immutable.
 */
import { immutable } from './fork.ts';
import { emptyKeyedSet, type KeyedSet } from './keyed-set.ts';
import { byCodeUnit } from './strings.ts';

export { byCodeUnit, hashString } from './strings.ts';

interface Pair<V> {
  readonly key: string;
  readonly value: V;
}

/** See the head of the file. Make one with `emptyMap`. */
export class PersistentMap<V> {
  readonly pairs: KeyedSet<Pair<V>>;

  constructor(pairs: KeyedSet<Pair<V>>) {
    this.pairs = pairs;
  }

  get size(): number {
    return this.pairs.size;
  }

  get(key: string): V | undefined {
    return this.pairs.get(key)?.value;
  }

  has(key: string): boolean {
    return this.pairs.has(key);
  }

  /** This map with `key` at `value`. */
  set(key: string, value: V): PersistentMap<V> {
    return new PersistentMap(this.pairs.with({ key, value }));
  }

  /** This map without `key`; itself when the key is not there. */
  delete(key: string): PersistentMap<V> {
    const rest = this.pairs.without(key);
    return rest === this.pairs ? this : new PersistentMap(rest);
  }

  /** The keys, sorted by code unit. */
  sortedKeys(): string[] {
    return this.pairs.values().map(({ key }) => key).sort(byCodeUnit);
  }

  /** The values in the canonical order, which is that of nothing that people know. */
  values(): V[] {
    return this.pairs.values().map(({ value }) => value);
  }

  /** Visits every entry, in the canonical order. */
  forEach(visit: (value: V, key: string) => void): void {
    this.pairs.forEach(({ key, value }) => visit(value, key));
  }
}
immutable(PersistentMap);

/** The map without entries. */
export function emptyMap<V>(): PersistentMap<V> {
  return new PersistentMap<V>(emptyKeyedSet());
}
