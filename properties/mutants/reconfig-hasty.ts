/** A server takes a reconfiguration at the end of its log for committed: it counts quorums of an ensemble that may never be. */
import type { Mutant } from '../../src/fuzz/mutant.ts';

/** See the head of the file. */
export const reconfigHasty: Mutant = {
  id: 'reconfig-hasty',
  title: 'what ends the log is in force at once after an election',
  source: 'rule 1 of src/zab/membership.ts; Raft (USENIX ATC 2014), the bug in single-server changes',
  tier: 2,
  breaks: ['configurations'],
  scenarios: ['reconfig'],
  edits: [
    {
      file: 'src/server/ensemble.ts',
      find: `const isOpen = recorded !== null && recorded.isLast && last?.version === recorded.zxid;`,
      replace: `const isOpen = recorded?.zxid === -2;`,
    },
  ],
};
