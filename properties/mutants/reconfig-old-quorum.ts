/** A reconfiguration is committed by the old ensemble alone: the new one may not have it, and goes on without. */
import type { Mutant } from '../../src/fuzz/mutant.ts';

/** See the head of the file. */
export const reconfigOldQuorum: Mutant = {
  id: 'reconfig-old-quorum',
  title: 'the quorum of the new configuration is not required while it is pending',
  source: 'Shraer, Reed, Malkhi and Junqueira (USENIX ATC 2012), section 3.1',
  tier: 1,
  breaks: ['quorum-durability'],
  scenarios: ['reconfig'],
  edits: [
    {
      file: 'src/zab/membership.ts',
      find: `if (this.pending !== null && zxid >= this.pending.version) return containsQuorums(this.configs, acks);`,
      replace: ``,
    },
  ],
};
