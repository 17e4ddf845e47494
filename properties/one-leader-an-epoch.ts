/**
 * One leader an epoch: the ground that primary order stands on. Only the established leader of an epoch proposes in
 * it, each zxid once.
 */
import { counterOf, epochOf, zxidToPair } from '../src/base/zxid.ts';
import type { NodeId } from '../src/io/event.ts';
import type { History } from '../src/history/history.ts';
import type { At } from '../src/history/at.ts';
import { Judge, type Property } from '../src/history/judge.ts';
import type { JudgedFact } from '../src/history/judged-fact.ts';

class OneLeaderAnEpoch extends Judge {
  private readonly leaders: Map<number, { readonly leader: NodeId; readonly step: number }> = new Map();
  /** The last counter proposed, by epoch. */
  private readonly counters: Map<number, number> = new Map();

  see(fact: JudgedFact, at: At, _history: History): void {
    if (fact.kind === 'established') {
      this.judged++;
      const known = this.leaders.get(fact.epoch);
      if (known === undefined) this.leaders.set(fact.epoch, { leader: at.node, step: at.step });
      else
        this.violate(
          `epoch ${fact.epoch} was established by server ${known.leader} and again by server ${at.node}`,
          at,
          known.step,
        );
    } else if (fact.kind === 'proposed') {
      this.judged++;
      const epoch = epochOf(fact.txn.zxid);
      const counter = counterOf(fact.txn.zxid);
      const known = this.leaders.get(epoch);
      if (known?.leader !== at.node)
        this.violate(
          `server ${at.node} proposes ${zxidToPair(fact.txn.zxid)} without leading epoch ${epoch}`,
          at,
          known?.step ?? 0,
        );
      const last = this.counters.get(epoch) ?? 0;
      if (counter !== last + 1)
        this.violate(`server ${at.node} proposes ${zxidToPair(fact.txn.zxid)} after counter ${last} of that epoch`, at);
      this.counters.set(epoch, counter);
    }
  }
}

/** Z1, P2. */
export const oneLeaderAnEpoch: Property = {
  name: 'one-leader-an-epoch',
  codes: ['P2', 'Z1'],
  kind: 'safety',
  promise: 'No epoch is ever led by two, and within it every proposal has the next zxid.',
  source: 'Zab (DSN 2011), section 4; zookeeper-specifications: Leadership1, Leadership2; ZOOKEEPER-335, 1291',
  reads: ['established', 'proposed'],
  exemptions: [],
  mutants: ['zk-335', 'zk-1277'],
  create: (): Judge => new OneLeaderAnEpoch(),
};
