/**
 * A follower applies a proposal, and answers its client, when it has logged it: the answer precedes the commit, which may
 * never come.
 */
import type { Mutant } from '../../src/fuzz/mutant.ts';

/** See the head of the file. */
export const applyOnProposal: Mutant = {
  id: 'apply-on-proposal',
  title: 'followers deliver on PROPOSAL instead of on COMMIT, and answer their clients',
  source: 'Zab (DSN 2011), phase 3; the haste of ZOOKEEPER-3023, at another place',
  tier: 0,
  breaks: ['linearizable-writes'],
  scenarios: ['calm', 'five'],
  edits: [
    {
      file: 'src/zab/learner.ts',
      find: `    if (!this.isObserver) this.unacknowledged.push(txn.zxid);
    host.append(txn, io);`,
      replace: `    if (!this.isObserver) this.unacknowledged.push(txn.zxid);
    host.append(txn, io);
    host.deliver(txn, io);`,
    },
    {
      file: 'src/zab/learner.ts',
      find: 'const txn = this.uncommitted.shift();',
      replace: 'const txn = this.uncommitted.shift() && undefined;',
    },
  ],
};
