/**
 * A server that looks for a leader again advertises what it has applied, not what it has logged: the tail of its log
 * escapes the TRUNC and comes back at the next restart.
 */
import type { Mutant } from '../../src/fuzz/mutant.ts';

/** See the head of the file. */
export const zk2845: Mutant = {
  id: 'zk-2845',
  title: 'the vote tells the zxid of memory while the log is ahead',
  source: 'ZOOKEEPER-2845 (caused by 2678)',
  tier: 3,
  breaks: ['skipped-stays-skipped'],
  scenarios: ['sync', 'churn'],
  edits: [
    {
      file: 'src/server/replica-host.ts',
      find: 'return this.replica.lastLogged;',
      replace: 'return this.database.lastProcessedZxid;',
    },
    {
      file: 'src/server/replica.ts',
      find: `    for (const txn of this.unapplied) this.database.apply(txn);
`,
      replace: '',
    },
  ],
};
