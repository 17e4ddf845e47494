/**
 * A persistent map from strings: a hash array mapped trie (Bagwell 2001). `set` and `delete` give a new map and leave
 * the old one as it was, so that a fork is a copy of one reference and an image is a point in time. It is canonical:
 * equal contents have equal structure and equal iteration order (that of a fixed hash), whatever the history of
 * insertions and removals. Nothing in it is ever mutated once it is reachable; values are expected to be immutable too.
 */
import { immutable } from './fork.ts';

const BITS = 5;
const MASK = 31;

interface Leaf<V> {
  readonly kind: 'leaf';
  readonly hash: number;
  readonly key: string;
  readonly value: V;
}
interface Branch<V> {
  readonly kind: 'branch';
  /** Bit i says that a slot for the digit i is there; slots are in the order of the digits. */
  readonly bitmap: number;
  readonly slots: readonly Slot<V>[];
}
interface Collision<V> {
  readonly kind: 'collision';
  readonly hash: number;
  /** Two or more of equal hash, by key. */
  readonly leaves: readonly Leaf<V>[];
}
type Slot<V> = Leaf<V> | Branch<V> | Collision<V>;

/** See the head of the file. Make one with `emptyMap`. */
export class PersistentMap<V> {
  readonly size: number;
  readonly root: Slot<V> | null;

  constructor(size: number, root: Slot<V> | null) {
    this.size = size;
    this.root = root;
  }

  get(key: string): V | undefined {
    const leaf = find(this.root, key, hashString(key));
    return leaf === null ? undefined : leaf.value;
  }

  has(key: string): boolean {
    return find(this.root, key, hashString(key)) !== null;
  }

  /** This map with `key` at `value`. */
  set(key: string, value: V): PersistentMap<V> {
    const leaf: Leaf<V> = { kind: 'leaf', hash: hashString(key), key, value };
    if (this.root === null) return new PersistentMap(1, leaf);
    const isNew = find(this.root, key, leaf.hash) === null;
    return new PersistentMap(isNew ? this.size + 1 : this.size, insert(this.root, 0, leaf));
  }

  /** This map without `key`; itself when the key is not there. */
  delete(key: string): PersistentMap<V> {
    const hash = hashString(key);
    if (this.root === null || find(this.root, key, hash) === null) return this;
    return new PersistentMap(this.size - 1, remove(this.root, 0, hash, key));
  }

  /** The keys, sorted by code unit. */
  sortedKeys(): string[] {
    const keys: string[] = [];
    this.forEach((_value, key) => keys.push(key));
    return keys.sort(byCodeUnit);
  }

  /** The values in the canonical order, which is that of nothing that people know. */
  values(): V[] {
    const values: V[] = [];
    this.forEach((value) => values.push(value));
    return values;
  }

  /** Visits every entry, in the canonical order. */
  forEach(visit: (value: V, key: string) => void): void {
    const stack: Slot<V>[] = this.root === null ? [] : [this.root];
    for (let slot = stack.pop(); slot !== undefined; slot = stack.pop()) {
      if (slot.kind === 'leaf') {
        visit(slot.value, slot.key);
      } else {
        const inner: readonly Slot<V>[] = slot.kind === 'branch' ? slot.slots : slot.leaves;
        for (let i = inner.length - 1; i >= 0; i--) {
          const next = inner[i];
          if (next !== undefined) stack.push(next);
        }
      }
    }
  }
}
immutable(PersistentMap);

/** The map without entries. */
export function emptyMap<V>(): PersistentMap<V> {
  return new PersistentMap<V>(0, null);
}

