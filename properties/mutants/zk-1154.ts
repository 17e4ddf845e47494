/**
 * A learner whose last transaction lies within the range of the leader's history, but is not in it, is sent a plain DIFF:
 * what was skipped stays in its log.
 */
import type { Mutant } from '../../src/fuzz/mutant.ts';

/** See the head of the file. */
export const zk1154: Mutant = {
  id: 'zk-1154',
  title: 'DIFF is chosen by range, not by membership',
  source: 'ZOOKEEPER-1154',
  tier: 3,
  breaks: ['skipped-stays-skipped'],
  scenarios: ['sync', 'partitions'],
  edits: [
    {
      file: 'src/zab/sync-choice.ts',
      find: 'if (previous !== undefined && previous.zxid === peerLastZxid) {',
      replace: 'if (previous !== undefined) {',
    },
  ],
};
