/**
 * A tree as a snapshot holds it, and back. Numbers for access control lists are given out in the order of the nodes, so
 * that equal trees have equal images.
 */
import type { Zxid } from '../base/zxid.ts';
import type { Digest, SnapshotAcl, SnapshotImage, SnapshotNode, SnapshotSession } from '../wire/transactions.ts';
import { OPEN_ACL_UNSAFE, type Acl } from '../wire/words.ts';
import { assemble, subtree, InvalidTree, type NodeMap } from './node-map.ts';
import { ROOT } from './path.ts';
import { indexNodes, type TreeParts } from './tree-parts.ts';

const OPEN_ACL_ID = -1;

/** Before the first transaction an image carries no digest, as ZooKeeper's does not. */
export function imageOf(nodes: NodeMap, zxid: Zxid, digest: Digest, sessions: readonly SnapshotSession[]): SnapshotImage {
  const ids = new Map<readonly Acl[], number>();
  const acls: SnapshotAcl[] = [];
  const aclIdOf = (acl: readonly Acl[]): number => {
    if (acl === OPEN_ACL_UNSAFE) return OPEN_ACL_ID;
    const known = ids.get(acl);
    if (known !== undefined) return known;
    const aclId = acls.length + 1;
    ids.set(acl, aclId);
    acls.push({ aclId, acl });
    return aclId;
  };
  const images: SnapshotNode[] = subtree(nodes, ROOT).map(
    ({ path, data, acl, stat }) => ({ path, data, aclId: aclIdOf(acl), stat }),
  );
  return { zxid, sessions, acls, nodes: images, digest: zxid === 0 ? null : digest };
}

/** The parts of the tree that an image shows. Throws `InvalidTree` where it shows none. */
export function partsOfImage(image: SnapshotImage): TreeParts {
  const acls = new Map<number, readonly Acl[]>(image.acls.map(({ aclId, acl }) => [aclId, acl]));
  const aclOf = (aclId: number): readonly Acl[] => {
    if (aclId === OPEN_ACL_ID) return OPEN_ACL_UNSAFE;
    const acl = acls.get(aclId);
    if (acl === undefined) throw new InvalidTree(`access control list ${aclId} is missing from the snapshot`);
    return acl;
  };
  const nodes = image.nodes.map(({ path, data, aclId, stat }) => ({ path, data, acl: aclOf(aclId), stat }));
  return indexNodes(assemble(nodes), image.zxid);
}
