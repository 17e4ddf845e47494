/** Quorum durability: nothing is committed before a quorum of the voters has it on disk, so that no loss of power undoes it. */
import { zxidToPair } from '../src/base/zxid.ts';
import type { History } from '../src/history/history.ts';
import type { At } from '../src/history/at.ts';
import { Judge, type Property } from '../src/history/judge.ts';
import type { JudgedFact } from '../src/history/judged-fact.ts';
import { NO_LOG } from '../src/history/log-tree.ts';

class QuorumDurability extends Judge {
  see(fact: JudgedFact, at: At, history: History): void {
    const { log, tree } = history;
    if ((fact.kind !== 'committed' && fact.kind !== 'established') || log === NO_LOG) return;
    this.judged++;
    const isDecided = fact.kind === 'established' && history.establishment?.agreed === log;
    if (history.isOnQuorum(log, isDecided)) return;
    if (history.wasOnQuorum(log, isDecided)) {
      this.exempt('damaged-medium');
      return;
    }
    const what = fact.kind === 'committed' ? 'commits' : `establishes epoch ${fact.epoch} upon`;
    this.violate(
      `server ${at.node} ${what} ${zxidToPair(tree.zxid(log))}, which is not durable on a quorum`,
      at,
      tree.proposedSteps[log] ?? 0,
    );
  }
}

/** Z11. */
export const quorumDurability: Property = {
  name: 'quorum-durability',
  codes: ['Z11'],
  kind: 'safety',
  promise: 'When a leader commits a proposal or is established, a quorum of the voters has the history on disk.',
  source: 'Zab (DSN 2011), sections 4 and 5; ZOOKEEPER-3911, 4643, 4646',
  reads: ['committed', 'established'],
  exemptions: [
    { name: 'damaged-medium', source: 'a copy may be lost once acknowledged; its server has no vote until it has one again' },
  ],
  mutants: [
    'canary', 'reconfig-old-quorum', 'zk-2959', 'zk-3911', 'zk-4646', 'half-fix-unsynced', 'early-self-ack',
    'ack-of-the-next',
  ],
  create: (): Judge => new QuorumDurability(),
};
