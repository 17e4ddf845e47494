/**
 * The nodes of a tree by path: how a map of them is put together, walks over it, and the counts of quotas, which live in
 * nodes of their own.
 */
import type { NameSet } from '../base/name-set.ts';
import { NO_SESSION } from '../base/session-id.ts';
import { ZXID_ZERO } from '../base/zxid.ts';
import { OPEN_ACL_UNSAFE, type Acl, type Bytes, type StatPersisted } from '../wire/words.ts';
import { childrenOf } from './children.ts';
import type { Nodes } from './node-overlay.ts';
import { NO_NODES, NodeTable, type NodeMap } from './node-table.ts';
import { CONFIG_PATH, QUOTA_PATH, ROOT, SYSTEM_PATH, clientPath, nameOf, parentOf } from './path.ts';
import { limitsPath, formatStats, parseQuota, statsPath } from './quota.ts';
import { ZNode, type NodeContent } from './znode.ts';

export type { NodeMap, NodeTable } from './node-table.ts';

const EMPTY: Bytes = new Uint8Array(0);
const ZERO: StatPersisted = Object.freeze({
  czxid: ZXID_ZERO, mzxid: ZXID_ZERO, ctime: 0, mtime: 0, version: 0, cversion: 0, aversion: 0,
  ephemeralOwner: NO_SESSION, pzxid: ZXID_ZERO,
});

/** Everybody may read the configuration, and only the superuser may change it. */
export const READ_ACL_UNSAFE: readonly Acl[] = Object.freeze([
  Object.freeze({ perms: 1, id: Object.freeze({ scheme: 'world', id: 'anyone' }) }),
]);

/** What a node is without what follows from other nodes. */
export interface BareNode extends NodeContent {
  readonly path: string;
}

/** The root and the system's nodes as they are before any transaction. Their stored cversion does not count each other. */
const SYSTEM_NODES: readonly BareNode[] = [
  { path: ROOT, data: EMPTY, acl: OPEN_ACL_UNSAFE, stat: ZERO },
  { path: SYSTEM_PATH, data: EMPTY, acl: OPEN_ACL_UNSAFE, stat: ZERO },
  { path: CONFIG_PATH, data: EMPTY, acl: READ_ACL_UNSAFE, stat: Object.freeze({ ...ZERO, aversion: -1 }) },
  { path: QUOTA_PATH, data: EMPTY, acl: OPEN_ACL_UNSAFE, stat: ZERO },
];

/**
 * Nodes that do not make a tree: a parent is missing, or a node is there twice. Says which; nothing that a checksum lets through
 * should cause it.
 */
export class InvalidTree extends Error {
  override readonly name = 'InvalidTree';
}

/**
 * The map of `nodes`, in any order, with the system's nodes added where they are missing (releases before 3.5 had fewer). Goes
 * over the nodes once, and shows `visit` each while it is at hand: of its children nothing is known yet.
 */
export function assemble(nodes: Iterable<BareNode>, visit: (node: ZNode) => void): NodeMap {
  const table = new NodeTable(NO_NODES);
  const families = new Families();
  const add = (bare: BareNode): void => {
    if (table.has(bare.path)) throw new InvalidTree(`${clientPath(bare.path)} is twice in the snapshot`);
    const node = ZNode.of(table.stamp, bare.path, bare);
    table.add(node);
    families.add(bare.path);
    visit(node);
  };
  for (const node of nodes) add(node);
  for (const node of SYSTEM_NODES) if (!table.has(node.path)) add(node);
  families.forEach((parent, names) => {
    const node = table.get(parent);
    if (node === undefined) {
      throw new InvalidTree(`the parent of ${parent}/${names[0] ?? ''} is missing from the snapshot`);
    }
    node.children = childrenOf(names);
  });
  return table.share();
}

/** The names of the children of every parent. Siblings mostly come one after the other. */
class Families {
  private readonly names = new Map<string, string[]>();
  private parent = ROOT;
  private siblings: string[] = [];

  constructor() {
    this.names.set(ROOT, this.siblings);
  }

  add(path: string): void {
    if (path === ROOT) return;
    const parent = parentOf(path);
    if (parent !== this.parent) {
      this.parent = parent;
      this.siblings = this.names.get(parent) ?? [];
      if (this.siblings.length === 0) this.names.set(parent, this.siblings);
    }
    this.siblings.push(nameOf(path));
  }

  /** Visits every parent with the names of its children. */
  forEach(visit: (parent: string, names: readonly string[]) => void): void {
    for (const [parent, names] of this.names) visit(parent, names);
  }
}

/** The node and all below it, each before its children, children by name. */
export function subtree(nodes: NodeMap | Nodes, path: string): ZNode[] {
  const found: ZNode[] = [];
  const stack = [path];
  for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
    const node = nodes.get(next);
    if (node === undefined) continue;
    found.push(node);
    if (node.children.size === 0) continue;
    const names = node.children.sorted();
    for (let i = names.length - 1; i >= 0; i--) stack.push(`${next}/${names[i] ?? ''}`);
  }
  return found;
}

/** How many nodes are strictly below. */
export function countDescendants(nodes: NodeMap | Nodes, path: string): number {
  let count = -1;
  const stack = [path];
  for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
    count++;
    for (const name of nodes.get(next)?.children.sorted() ?? []) stack.push(`${next}/${name}`);
  }
  return count;
}

/** The longest path at or above `path` that has limits, or null. `quotas`: those that have limits or counts. */
export function quotaPrefix(nodes: NodeMap | Nodes, quotas: NameSet, path: string): string | null {
  if (quotas.size === 0) return null;
  for (let prefix = path; prefix !== ROOT; prefix = parentOf(prefix)) {
    if (quotas.has(prefix) && nodes.has(limitsPath(prefix))) return prefix;
  }
  return null;
}

/** Moves the counts of the quota at `subject`. Nothing watches or versions those: they are not transactions. */
export function moveStats(nodes: Nodes, subject: string, countDiff: number, bytesDiff: number): void {
  const node = nodes.get(statsPath(subject));
  if (node === undefined || (countDiff === 0 && bytesDiff === 0)) return;
  const stats = parseQuota(node.data);
  nodes.own(node).setCounts(formatStats(stats.count + countDiff, stats.bytes + bytesDiff));
}

/** Takes the counts of the quota at `subject` anew. */
export function countStats(nodes: Nodes, subject: string): void {
  const node = nodes.get(statsPath(subject));
  if (node === undefined) return;
  let count = 0;
  let bytes = 0;
  for (const counted of subtree(nodes, subject)) {
    count++;
    bytes += dataLength(counted.data);
  }
  nodes.own(node).setCounts(formatStats(count, bytes));
}

/** No data are no bytes. */
export function dataLength(data: Bytes | null): number {
  return data === null ? 0 : data.length;
}
