/**
 * Exact recovery: after any crash a server finds a state that was its own: all that it knew to be durable, nothing cut off,
 * nothing made up. If its medium lost some of that, it refuses what is left, and it refuses nothing else.
 */
import { zxidToPair } from '../src/base/zxid.ts';
import type { History } from '../src/history/history.ts';
import type { At } from '../src/history/at.ts';
import { Judge, type Property } from '../src/history/judge.ts';
import type { JudgedFact } from '../src/history/judged-fact.ts';
import { NO_LOG } from '../src/history/log-tree.ts';

class ExactRecovery extends Judge {
  see(fact: JudgedFact, at: At, history: History): void {
    if (fact.kind === 'stateRefused') {
      this.judged++;
      if (history.server(at.node).isImpaired) this.exempt('damaged-medium');
      else this.violate(`server ${at.node} refuses the state on its disk, which nothing has damaged: ${fact.reason}`, at);
      return;
    }
    if (fact.kind !== 'recovered') return;
    const { log, tree } = history;
    const server = history.server(at.node);
    this.judged++;
    if (log === NO_LOG) {
      this.violate(
        `server ${at.node} recovers to ${zxidToPair(fact.lastZxid)}, which its log did not hold ` +
          `(it ended at ${zxidToPair(tree.zxid(server.tail))})`,
        at,
      );
      return;
    }
    // While its leader has the log cut back or replaced, a crash may leave it cut already, or replaced.
    const durable = server.refusedLog === NO_LOG ? server.durable : server.refusedLog;
    const kept = server.cutZxid === -1 ? durable : tree.floor(durable, server.cutZxid);
    if (tree.zxid(log) < tree.zxid(kept)) {
      this.violate(
        `server ${at.node} recovers to ${zxidToPair(fact.lastZxid)}, though its log ` +
          `was durable up to ${zxidToPair(tree.zxid(kept))}`,
        at,
      );
    } else if (tree.zxid(log) < tree.zxid(durable)) this.exempt('sync-in-progress');
    if (!history.isSameTree)
      this.violate(`server ${at.node} recovers ${zxidToPair(fact.lastZxid)} with another tree than that history makes`, at);
  }
}

/** Z15. */
export const exactRecovery: Property = {
  name: 'exact-recovery',
  codes: ['Z15'],
  kind: 'safety',
  promise:
    'A server recovers exactly the tree of its own log, up to at least what it had said to be durable, or says that it lost it.',
  source: 'ZooKeeper internals: logging; ZOOKEEPER-1090, 2872, 2832, 4837, 1489',
  reads: ['recovered', 'stateRefused'],
  exemptions: [
    { name: 'sync-in-progress', source: 'a crash during TRUNC or SNAP may leave the log as the leader wants it' },
    { name: 'damaged-medium', source: 'Alagappan et al., Protocol-Aware Recovery, FAST 2018: damage is told, not guessed' },
  ],
  mutants: [
    'zk-1156', 'zk-2325', 'damage-is-a-tear', 'failed-sync', 'zk-4712', 'zk-1489', 'zk-2872', 'zk-1090',
    'zk-596', 'zk-4837', 'truncate-unsynced', 'log-unnamed', 'sync-of-the-future', 'mark-ahead',
    'tear-is-damage', 'purged-too-much',
  ],
  create: (): Judge => new ExactRecovery(),
};
