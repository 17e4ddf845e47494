/**
 * No lost committed proposals: one of the four promises that the service is about. It holds over any crash that
 * leaves a quorum its disks.
 */
import { zxidToPair } from '../src/base/zxid.ts';
import type { FactOf } from '../src/io/fact.ts';
import type { History } from '../src/history/history.ts';
import type { At } from '../src/history/at.ts';
import { Judge, type Property } from '../src/history/judge.ts';
import type { JudgedFact } from '../src/history/judged-fact.ts';
import { NO_LOG } from '../src/history/log-tree.ts';

class NoLostCommitted extends Judge {
  /** The last position in the truth log that a leader committed, and the step at which it said so. */
  private committed = -1;
  private committedStep = 0;

  see(fact: JudgedFact, at: At, history: History): void {
    if (fact.kind === 'committed') {
      if (history.log === NO_LOG) return;
      const position = history.tree.position(history.log);
      if (position > this.committed) {
        this.committed = position;
        this.committedStep = at.step;
      }
    } else if (fact.kind === 'established') this.seeEstablished(fact, at, history);
    else if (fact.kind === 'syncChosen') this.seeCut(fact, at, history);
  }

  private seeEstablished(fact: FactOf<'established'>, at: At, history: History): void {
    const { establishment, tree } = history;
    if (establishment === null) return;
    this.judged++;
    const owed = Math.min(
      Math.max(this.committed, history.positionUpTo(history.sessions.shownZxid)),
      tree.position(establishment.earlier),
    );
    if (tree.position(establishment.agreed) >= owed) return;
    const lost = history.truth[tree.position(establishment.agreed) + 1] ?? NO_LOG;
    this.violate(
      `server ${at.node} leads epoch ${fact.epoch} with a history that ends at ${zxidToPair(fact.lastZxid)} ` +
        `and lacks ${zxidToPair(tree.zxid(lost))}, which was committed`,
      at,
      tree.proposedSteps[lost] ?? 0,
      this.committedStep,
    );
  }

  /** When a leader has a log cut back, nothing that is committed by then may go. */
  private seeCut(fact: FactOf<'syncChosen'>, at: At, history: History): void {
    if (fact.mode !== 'TRUNC' && fact.mode !== 'TRUNC+DIFF') return;
    const { tree } = history;
    this.judged++;
    // Whoever has stated nothing holds nothing that is known: a stranger that only says that it is a server.
    const learner = history.servers.get(fact.learner);
    if (learner === undefined) return;
    const kept = tree.orderedPrefix(tree.floor(learner.tail, fact.peerLastZxid));
    if (tree.zxid(kept) <= fact.toZxid) return;
    this.violate(
      `server ${at.node} has server ${fact.learner} cut its log back to ${zxidToPair(fact.toZxid)}, ` +
        `though ${zxidToPair(tree.zxid(kept))} in it is committed`,
      at,
    );
  }
}

/** P17. */
export const noLostCommitted: Property = {
  name: 'no-lost-committed',
  codes: ['P17'],
  kind: 'safety',
  promise: 'What was committed, or shown to any client, is in the history of every later leader.',
  source: "Zab (DSN 2011), agreement and the lemma of initial histories; programmer's guide: reliability",
  reads: ['committed', 'established', 'syncChosen'],
  exemptions: [],
  mutants: [
    'gen-fsync', 'zk-1082', 'zk-2325', 'damage-is-a-tear', 'failed-sync', 'forgetful-voter',
    'half-fix-unsynced', 'zk-596',
  ],
  create: (): Judge => new NoLostCommitted(),
};
