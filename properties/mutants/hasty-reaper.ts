/**
 * The reaper goes by the tree as it is applied, and nobody looks again: a child on its way is left without a parent.
 */
import type { Mutant } from '../../src/fuzz/mutant.ts';

/** See the head of the file. */
export const hastyReaper: Mutant = {
  id: 'hasty-reaper',
  title: 'the reaper deletes a container that is about to get a child',
  source: 'a generic one: ContainerManager decides on an older tree, so the deletion checks again',
  tier: 0,
  breaks: ['results'],
  scenarios: ['ttl'],
  edits: [
    {
      file: 'src/server/request-processor.ts',
      find: 'reapable(this.pending.view(database.tree), io',
      replace: 'reapable(database.tree, io',
    },
    {
      file: 'src/tree/prepare.ts',
      find: '  if (node === undefined) return refused(ErrorCode.NONODE);\n'
        + '  if (node.children.size > 0) return refused(ErrorCode.NOTEMPTY);\n  const kind',
      replace: '  if (node === undefined) return refused(ErrorCode.NONODE);\n  const kind',
    },
  ],
};
