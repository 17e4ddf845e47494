/**
 * A follower acknowledges a proposal that its disk has not got yet, as with forceSync=no: after a loss of power nobody may
 * remember what was committed.
 */
import type { Mutant } from '../../src/fuzz/mutant.ts';

/** See the head of the file. */
export const genFsync: Mutant = {
  id: 'gen-fsync',
  title: 'proposals are acknowledged before they are durable',
  source: "ZooKeeper administrator's guide on forceSync, called unsafe there",
  tier: 2,
  breaks: ['no-lost-committed'],
  scenarios: ['power', 'churn'],
  edits: [
    {
      file: 'src/zab/learner.ts',
      find: `    host.append(txn, io);
    host.sync(io);
  }

  private commitNext`,
      replace: `    host.append(txn, io);
    host.sync(io);
    this.acknowledge(txn.zxid, io);
  }

  private commitNext`,
    },
  ],
};
