/**
 * A session that is gone is replaced by a new one behind the client's back: it never learns that it expired, nor that
 * its ephemerals are gone.
 */
import type { Mutant } from '../../src/fuzz/mutant.ts';

/** See the head of the file. */
export const sessResume: Mutant = {
  id: 'sess-resume',
  title: 'whoever comes back to a session that is gone is given a new one',
  source: 'class of ClickHouse Keeper 116690',
  tier: 1,
  breaks: ['sessions'],
  scenarios: ['sessions', 'five'],
  edits: [
    {
      file: 'src/server/handshake.ts',
      find: `    respond(client, 0, NO_SESSION, NO_PASSWORD, table, io);
    table.close(client, io);
`,
      replace: `    this.create(client, table, port, io);
`,
    },
  ],
};
