/**
 * The node that would just fill the quota is refused.
 */
import type { Mutant } from '../../src/fuzz/mutant.ts';

/** See the head of the file. */
export const quotaOneLess: Mutant = {
  id: 'quota-one-less',
  title: 'a hard limit on the count of nodes refuses one node too early',
  source: 'a generic one: ZOOKEEPER-3301 brought limits that refuse',
  tier: 0,
  breaks: ['results'],
  scenarios: ['quota'],
  edits: [
    {
      file: 'src/tree/quota.ts',
      find: 'Math.max(stats.count, 0) + countDiff > countHardLimit',
      replace: 'Math.max(stats.count, 0) + countDiff >= countHardLimit',
    },
  ],
};
