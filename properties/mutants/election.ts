/** What can go wrong when a leader is chosen: votes and their order, quorums that are none, outcomes that are not told. */
import type { Mutant } from '../../src/fuzz/mutant.ts';

/** See the head of the file. */
export const electionMutants: readonly Mutant[] = [
  {
    id: 'zk-2959',
    title: 'observers are counted in the quorums of discovery and of NEWLEADER',
    source: 'ZOOKEEPER-2959',
    tier: 1,
    breaks: ['quorum-durability'],
    scenarios: ['observers'],
    edits: [
      {
        file: 'src/zab/quorum.ts',
        find: 'for (const voter of voters) if (acks.has(voter)) count += 1;',
        replace: 'for (const _ of acks) count += 1;',
      },
      {
        file: 'src/zab/leader.ts',
        find: "if (handler.isObserver || ack.currentEpoch === -1 || this.phase !== 'discovery') return;",
        replace: "if (ack.currentEpoch === -1 || this.phase !== 'discovery') return;",
      },
      {
        file: 'src/zab/leader.ts',
        find: 'if (!handler.isObserver) this.newLeaderAcks.add(handler.sid);',
        replace: 'this.newLeaderAcks.add(handler.sid);',
      },
    ],
  },
  {
    id: 'zk-498',
    title: 'a server joins whom a quorum names, though that one does not say that it leads',
    source: 'ZOOKEEPER-498, 569: the votes of a dead leader are followed',
    tier: 2,
    breaks: ['liveness'],
    scenarios: ['five', 'churn'],
    edits: [
      {
        file: 'src/zab/election.ts',
        find: "return votes.get(vote.leader)?.state === 'LEADING' || this.established.get(vote.leader)?.state === 'LEADING';",
        replace: 'return true;',
      },
    ],
  },
];
