/** Votes are compared by zxid alone: a server with a longer log of an older epoch beats those who have joined the newer one. */
import type { Mutant } from '../../src/fuzz/mutant.ts';

/** See the head of the file. */
export const zk1082: Mutant = {
  id: 'zk-1082',
  title: 'the order of votes ignores the epoch',
  source: 'ZOOKEEPER-1082',
  tier: 3,
  breaks: ['skipped-stays-skipped', 'no-lost-committed', 'leader-completeness', 'agreement'],
  scenarios: ['churn', 'partitions', 'five'],
  edits: [
    {
      file: 'src/zab/vote.ts',
      find: `  if (a.peerEpoch !== b.peerEpoch) return a.peerEpoch > b.peerEpoch;
`,
      replace: '',
    },
    {
      file: 'src/zab/discovery.ts',
      find: `    if (currentEpoch !== this.currentEpoch) return currentEpoch > this.currentEpoch;
`,
      replace: '',
    },
  ],
};
