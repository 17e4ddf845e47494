/**
 * The replicated state machine: znodes, and what a decided transaction does to them (ZooKeeper's DataTree.processTxn).
 * Applying never asks whether a transaction is allowed: that was decided once, by the leader, in `prepare`. It must
 * never fail, and applying again what was applied already must come to the same tree, because recovery may replay a log
 * over a snapshot that is newer.
 *
 * All its parts are persistent, or can be shared as they are at a moment: a copy is one of a few references, an image is
 * a point in time.
 */
import { assertNever, invariant } from '../base/invariant.ts';
import type { NameSet } from '../base/name-set.ts';
import { byCodeUnit } from '../base/persistent-map.ts';
import type { SessionId } from '../base/session-id.ts';
import { NO_SESSION } from '../base/session-id.ts';
import type { Zxid } from '../base/zxid.ts';
import type { MultiResult } from '../wire/client-messages.ts';
import type {
  CreateContainerTxn, CreateTtlTxn, CreateTxn, Digest, MultiTxn, SetAclTxn, SetDataTxn, SnapshotImage, SnapshotSession,
  TxnBody, TxnHeader,
} from '../wire/transactions.ts';
import { ErrorCode, EventType, type Acl, type ResultCode, type Stat } from '../wire/words.ts';
import { internedAcl, releaseAcl, retainAcl, type AclTable } from './acl-table.ts';
import { NO_TRIGGERS, type Applied, type Trigger } from './applied.ts';
import type { Children } from './children.ts';
import { CONTAINER_OWNER, isValidTtl, ownerKind, ttlOwner } from './ephemeral-owner.ts';
import { imageOf, partsOfImage } from './image.ts';
import { countDescendants, countStats, dataLength, moveStats, quotaPrefix, subtree } from './node-map.ts';
import { NodeOverlay, type Nodes } from './node-overlay.ts';
import { NodeTable } from './node-table.ts';
import { clientPath, isSystemPath, nameOf, parentLength, parentOf, ROOT, treePath } from './path.ts';
import { limitsPath, quotaNodeKind, quotaSubject, statsPath } from './quota.ts';
import { multiResult } from './replies.ts';
import { isLaterVersion, nextVersion } from './stat.ts';
import {
  EMPTY_TREE, withEphemeral, withoutEphemeral, type EphemeralTable, type TreeAhead, type TreeParts,
} from './tree-parts.ts';
import { visibleStat, ZNode } from './znode.ts';

export type { Applied, Trigger } from './applied.ts';

const HALF = 0x1_0000_0000;

/** See the head of the file. Without argument: the tree before any transaction. */
export class DataTree {
  /** The newest transaction applied; it moves only after everything else. */
  lastProcessedZxid: Zxid;
  readonly nodes: Nodes;
  acls: AclTable;
  owners: EphemeralTable;
  reapables: NameSet;
  quotas: NameSet;
  digestHigh: number;
  digestLow: number;

  /** Nobody asks what comes of a transaction here: it looks ahead of the tree that answers. */
  private readonly isSilent: boolean;

  constructor(parts: TreeParts | TreeAhead = EMPTY_TREE) {
    this.isSilent = parts.nodes instanceof NodeOverlay;
    this.lastProcessedZxid = parts.lastProcessedZxid;
    this.nodes = parts.nodes instanceof NodeOverlay ? parts.nodes : new NodeTable(parts.nodes);
    this.acls = parts.acls;
    this.owners = parts.owners;
    this.reapables = parts.reapables;
    this.quotas = parts.quotas;
    this.digestHigh = parts.digestHigh;
    this.digestLow = parts.digestLow;
  }

  /** The tree of a snapshot. Throws `InvalidTree` for an image that shows none. */
  static fromImage(image: SnapshotImage): DataTree {
    return new DataTree(partsOfImage(image));
  }

  /** This tree at this moment, as a snapshot of the sessions given. It takes no time: whoever walks over its nodes does. */
  image(sessions: readonly SnapshotSession[]): SnapshotImage {
    return imageOf(this.parts(), sessions);
  }

  /** A tree of its own with the same content, at no cost. */
  copy(): DataTree {
    return new DataTree(this.parts());
  }

