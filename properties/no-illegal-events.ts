/**
 * No illegal events: no process breaks an invariant of its own, no server gives up without a failing disk to blame, and none
 * is sent a message that it cannot get in the state it is in.
 */
import type { History } from '../src/history/history.ts';
import type { At } from '../src/history/at.ts';
import { Judge, type Property } from '../src/history/judge.ts';
import type { JudgedFact } from '../src/history/judged-fact.ts';

/**
 * Why a server gives its role up though nothing failed: its peer sent what the protocol rules out. Connections are ordered and
 * loss-free while they live, so nothing but a wrong peer accounts for it.
 */
const RULED_OUT: ReadonlySet<string> = new Set([
  'a proposal is missing',
  'a commit came out of order',
  'a commit came for a proposal that did not',
  'NEWLEADER is of another epoch',
  'the leader broke the protocol during discovery',
  'the leader broke the protocol during synchronization',
  'the leader broke the protocol during broadcast',
]);

class NoIllegalEvents extends Judge {
  private readonly mayHalt: boolean;

  constructor(mayHalt: boolean) {
    super();
    this.mayHalt = mayHalt;
  }

  see(fact: JudgedFact, at: At, _history: History): void {
    if (fact.kind === 'abandoned') {
      this.judged++;
      if (RULED_OUT.has(fact.reason)) this.violate(`server ${at.node} gives up its role: ${fact.reason}`, at);
      return;
    }
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
  reads: ['abandoned', 'crashed'],
  exemptions: [{ name: 'disk-failure', source: 'a server whose disk fails must stop' }],
  mutants: [
    'epoch-unsynced', 'zk-1653', 'zk-962', 'zk-4394', 'zk-508', 'half-fix-split-queues', 'zk-4712', 'zk-2846',
    'diff-off-by-one', 'outstanding-unsent', 'zk-1489', 'zk-2872', 'zk-596', 'zk-3701', 'truncate-unsynced',
    'purged-too-much',
  ],
  create: (expectations): Judge => new NoIllegalEvents(expectations.mayHalt),
};
