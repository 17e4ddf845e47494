/**
 * The nodes of a tree by path. A `NodeTable` changes in place and gives a `NodeMap` of any moment at no cost; a `NodeMap` never
 * changes. A trie over the hash of the path leads to a leaf of some hundred nodes, which is a hash table in one array: a path
 * is found with few steps through memory, and neither growth nor a copy of what is shared touches more than a few pages.
 *
 * Everything a table makes carries its stamp: branches, leaves, nodes and their children. What carries the table's present
 * stamp was made since it last shared and is nobody else's, so it is changed in place; everything else is copied first. To
 * share is to count the stamp on. A table made of a map begins with the stamp that its origin goes on with, and neither ever
 * sees what the other makes from then on, so that equal stamps of two tables never meet. A fork makes the table that it copies
 * share first.
 *
 * The layout depends on history, the content does not: `canonicalAs` below.
 */
import { canonicalAs } from '../base/canonical.ts';
import { beforeFork, immutable } from '../base/fork.ts';
import { invariant, present } from '../base/invariant.ts';
import { byCodeUnit, hashPrefix } from '../base/strings.ts';
import type { ZNode } from './znode.ts';

const BITS = 6;
const FAN = 1 << BITS;
/** 30 bits of the hash, which with any platform's small integers need no box. The trie takes its digits from the low end... */
const TAG = 0x3fff_ffff;
/** ...and a leaf the place where a search begins from the high end. */
const HOME_SHIFT = 21;
/** From here on the trie has no more digits: leaves grow instead of splitting. */
const SHIFT_END = 24;
/** Places in a leaf. Three in four may be taken. */
const LEAF_MIN = 8;
const LEAF_MAX = 512;
/** A branch with fewer nodes than this becomes a leaf. */
const BRANCH_MIN = 64;
const VACANT = -1;

/** A hash table: at 2i a tag or `VACANT`, at 2i + 1 its node. */
type Places = (number | ZNode)[];

class Leaf {
  readonly stamp: number;
  count: number;
  places: Places;

  constructor(stamp: number, count: number, places: Places) {
    this.stamp = stamp;
    this.count = count;
    this.places = places;
  }
}

class Branch {
  readonly stamp: number;
  /** Nodes below. */
  count: number;
  readonly slots: Slot[];

  constructor(stamp: number, count: number, slots: Slot[]) {
    this.stamp = stamp;
    this.count = count;
    this.slots = slots;
  }
}

type Slot = Leaf | Branch;

/** See the head of the file. */
export class NodeMap {
  readonly root: Slot;
  /** What a table made of this may begin with. */
  readonly stamp: number;

  constructor(root: Slot, stamp: number) {
    this.root = root;
    this.stamp = stamp;
  }

  get size(): number {
    return this.root.count;
  }

  get(path: string): ZNode | undefined {
    return find(this.root, path, path.length);
  }

  has(path: string): boolean {
    return find(this.root, path, path.length) !== undefined;
  }

  /** Visits every node, in an order that depends on history. */
  forEach(visit: (node: ZNode) => void): void {
    nodesOf(this.root, visit);
  }
}

/** See the head of the file. */
export class NodeTable {
  /** What the nodes carry that this table may change, and those to be added. */
  stamp: number;
  private root: Slot;

  constructor(contents: NodeMap) {
    this.stamp = contents.stamp;
    this.root = contents.root;
  }

  get size(): number {
    return this.root.count;
  }

  get(path: string): ZNode | undefined {
    return find(this.root, path, path.length);
  }

  has(path: string): boolean {
    return find(this.root, path, path.length) !== undefined;
  }

  /** The node whose path is the first `length` code units of `path`. */
  prefix(path: string, length: number): ZNode | undefined {
    return find(this.root, path, length);
  }

  /** This node of the table's, or the copy that takes its place, to be changed: not once the table was shared. */
  own(node: ZNode): ZNode {
    if (node.stamp === this.stamp) return node;
    const { path } = node;
    const tag = tagOf(path, path.length);
    const { places } = this.leafToChange(tag, 0);
    const at = placeOf(places, tag, path, path.length);
    invariant(at >= 0, 'a node to be changed is in the table');
    const copy = node.copy(this.stamp);
    places[at + 1] = copy;
    return copy;
  }

