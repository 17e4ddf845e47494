/**
 * A session that runs out is forgotten before its close is made: the close finds nothing to close, and its ephemerals
 * stay for ever.
 */
import type { Mutant } from '../../src/fuzz/mutant.ts';

/** See the head of the file. */
export const zk1496: Mutant = {
  id: 'zk-1496',
  title: 'expiry forgets the session before closing it',
  source: 'ZOOKEEPER-1496',
  tier: 1,
  breaks: ['liveness'],
  scenarios: ['sessions', 'five'],
  edits: [
    {
      file: 'src/server/session-tracker.ts',
      find: '        expired.push({ sessionId,',
      replace: `        this.sessions.delete(sessionId);
        expired.push({ sessionId,`,
    },
  ],
};
