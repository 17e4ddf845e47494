/**
 * What a tree consists of: its nodes, and what is kept beside them so that it need not be searched for. Everything
 * beside the nodes follows from the nodes; `indexNodes` says how, and `DataTree` keeps it up.
 */
import { NO_NAMES, type NameSet } from '../base/name-set.ts';
import { type PersistentMap, emptyMap } from '../base/persistent-map.ts';
import type { SessionId } from '../base/session-id.ts';
import { ZXID_ZERO, type Zxid } from '../base/zxid.ts';
import { NO_ACLS, retainAcl, type AclTable } from './acl-table.ts';
import { ownerKind } from './ephemeral-owner.ts';
import { assemble, countStats, type NodeMap } from './node-map.ts';
import { NodeTable } from './node-table.ts';
import { quotaNodeKind, quotaSubject } from './quota.ts';

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

const HALF = 0x1_0000_0000;

/**
 * The parts of the tree that has these nodes. Counts of quotas are taken anew: an image of ZooKeeper's may be fuzzy
 * about them.
 */
export function indexNodes(bare: NodeMap, lastProcessedZxid: Zxid): TreeParts {
  let acls = NO_ACLS;
  let ephemerals: EphemeralTable = emptyMap<SessionEphemerals>();
  let reapables = NO_NAMES;
  let quotas = NO_NAMES;
  let digestHigh = 0;
  let digestLow = 0;
  bare.forEach((node) => {
    const { path } = node;
    acls = retainAcl(acls, node.acl);
    digestLow += node.digest;
    if (digestLow >= HALF) {
      digestLow -= HALF;
      digestHigh = (digestHigh + 1) % HALF;
    }
    const kind = ownerKind(node.ephemeralOwner);
    if (kind === 'normal') ephemerals = withEphemeral(ephemerals, node.ephemeralOwner, path);
    else if (kind !== 'void') reapables = reapables.add(path);
    const subject = quotaNodeKind(path) === null ? null : quotaSubject(path);
    if (subject !== null) quotas = quotas.add(subject);
  });
  const nodes = new NodeTable(bare);
  for (const subject of quotas.sorted()) countStats(nodes, subject);
  return { lastProcessedZxid, nodes: nodes.share(), acls, owners: ephemerals, reapables, quotas, digestHigh, digestLow };
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
export const EMPTY_TREE: TreeParts = indexNodes(assemble([]), ZXID_ZERO);
