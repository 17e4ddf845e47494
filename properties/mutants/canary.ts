/** The canary: a leader that waits for nobody. If this is not found at once, the harness sees nothing. */
import type { Mutant } from '../../src/fuzz/mutant.ts';

/** See the head of the file. */
export const canary: Mutant = {
  id: 'canary',
  title: 'a proposal is committed without a quorum',
  source: 'Zab (DSN 2011), the definition of commit',
  tier: 0,
  breaks: ['quorum-durability'],
  scenarios: ['calm'],
  edits: [
    {
      file: 'src/zab/proposals.ts',
      find: 'if (first === undefined || !membership.mayCommit(first.txn.zxid, first.acks)) return undefined;',
      replace: 'if (first === undefined) return undefined;',
    },
  ],
};
