/**
 * Which containers and TTL nodes have outlived their use (ZooKeeper's ContainerManager; section 4.3 of the protocol's
 * description).
 */
import type { DataTree } from './data-tree.ts';
import { ownerKind, ttlOf } from './ephemeral-owner.ts';

/**
 * The paths to ask `deleteContainer` for, sorted. `wallTime` is in ms; a TTL counts from the last setData. A container
 * that never had children goes after `maxNeverUsedMs`; 0: never.
 */
export function reapable(tree: DataTree, wallTime: number, maxNeverUsedMs: number): string[] {
  return tree.reapables.sorted().filter((path) => {
    const node = tree.node(path);
    if (node === undefined || node.children.size > 0) return false;
    const { stat } = node;
    if (ownerKind(stat.ephemeralOwner) === 'ttl') return wallTime - stat.mtime > ttlOf(stat.ephemeralOwner);
    return stat.cversion !== 0 || (maxNeverUsedMs > 0 && wallTime - stat.ctime > maxNeverUsedMs);
  });
}
