/**
 * A set of things that carry their own key, found by it: a hash array mapped trie (Bagwell 2001) whose leaves are the
 * things themselves, so that a million of them cost little more than they do alone. A `KeyedSet` never changes: `with` and
 * `without` give a new one. A `KeyedTable` changes in place and gives a `KeyedSet` of any moment at no cost. Both are
 * canonical: equal contents have equal structure and equal order (that of a fixed hash), whatever the history. The things
 * are expected to be immutable.
 *
 * A table changes only the branches that it made itself since it last shared them; all others it copies first. That is what
 * `Branch.owner` is for, and why a fork makes the table that it copies share first.
 */
import { beforeFork, immutable } from './fork.ts';
import { byCodeUnit, hashString } from './strings.ts';

const BITS = 5;
const MASK = 31;
/** From here on the hash has no more digits. */
const END_OF_HASH = 35;

/** What can be in a `KeyedSet`. */
export interface Keyed {
  readonly key: string;
}

/** Stands for a table between two moments of sharing: nothing but an identity. */
type Owner = Readonly<Record<string, never>>;

/** Of branches that nobody may change. */
const NOBODY: Owner = Object.freeze({});

/** Bit i of the bitmap says that a slot for the digit i is there; slots are in the order of the digits. */
class Branch<E extends Keyed> {
  readonly owner: Owner;
  bitmap: number;
  slots: Slot<E>[];

  constructor(owner: Owner, bitmap: number, slots: Slot<E>[]) {
    this.owner = owner;
    this.bitmap = bitmap;
    this.slots = slots;
  }

  /** This branch, or one of the owner's own, with these slots. */
  become(owner: Owner, bitmap: number, slots: Slot<E>[]): Branch<E> {
    if (this.owner !== owner) return new Branch<E>(owner, bitmap, slots);
    this.bitmap = bitmap;
    this.slots = slots;
    return this;
  }

  /** This branch, or one of the owner's own, with another slot at `at`. */
  replace(owner: Owner, at: number, slot: Slot<E>): Branch<E> {
    if (this.owner === owner) {
      this.slots[at] = slot;
      return this;
    }
    const slots = this.slots.slice();
    slots[at] = slot;
    return new Branch<E>(owner, this.bitmap, slots);
  }
}

/** Two or more whose keys have one hash, by key. */
class Collision<E extends Keyed> {
  readonly hash: number;
  readonly entries: readonly E[];

  constructor(hash: number, entries: readonly E[]) {
    this.hash = hash;
    this.entries = entries;
  }
}

type Slot<E extends Keyed> = E | Branch<E> | Collision<E>;

/** See the head of the file. Make one with `emptyKeyedSet` or `keyedSetOf`. */
export class KeyedSet<E extends Keyed> {
  readonly size: number;
  readonly root: Slot<E> | null;

  constructor(size: number, root: Slot<E> | null) {
    this.size = size;
    this.root = root;
  }

  get(key: string): E | undefined {
    return this.root === null ? undefined : find(this.root, key);
  }

  has(key: string): boolean {
    return this.get(key) !== undefined;
  }

  /** This set with `entry`, in place of what had its key. */
  with(entry: E): KeyedSet<E> {
    const table = new KeyedTable(this);
    table.put(entry);
    return table.share();
  }

  /** This set without the entry of `key`; itself when there is none. */
  without(key: string): KeyedSet<E> {
    if (!this.has(key)) return this;
    const table = new KeyedTable(this);
    table.delete(key);
    return table.share();
  }

  /** The entries in the canonical order, which is that of nothing that people know. */
  values(): E[] {
    const values: E[] = [];
    this.forEach((entry) => values.push(entry));
    return values;
  }

  /** Visits every entry, in the canonical order. */
  forEach(visit: (entry: E) => void): void {
    const stack: Slot<E>[] = this.root === null ? [] : [this.root];
    for (let slot = stack.pop(); slot !== undefined; slot = stack.pop()) {
      if (slot instanceof Branch) for (let i = slot.slots.length - 1; i >= 0; i--) pushDefined(stack, slot.slots[i]);
      else if (slot instanceof Collision) for (const entry of slot.entries) visit(entry);
      else visit(slot);
    }
  }
}

/** See the head of the file. Begins with the contents of a set. */
export class KeyedTable<E extends Keyed> {
  size: number;
  private root: Slot<E> | null;
  private owner: Owner = {};

  constructor(contents: KeyedSet<E>) {
    this.size = contents.size;
    this.root = contents.root;
  }

  get(key: string): E | undefined {
    return this.root === null ? undefined : find(this.root, key);
  }

