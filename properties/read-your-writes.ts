/**
 * Read your writes: what follows from single system image and client order, asked directly because users rely on it
 * by name.
 */
import { ZXID_ZERO, zxidToPair } from '../src/base/zxid.ts';
import type { History } from '../src/history/history.ts';
import type { At } from '../src/history/at.ts';
import { Judge, type Property } from '../src/history/judge.ts';
import type { JudgedFact } from '../src/history/judged-fact.ts';

class ReadYourWrites extends Judge {
  see(fact: JudgedFact, at: At, history: History): void {
    const { op } = history;
    if (fact.kind !== 'replied' || op === null || op.isWrite || op.ownWriteFloor === ZXID_ZERO) return;
    this.judged++;
    if (fact.zxid >= op.ownWriteFloor) return;
    this.violate(
      `session ${fact.sessionId} had written at ${zxidToPair(op.ownWriteFloor)}, then its ` +
        `${op.request.kind} (${op.cxid}) is answered as of ${zxidToPair(fact.zxid)}`,
      at,
      op.invokedStep,
    );
  }
}

/** P5. */
export const readYourWrites: Property = {
  name: 'read-your-writes',
  codes: ['P5'],
  kind: 'safety',
  promise: 'A read issued after a write of the same session was answered sees a state that includes the write.',
  source: "programmer's guide, consistency guarantees; ZOOKEEPER-3023, 1863",
  reads: ['replied'],
  exemptions: [],
  mutants: ['zk-1412', 'read-of-yesterday'],
  create: (): Judge => new ReadYourWrites(),
};
