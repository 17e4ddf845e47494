/** Leader completeness: initial histories grow, each a continuation of the one before. */
import { zxidToPair } from '../src/base/zxid.ts';
import type { History } from '../src/history/history.ts';
import type { Establishment } from '../src/history/servers.ts';
import type { At } from '../src/history/at.ts';
import { Judge, type Property } from '../src/history/judge.ts';
import type { JudgedFact } from '../src/history/judged-fact.ts';

class LeaderCompleteness extends Judge {
  see(fact: JudgedFact, at: At, history: History): void {
    const { establishment } = history;
    if (fact.kind !== 'established' || establishment === null) return;
    const { establishments } = history;
    // Being a prefix is transitive: the neighbours are enough.
    const index = establishments.indexOf(establishment);
    this.compare(establishments[index - 1], establishment, at, history);
    this.compare(establishment, establishments[index + 1], at, history);
  }

  private compare(early: Establishment | undefined, late: Establishment | undefined, at: At, history: History): void {
    const { tree } = history;
    if (early === undefined || late === undefined) return;
    this.judged++;
    if (tree.isPrefix(early.log, late.log)) return;
    this.violate(
      `the history of epoch ${early.epoch}, up to ${zxidToPair(tree.zxid(early.log))}, is not part of that of ` +
        `epoch ${late.epoch}, which ends at ${zxidToPair(tree.zxid(late.log))}`,
      at,
      early.step,
      late.step,
    );
  }
}

/** Z8. */
export const leaderCompleteness: Property = {
  name: 'leader-completeness',
  codes: ['Z8'],
  kind: 'safety',
  promise: 'The initial history of an epoch is a prefix of that of every later one.',
  source: 'Zab (DSN 2011), lemma of initial histories; zookeeper-specifications: LeaderLogCompleteness',
  reads: ['established'],
  exemptions: [],
  mutants: ['zk-1082'],
  create: (): Judge => new LeaderCompleteness(),
};
