/** A leader that has lost its vote goes on as if nothing had happened. */
import type { Mutant } from '../../src/fuzz/mutant.ts';

/** See the head of the file. */
export const reconfigRemovedLeader: Mutant = {
  id: 'reconfig-removed-leader',
  title: 'a removed leader does not step down',
  source: 'Shraer, Reed, Malkhi and Junqueira (USENIX ATC 2012), section 3.2; Leader.tryToCommit',
  tier: 1,
  breaks: ['configurations'],
  scenarios: ['reconfig'],
  edits: [
    {
      file: 'src/zab/leader.ts',
      find: `if (designatedLeader !== host.settings.id) host.lookForLeader(NO_VOTE, io);
    else host.onReconfigured(io);`,
      replace: `host.onReconfigured(io);`,
    },
    {
      file: 'src/zab/learner.ts',
      find: `if (designatedLeader !== this.leader) host.lookForLeader('the leader has no vote in the new configuration', io);
    else if (this.has`,
      replace: `if (this.has`,
    },
  ],
};
