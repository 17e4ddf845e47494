/**
 * The nodes of a tree by path: how a map of them is put together, walks over it, and the counts of quotas, which live in
 * nodes of their own.
 */
import { keyedSetOf, type KeyedSet, type KeyedTable } from '../base/keyed-set.ts';
import { NO_NAMES, nameSetOf, type NameSet } from '../base/name-set.ts';
import { NO_SESSION } from '../base/session-id.ts';
import { ZXID_ZERO } from '../base/zxid.ts';
import { OPEN_ACL_UNSAFE, type Acl, type Bytes, type StatPersisted } from '../wire/words.ts';
import { CONFIG_PATH, QUOTA_PATH, ROOT, SYSTEM_PATH, nameOf, parentOf } from './path.ts';
import { limitsPath, formatStats, parseQuota, statsPath } from './quota.ts';
import { contentCrc } from './node-digest.ts';
import { ZNode } from './znode.ts';

/** Every node by its full path, the root at '', at one moment. */
export type NodeMap = KeyedSet<ZNode>;
/** The same, as it changes. */
export type NodeTable = KeyedTable<ZNode>;

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
export interface BareNode {
  readonly path: string;
  readonly data: Bytes | null;
  readonly acl: readonly Acl[];
  readonly stat: StatPersisted;
}

/** The root and the system's nodes as they are before any transaction. Their stored cversion does not count each other. */
const SYSTEM_NODES: readonly BareNode[] = [
  { path: ROOT, data: EMPTY, acl: OPEN_ACL_UNSAFE, stat: ZERO },
  { path: SYSTEM_PATH, data: EMPTY, acl: OPEN_ACL_UNSAFE, stat: ZERO },
  { path: CONFIG_PATH, data: EMPTY, acl: READ_ACL_UNSAFE, stat: Object.freeze({ ...ZERO, aversion: -1 }) },
  { path: QUOTA_PATH, data: EMPTY, acl: OPEN_ACL_UNSAFE, stat: ZERO },
];

/** Nodes that do not make a tree: a parent is missing. Says which; nothing that a checksum lets through should cause it. */
export class InvalidTree extends Error {
  override readonly name = 'InvalidTree';
}

/**
 * The map of `nodes`, in any order, with the system's nodes added where they are missing (releases before 3.5 had fewer). Goes
 * over the nodes twice: once for the names of the children, once for the rest.
 */
export function assemble(nodes: Iterable<BareNode>): NodeMap {
  const families = new Families();
  const missing = new Set(SYSTEM_NODES.map(({ path }) => path));
  for (const { path } of nodes) {
    families.add(path);
    missing.delete(path);
  }
  const added = SYSTEM_NODES.filter(({ path }) => missing.has(path));
  for (const { path } of added) families.add(path);
  const made: ZNode[] = [];
  const make = ({ path, data, acl, stat }: BareNode): void => {
    made.push(new ZNode(path, data, acl, stat, families.childrenOf(path), contentCrc(path, data)));
  };
  added.forEach(make);
  for (const node of nodes) make(node);
  const map = keyedSetOf(made);
  families.forEach((parent, child) => {
    if (!map.has(parent)) throw new InvalidTree(`the parent of ${parent}/${child} is missing from the snapshot`);
  });
  return map;
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

  childrenOf(path: string): NameSet {
    const names = this.names.get(path);
    return names === undefined ? NO_NAMES : nameSetOf(names);
  }

  /** Visits every parent with its first child. */
  forEach(visit: (parent: string, child: string) => void): void {
    for (const [parent, [child]] of this.names) visit(parent, child ?? '');
  }
}

/** The node and all below it, each before its children, children by name. */
export function subtree(nodes: NodeMap | NodeTable, path: string): ZNode[] {
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
export function countDescendants(nodes: NodeMap | NodeTable, path: string): number {
  let count = -1;
  const stack = [path];
  for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
    count++;
    for (const name of nodes.get(next)?.children.sorted() ?? []) stack.push(`${next}/${name}`);
  }
  return count;
}

/** The longest path at or above `path` that has limits, or null. `quotas`: those that have limits or counts. */
export function quotaPrefix(nodes: NodeMap | NodeTable, quotas: NameSet, path: string): string | null {
  if (quotas.size === 0) return null;
  for (let prefix = path; prefix !== ROOT; prefix = parentOf(prefix)) {
    if (quotas.has(prefix) && nodes.has(limitsPath(prefix))) return prefix;
  }
  return null;
}

/** Moves the counts of the quota at `subject`. Nothing watches or versions those: they are not transactions. */
export function moveStats(nodes: NodeTable, subject: string, countDiff: number, bytesDiff: number): void {
  const node = nodes.get(statsPath(subject));
  if (node === undefined || (countDiff === 0 && bytesDiff === 0)) return;
  const stats = parseQuota(node.data);
  nodes.put(node.withData(formatStats(stats.count + countDiff, stats.bytes + bytesDiff), node.stat));
}

/** Takes the counts of the quota at `subject` anew. */
export function countStats(nodes: NodeTable, subject: string): void {
  const node = nodes.get(statsPath(subject));
  if (node === undefined) return;
  let count = 0;
  let bytes = 0;
  for (const counted of subtree(nodes, subject)) {
    count++;
    bytes += dataLength(counted.data);
  }
  nodes.put(node.withData(formatStats(count, bytes), node.stat));
}

/** No data are no bytes. */
export function dataLength(data: Bytes | null): number {
  return data === null ? 0 : data.length;
}