  /**
   * This tree and what is yet to come, to be looked at only: what is applied to it is answered with nothing. It must come here
   * too, in the same order, with nothing in between.
   */
  ahead(): DataTree {
    const { lastProcessedZxid, acls, owners, reapables, quotas, digestHigh, digestLow } = this;
    const nodes = new NodeOverlay(this.nodes);
    return new DataTree({ lastProcessedZxid, nodes, acls, owners, reapables, quotas, digestHigh, digestLow });
  }

  /** What it consists of at this moment. */
  private parts(): TreeParts {
    const { lastProcessedZxid, nodes, acls, owners, reapables, quotas, digestHigh, digestLow } = this;
    invariant(nodes instanceof NodeTable, 'a tree that looks ahead is only looked at');
    return { lastProcessedZxid, nodes: nodes.share(), acls, owners, reapables, quotas, digestHigh, digestLow };
  }

  /** The sum over all nodes, each node below /zookeeper counting 0. */
  get digest(): Digest {
    return { high: this.digestHigh, low: this.digestLow };
  }

  /** Nodes, the root and the system's included. ZooKeeper reports one more: it counts the root twice. */
  get nodeCount(): number {
    return this.nodes.size;
  }

  /** The bytes of all paths and data: what ZooKeeper reports as approximate_data_size. Walks over the tree. */
  get dataBytes(): number {
    let bytes = 0;
    for (const { path, data } of subtree(this.nodes, ROOT)) bytes += path.length + (data?.length ?? 0);
    return bytes;
  }

  node(path: string): ZNode | undefined {
    return this.nodes.get(treePath(path));
  }

  stat(path: string): Stat | undefined {
    const node = this.node(path);
    return node === undefined ? undefined : visibleStat(node);
  }

  acl(path: string): readonly Acl[] | undefined {
    return this.node(path)?.acl;
  }

  /** The names of the children, sorted by code unit; undefined where there is no node. */
  children(path: string): readonly string[] | undefined {
    return this.node(path)?.children.sorted();
  }

  /** How many nodes are strictly below `path`, which exists. */
  descendantCount(path: string): number {
    return path === '/' || path === ROOT ? this.nodes.size - 1 : countDescendants(this.nodes, path);
  }

  /** The paths of a session's ephemeral nodes, sorted. */
  ephemerals(sessionId: SessionId): readonly string[] {
    return this.owners.get(sessionId)?.paths.sorted() ?? [];
  }

  /** The sessions that own ephemeral nodes, sorted. */
  sessionsWithEphemerals(): SessionId[] {
    return this.owners.values().map((owner) => owner.sessionId).sort(byCodeUnit);
  }

  /** The longest path at or above `path` that has a quota, or null. */
  quotaPrefix(path: string): string | null {
    return quotaPrefix(this.nodes, this.quotas, treePath(path));
  }

  /** Applies a decided transaction. See the head of the file. */
  apply(header: TxnHeader, body: TxnBody): Applied {
    const applied = body.kind === 'multi' ? this.applyMulti(header, body) : this.applyOne(header, body);
    if (header.zxid > this.lastProcessedZxid) this.lastProcessedZxid = header.zxid;
    return applied;
  }

  private applyOne(header: TxnHeader, body: Exclude<TxnBody, MultiTxn>): Applied {
    switch (body.kind) {
      case 'create':
      case 'create2':
        return this.create(header, body, body.ephemeral ? header.clientId : NO_SESSION);
      case 'createContainer':
        return this.create(header, body, CONTAINER_OWNER);
      case 'createTTL':
        return this.create(header, body, isValidTtl(body.ttl) ? ttlOwner(body.ttl) : NO_SESSION);
      case 'delete':
      case 'deleteContainer':
        return this.delete(header.zxid, body.path);
      case 'setData':
      case 'reconfig':
        return this.setData(header, body);
      case 'setACL':
        return this.setAcl(body);
      case 'closeSession':
        return this.closeSession(header, body.paths);
      case 'error':
        return failure(body.err, null);
      case 'check':
        return success(body.path, null, NO_TRIGGERS);
      case 'createSession':
        return success(null, null, NO_TRIGGERS);
      default:
        return assertNever(body);
    }
  }

