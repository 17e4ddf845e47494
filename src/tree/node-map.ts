/**
 * The nodes of a tree by path: how a map of them is put together, walks over it, and the counts of quotas, which live in
 * nodes of their own. Pure functions from map to map.
 */
import { nameSetOf, type NameSet } from '../base/name-set.ts';
import { type PersistentMap, emptyMap } from '../base/persistent-map.ts';
import { NO_SESSION } from '../base/session-id.ts';
import { ZXID_ZERO } from '../base/zxid.ts';
import { OPEN_ACL_UNSAFE, type Acl, type Bytes, type StatPersisted } from '../wire/words.ts';
import { CONFIG_PATH, QUOTA_PATH, ROOT, SYSTEM_PATH, nameOf, parentOf } from './path.ts';
import { limitsPath, formatStats, parseQuota, statsPath } from './quota.ts';
import { contentCrc } from './node-digest.ts';
import { ZNode } from './znode.ts';

/** Every node by its full path; the root at ''. */
export type NodeMap = PersistentMap<ZNode>;

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

/** The map of `nodes`, in any order, with the system's nodes added where they are missing (releases before 3.5 had fewer). */
export function assemble(nodes: readonly BareNode[]): NodeMap {
  const present = new Set(nodes.map((node) => node.path));
  const all = [...SYSTEM_NODES.filter((node) => !present.has(node.path)), ...nodes];
  const children = new Map<string, string[]>(all.map((node) => [node.path, []]));
  for (const { path } of all) {
    if (path === ROOT) continue;
    const siblings = children.get(parentOf(path));
    if (siblings === undefined) throw new InvalidTree(`the parent of ${path} is missing from the snapshot`);
    siblings.push(nameOf(path));
  }
  let map: NodeMap = emptyMap<ZNode>();
  for (const { path, data, acl, stat } of all) {
    map = map.set(path, new ZNode(path, data, acl, stat, nameSetOf(children.get(path) ?? []), contentCrc(path, data)));
  }
  return map;
}

/** The node and all below it, each before its children, children by name. */
export function subtree(nodes: NodeMap, path: string): ZNode[] {
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
export function countDescendants(nodes: NodeMap, path: string): number {
  let count = -1;
  const stack = [path];
  for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
    count++;
    for (const name of nodes.get(next)?.children.sorted() ?? []) stack.push(`${next}/${name}`);
  }
  return count;
}

/** The longest path at or above `path` that has limits, or null. `quotas`: those that have limits or counts. */
export function quotaPrefix(nodes: NodeMap, quotas: NameSet, path: string): string | null {
  if (quotas.size === 0) return null;
  for (let prefix = path; prefix !== ROOT; prefix = parentOf(prefix)) {
    if (quotas.has(prefix) && nodes.has(limitsPath(prefix))) return prefix;
  }
  return null;
}

/** With the counts of the quota at `subject` moved. Nothing watches or versions those: they are not transactions. */
export function withStatsMoved(nodes: NodeMap, subject: string, countDiff: number, bytesDiff: number): NodeMap {
  const node = nodes.get(statsPath(subject));
  if (node === undefined || (countDiff === 0 && bytesDiff === 0)) return nodes;
  const stats = parseQuota(node.data);
  return nodes.set(node.path, node.withData(formatStats(stats.count + countDiff, stats.bytes + bytesDiff), node.stat));
}

/** With the counts of the quota at `subject` taken anew. */
export function withStatsCounted(nodes: NodeMap, subject: string): NodeMap {
  const node = nodes.get(statsPath(subject));
  if (node === undefined) return nodes;
  let count = 0;
  let bytes = 0;
  for (const counted of subtree(nodes, subject)) {
    count++;
    bytes += dataLength(counted.data);
  }
  return nodes.set(node.path, node.withData(formatStats(count, bytes), node.stat));
}

/** No data are no bytes. */
export function dataLength(data: Bytes | null): number {
  return data === null ? 0 : data.length;
}
