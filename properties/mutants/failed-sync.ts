/** A sync that failed is not noticed: the operating system has dropped the pages, and what they held is acknowledged. */
import type { Mutant } from '../../src/fuzz/mutant.ts';

/** See the head of the file. */
export const failedSync: Mutant = {
  id: 'failed-sync',
  title: 'a failed sync counts as a sync',
  source: 'ZOOKEEPER-4882; Rebello et al., "Can Applications Recover from fsync Failures?", USENIX ATC 2020',
  tier: 2,
  breaks: ['exact-recovery', 'no-lost-committed'],
  scenarios: ['disk'],
  edits: [
    {
      file: 'src/storage/storage.ts',
      find: "const isFailure = event.kind === 'diskFailed' && !this.isReading(event.token);",
      replace: "const isFailure = event.kind === 'diskFailed' && event.token !== Token.LOG && !this.isReading(event.token);",
    },
  ],
};