  /** All or nothing: one error record among them, and none takes effect. */
  private applyMulti(header: TxnHeader, { txns }: MultiTxn): Applied {
    const results: MultiResult[] = [];
    const triggers: Trigger[] = [];
    if (txns.some((txn) => txn.kind === 'error')) {
      let err: ResultCode = ErrorCode.OK;
      for (const txn of txns) {
        results.push({ kind: 'error', err: txn.kind === 'error' ? txn.err : err });
        if (txn.kind === 'error' && txn.err !== ErrorCode.OK) err = ErrorCode.RUNTIMEINCONSISTENCY;
      }
    } else {
      for (const txn of txns) {
        const applied = this.applyOne(header, txn);
        if (this.isSilent) continue;
        results.push(multiResult(txn.kind, applied));
        for (const trigger of applied.triggers) triggers.push(trigger);
      }
    }
    return { err: ErrorCode.OK, path: null, stat: null, results, triggers };
  }

  private create(header: TxnHeader, body: CreateTxn | CreateContainerTxn | CreateTtlTxn, owner: SessionId): Applied {
    const { path, data } = body;
    const parent = this.nodes.prefix(path, parentLength(path));
    if (parent === undefined) return failure(ErrorCode.NONODE, path);
    const isPresent = this.nodes.has(path);
    // Very old logs do not say the cversion; counting on is then right the first time, and a replay must leave it.
    const counted = isPresent ? parent.cversion : nextVersion(parent.cversion);
    const cversion = body.parentCVersion === -1 ? counted : body.parentCVersion;
    const isLater = isLaterVersion(cversion, parent.cversion);
    const children = isPresent ? parent.children : parent.children.with(this.nodes.stamp, nameOf(path));
    if (isLater) this.setChildren(parent, children, cversion, header.zxid);
    else if (!isPresent) this.setChildren(parent, children, parent.cversion, parent.pzxid);
    if (isPresent) return failure(ErrorCode.NODEEXISTS, path);
    this.acls = retainAcl(this.acls, body.acl);
    const acl = internedAcl(this.acls, body.acl);
    const node = ZNode.created(this.nodes.stamp, path, data, acl, header.zxid, header.time, owner);
    const stat = this.isSilent ? null : visibleStat(node);
    this.add(node);
    if (stat === null) return SILENCE;
    return success(path, stat, [
      { type: EventType.NodeCreated, path, acl: node.acl },
      { type: EventType.NodeChildrenChanged, path: clientPath(parent.path), acl: parent.acl },
    ]);
  }

  private delete(zxid: Zxid, path: string): Applied {
    const parent = treePath(path) === ROOT ? undefined : this.nodes.prefix(path, parentLength(path));
    if (parent === undefined) return failure(ErrorCode.NONODE, path);
    const node = this.nodes.get(path);
    // pzxid moves even when the node is gone already (ZOOKEEPER-3145), and never back.
    const pzxid = zxid > parent.pzxid ? zxid : parent.pzxid;
    const rest = node === undefined ? parent.children : parent.children.without(this.nodes.stamp, nameOf(path));
    this.setChildren(parent, rest, parent.cversion, pzxid);
    if (node === undefined) return failure(ErrorCode.NONODE, path);
    // Children can be there only in a replay; they were created later than this and will be again.
    if (node.children.size === 0) this.remove(node);
    else for (const below of subtree(this.nodes, path).reverse()) this.remove(below);
    if (this.isSilent) return SILENCE;
    return success(path, null, [
      { type: EventType.NodeDeleted, path, acl: node.acl },
      { type: EventType.NodeChildrenChanged, path: clientPath(parent.path), acl: parent.acl },
    ]);
  }

  private setData({ zxid, time }: TxnHeader, body: SetDataTxn): Applied {
    const present = this.node(body.path);
    if (present === undefined) return failure(ErrorCode.NONODE, body.path);
    const lengthBefore = dataLength(present.data);
    const node = this.nodes.own(present);
    const digestBefore = node.digest;
    node.setData(body.data, body.version, zxid, time);
    this.moveDigest(node.digest - digestBefore);
    const stat = this.isSilent ? null : visibleStat(node);
    this.quotaMoved(node.path, 0, dataLength(body.data) - lengthBefore);
    if (quotaNodeKind(node.path) === 'stats') this.quotaSet(node.path);
    if (stat === null) return SILENCE;
    const triggers = [{ type: EventType.NodeDataChanged, path: clientPath(node.path), acl: node.acl }];
    return success(body.path, stat, triggers);
  }

