/**
 * The atlas: what each voter has on its disk and has promised, as far as it said so, and so which disk may be lost. A voter whose
 * disk is emptied, or set back to what it was, is one that slept since then: harmless, but for what it acknowledged meanwhile.
 * So it may happen only while a majority of the voters, that one apart, holds all of that: they follow one established leader,
 * have accepted and adopted epochs no older than its own, and their logs are durable at least as far. Every later quorum then has
 * one of them in it, as it would have had the loser. A disk that is cloned is no loss for its origin; the clone is a voter that
 * got all the messages that its origin got and acknowledged none of them.
 */
import { ZXID_ZERO, type Zxid } from '../base/zxid.ts';
import type { NodeId } from '../io/event.ts';
import type { Fact } from '../io/fact.ts';

/** What a voter has said that it will remember. */
export class Standing {
  acceptedEpoch = 0;
  currentEpoch = 0;
  durable: Zxid = ZXID_ZERO;
  /** The epoch in which it leads, established, or follows, brought in line; 0: it does neither. */
  servingEpoch = 0;
}

/** The standings of all voters. */
export class Atlas {
  readonly standings: Map<NodeId, Standing> = new Map();

  add(voter: NodeId): void {
    this.standings.set(voter, new Standing());
  }

  /** Takes what a process stated of itself, or the world of it. */
  see(fact: Fact, node: NodeId): void {
    const standing = this.standings.get(node);
    if (standing === undefined) return;
    switch (fact.kind) {
      case 'durable':
      case 'truncated':
      case 'snapshotInstalled':
        standing.durable = fact.zxid;
        return;
      case 'recovered':
        standing.durable = fact.lastZxid;
        standing.acceptedEpoch = fact.acceptedEpoch;
        standing.currentEpoch = fact.currentEpoch;
        return;
      case 'acceptedEpoch':
        standing.acceptedEpoch = fact.epoch;
        return;
      case 'currentEpoch':
        standing.currentEpoch = fact.epoch;
        return;
      case 'established':
      case 'synchronized':
        standing.servingEpoch = fact.epoch;
        return;
      case 'role':
        if (fact.role === 'LOOKING') standing.servingEpoch = 0;
        return;
      case 'crashed':
        standing.servingEpoch = 0;
        return;
      default:
        return;
    }
  }

  /** Whether enough others have all that this one has promised to keep. Who does not vote has promised nothing. */
  canSpare(node: NodeId): boolean {
    const own = this.standings.get(node);
    if (own === undefined) return true;
    let epoch = 0;
    for (const { servingEpoch } of this.standings.values()) epoch = Math.max(epoch, servingEpoch);
    if (epoch === 0) return false;
    let holders = 0;
    for (const other of this.standings.values()) if (other !== own && covers(other, own, epoch)) holders++;
    return holders * 2 > this.standings.size;
  }
}

function covers(other: Standing, own: Standing, epoch: number): boolean {
  return (
    other.servingEpoch === epoch && other.currentEpoch === epoch && own.currentEpoch <= epoch
    && other.acceptedEpoch >= own.acceptedEpoch && other.durable >= own.durable
  );
}
