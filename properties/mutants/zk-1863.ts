/** A read runs when it arrives, not when the writes before it in its session are applied; only its answer waits for theirs. */
import type { Mutant } from '../../src/fuzz/mutant.ts';

/** See the head of the file. */
export const zk1863: Mutant = {
  id: 'zk-1863',
  title: 'reads overtake the writes before them in their session',
  source: 'ZOOKEEPER-1863: the commit processor and its pending slot',
  tier: 0,
  breaks: ['client-fifo'],
  scenarios: ['calm', 'five'],
  edits: [
    {
      file: 'src/server/client-service.ts',
      find: 'const pending = { xid, request, authInfo, isRead: true, refusal, largeBytes, isAnswered: false };',
      replace: `const { lastProcessedZxid: zxid, tree } = port.database;
        const seen = { zxid, tree: tree.copy() };
        const pending = { xid, request, authInfo, isRead: true, refusal, largeBytes, isAnswered: false, seen };`,
    },
    {
      file: 'src/server/client-service.ts',
      find: 'private read(client: ClientConnection, { xid, request, authInfo: own }: PendingRequest,',
      replace: 'private read(client: ClientConnection, { xid, request, authInfo: own, seen }: PendingRequest,',
    },
    {
      file: 'src/server/client-service.ts',
      find: `    const zxid = port.database.lastProcessedZxid;
    const { sessionId, connection } = client;`,
      replace: `    const { zxid } = seen;
    const { sessionId, connection } = client;`,
    },
    {
      file: 'src/server/client-service.ts',
      find: 'connection, treeFor(request, port), this.table.watches);',
      replace: 'connection, seen.tree, this.table.watches);',
    },
  ],
};
