/** A server that restarts looks for a quorum of identical votes, but those of an established ensemble differ in round and zxid: it never joins. */
import type { Mutant } from '../../src/fuzz/mutant.ts';

export const zk1732: Mutant = {
  id: 'zk-1732',
  title: 'votes out of an election must agree in every field',
  source: 'ZOOKEEPER-1732',
  tier: 2,
  breaks: ['liveness'],
  scenarios: ['churn', 'five'],
  edits: [
    {
      file: 'src/zab/vote.ts',
      find: 'if (a.state === \'LOOKING\' || b.state === \'LOOKING\') {',
      replace: 'if (a.leader === b.leader) {',
    },
  ],
};
