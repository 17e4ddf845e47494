/**
 * A quorum that is one short of a majority: two leaders can commit at a time, and the older one orders new writes before
 * answered ones.
 */
import type { Mutant } from '../../src/fuzz/mutant.ts';

/** See the head of the file. */
export const minorityQuorum: Mutant = {
  id: 'minority-quorum',
  title: 'one voter less than a majority counts as a quorum',
  source: 'ZOOKEEPER-2959, where observers made up the number',
  tier: 1,
  breaks: ['linearizable-writes'],
  scenarios: ['partitions', 'five'],
  edits: [
    {
      file: 'src/zab/quorum.ts',
      find: 'return count * 2 > voters.length;',
      replace: 'return count * 2 >= voters.length - 1;',
    },
  ],
};
