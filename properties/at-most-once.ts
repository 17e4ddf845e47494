/** Unknown outcome: a request whose connection died happened once or never. */
import { zxidToPair } from '../src/base/zxid.ts';
import type { History } from '../src/history/history.ts';
import type { At } from '../src/history/at.ts';
import { Judge, type Property } from '../src/history/judge.ts';
import type { JudgedFact } from '../src/history/judged-fact.ts';

class AtMostOnce extends Judge {
  see(fact: JudgedFact, at: At, history: History): void {
    if (fact.kind !== 'ordered' || fact.txn.cxid <= 0) return;
    this.judged++;
    const { cxid, clientId, zxid } = fact.txn;
    if (fact.op !== null || cxid > fact.orderedCxid) return;
    this.violate(
      `request ${cxid} of session ${clientId} is ordered a second time, at ${zxidToPair(zxid)}`,
      at,
      history.tree.proposedSteps[fact.log] ?? 0,
    );
  }
}

/** P20. */
export const atMostOnce: Property = {
  name: 'at-most-once',
  codes: ['P20'],
  kind: 'safety',
  promise: 'Every request becomes at most one transaction, also when its connection died.',
  source: "programmer's guide, ConnectionLoss; ZOOKEEPER-417",
  reads: ['ordered'],
  exemptions: [],
  mutants: ['forwarded-twice'],
  create: (): Judge => new AtMostOnce(),
};
