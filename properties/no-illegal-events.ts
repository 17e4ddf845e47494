/** No illegal events: no process breaks an invariant of its own, and no server gives up without a failing disk to blame. */
import type { History } from '../src/history/history.ts';
import { type At, Judge, type JudgedFact, type Property } from '../src/history/judge.ts';

class NoIllegalEvents extends Judge {
  private readonly mayHalt: boolean;

  constructor(mayHalt: boolean) {
    super();
    this.mayHalt = mayHalt;
  }

  see(fact: JudgedFact, at: At, _history: History): void {
    if (fact.kind !== 'crashed') return;
    this.judged++;
    if (fact.cause === 'invariant') this.violate(`process ${fact.node} broke an invariant: ${fact.detail}`, at);
    else if (fact.cause === 'halt' && this.mayHalt) this.exempt('disk-failure');
    else if (fact.cause === 'halt') this.violate(`process ${fact.node} stopped itself: ${fact.detail}`, at);
  }
}

/** Z16. */
export const noIllegalEvents: Property = {
  name: 'no-illegal-events',
  codes: ['Z16'],
  kind: 'safety',
  promise: 'No process meets a state or a message that its protocol rules out.',
  source: 'zookeeper-specifications: daInv; ZooKeeper exits 12 (unmatched commit), 13 (quorum packet)',
  reads: ['crashed'],
  exemptions: [{ name: 'disk-failure', source: 'a server whose disk fails must stop' }],
  mutants: [],
  create: (expectations): Judge => new NoIllegalEvents(expectations.mayHalt),
};
