/** FIFO client order: one of the four promises that the service is about. */
import { zxidToPair } from '../src/base/zxid.ts';
import type { FactOf } from '../src/io/fact.ts';
import type { History } from '../src/history/history.ts';
import type { At } from '../src/history/at.ts';
import { Judge, type Property } from '../src/history/judge.ts';
import type { JudgedFact, OrderedFact } from '../src/history/judged-fact.ts';

class ClientFifo extends Judge {
  see(fact: JudgedFact, at: At, history: History): void {
    if (fact.kind === 'ordered') this.seeOrdered(fact, at);
    else if (fact.kind === 'replied' && fact.cxid > 0) this.seeReply(fact, at, history);
  }

  private seeOrdered(fact: OrderedFact, at: At): void {
    const { op, txn } = fact;
    if (op === null) return;
    if (op.state === 'lost' && txn.body.kind === 'error') {
      this.exempt('refused-leftover');
      return;
    }
    this.judged++;
    if (txn.cxid < fact.orderedCxid) {
      this.violate(
        `session ${txn.clientId}: write ${txn.cxid} is ordered ` +
          `(${zxidToPair(txn.zxid)}) after its later write ${fact.orderedCxid}`,
        at,
        op.invokedStep,
      );
    }
    if (txn.zxid <= op.sessionFloor) {
      this.violate(
        `session ${txn.clientId}: write ${txn.cxid} is ordered at ${zxidToPair(txn.zxid)}, though it ` +
          `was issued after an answer of ${zxidToPair(op.sessionFloor)}`,
        at,
        op.invokedStep,
      );
    }
  }

  private seeReply(fact: FactOf<'replied'>, at: At, history: History): void {
    const { op, session } = history;
    if (session === null) return;
    this.judged++;
    const first = session.pending[0];
    if (op === null || op.state !== 'pending')
      this.violate(`session ${fact.sessionId} was answered ${fact.cxid}, which was not outstanding`, at);
    else if (first !== undefined && first !== op) {
      this.violate(
        `session ${fact.sessionId}: ${fact.cxid} was answered before ${first.cxid}, which was issued earlier`,
        at,
        first.invokedStep,
        op.invokedStep,
      );
    }
    if (fact.zxid < session.seenZxid) {
      this.violate(
        `session ${fact.sessionId}: the answer to ${fact.cxid} is of ${zxidToPair(fact.zxid)}, ` +
          `an earlier one was of ${zxidToPair(session.seenZxid)}`,
        at,
      );
    }
  }
}

/** P4. */
export const clientFifo: Property = {
  name: 'client-fifo',
  codes: ['P4'],
  kind: 'safety',
  promise: 'The requests of one client are executed and answered in the order in which it issued them.',
  source: "ZooKeeper (USENIX ATC 2010), section 2.3: FIFO client order; programmer's guide, consistency guarantees",
  reads: ['ordered', 'replied'],
  exemptions: [
    {
      name: 'refused-leftover',
      source:
        'what a session left behind on a dead connection may still be refused ' +
        '(SESSIONMOVED), which takes a zxid and changes nothing',
    },
  ],
  mutants: ['zk-417', 'zk-1863'],
  create: (): Judge => new ClientFifo(),
};
