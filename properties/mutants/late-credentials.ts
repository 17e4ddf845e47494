/** Rights that come too late: a read is judged by who its client is when it is answered, not by who it was when it asked. */
import type { Mutant } from '../../src/fuzz/mutant.ts';

/** See the head of the file. */
export const lateCredentials: Mutant = {
  id: 'late-credentials',
  title: 'credentials count for reads that were sent before them',
  source: 'a generic one: Request keeps the authInfo that its connection had when it was read',
  tier: 1,
  breaks: ['prefix-reads'],
  scenarios: ['acl'],
  edits: [
    {
      file: 'src/server/client-service.ts',
      find: "request.kind === 'whoAmI' ? own : effectiveIds(own, port.config)",
      replace: "request.kind === 'whoAmI' ? own : effectiveIds(client.authInfo, port.config)",
    },
  ],
};
