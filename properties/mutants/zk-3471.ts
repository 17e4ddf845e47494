/**
 * A local session creates an ephemeral node within a multi, which nobody looks into: when the session ends, nobody
 * deletes it.
 */
import type { Mutant } from '../../src/fuzz/mutant.ts';

/** See the head of the file. */
export const zk3471: Mutant = {
  id: 'zk-3471',
  title: 'a multi is not searched for ephemerals before it is decided that a local session will do',
  source: 'ZOOKEEPER-3471, 2725',
  tier: 1,
  breaks: ['ephemerals'],
  scenarios: ['sessions'],
  edits: [
    {
      file: 'src/server/request-kinds.ts',
      find: 'return request.kind === \'multi\' ? request.ops.some(createsEphemeral) : createsEphemeral(request);',
      replace: 'return request.kind !== \'multi\' && createsEphemeral(request);',
    },
    {
      file: 'src/server/request-processor.ts',
      find: `      options = this.localOptions;
`,
      replace: `      options = this.options;
`,
    },
  ],
};