  private setAcl(body: SetAclTxn): Applied {
    const present = this.node(body.path);
    if (present === undefined) return failure(ErrorCode.NONODE, body.path);
    this.acls = releaseAcl(retainAcl(this.acls, body.acl), present.acl);
    const node = this.nodes.own(present);
    const digestBefore = node.digest;
    node.setAcl(internedAcl(this.acls, body.acl), body.version);
    this.moveDigest(node.digest - digestBefore);
    return success(body.path, visibleStat(node), NO_TRIGGERS);
  }

  /** What the transaction lists first; then whatever the session still owns, which is nothing unless a replay is under way. */
  private closeSession({ clientId, zxid }: TxnHeader, paths: readonly string[] | null): Applied {
    const triggers: Trigger[] = [];
    for (const path of paths ?? []) for (const trigger of this.delete(zxid, path).triggers) triggers.push(trigger);
    for (const path of this.ephemerals(clientId)) for (const trigger of this.delete(zxid, path).triggers) triggers.push(trigger);
    return success(null, null, triggers);
  }

  private setChildren(parent: ZNode, children: Children, cversion: number, pzxid: Zxid): void {
    const own = this.nodes.own(parent);
    const digestBefore = own.digest;
    own.setChildren(children, cversion, pzxid);
    this.moveDigest(own.digest - digestBefore);
  }

  private add(node: ZNode): void {
    const { path } = node;
    const length = dataLength(node.data);
    this.nodes.add(node);
    this.moveDigest(node.digest);
    const owner = node.ephemeralOwner;
    if (owner !== NO_SESSION) {
      if (ownerKind(owner) === 'normal') this.owners = withEphemeral(this.owners, owner, path);
      else this.reapables = this.reapables.add(path);
    }
    if (isSystemPath(path)) this.quotaSet(path);
    this.quotaMoved(path, 1, length);
  }

  private remove(node: ZNode): void {
    const path = node.path;
    this.nodes.delete(path);
    this.moveDigest(-node.digest);
    this.acls = releaseAcl(this.acls, node.acl);
    const owner = node.ephemeralOwner;
    if (owner !== NO_SESSION) {
      if (ownerKind(owner) === 'normal') this.owners = withoutEphemeral(this.owners, owner, path);
      else this.reapables = this.reapables.delete(path);
    }
    const subject = quotaNodeKind(path) === null ? null : quotaSubject(path);
    const isLast = subject !== null && !this.nodes.has(limitsPath(subject)) && !this.nodes.has(statsPath(subject));
    if (isLast) this.quotas = this.quotas.delete(subject);
    this.quotaMoved(path, -1, -dataLength(node.data));
  }

  private moveDigest(difference: number): void {
    const low = this.digestLow + difference;
    if (low >= HALF) {
      this.digestLow = low - HALF;
      this.digestHigh = (this.digestHigh + 1) % HALF;
    } else if (low < 0) {
      this.digestLow = low + HALF;
      this.digestHigh = (this.digestHigh + HALF - 1) % HALF;
    } else {
      this.digestLow = low;
    }
  }

  /** Limits or counts appeared at `path`: from here on the counts are kept, starting from what there is. */
  private quotaSet(path: string): void {
    const subject = quotaNodeKind(path) === null ? null : quotaSubject(path);
    if (subject === null) return;
    this.quotas = this.quotas.add(subject);
    countStats(this.nodes, subject);
  }

  /** Every quota above counts, as a recount would: what is shown must not depend on when a server was started. */
  private quotaMoved(path: string, countDiff: number, bytesDiff: number): void {
    if (this.quotas.size === 0) return;
    for (let prefix = path; prefix !== ROOT; prefix = parentOf(prefix)) {
      if (this.quotas.has(prefix)) moveStats(this.nodes, prefix, countDiff, bytesDiff);
    }
  }
}

/** Of a tree that is silent. */
const SILENCE: Applied = Object.freeze({ err: ErrorCode.OK, path: null, stat: null, results: null, triggers: NO_TRIGGERS });

function success(path: string | null, stat: Stat | null, triggers: readonly Trigger[]): Applied {
  return { err: ErrorCode.OK, path, stat, results: null, triggers };
}

function failure(err: ResultCode, path: string | null): Applied {
  return { err, path, stat: null, results: null, triggers: NO_TRIGGERS };
}
