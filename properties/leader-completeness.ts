/** Leader completeness: initial histories grow, each a continuation of the one before. */
import { zxidToPair } from '../src/base/zxid.ts';
import type { History } from '../src/history/history.ts';
import { type At, Judge, type JudgedFact, type Property } from '../src/history/judge.ts';

class LeaderCompleteness extends Judge {
  see(fact: JudgedFact, at: At, history: History): void {
    const { establishment, tree } = history;
    if (fact.kind !== 'established' || establishment === null) return;
    for (const other of history.establishments) {
      if (other === establishment) continue;
      this.judged++;
      const [early, late] = other.epoch < establishment.epoch ? [other, establishment] : [establishment, other];
      if (tree.isPrefix(early.log, late.log)) continue;
      this.violate(
        `the history of epoch ${early.epoch}, up to ${zxidToPair(tree.zxid(early.log))}, is not part of that of epoch ${late.epoch}, which ends at ${zxidToPair(tree.zxid(late.log))}`,
        at,
        other.step,
      );
    }
  }
}

/** Z8. */
export const leaderCompleteness: Property = {
  name: 'leader-completeness',
  kind: 'safety',
  promise: 'The initial history of an epoch is a prefix of that of every later one.',
  source: 'Zab (DSN 2011), lemma of initial histories; zookeeper-specifications: LeaderLogCompleteness',
  reads: ['established'],
  exemptions: [],
  mutants: [],
  create: (): Judge => new LeaderCompleteness(),
};
