/**
 * Ephemeral nodes live as long as their session: created while it is open, gone in the transaction that closes it,
 * all and only its own.
 */
import { zxidToPair } from '../src/base/zxid.ts';
import type { History } from '../src/history/history.ts';
import type { At } from '../src/history/at.ts';
import { Judge, type Property } from '../src/history/judge.ts';
import type { JudgedFact } from '../src/history/judged-fact.ts';

class Ephemerals extends Judge {
  see(fact: JudgedFact, at: At, history: History): void {
    if (fact.kind !== 'ordered') return;
    const { body } = fact.txn;
    if (body.kind === 'closeSession' || body.kind === 'create' || body.kind === 'multi') this.judged++;
    const breach = fact.verdict.effects.ephemeralBreach;
    if (breach !== null)
      this.violate(
        `at ${zxidToPair(fact.txn.zxid)}, session ${fact.txn.clientId}: ${breach}`,
        at,
        history.tree.proposedSteps[fact.log] ?? 0,
      );
  }
}

/** P12. */
export const ephemerals: Property = {
  name: 'ephemerals',
  codes: ['P12'],
  kind: 'safety',
  promise: 'An ephemeral node exists only while the session that created it is open, and has no children.',
  source: "programmer's guide, ephemeral nodes; ZOOKEEPER-1208, 1496, 2355",
  reads: ['ordered'],
  exemptions: [],
  mutants: ['zk-1208', 'zk-3471', 'local-late'],
  create: (): Judge => new Ephemerals(),
};
