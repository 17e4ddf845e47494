/**
 * Linearizable writes: one of the four promises that the service is about. The zxid is the witness of the order;
 * this checks the witness.
 */
import { ZXID_ZERO, zxidToPair } from '../src/base/zxid.ts';
import type { History } from '../src/history/history.ts';
import type { At } from '../src/history/at.ts';
import { Judge, type Property } from '../src/history/judge.ts';
import type { JudgedFact } from '../src/history/judged-fact.ts';

class LinearizableWrites extends Judge {
  see(fact: JudgedFact, at: At, history: History): void {
    if (fact.kind === 'ordered') {
      const { op, txn } = fact;
      if (op === null) return;
      this.judged++;
      if (txn.zxid > op.answeredFloor) return;
      this.violate(
        `write ${op.cxid} of session ${txn.clientId} is ordered at ${zxidToPair(txn.zxid)}, before ` +
          `${zxidToPair(op.answeredFloor)}, which had been answered when it was invoked`,
        at,
        op.invokedStep,
      );
      return;
    }
    if (fact.kind !== 'replied' || history.op === null || !history.op.isWrite) return;
    const { op } = history;
    if (op.zxid === ZXID_ZERO) {
      if (fact.err !== 0) this.exempt('refused-unordered');
      else if (op.request.kind === 'closeSession' && history.model.isLocal(fact.sessionId)) this.exempt('local-session');
      else
        this.violate(
          `write ${op.cxid} of session ${fact.sessionId} was answered with ${zxidToPair(fact.zxid)}, but it is not committed`,
          at,
          op.invokedStep,
        );
    } else if (op.zxid !== fact.zxid) {
      this.violate(
        `write ${op.cxid} of session ${fact.sessionId} is ordered at ` +
          `${zxidToPair(op.zxid)}, but its answer says ${zxidToPair(fact.zxid)}`,
        at,
        op.invokedStep,
      );
    }
  }
}

/** P1. */
export const linearizableWrites: Property = {
  name: 'linearizable-writes',
  codes: ['P1'],
  kind: 'safety',
  promise: 'If one write was answered before another was invoked, it comes first in the order that all servers apply.',
  source: "ZooKeeper (USENIX ATC 2010), section 2.3: linearizable writes; programmer's guide, consistency guarantees",
  reads: ['ordered', 'replied'],
  exemptions: [
    {
      name: 'refused-unordered',
      source: 'a request may be refused (unimplemented, malformed, session gone) before it is given a zxid',
    },
    {
      name: 'local-session',
      source: "administrator's guide, localSessionsEnabled: a local session begins and ends at its server, without a write",
    },
  ],
  mutants: ['apply-on-proposal', 'minority-quorum'],
  create: (): Judge => new LinearizableWrites(),
};
