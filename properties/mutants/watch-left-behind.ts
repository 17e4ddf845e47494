/**
 * A client that comes back has its recursive watches registered nowhere: it hears of nothing more, and of no error.
 */
import type { Mutant } from '../../src/fuzz/mutant.ts';

/** See the head of the file. */
export const watchLeftBehind: Mutant = {
  id: 'watch-left-behind',
  title: 'setWatches2 forgets the recursive watches',
  source: 'a generic one; ZOOKEEPER-1416 brought watches that stay',
  tier: 2,
  breaks: ['watches'],
  scenarios: ['watches'],
  edits: [
    {
      file: 'src/tree/set-watches.ts',
      find: "    for (const path of request.persistentRecursiveWatches) watches.push({ path, kind: 'recursive' });\n",
      replace: '',
    },
  ],
};
