/**
 * Proposals that are not committed yet, in order, with the voters that have each of them on disk
 * (Leader.outstandingProposals). The heart of Zab's broadcast: one may be committed only when a quorum has it
 * and everything before it is committed.
 */
import type { Zxid } from '../base/zxid.ts';
import type { Txn } from '../wire/transactions.ts';
import type { Membership } from './membership.ts';

/** A transaction and the servers that have it on disk. */
export interface Proposal {
  readonly txn: Txn;
  readonly acks: Set<number>;
}

/** See the head of the file. */
export class Proposals {
  /** Consecutive zxids of one epoch. */
  private readonly outstanding: Proposal[] = [];

  get isEmpty(): boolean {
    return this.outstanding.length === 0;
  }

  add(txn: Txn): void {
    this.outstanding.push({ txn, acks: new Set() });
  }

  /** Voter `sid` has it on disk; what is committed already, or unknown, is ignored. */
  acknowledge(zxid: Zxid, sid: number): void {
    const first = this.outstanding[0];
    if (first === undefined || zxid < first.txn.zxid) return;
    this.outstanding[zxid - first.txn.zxid]?.acks.add(sid);
  }

  /** Voter `sid` has everything up to `durable` on disk; returns the zxids that this adds. */
  acknowledgeUpTo(durable: Zxid, sid: number): readonly Zxid[] {
    const added: Zxid[] = [];
    for (const { txn, acks } of this.outstanding) {
      if (txn.zxid > durable) break;
      if (acks.has(sid)) continue;
      acks.add(sid);
      added.push(txn.zxid);
    }
    return added;
  }

  /**
   * Voter `sid` begins anew: it may have acknowledged some of this on an earlier connection and be told to
   * cut it off now, so its acknowledgements no longer count. Returns what it must be sent again.
   */
  restartFor(sid: number): readonly Txn[] {
    for (const { acks } of this.outstanding) acks.delete(sid);
    return this.outstanding.map(({ txn }) => txn);
  }

  /** Takes the first proposal if a quorum has it. Never a later one before it. */
  takeCommitted(membership: Membership): Proposal | undefined {
    const first = this.outstanding[0];
    if (first === undefined || !membership.mayCommit(first.txn.zxid, first.acks)) return undefined;
    this.outstanding.shift();
    return first;
  }
}
