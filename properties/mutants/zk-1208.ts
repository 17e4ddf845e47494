/**
 * A session that is being closed still accepts writes until the close is applied: an ephemeral node is created behind it
 * and never deleted.
 */
import type { Mutant } from '../../src/fuzz/mutant.ts';

/** See the head of the file. */
export const zk1208: Mutant = {
  id: 'zk-1208',
  title: 'a session is not marked as closing when its close is prepared',
  source: 'ZOOKEEPER-1208',
  tier: 1,
  breaks: ['ephemerals', 'sessions'],
  scenarios: ['five', 'partitions'],
  edits: [
    {
      file: 'src/server/session-tracker.ts',
      find: `    tracked.isClosing = true;
`,
      replace: '',
    },
  ],
};
