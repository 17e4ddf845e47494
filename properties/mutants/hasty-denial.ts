/**
 * A leader that says at once that it does not know a session, as ZooKeeper's does: one that was deposed without having noticed
 * knows nothing of its successor's sessions, and has perhaps begun to close one that goes on.
 */
import type { Mutant } from '../../src/fuzz/mutant.ts';

/** See the head of the file. */
export const hastyDenial: Mutant = {
  id: 'hasty-denial',
  title: 'a leader looks neither at the clock nor to its quorum before it denies a session',
  source: 'a generic one: Leader.revalidateSession asks nobody',
  tier: 2,
  breaks: ['sessions'],
  scenarios: ['sessions', 'races', 'storms'],
  edits: [
    {
      file: 'src/zab/denials.ts',
      find: 'if (oldest === undefined || oldest.after > lastCommitted) return undefined;',
      replace: 'if (oldest === undefined) return undefined;',
    },
    {
      file: 'src/zab/denials.ts',
      find: 'if (!containsQuorums(configs, faithful)) return undefined;',
      replace: 'if (faithful.size > 255) return undefined;',
    },
    { file: 'src/server/server.ts', find: '    this.leader?.keepTime(this, io);\n', replace: '' },
  ],
};
