/**
 * Where sessions may be local, the leader takes a session that it has just closed for one that it never knew, and
 * lets its last writes pass.
 */
import type { Mutant } from '../../src/fuzz/mutant.ts';

/** See the head of the file. */
export const localLate: Mutant = {
  id: 'local-late',
  title: 'a closed session is taken for a local one',
  source: 'SessionTrackerImpl.checkSession with local sessions: an unknown session is left to its server',
  tier: 2,
  breaks: ['sessions', 'ephemerals'],
  scenarios: ['sessions'],
  edits: [
    {
      file: 'src/server/request-processor.ts',
      find: 'return !this.tracker.has(sessionId) && !this.closed.has(sessionId);',
      replace: 'return !this.tracker.has(sessionId);',
    },
  ],
};