/** Compares strings by UTF-16 code unit: the order of everything that is sorted here, in no locale. */
export function byCodeUnit(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** FNV-1a over code units, with a final mix, since the trie takes its digits from the low end. */
export function hashString(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  hash ^= hash >>> 15;
  hash = Math.imul(hash, 0x2c1b3c6d);
  return hash ^ (hash >>> 13);
}

function bitCount(bits: number): number {
  let n = bits - ((bits >>> 1) & 0x55555555);
  n = (n & 0x33333333) + ((n >>> 2) & 0x33333333);
  return Math.imul((n + (n >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}

function find<V>(root: Slot<V> | null, key: string, hash: number): Leaf<V> | null {
  if (root === null) return null;
  let slot = root;
  for (let shift = 0; slot.kind === 'branch'; shift += BITS) {
    const bit = 1 << ((hash >>> shift) & MASK);
    if ((slot.bitmap & bit) === 0) return null;
    const next: Slot<V> | undefined = slot.slots[bitCount(slot.bitmap & (bit - 1))];
    if (next === undefined) return null;
    slot = next;
  }
  if (slot.kind === 'leaf') return slot.hash === hash && slot.key === key ? slot : null;
  if (slot.hash !== hash) return null;
  for (const leaf of slot.leaves) if (leaf.key === key) return leaf;
  return null;
}

/** Recursion below is on digits of the hash, at most seven deep, not on data. */
function insert<V>(slot: Slot<V>, shift: number, leaf: Leaf<V>): Slot<V> {
  if (slot.kind === 'branch') {
    const bit = 1 << ((leaf.hash >>> shift) & MASK);
    const at = bitCount(slot.bitmap & (bit - 1));
    const present = (slot.bitmap & bit) === 0 ? undefined : slot.slots[at];
    const slots = present === undefined ? inserted(slot.slots, at, leaf) : replaced(
      slot.slots, at, insert(present, shift + BITS, leaf),
    );
    return { kind: 'branch', bitmap: slot.bitmap | bit, slots };
  }
  if (slot.hash !== leaf.hash) return split(slot, leaf, shift);
  if (slot.kind === 'leaf' && slot.key === leaf.key) return leaf;
  const others = slot.kind === 'leaf' ? [slot] : slot.leaves.filter((other) => other.key !== leaf.key);
  return { kind: 'collision', hash: leaf.hash, leaves: [...others, leaf].sort((a, b) => byCodeUnit(a.key, b.key)) };
}

function inserted<T>(items: readonly T[], at: number, item: T): T[] {
  const copy: T[] = [];
  for (const each of items) {
    if (copy.length === at) copy.push(item);
    copy.push(each);
  }
  if (copy.length === at) copy.push(item);
  return copy;
}

function replaced<T>(items: readonly T[], at: number, item: T): T[] {
  const copy = items.slice();
  copy[at] = item;
  return copy;
}

/** The smallest branch that tells two different hashes apart. */
function split<V>(slot: Leaf<V> | Collision<V>, leaf: Leaf<V>, shift: number): Slot<V> {
  const left = (slot.hash >>> shift) & MASK;
  const right = (leaf.hash >>> shift) & MASK;
  if (left === right) return { kind: 'branch', bitmap: 1 << left, slots: [split(slot, leaf, shift + BITS)] };
  return { kind: 'branch', bitmap: (1 << left) | (1 << right), slots: left < right ? [slot, leaf] : [leaf, slot] };
}

/** Without `key`, which is there. A branch left with one leaf gives way to it, so that the structure stays canonical. */
function remove<V>(slot: Slot<V>, shift: number, hash: number, key: string): Slot<V> | null {
  if (slot.kind === 'leaf') return null;
  if (slot.kind === 'collision') {
    const leaves = slot.leaves.filter((leaf) => leaf.key !== key);
    const only = leaves[0];
    return leaves.length === 1 && only !== undefined ? only : { kind: 'collision', hash, leaves };
  }
  const bit = 1 << ((hash >>> shift) & MASK);
  const at = bitCount(slot.bitmap & (bit - 1));
  const present = slot.slots[at];
  if (present === undefined) return slot;
  const rest = remove(present, shift + BITS, hash, key);
  const slots = rest === null ? slot.slots.filter((_each, index) => index !== at) : replaced(slot.slots, at, rest);
  const only = slots[0];
  if (only === undefined) return null;
  if (slots.length === 1 && only.kind !== 'branch') return only;
  return { kind: 'branch', bitmap: rest === null ? slot.bitmap & ~bit : slot.bitmap, slots };
}
