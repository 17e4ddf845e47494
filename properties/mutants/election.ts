/** What can go wrong when a leader is chosen: votes and their order, quorums that are none, outcomes that are not told. */
import type { Mutant } from '../../src/fuzz/mutant.ts';

/** See the head of the file. */
export const electionMutants: readonly Mutant[] = [
  {
    id: 'zk-1419',
    title: 'two votes of different epochs each beat the other',
    source: 'ZOOKEEPER-1419: a missing parenthesis in the order of votes',
    tier: 2,
    breaks: ['liveness'],
    scenarios: ['churn', 'power', 'five'],
    edits: [
      {
        file: 'src/zab/vote.ts',
        find: '  if (a.peerEpoch !== b.peerEpoch) return a.peerEpoch > b.peerEpoch;',
        replace: `  if (a.peerEpoch !== b.peerEpoch)
    return a.peerEpoch > b.peerEpoch || (a.zxid === b.zxid && a.leader > b.leader);`,
      },
    ],
  },
  {
    id: 'zk-1732',
    title: 'who comes late looks for a quorum of votes that are equal in every field',
    source: 'ZOOKEEPER-1732, 1805, 1817: fields that legitimately differ once a leader is established',
    tier: 3,
    breaks: ['liveness'],
    scenarios: ['churn', 'five'],
    edits: [
      {
        file: 'src/zab/vote.ts',
        find: "if (a.state === 'LOOKING' || b.state === 'LOOKING') {",
        replace: 'if (a.leader === b.leader || b.leader !== a.leader) {',
      },
    ],
  },
  {
    id: 'zk-1818',
    title: 'the vote that a server tells does not follow to the epoch that it has joined',
    source: 'ZOOKEEPER-1732, 1818: updateElectionVote left out',
    tier: 3,
    breaks: ['liveness'],
    scenarios: ['churn', 'five'],
    edits: [
      {
        file: 'src/zab/election.ts',
        find: '    this.current = { ...this.current, peerEpoch: epoch };',
        replace: '    if (epoch < 0) this.current = { ...this.current, peerEpoch: epoch };',
      },
    ],
  },
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
