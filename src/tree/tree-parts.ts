/**
 * What a tree consists of: its nodes, and what is kept beside them so that it need not be searched for. Everything
 * beside the nodes follows from the nodes; `Index` says how, and `DataTree` keeps it up.
 */
import { NO_NAMES, type NameSet } from '../base/name-set.ts';
import { type PersistentMap, emptyMap } from '../base/persistent-map.ts';
import type { SessionId } from '../base/session-id.ts';
import { ZXID_ZERO, type Zxid } from '../base/zxid.ts';
import { NO_ACLS, retainAcl, type AclTable } from './acl-table.ts';
import { ownerKind } from './ephemeral-owner.ts';
import { assemble, countStats, type BareNode, type NodeMap } from './node-map.ts';
import type { NodeOverlay } from './node-overlay.ts';
import { NodeTable } from './node-table.ts';
import { quotaNodeKind, quotaSubject } from './quota.ts';
import type { ZNode } from './znode.ts';

/** The ephemeral nodes of one session. */
export interface SessionEphemerals {
  readonly sessionId: SessionId;
  readonly paths: NameSet;
}
/** By session id. */
export type EphemeralTable = PersistentMap<SessionEphemerals>;

/** See the head of the file. */
export interface TreeParts {
  readonly lastProcessedZxid: Zxid;
  readonly nodes: NodeMap;
  readonly acls: AclTable;
  readonly owners: EphemeralTable;
  /** Containers and TTL nodes: what the reaper looks at. */
  readonly reapables: NameSet;
  /** The paths that have limits, or counts: counts are kept whether or not there are limits, or a replay could not tell. */
  readonly quotas: NameSet;
  /** The sum of the nodes' digests modulo 2⁶⁴, in two unsigned halves. */
  readonly digestHigh: number;
  readonly digestLow: number;
}

/** The same of a tree that lies a little ahead of another. */
export interface TreeAhead extends Omit<TreeParts, 'nodes'> {
  readonly nodes: NodeOverlay;
}

const HALF = 0x1_0000_0000;

/**
 * The parts of the tree that has these nodes, in any order. Throws `InvalidTree` where they make none. Counts of quotas are taken
 * anew: an image of ZooKeeper's may be fuzzy about them.
 */
export function partsOf(bare: Iterable<BareNode>, lastProcessedZxid: Zxid): TreeParts {
  const index = new Index();
  const nodes = new NodeTable(assemble(bare, (node) => { index.take(node); }));
  const { acls, owners, reapables, quotas, digestHigh, digestLow } = index;
  for (const subject of quotas.sorted()) countStats(nodes, subject);
  return { lastProcessedZxid, nodes: nodes.share(), acls, owners, reapables, quotas, digestHigh, digestLow };
}

/** What follows from the nodes taken so far. */
class Index {
  acls: AclTable = NO_ACLS;
  owners: EphemeralTable = emptyMap<SessionEphemerals>();
  reapables: NameSet = NO_NAMES;
  quotas: NameSet = NO_NAMES;
  digestHigh = 0;
  digestLow = 0;

  take({ path, acl, digest, ephemeralOwner }: ZNode): void {
    this.acls = retainAcl(this.acls, acl);
    this.digestLow += digest;
    if (this.digestLow >= HALF) {
      this.digestLow -= HALF;
      this.digestHigh = (this.digestHigh + 1) % HALF;
    }
    const kind = ownerKind(ephemeralOwner);
    if (kind === 'normal') this.owners = withEphemeral(this.owners, ephemeralOwner, path);
    else if (kind !== 'void') this.reapables = this.reapables.add(path);
    const subject = quotaNodeKind(path) === null ? null : quotaSubject(path);
    if (subject !== null) this.quotas = this.quotas.add(subject);
  }
}

/** With one more node of that session's. */
export function withEphemeral(table: EphemeralTable, sessionId: SessionId, path: string): EphemeralTable {
  const paths = table.get(sessionId)?.paths ?? NO_NAMES;
  return table.set(sessionId, { sessionId, paths: paths.add(path) });
}

/** A session without ephemerals is not in the table. */
export function withoutEphemeral(table: EphemeralTable, sessionId: SessionId, path: string): EphemeralTable {
  const present = table.get(sessionId);
  if (present === undefined) return table;
  const paths = present.paths.delete(path);
  return paths.size === 0 ? table.delete(sessionId) : table.set(sessionId, { sessionId, paths });
}

/** Before any transaction. */
export const EMPTY_TREE: TreeParts = partsOf([], ZXID_ZERO);