  /** Adds a node that is not there. */
  add(node: ZNode): void {
    const tag = tagOf(node.path, node.path.length);
    const leaf = this.leafToChange(tag, 1);
    if (4 * leaf.count > 3 * (leaf.places.length >>> 1)) {
      leaf.places = rehashed(leaf.places, leaf.places.length);
    }
    settle(leaf.places, tag, node);
  }

  /** Removes a node that is there. */
  delete(path: string): void {
    const tag = tagOf(path, path.length);
    const leaf = this.leafToChange(tag, -1);
    const at = placeOf(leaf.places, tag, path, path.length);
    invariant(at >= 0, 'a node to be removed is in the table');
    vacate(leaf.places, at);
    const capacity = leaf.places.length >>> 1;
    if (capacity > LEAF_MIN && 8 * leaf.count < capacity) leaf.places = rehashed(leaf.places, capacity >>> 1);
  }

  /** The contents at this moment, which later changes do not touch. */
  share(): NodeMap {
    this.stamp += 1;
    return new NodeMap(this.root, this.stamp);
  }

  /** The leaf for a tag, it and all above it this table's own, the nodes of each counted `more`. It has room. */
  private leafToChange(tag: number, more: number): Leaf {
    let slot = this.root = this.ready(this.root, 0, more);
    for (let shift = 0; slot instanceof Branch; shift += BITS) {
      const digit = (tag >>> shift) & (FAN - 1);
      const below: Slot = this.ready(present(slot.slots[digit], 'a branch has all its slots'), shift + BITS, more);
      slot.slots[digit] = below;
      slot = below;
    }
    return slot;
  }

  /** This slot, the table's own and of the kind for so many nodes more. */
  private ready(slot: Slot, shift: number, more: number): Slot {
    const { stamp } = this;
    const count = slot.count + more;
    let own: Slot;
    if (slot instanceof Branch) {
      if (count < BRANCH_MIN) own = leafOf(slot, stamp);
      else own = slot.stamp === stamp ? slot : new Branch(stamp, count, slot.slots.slice());
    } else if (4 * count > 3 * LEAF_MAX && shift < SHIFT_END) {
      own = split(slot, shift, stamp);
    } else {
      own = slot.stamp === stamp ? slot : new Leaf(stamp, count, slot.places.slice());
    }
    own.count = count;
    return own;
  }
}
// What is owned changes, but only through its table, and a table that is forked has first given up what it owned.
immutable(NodeMap, Branch, Leaf);
beforeFork(NodeTable, (table) => {
  if (table instanceof NodeTable) table.share();
});
canonicalAs(NodeTable, (table) => (table instanceof NodeTable ? table.share().root : table));
canonicalAs(NodeMap, (map) => (map instanceof NodeMap ? map.root : map));
canonicalAs(Branch, sorted);
canonicalAs(Leaf, sorted);

/** No nodes. */
export const NO_NODES: NodeMap = new NodeMap(new Leaf(0, 0, vacantPlaces(LEAF_MIN)), 1);

function sorted(slot: object): readonly ZNode[] {
  const nodes: ZNode[] = [];
  if (slot instanceof Leaf || slot instanceof Branch) nodesOf(slot, (node) => nodes.push(node));
  return nodes.sort((a, b) => byCodeUnit(a.path, b.path));
}

function nodesOf(root: Slot, visit: (node: ZNode) => void): void {
  const stack: Slot[] = [root];
  for (let slot = stack.pop(); slot !== undefined; slot = stack.pop()) {
    if (slot instanceof Branch) for (const below of slot.slots) stack.push(below);
    else for (const node of slot.places) if (typeof node === 'object') visit(node);
  }
}

function tagOf(path: string, length: number): number {
  return hashPrefix(path, length) & TAG;
}

function find(root: Slot, path: string, length: number): ZNode | undefined {
  const tag = tagOf(path, length);
  let slot: Slot | undefined = root;
  for (let shift = 0; slot instanceof Branch; shift += BITS) slot = slot.slots[(tag >>> shift) & (FAN - 1)];
  if (slot === undefined) return undefined;
  const { places } = slot;
  const mask = places.length - 1;
  for (let at = ((tag >>> HOME_SHIFT) << 1) & mask; ; at = (at + 2) & mask) {
    const found = places[at];
    if (found === VACANT) return undefined;
    if (found !== tag) continue;
    const node = places[at + 1];
    if (typeof node === 'object' && isPath(node.path, path, length)) return node;
  }
}

