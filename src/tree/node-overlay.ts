/**
 * Nodes by path, a little ahead of a table that goes on changing: only what differs is here, everything else is looked up below
 * (ZooKeeper's outstandingChangesForPath). The leader looks ahead through one, and a multi through another on top of it. Unlike a
 * share of the table it costs the table nothing: what is below stays the table's own, to be changed in place.
 *
 * It is right as long as whatever changes below was done here first, and done alike: then what is here hides the table's own
 * until the table has come as far, and may be forgotten from then on. To forget is a matter of memory alone, so it is done for
 * many at once: what was changed till now becomes the older part, and is dropped when the table has all of it.
 *
 * What it makes carries a stamp of its own, as in `node-table.ts`. Those of tables are not negative and its own are, each overlay
 * below that of what it lies on; a fork makes the one that it copies count on, and neither changes what both hold.
 */
import { canonicalAs } from '../base/canonical.ts';
import { beforeFork } from '../base/fork.ts';
import { byCodeUnit } from '../base/strings.ts';
import type { NodeTable } from './node-table.ts';
import type { ZNode } from './znode.ts';

/** Nodes that can be changed. */
export type Nodes = NodeTable | NodeOverlay;

/** −1 is nobody's. */
const FIRST_STAMP = -2;

/** See the head of the file. */
export class NodeOverlay {
  /** What the nodes carry that may be changed here. */
  stamp: number;
  private readonly below: Nodes;
  /** Null instead of a node: there is none any more. */
  private changed: Map<string, ZNode | null> = new Map();
  /** Changed before those, and hidden by them. */
  private older: ReadonlyMap<string, ZNode | null> | null = null;

  constructor(below: Nodes) {
    this.below = below;
    this.stamp = below.stamp < 0 ? below.stamp - 1 : FIRST_STAMP;
  }

  get size(): number {
    let { size } = this.below;
    for (const [path, node] of this.all()) size += (node === null ? 0 : 1) - (this.below.has(path) ? 1 : 0);
    return size;
  }

  get(path: string): ZNode | undefined {
    let node = this.changed.get(path);
    if (node === undefined && this.older !== null) node = this.older.get(path);
    return node === undefined ? this.below.get(path) : node ?? undefined;
  }

  has(path: string): boolean {
    return this.get(path) !== undefined;
  }

  /** See `NodeTable.prefix`. */
  prefix(path: string, length: number): ZNode | undefined {
    return this.get(path.slice(0, length));
  }

  /** This node, or the copy that takes its place, to be changed. */
  own(node: ZNode): ZNode {
    if (node.stamp === this.stamp) return node;
    const copy = node.copy(this.stamp);
    this.changed.set(copy.path, copy);
    return copy;
  }

  /** Adds a node that is not there. */
  add(node: ZNode): void {
    this.changed.set(node.path, node);
  }

  /** Removes a node that is there. */
  delete(path: string): void {
    this.changed.set(path, null);
  }

  /** How many differences there are, counted from above. */
  get differenceCount(): number {
    return this.changed.size + (this.older?.size ?? 0);
  }

  /** What was the older part is below by now: forgets it, and begins to keep what comes apart from what is here. */
  turnOver(): void {
    this.older = this.changed;
    this.changed = new Map();
    this.stamp -= 1;
  }

  /** What differs, by path; these nodes do not change any more. */
  share(): (readonly [path: string, node: ZNode | null])[] {
    this.stamp -= 1;
    return [...this.all()].sort(([a], [b]) => byCodeUnit(a, b));
  }

  private all(): ReadonlyMap<string, ZNode | null> {
    return this.older === null ? this.changed : new Map([...this.older, ...this.changed]);
  }
}
beforeFork(NodeOverlay, (overlay) => {
  if (overlay instanceof NodeOverlay) overlay.stamp -= 1;
});
// What is below stands elsewhere.
canonicalAs(NodeOverlay, (overlay) => (overlay instanceof NodeOverlay ? overlay.share() : overlay));
