/**
 * A truncation counts its position wrongly and cuts off one transaction too many, which the server believes to have until
 * it restarts.
 */
import type { Mutant } from '../../src/fuzz/mutant.ts';

/** See the head of the file. */
export const zk1156: Mutant = {
  id: 'zk-1156',
  title: 'TRUNC cuts one transaction too many off the log',
  source: 'ZOOKEEPER-1156, fixed with 1154',
  tier: 2,
  breaks: ['exact-recovery'],
  scenarios: ['sync', 'churn'],
  edits: [
    {
      file: 'src/storage/truncation.ts',
      find: 'parsed.ends[kept - 1]',
      replace: 'parsed.ends[kept - 2]',
    },
  ],
};
