/** A server that lost what it had acknowledged votes all the same: a quorum of such has forgotten what was committed. */
import type { Mutant } from '../../src/fuzz/mutant.ts';

/** See the head of the file. */
export const forgetfulVoter: Mutant = {
  id: 'forgetful-voter',
  title: 'a server whose state is lost votes and is counted',
  source: 'ZOOKEEPER-2325: db.autocreate; FAST 2018, Protocol-Aware Recovery',
  tier: 3,
  breaks: ['no-lost-committed'],
  scenarios: ['disk'],
  edits: [
    {
      file: 'src/server/replica.ts',
      find: "    return this.refusal === '';",
      replace: '    return true;',
    },
  ],
};
