/**
 * Session move: once a session stands at another server, no request that it left behind on its old connection is
 * carried out.
 */
import { zxidToPair } from '../src/base/zxid.ts';
import type { History } from '../src/history/history.ts';
import type { At } from '../src/history/at.ts';
import { Judge, type Property } from '../src/history/judge.ts';
import type { JudgedFact } from '../src/history/judged-fact.ts';

class SessionMove extends Judge {
  see(fact: JudgedFact, at: At, history: History): void {
    if (fact.kind !== 'ordered' || fact.op === null) return;
    const { op, txn } = fact;
    if (op.state !== 'lost' || op.movedStep === 0 || txn.body.kind === 'error') return;
    if (txn.body.kind === 'closeSession') {
      this.exempt('close-session');
      return;
    }
    this.judged++;
    const proposedStep = history.tree.proposedSteps[fact.log] ?? 0;
    if (proposedStep <= op.movedStep) return;
    this.violate(
      `request ${op.cxid} of session ${txn.clientId}, left behind on a dead connection, was ` +
        `proposed (${zxidToPair(txn.zxid)}) after the session had moved`,
      at,
      op.invokedStep,
      op.movedStep,
      proposedStep,
    );
  }
}

/** P15. */
export const sessionMove: Property = {
  name: 'session-move',
  codes: ['P15'],
  kind: 'safety',
  promise: 'After a session was resumed on a new connection, nothing that it sent on the old one is proposed any more.',
  source: "programmer's guide, SESSIONMOVED; ZOOKEEPER-417, 484",
  reads: ['ordered'],
  exemptions: [{ name: 'close-session', source: 'closeSession skips the check of ownership' }],
  mutants: ['whoever-writes-owns'],
  create: (): Judge => new SessionMove(),
};