/** Where a path stands; −1: nowhere. */
function placeOf(places: Places, tag: number, path: string, length: number): number {
  const mask = places.length - 1;
  for (let at = ((tag >>> HOME_SHIFT) << 1) & mask; ; at = (at + 2) & mask) {
    const found = places[at];
    if (found === VACANT) return -1;
    if (found !== tag) continue;
    const node = places[at + 1];
    if (typeof node === 'object' && isPath(node.path, path, length)) return at;
  }
}

function isPath(own: string, path: string, length: number): boolean {
  return length === path.length ? own === path : own.length === length && path.startsWith(own);
}

/** Puts a node that is not there into the first vacant place; there is one. */
function settle(places: Places, tag: number, node: ZNode): void {
  const mask = places.length - 1;
  let at = ((tag >>> HOME_SHIFT) << 1) & mask;
  while (places[at] !== VACANT) at = (at + 2) & mask;
  places[at] = tag;
  places[at + 1] = node;
}

/** Makes a place vacant and moves up those behind it that could not be found otherwise (Knuth, 6.4, algorithm R). */
function vacate(places: Places, place: number): void {
  const mask = places.length - 1;
  let hole = place;
  for (let at = (hole + 2) & mask; ; at = (at + 2) & mask) {
    const tag = places[at];
    if (typeof tag !== 'number' || tag === VACANT) break;
    const home = ((tag >>> HOME_SHIFT) << 1) & mask;
    // Its way from home leads over the hole.
    if (((at - home) & mask) < ((at - hole) & mask)) continue;
    places[hole] = tag;
    places[hole + 1] = places[at + 1] ?? VACANT;
    hole = at;
  }
  places[hole] = VACANT;
  places[hole + 1] = VACANT;
}

function vacantPlaces(capacity: number): Places {
  return new Array<number | ZNode>(2 * capacity).fill(VACANT);
}

function rehashed(places: Places, capacity: number): Places {
  const larger = vacantPlaces(capacity);
  settleAll(places, larger);
  return larger;
}

function settleAll(places: Places, into: Places): void {
  for (let at = 0; at < places.length; at += 2) {
    const tag = places[at];
    const node = places[at + 1];
    if (typeof tag === 'number' && typeof node === 'object') settle(into, tag, node);
  }
}

/** The nodes of a leaf that is full, by their digits. */
function split(leaf: Leaf, shift: number, stamp: number): Branch {
  const { places } = leaf;
  const counts = new Uint16Array(FAN);
  for (let at = 0; at < places.length; at += 2) {
    const tag = places[at];
    if (typeof tag !== 'number' || tag === VACANT) continue;
    const digit = (tag >>> shift) & (FAN - 1);
    counts[digit] = (counts[digit] ?? 0) + 1;
  }
  const leaves = Array.from(counts, (count) => new Leaf(stamp, count, vacantPlaces(capacityFor(count))));
  for (let at = 0; at < places.length; at += 2) {
    const tag = places[at];
    const node = places[at + 1];
    if (typeof tag === 'number' && typeof node === 'object') {
      settle(present(leaves[(tag >>> shift) & (FAN - 1)], 'a leaf for each digit').places, tag, node);
    }
  }
  return new Branch(stamp, leaf.count, leaves);
}

/** All nodes below a branch in one leaf. */
function leafOf(branch: Branch, stamp: number): Leaf {
  const places = vacantPlaces(capacityFor(branch.count));
  const stack: Slot[] = [branch];
  for (let slot = stack.pop(); slot !== undefined; slot = stack.pop()) {
    if (slot instanceof Branch) for (const below of slot.slots) stack.push(below);
    else settleAll(slot.places, places);
  }
  return new Leaf(stamp, branch.count, places);
}

/** With room for as many again, since there will be more. */
function capacityFor(count: number): number {
  let capacity = LEAF_MIN;
  while (4 * count > 3 * capacity) capacity *= 2;
  return capacity;
}
