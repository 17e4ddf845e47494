/**
 * A follower that has promised a newer epoch, which came to nothing, may not follow the present one; a leader that does
 * not step down for it leaves it outside for ever.
 */
import type { Mutant } from '../../src/fuzz/mutant.ts';

/** See the head of the file. */
export const newerPromise: Mutant = {
  id: 'newer-promise',
  title: 'a leader ignores that a follower has accepted a newer epoch',
  source: 'Zab (DSN 2011), phase 1; Leader.getEpochToPropose',
  tier: 2,
  breaks: ['liveness'],
  scenarios: ['churn', 'five'],
  edits: [
    {
      file: 'src/zab/leader.ts',
      find: 'if (isVoter && info.acceptedEpoch > this.epoch) {',
      replace: 'if (isVoter && info.acceptedEpoch < 0) {',
    },
  ],
};
