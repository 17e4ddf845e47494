/**
 * Broadcast consistency: within an epoch a follower runs behind its leader, never beside it. What it delivers the leader has
 * delivered, what it logs the leader has logged, and both begin with the history that the epoch began with.
 */
import { zxidToPair } from '../src/base/zxid.ts';
import type { History } from '../src/history/history.ts';
import type { Establishment, ServerView } from '../src/history/servers.ts';
import type { At } from '../src/history/at.ts';
import { Judge, type Property } from '../src/history/judge.ts';
import type { JudgedFact } from '../src/history/judged-fact.ts';
import { NO_LOG } from '../src/history/log-tree.ts';

class BroadcastConsistency extends Judge {
  see(fact: JudgedFact, at: At, history: History): void {
    if (fact.kind !== 'applied' && fact.kind !== 'appended' && fact.kind !== 'synchronized') return;
    const server = history.server(at.node);
    if (server.leadsEpoch > 0 || (fact.kind !== 'synchronized' && !server.isServing)) return;
    const epoch = fact.kind === 'synchronized' ? fact.epoch : server.currentEpoch;
    const establishment = history.establishedUpTo(epoch);
    if (establishment === undefined || establishment.epoch !== epoch) return;
    const leader = history.server(establishment.leader);
    if (leader.leadsEpoch !== epoch) {
      this.exempt('leader-gone');
      return;
    }
    this.judged++;
    if (fact.kind === 'applied') this.judgeDelivery(server, leader, establishment, at, history);
    else {
      this.judgeLog(server, leader, at, history);
      if (fact.kind === 'synchronized') this.judgeStart(server, establishment, at, history);
    }
  }

  /** Whoever serves has applied what the epoch began with (ZOOKEEPER-3023). */
  private judgeStart(server: ServerView, { epoch, log }: Establishment, at: At, { tree }: History): void {
    if (tree.position(server.applied) >= tree.position(log)) return;
    this.violate(
      `server ${server.id} is up to date in epoch ${epoch} having applied up to ${zxidToPair(tree.zxid(server.applied))}, ` +
        `though the epoch began with ${zxidToPair(tree.zxid(log))}`,
      at,
    );
  }

  private judgeDelivery(server: ServerView, leader: ServerView, { epoch, log }: Establishment, at: At, history: History): void {
    const { tree } = history;
    // Whatever is in the truth log is compared by its place there.
    const place = history.log === NO_LOG ? -1 : tree.position(history.log);
    if (place < 0 || place > tree.position(leader.applied)) {
      this.violate(
        `server ${server.id} delivers ${zxidToPair(tree.zxid(history.log))} in epoch ${epoch}, while its leader, ${leader.id}, ` +
          `has delivered up to ${zxidToPair(tree.zxid(leader.applied))}`,
        at,
      );
    } else if (place < tree.position(log)) {
      this.violate(
        `server ${server.id} delivers ${zxidToPair(tree.zxid(history.log))} while it follows in epoch ${epoch}, ` +
          `whose history goes to ${zxidToPair(tree.zxid(log))}`,
        at,
      );
    }
  }

  private judgeLog(server: ServerView, leader: ServerView, at: At, history: History): void {
    const { tree } = history;
    if (tree.isPrefix(server.tail, leader.tail)) return;
    this.violate(
      `the log of server ${server.id}, up to ${zxidToPair(tree.zxid(server.tail))}, is not part of that of its leader, ` +
        `${leader.id}, up to ${zxidToPair(tree.zxid(leader.tail))}`,
      at,
    );
  }
}

/** Z9, Z10. */
export const broadcastConsistency: Property = {
  name: 'broadcast-consistency',
  codes: ['Z9', 'Z10'],
  kind: 'safety',
  promise:
    'In an epoch a follower delivers only what its leader has delivered, its log is a prefix of the log of its leader, ' +
    'and it serves only when it has applied what the epoch began with.',
  source: 'zookeeper-specifications: CommitConsistency, HistoryConsistency; Zab (DSN 2011), phase 3',
  reads: ['appended', 'applied', 'synchronized'],
  exemptions: [
    { name: 'leader-gone', source: 'what a dead or deposed leader holds is not known to its followers, nor to anybody' },
  ],
  mutants: ['half-fix-apply-later', 'zk-3023', 'diff-for-trunc', 'zk-3701'],
  create: (): Judge => new BroadcastConsistency(),
};