  has(key: string): boolean {
    return this.get(key) !== undefined;
  }

  /** Adds `entry`, in place of what has its key. */
  put(entry: E): void {
    if (this.root === null) {
      this.root = entry;
      this.size = 1;
    } else {
      this.root = this.insert(this.root, 0, entry, hashString(entry.key));
    }
  }

  /** Removes the entry of `key`, if there is one. */
  delete(key: string): void {
    if (this.root !== null && find(this.root, key) !== undefined) {
      this.size -= 1;
      this.root = this.remove(this.root, 0, hashString(key), key);
    }
  }

  /** The contents at this moment, which later changes do not touch. */
  share(): KeyedSet<E> {
    this.owner = {};
    return new KeyedSet(this.size, this.root);
  }

  /** Recursion here and below is on digits of the hash, at most seven deep, not on data. */
  private insert(slot: Slot<E>, shift: number, entry: E, hash: number): Slot<E> {
    if (!(slot instanceof Branch)) return this.insertAtLeaf(slot, shift, entry, hash);
    const bit = 1 << ((hash >>> shift) & MASK);
    const at = bitCount(slot.bitmap & (bit - 1));
    const present = (slot.bitmap & bit) === 0 ? undefined : slot.slots[at];
    if (present === undefined) {
      this.size += 1;
      return slot.become(this.owner, slot.bitmap | bit, slot.slots.toSpliced(at, 0, entry));
    }
    const changed = this.insert(present, shift + BITS, entry, hash);
    return changed === present ? slot : slot.replace(this.owner, at, changed);
  }

  private insertAtLeaf(slot: E | Collision<E>, shift: number, entry: E, hash: number): Slot<E> {
    const isCollision = slot instanceof Collision;
    if (!isCollision && slot.key === entry.key) return entry;
    const present = isCollision ? slot.hash : hashString(slot.key);
    if (present !== hash) {
      this.size += 1;
      return this.split(slot, present, entry, hash, shift);
    }
    const before = isCollision ? slot.entries : [slot];
    const others = before.filter((other) => other.key !== entry.key);
    this.size += others.length + 1 - before.length;
    return new Collision<E>(hash, [...others, entry].sort(byKeys));
  }

  /** The smallest branch that tells two different hashes apart. */
  private split(slot: Slot<E>, slotHash: number, entry: E, hash: number, shift: number): Slot<E> {
    const left = (slotHash >>> shift) & MASK;
    const right = (hash >>> shift) & MASK;
    if (left === right) return new Branch<E>(this.owner, 1 << left, [this.split(slot, slotHash, entry, hash, shift + BITS)]);
    return new Branch<E>(this.owner, (1 << left) | (1 << right), left < right ? [slot, entry] : [entry, slot]);
  }

  /** Without `key`, which is there. A branch left with one leaf gives way to it, so that the structure stays canonical. */
  private remove(slot: Slot<E>, shift: number, hash: number, key: string): Slot<E> | null {
    if (slot instanceof Collision) {
      const entries = slot.entries.filter((entry) => entry.key !== key);
      const only = entries[0];
      return entries.length === 1 && only !== undefined ? only : new Collision<E>(hash, entries);
    }
    if (!(slot instanceof Branch)) return null;
    const bit = 1 << ((hash >>> shift) & MASK);
    const at = bitCount(slot.bitmap & (bit - 1));
    const present = slot.slots[at];
    if (present === undefined) return slot;
    const rest = this.remove(present, shift + BITS, hash, key);
    if (rest === present) return slot;
    const isAlone = slot.slots.length - (rest === null ? 1 : 0) === 1;
    const remaining = rest ?? slot.slots[1 - at];
    if (isAlone && remaining !== undefined && !(remaining instanceof Branch)) return remaining;
    if (rest !== null) return slot.replace(this.owner, at, rest);
    return slot.slots.length === 1 ? null : slot.become(this.owner, slot.bitmap & ~bit, slot.slots.toSpliced(at, 1));
  }
}
// An owned branch changes, but only through its table, and a table that is forked has first given up what it owned.
immutable(KeyedSet, Branch, Collision);
beforeFork(KeyedTable, (table) => {
  if (table instanceof KeyedTable) table.share();
});

/** The set without entries. */
export function emptyKeyedSet<E extends Keyed>(): KeyedSet<E> {
  return new KeyedSet<E>(0, null);
}

/** The set of `entries`, built at once; of two with one key, the later. */
export function keyedSetOf<E extends Keyed>(entries: readonly E[]): KeyedSet<E> {
  return entries.length === 0 ? emptyKeyedSet() : new Building(entries).finish();
}

