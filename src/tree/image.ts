/**
 * A tree as a snapshot holds it, and back. Since a tree is made of persistent parts, an image is the parts at that
 * moment, and its nodes are made when somebody walks over them. Numbers for access control lists are given out in the
 * order of the table of lists, which follows from its contents, so that equal trees have equal images.
 */
import { immutable } from '../base/fork.ts';
import type { NameSet } from '../base/name-set.ts';
import type {
  SnapshotAcl, SnapshotCursor, SnapshotImage, SnapshotNode, SnapshotNodes, SnapshotSession,
} from '../wire/transactions.ts';
import { OPEN_ACL_UNSAFE, type Acl } from '../wire/words.ts';
import { aclKey } from './acl-table.ts';
import { isOpenAcl } from './acl.ts';
import { InvalidTree, READ_ACL_UNSAFE, type BareNode, type NodeMap } from './node-map.ts';
import { ROOT } from './path.ts';
import { partsOf, type TreeParts } from './tree-parts.ts';
import type { ZNode } from './znode.ts';

const OPEN_ACL_ID = -1;

/** Numbers of access control lists by identity, since lists are interned. */
type AclIds = ReadonlyMap<readonly Acl[], number>;

/** Before the first transaction an image carries no digest, as ZooKeeper's does not. */
export function imageOf(parts: TreeParts, sessions: readonly SnapshotSession[]): SnapshotImage {
  const { lastProcessedZxid: zxid, digestHigh: high, digestLow: low } = parts;
  const acls = parts.acls.values().map(({ acl }, index): SnapshotAcl => ({ aclId: index + 1, acl }));
  const aclIds = new Map([[OPEN_ACL_UNSAFE, OPEN_ACL_ID], ...acls.map(({ aclId, acl }) => [acl, aclId] as const)]);
  return { zxid, sessions, acls, nodes: new TreeNodes(parts.nodes, aclIds), digest: zxid === 0 ? null : { high, low } };
}

/** The nodes of a tree, in pre-order, children by name. */
class TreeNodes implements SnapshotNodes {
  readonly nodes: NodeMap;
  readonly aclIds: AclIds;

  constructor(nodes: NodeMap, aclIds: AclIds) {
    this.nodes = nodes;
    this.aclIds = aclIds;
  }

  get length(): number {
    return this.nodes.size;
  }

  cursor(): SnapshotCursor {
    return new TreeCursor(this);
  }

  *[Symbol.iterator](): Generator<SnapshotNode> {
    const cursor = this.cursor();
    for (let node = cursor.next(); node !== null; node = cursor.next()) yield node;
  }
}
immutable(TreeNodes);

/** The children of one node, as far as they were visited. */
interface Level {
  readonly path: string;
  readonly names: NameSet;
  /** Some of the names, and which of them is next; null: all are visited. */
  piece: readonly string[] | null;
  at: number;
}

/** A walk that rests after every node, and takes no longer for one than for another. */
class TreeCursor implements SnapshotCursor {
  readonly of: TreeNodes;
  readonly levels: Level[] = [];
  isBegun = false;

  constructor(of: TreeNodes) {
    this.of = of;
  }

  next(): SnapshotNode | null {
    const path = this.nextPath();
    if (path === null) return null;
    const node = this.of.nodes.get(path);
    if (node === undefined) throw new InvalidTree(`${path} is a child of its parent but no node`);
    if (node.children.size > 0) {
      const names = node.children.settled();
      this.levels.push({ path: node.path, names, piece: names.pieceAt(''), at: 0 });
    }
    return this.shown(node);
  }

  private nextPath(): string | null {
    if (!this.isBegun) {
      this.isBegun = true;
      return ROOT;
    }
    for (let level = this.levels.at(-1); level !== undefined; level = this.levels.at(-1)) {
      const name = level.piece?.[level.at];
      if (name !== undefined) {
        level.at++;
        return `${level.path}/${name}`;
      }
      // The least name above the last one visited is that with a zero behind it.
      const last = level.piece?.at(-1);
      level.piece = last === undefined ? null : level.names.pieceAt(`${last}\u0000`);
      level.at = 0;
      if (level.piece === null) this.levels.pop();
    }
    return null;
  }

  private shown({ path, data, acl, stat }: ZNode): SnapshotNode {
    const aclId = this.of.aclIds.get(acl);
    if (aclId === undefined) throw new InvalidTree(`the access control list of ${path} is not in the table`);
    return { path, data, aclId, stat };
  }
}

/** The parts of the tree that an image shows. Throws `InvalidTree` where it shows none. */
export function partsOfImage(image: SnapshotImage): TreeParts {
  return partsOf(new BareNodes(image), image.zxid);
}

/** The nodes of an image with their lists, equal lists being one object. */
class BareNodes implements Iterable<BareNode> {
  private readonly image: SnapshotImage;
  private readonly acls = new Map<number, readonly Acl[]>([[OPEN_ACL_ID, OPEN_ACL_UNSAFE]]);

  constructor(image: SnapshotImage) {
    this.image = image;
    const lists = new Map([[aclKey(READ_ACL_UNSAFE), READ_ACL_UNSAFE]]);
    for (const { aclId, acl } of image.acls) {
      const key = aclKey(acl);
      const list = isOpenAcl(acl) ? OPEN_ACL_UNSAFE : lists.get(key) ?? acl;
      lists.set(key, list);
      this.acls.set(aclId, list);
    }
  }

  *[Symbol.iterator](): Generator<BareNode> {
    for (const { path, data, aclId, stat } of this.image.nodes) {
      const acl = this.acls.get(aclId);
      if (acl === undefined) throw new InvalidTree(`access control list ${aclId} is missing from the snapshot`);
      yield { path, data, acl, stat };
    }
  }
}
