/**
 * A write that lags behind on the old connection of a session is carried out after the session has moved, behind the
 * writes that it made since.
 */
import type { Mutant } from '../../src/fuzz/mutant.ts';

/** See the head of the file. */
export const zk417: Mutant = {
  id: 'zk-417',
  title: 'the leader does not check which server a session is connected to',
  source: 'ZOOKEEPER-417',
  tier: 1,
  breaks: ['client-fifo'],
  scenarios: ['five', 'partitions'],
  edits: [
    {
      file: 'src/server/session-tracker.ts',
      find: 'return tracked.owner === owner ? ErrorCode.OK : ErrorCode.SESSIONMOVED;',
      replace: 'return ErrorCode.OK;',
    },
  ],
};
