/** No snapshot can be loaded, and the database is taken for empty: the server votes and serves as if nothing had ever been. */
import type { Mutant } from '../../src/fuzz/mutant.ts';

/** See the head of the file. */
export const zk2325: Mutant = {
  id: 'zk-2325',
  title: 'no usable snapshot means an empty database',
  source: 'ZOOKEEPER-2325, 3056, 3644',
  tier: 2,
  breaks: ['exact-recovery', 'no-lost-committed'],
  scenarios: ['disk'],
  edits: [
    {
      file: 'src/storage/assembly.ts',
      find: `  const problem = findDamage(loaded) ?? findMissingBase(loaded);
`,
      replace: `  if (loaded.image === null) return { txns: [], lastZxid: ZXID_ZERO };
  const problem = findDamage(loaded) ?? findMissingBase(loaded);
`,
    },
  ],
};
