/**
 * The tree as it will be once every transaction that was prepared has been applied. The leader checks requests against
 * it, not against the applied tree, so that pipelined writes see each other (ZooKeeper's outstandingChanges). It is a
 * tree that lies over the applied one and holds what differs, to which each new transaction is applied at once; what the
 * applied tree has come to is forgotten. What is prepared is what will be applied, by construction; a refused multi rolls
 * back by forgetting a tree of its own.
 */
import type { Zxid } from '../base/zxid.ts';
import { ZXID_ZERO } from '../base/zxid.ts';
import type { Digest, TxnBody, TxnHeader } from '../wire/transactions.ts';
import type { DataTree } from './data-tree.ts';
import { NodeOverlay } from './node-overlay.ts';

/** With fewer differences none is forgotten before all can be. */
const DIFFERENCES_MIN = 256;

/** Changes prepared and not applied yet. One leader's, for one epoch: `clear` it when leadership ends or the tree is replaced. */
export class PendingChanges {
  /** The tree ahead; null while nothing is pending. */
  ahead: DataTree | null = null;
  /** The newest transaction that changed it. */
  lastZxid: Zxid = ZXID_ZERO;
  /** Once this one is applied, the older part of the differences is. */
  turnedZxid: Zxid = ZXID_ZERO;

  /** What a request is checked against. Not to be changed. */
  view(tree: DataTree): DataTree {
    return this.ahead ?? tree;
  }

  /** Counts a transaction as prepared. */
  record(tree: DataTree, header: TxnHeader, body: TxnBody): void {
    this.ahead ??= tree.ahead();
    this.ahead.apply(header, body);
    this.lastZxid = header.zxid;
  }

  /** The digest after everything prepared so far: what the transaction prepared last carries. */
  digest(tree: DataTree): Digest {
    return this.view(tree).digest;
  }

  /** The applied tree has reached `zxid`. */
  applied(zxid: Zxid): void {
    if (zxid >= this.lastZxid) this.ahead = null;
    else if (zxid >= this.turnedZxid) this.turnOver();
  }

  /** Forgets everything: what was pending will never be applied here, or already came with another tree. */
  clear(): void {
    this.ahead = null;
    this.lastZxid = ZXID_ZERO;
    this.turnedZxid = ZXID_ZERO;
  }

  /** Where writes never cease, there is always something pending, but never the same. */
  private turnOver(): void {
    const nodes = this.ahead?.nodes;
    if (!(nodes instanceof NodeOverlay) || nodes.differenceCount < DIFFERENCES_MIN) return;
    nodes.turnOver();
    this.turnedZxid = this.lastZxid;
  }
}
