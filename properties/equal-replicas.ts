/** Equal replicas: the state machine is deterministic, so equal histories make equal trees, on whichever way they arrived. */
import { zxidToPair } from '../src/base/zxid.ts';
import type { History } from '../src/history/history.ts';
import type { At } from '../src/history/at.ts';
import { Judge, type Property } from '../src/history/judge.ts';
import type { JudgedFact } from '../src/history/judged-fact.ts';
import { NO_LOG } from '../src/history/log-tree.ts';

class EqualReplicas extends Judge {
  see(fact: JudgedFact, at: At, history: History): void {
    const { log, tree } = history;
    if (fact.kind === 'applied') {
      this.judged++;
      const expected = fact.txn.digest;
      if (expected !== null && (expected.high !== fact.digest.high || expected.low !== fact.digest.low)) {
        this.violate(
          `server ${at.node} has another tree after ${zxidToPair(fact.txn.zxid)} than its leader foretold`,
          at,
          tree.proposedSteps[log] ?? 0,
        );
      }
      if (!history.isSameTree)
        this.violate(`server ${at.node} has another tree after ${zxidToPair(fact.txn.zxid)} than another server had`, at);
    } else if (fact.kind === 'snapshotInstalled') {
      this.judged++;
      if (log === NO_LOG)
        this.violate(`server ${at.node} installs a snapshot of ${zxidToPair(fact.zxid)}, which is in nobody's history`, at);
      else if (!history.isSameTree)
        this.violate(`server ${at.node} installs another tree of ${zxidToPair(fact.zxid)} than another server had`, at);
    }
  }
}

/** Z14. */
export const equalReplicas: Property = {
  name: 'equal-replicas',
  codes: ['Z14'],
  kind: 'safety',
  promise: 'Two servers that have applied the same transactions have the same tree.',
  source: 'ZOOKEEPER-3150 (the tree digest); ZooKeeper (USENIX ATC 2010), section 4: deterministic transactions',
  reads: ['applied', 'snapshotInstalled'],
  exemptions: [],
  mutants: ['time-of-its-own', 'zk-1090'],
  create: (): Judge => new EqualReplicas(),
};
