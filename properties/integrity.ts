/** Integrity: nothing comes to be committed that the one primary of its epoch did not propose. */
import { epochOf, zxidToPair } from '../src/base/zxid.ts';
import type { History } from '../src/history/history.ts';
import type { At } from '../src/history/at.ts';
import { Judge, type Property } from '../src/history/judge.ts';
import type { JudgedFact } from '../src/history/judged-fact.ts';

class Integrity extends Judge {
  see(fact: JudgedFact, at: At, history: History): void {
    if (fact.kind !== 'ordered') return;
    const { zxid } = fact.txn;
    const { tree } = history;
    const proposer = tree.proposers[fact.log] ?? 0;
    const establishment = history.establishedUpTo(epochOf(zxid));
    this.judged++;
    if (proposer === 0) this.violate(`${zxidToPair(zxid)} is committed, which nobody proposed`, at);
    else if (establishment === undefined || establishment.epoch !== epochOf(zxid)) {
      this.violate(
        `${zxidToPair(zxid)} is committed, though nobody was established as leader of epoch ${epochOf(zxid)}`,
        at,
        tree.proposedSteps[fact.log] ?? 0,
      );
    } else if (establishment.leader !== proposer) {
      this.violate(
        `${zxidToPair(zxid)} is committed as server ${proposer} proposed it, ` +
          `though server ${establishment.leader} leads its epoch`,
        at,
        establishment.step,
        tree.proposedSteps[fact.log] ?? 0,
      );
    }
  }
}

/** Z2. */
export const integrity: Property = {
  name: 'integrity',
  codes: ['Z2'],
  kind: 'safety',
  promise: 'Every transaction that is delivered was proposed by the leader of its epoch.',
  source: 'Zab (DSN 2011), section 2.1: integrity; zookeeper-specifications: Integrity',
  reads: ['ordered'],
  exemptions: [],
  mutants: ['zk-335'],
  create: (): Judge => new Integrity(),
};
