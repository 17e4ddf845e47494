/**
 * Every history that any server's log ever held, as one tree: a node is a transaction together with all that precedes it,
 * its parent is what precedes it. Two logs are equal up to a point exactly if they share the node there, so a judge
 * compares histories in O(1) and without hashes that might collide. Nodes are numbers, kept in parallel arrays: no
 * recursion, cheap forks. Nothing is ever removed: what was cut from a disk is remembered, since it must not come back.
 */
import { present } from '../base/invariant.ts';
import { counterOf, ZXID_ZERO, type Zxid } from '../base/zxid.ts';
import type { NodeId } from '../io/event.ts';
import type { Digest, Txn } from '../wire/transactions.ts';
import { configOf, type JudgedConfig } from './configs.ts';
import { sameBytes } from './same.ts';

/** A history, by the number of its last transaction's node. */
export type LogNode = number;
/** The history that holds nothing. */
export const EMPTY_LOG: LogNode = 0;
/** No history at all. */
export const NO_LOG: LogNode = -1;

/** Whether two copies of a transaction are the same one, however often they were encoded and decoded. */
export function isSameTxn(a: Txn, b: Txn): boolean {
  if (a === b) return true;
  return (
    a.zxid === b.zxid &&
    a.clientId === b.clientId &&
    a.cxid === b.cxid &&
    a.time === b.time &&
    a.body.kind === b.body.kind &&
    sameBytes(a.bytes, b.bytes)
  );
}

/** The tree of histories. */
export class LogTree {
  readonly zxids: Zxid[] = [ZXID_ZERO];
  readonly parents: LogNode[] = [NO_LOG];
  readonly txns: (Txn | null)[] = [null];
  /** Position in the truth log, −1 while not ordered. The empty history is before everything. */
  readonly positions: number[] = [-1];
  /** Who proposed it and when; 0 while nobody did. */
  readonly proposers: NodeId[] = [0];
  readonly proposedSteps: number[] = [0];
  /** Every configuration that any history has; the first is the one to begin with. */
  readonly configs: JudgedConfig[];
  /** Which of them a history is under, its last transaction included. */
  private readonly configIndices: number[] = [0];
  /** On which servers it is durable, a bit for each. */
  readonly durable: number[] = [-1];
  /** The tree's digest here as first heard, halves; −1 while unheard. */
  readonly digestHighs: number[] = [-1];
  readonly digestLows: number[] = [-1];
  private readonly firstChildren: LogNode[] = [NO_LOG];
  private readonly siblings: LogNode[] = [NO_LOG];

  constructor(config: JudgedConfig) {
    this.configs = [config];
  }

  /** The configuration that the history is under, its last transaction included. */
  config(node: LogNode): JudgedConfig {
    return present(this.configs[this.configIndices[node] ?? 0], 'a configuration');
  }

  zxid(node: LogNode): Zxid {
    return this.zxids[node] ?? ZXID_ZERO;
  }

  parent(node: LogNode): LogNode {
    return this.parents[node] ?? NO_LOG;
  }

  /** Where in the truth log, −1 when not there. */
  position(node: LogNode): number {
    return this.positions[node] ?? -1;
  }

  /** Whether the node is in the truth log, or empty and so before all of it. */
  isOrdered(node: LogNode): boolean {
    return node === EMPTY_LOG || this.position(node) >= 0;
  }

  /** `txn` right after `node`, if any log ever had it there. */
  child(node: LogNode, txn: Txn): LogNode {
    for (let child = this.firstChildren[node] ?? NO_LOG; child !== NO_LOG; child = this.siblings[child] ?? NO_LOG) {
      const known = this.txns[child];
      if (known !== undefined && known !== null && isSameTxn(known, txn)) return child;
    }
    return NO_LOG;
  }

  /** The history of `node` and then `txn`. */
  extend(node: LogNode, txn: Txn): LogNode {
    const known = this.child(node, txn);
    if (known !== NO_LOG) return known;
    const made = this.zxids.length;
    this.zxids.push(txn.zxid);
    this.parents.push(node);
    this.txns.push(txn);
    this.positions.push(-1);
    this.proposers.push(0);
    this.proposedSteps.push(0);
    this.durable.push(0);
    this.configIndices.push(this.configIndexAfter(node, txn));
    this.digestHighs.push(-1);
    this.digestLows.push(-1);
    this.firstChildren.push(NO_LOG);
    this.siblings.push(this.firstChildren[node] ?? NO_LOG);
    this.firstChildren[node] = made;
    return made;
  }

  private configIndexAfter(node: LogNode, txn: Txn): number {
    const config = configOf(txn);
    return config === null ? (this.configIndices[node] ?? 0) : this.configs.push(config) - 1;
  }

  /** The prefix of `node` that ends at or before `zxid`. */
  floor(node: LogNode, zxid: Zxid): LogNode {
    let at = node;
    while (at > EMPTY_LOG && this.zxid(at) > zxid) at = this.parent(at);
    return at;
  }

  /**
   * The prefix of `node` that ends with `zxid` exactly; (epoch, 0) names whatever precedes that epoch. `NO_LOG`
   * if there is none.
   */
  exact(node: LogNode, zxid: Zxid): LogNode {
    const at = this.floor(node, zxid);
    return this.zxid(at) === zxid || counterOf(zxid) === 0 ? at : NO_LOG;
  }

  /** Whether `prefix` is `node` or a prefix of it. */
  isPrefix(prefix: LogNode, node: LogNode): boolean {
    return this.floor(node, this.zxid(prefix)) === prefix;
  }

  /** The longest prefix of `node` that is in the truth log. */
  orderedPrefix(node: LogNode): LogNode {
    let at = node;
    while (at > EMPTY_LOG && this.position(at) < 0) at = this.parent(at);
    return at;
  }

  /** Notes the digest heard for `node`; false if another one was heard before. */
  agreesOnDigest(node: LogNode, digest: Digest): boolean {
    const high = this.digestHighs[node] ?? -1;
    if (high < 0) {
      this.digestHighs[node] = digest.high;
      this.digestLows[node] = digest.low;
      return true;
    }
    return high === digest.high && this.digestLows[node] === digest.low;
  }
}
