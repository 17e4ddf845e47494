/**
 * Sequence numbers are given by how many children there are: after a deletion the next one comes before its elders, and
 * two clients hold one lock.
 */
import type { Mutant } from '../../src/fuzz/mutant.ts';

/** See the head of the file. */
export const numberAgain: Mutant = {
  id: 'number-again',
  title: 'sequence numbers go back when a child is deleted',
  source: 'a generic one: what locks, elections and queues rest upon',
  tier: 0,
  breaks: ['recipes'],
  scenarios: ['recipes'],
  edits: [
    {
      file: 'src/tree/prepare.ts',
      find: 'sequenceSuffix(parent.cversion) : request.path',
      replace: 'sequenceSuffix(parent.children.size) : request.path',
    },
  ],
};