/** Sorts the hashes by one digit after the other, so that every branch is made once and in its final size. */
class Building<E extends Keyed> {
  private readonly entries: readonly E[];
  private readonly hashes: Int32Array;
  private readonly order: Uint32Array;
  private readonly spare: Uint32Array;
  private size: number;

  constructor(entries: readonly E[]) {
    this.entries = entries;
    this.size = entries.length;
    this.hashes = new Int32Array(entries.length);
    this.order = new Uint32Array(entries.length);
    this.spare = new Uint32Array(entries.length);
    entries.forEach(({ key }, index) => {
      this.hashes[index] = hashString(key);
      this.order[index] = index;
    });
  }

  finish(): KeyedSet<E> {
    const root = this.build(0, this.order.length, 0);
    return new KeyedSet<E>(this.size, root ?? null);
  }

  /** The slot of `order[from..to)`, which agree in all digits below `shift`. */
  private build(from: number, to: number, shift: number): Slot<E> | undefined {
    const first = this.entries[this.order[from] ?? 0];
    if (to - from <= 1) return first;
    if (shift >= END_OF_HASH) return this.sameHash(from, to);
    const ends = this.sortByDigit(from, to, shift);
    const slots: Slot<E>[] = [];
    let bitmap = 0;
    let begin = from;
    for (let digit = 0; digit <= MASK; digit++) {
      const end = ends[digit] ?? begin;
      const slot = end > begin ? this.build(begin, end, shift + BITS) : undefined;
      if (slot !== undefined) {
        slots.push(slot);
        bitmap |= 1 << digit;
      }
      begin = end;
    }
    const only = slots[0];
    // One slot that is no branch takes the place of its branch, as in a set that grew or shrank to it.
    if (slots.length === 1 && only !== undefined && !(only instanceof Branch)) return only;
    return new Branch<E>(NOBODY, bitmap, slots.slice());
  }

  /** Where each digit's part of the range ends, once it is sorted; what is equal keeps its order. */
  private sortByDigit(from: number, to: number, shift: number): Uint32Array {
    const { hashes, order, spare } = this;
    const starts = new Uint32Array(MASK + 2);
    for (let i = from; i < to; i++) {
      const digit = ((hashes[order[i] ?? 0] ?? 0) >>> shift) & MASK;
      starts[digit + 1] = (starts[digit + 1] ?? 0) + 1;
    }
    starts[0] = from;
    for (let digit = 1; digit <= MASK; digit++) starts[digit] = (starts[digit] ?? 0) + (starts[digit - 1] ?? 0);
    for (let i = from; i < to; i++) {
      const index = order[i] ?? 0;
      const digit = ((hashes[index] ?? 0) >>> shift) & MASK;
      const at = starts[digit] ?? 0;
      spare[at] = index;
      starts[digit] = at + 1;
    }
    order.set(spare.subarray(from, to), from);
    return starts;
  }

  private sameHash(from: number, to: number): Slot<E> | undefined {
    const byKey = new Map<string, E>();
    for (let i = from; i < to; i++) {
      const entry = this.entries[this.order[i] ?? 0];
      if (entry !== undefined) byKey.set(entry.key, entry);
    }
    this.size -= to - from - byKey.size;
    const entries = [...byKey.values()].sort(byKeys);
    return entries.length === 1 ? entries[0] : new Collision<E>(this.hashes[this.order[from] ?? 0] ?? 0, entries);
  }
}

function byKeys(a: Keyed, b: Keyed): number {
  return byCodeUnit(a.key, b.key);
}

function pushDefined<T>(items: T[], item: T | undefined): void {
  if (item !== undefined) items.push(item);
}

function bitCount(bits: number): number {
  let n = bits - ((bits >>> 1) & 0x55555555);
  n = (n & 0x33333333) + ((n >>> 2) & 0x33333333);
  return Math.imul((n + (n >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}

function find<E extends Keyed>(root: Slot<E>, key: string): E | undefined {
  const hash = hashString(key);
  let slot = root;
  for (let shift = 0; slot instanceof Branch; shift += BITS) {
    const bit = 1 << ((hash >>> shift) & MASK);
    if ((slot.bitmap & bit) === 0) return undefined;
    const next: Slot<E> | undefined = slot.slots[bitCount(slot.bitmap & (bit - 1))];
    if (next === undefined) return undefined;
    slot = next;
  }
  if (!(slot instanceof Collision)) return slot.key === key ? slot : undefined;
  if (slot.hash === hash) for (const entry of slot.entries) if (entry.key === key) return entry;
  return undefined;
}
