/**
 * Configurations: who the ensemble is is decided by the ensemble, in the order of everything else. What a server goes by was
 * committed, and who has no vote any more leads no more.
 */
import { counterOf, zxidToPair } from '../src/base/zxid.ts';
import type { NodeId } from '../src/io/event.ts';
import type { FactOf } from '../src/io/fact.ts';
import { sameMembers } from '../src/history/configs.ts';
import type { History } from '../src/history/history.ts';
import type { At } from '../src/history/at.ts';
import { Judge, type Property } from '../src/history/judge.ts';
import type { JudgedFact } from '../src/history/judged-fact.ts';
import { NO_LOG } from '../src/history/log-tree.ts';

class Configurations extends Judge {
  /** The version that each server went by last, in its present life. */
  private readonly versions: Map<NodeId, number> = new Map();

  see(fact: JudgedFact, at: At, history: History): void {
    switch (fact.kind) {
      case 'configActivated':
        this.seeActivated(fact, at, history);
        return;
      case 'proposed':
        this.seeProposed(fact, at, history);
        return;
      case 'crashed':
        this.versions.delete(fact.node);
        return;
      default:
        return;
    }
  }

  private seeActivated(fact: FactOf<'configActivated'>, at: At, history: History): void {
    const { version } = fact;
    this.judged++;
    const known = this.versions.get(at.node) ?? 0;
    if (version <= known) {
      this.violate(`server ${at.node} goes back to configuration ${version.toString(16)} from ${known.toString(16)}`, at);
    }
    this.versions.set(at.node, version);
    // What an ensemble begins with gets its version from the first leader.
    const decided = counterOf(version) === 0 ? history.tree.configs[0] : history.decidedConfigs.get(version);
    if (decided === undefined) {
      this.violate(`server ${at.node} goes by configuration ${zxidToPair(version)}, which is not committed`, at);
    } else if (!sameMembers(decided, fact)) {
      const [voters, due] = [fact.voters.join(', '), decided.voters.join(', ')];
      this.violate(`server ${at.node} has ${voters} vote by ${zxidToPair(version)}, which says ${due}`, at);
    }
  }

  private seeProposed(fact: FactOf<'proposed'>, at: At, history: History): void {
    const { log, tree } = history;
    if (log === NO_LOG) return;
    this.judged++;
    const config = tree.config(tree.parent(log));
    if (config.voters.includes(at.node)) return;
    const since = zxidToPair(config.zxid);
    this.violate(`server ${at.node} proposes ${zxidToPair(fact.txn.zxid)}, though it has no vote since ${since}`, at);
  }
}

/** R1, R2. */
export const configurations: Property = {
  name: 'configurations',
  codes: [],
  kind: 'safety',
  promise:
    'A server goes by a configuration only once that is committed, and never back; only voters of the one in force propose.',
  source: 'Shraer, Reed, Malkhi and Junqueira (USENIX ATC 2012), sections 3 and 4; dynamic reconfiguration guide',
  reads: ['configActivated', 'proposed', 'crashed'],
  exemptions: [],
  mutants: ['reconfig-removed-leader', 'reconfig-hasty'],
  create: (): Judge => new Configurations(),
};
