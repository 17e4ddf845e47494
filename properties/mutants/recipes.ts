/**
 * Recipes that clients write wrongly, as they are written wrongly: a queue by priority that goes by age alone, a member that
 * takes a node of its name for its own, a seeker that believes a list that is no longer true, a reader that looks at its
 * neighbour alone, a lease more than there are, a counter that is changed whatever it has become, a transaction that is
 * committed before all have voted, a site that takes its own wish for the decision.
 */
import type { Mutant } from '../../src/fuzz/mutant.ts';

const anyUrgency: Mutant = {
  id: 'recipe-any-urgency',
  title: 'a queue by priority is emptied in the order in which it was filled',
  source: "a generic one: the programmer's guide, recipes, priority queues",
  tier: 0,
  breaks: ['recipes'],
  scenarios: ['recipes'],
  edits: [
    {
      file: 'src/client/recipe.ts',
      find: 'sort((one, other) => urgency(one) - urgency(other))',
      replace: 'sort(() => 0)',
    },
  ],
};

const joinsAsAnother: Mutant = {
  id: 'recipe-joins-as-another',
  title: 'a member takes the node of another session under its name for its own',
  source: 'practice: NODEEXISTS taken for the lost answer of an own create, after a restart above all',
  tier: 0,
  breaks: ['recipes'],
  scenarios: ['recipes'],
  edits: [
    {
      file: 'src/client/group-client.ts',
      find: 'owner === this.core.sessionId',
      replace: 'owner !== null',
    },
  ],
};

const findsTheGone: Mutant = {
  id: 'recipe-finds-the-gone',
  title: 'who seeks an instance takes one from the list, though its node is gone',
  source: 'practice: service discovery from a list that was not looked at again',
  tier: 0,
  breaks: ['recipes'],
  scenarios: ['recipes'],
  edits: [
    {
      file: 'src/client/group-client.ts',
      find: `    if (err === ErrorCode.NONODE) {
      this.look(io);
      return;
    }
    if (err === ErrorCode.OK) io.observe(`,
      replace: '    io.observe(',
    },
  ],
};

const readsPastAWriter: Mutant = {
  id: 'recipe-reads-past-a-writer',
  title: 'a reader goes by its neighbour in the line: behind another reader it reads, though a writer is before both',
  source: "practice: the programmer's guide, recipes, shared locks, read as the lock is, where a neighbour is enough",
  tier: 0,
  breaks: ['recipes'],
  scenarios: ['recipes'],
  edits: [
    {
      file: 'src/client/recipe.ts',
      find: 'ahead.findLast(isWriter)',
      replace: 'ahead.slice(-1).find(isWriter)',
    },
  ],
};

const leaseTooMany: Mutant = {
  id: 'recipe-lease-too-many',
  title: 'a semaphore gives one lease more than it has',
  source: 'a generic one: the place in the line is counted from 0',
  tier: 0,
  breaks: ['recipes'],
  scenarios: ['recipes'],
  edits: [
    {
      file: 'src/client/recipe.ts',
      find: 'ahead.length < LEASES',
      replace: 'ahead.length <= LEASES',
    },
  ],
};

const numbersAgain: Mutant = {
  id: 'recipe-numbers-again',
  title: 'a block of numbers is taken by a change of the counter whatever its version',
  source: 'practice: a counter that is read and written without the version that was read',
  tier: 0,
  breaks: ['recipes'],
  scenarios: ['recipes'],
  edits: [
    {
      file: 'src/client/generator-client.ts',
      find: 'encode(`${this.first + BLOCK}`), version }',
      replace: 'encode(`${this.first + BLOCK}`), version: -1 }',
    },
  ],
};

const commitsEarly: Mutant = {
  id: 'recipe-commits-early',
  title: 'a transaction is committed once the votes that are there are for it, though some are missing',
  source: 'a generic one: a coordinator that asks whether anybody is against it, and not whether everybody is for it',
  tier: 0,
  breaks: ['recipes'],
  scenarios: ['recipes'],
  edits: [
    {
      file: 'src/client/recipe.ts',
      find: "votes.length === SITES ? 'commit' : null",
      replace: "votes.length > 0 ? 'commit' : null",
    },
  ],
};

const believesItself: Mutant = {
  id: 'recipe-believes-itself',
  title: 'a site that finds the decision written takes it for the one that it wanted to write',
  source: 'practice: NODEEXISTS taken for the lost answer of an own create',
  tier: 0,
  breaks: ['recipes'],
  scenarios: ['recipes'],
  edits: [
    {
      file: 'src/client/site-client.ts',
      find: 'if (err === ErrorCode.NODEEXISTS) this.read(io);',
      replace: 'if (err === ErrorCode.NODEEXISTS) this.told(this.wanted, zxid, io);',
    },
  ],
};

/** See the head of the file. */
export const recipeMutants: readonly Mutant[] = [
  anyUrgency, joinsAsAnother, findsTheGone, readsPastAWriter, leaseTooMany, numbersAgain, commitsEarly,
  believesItself,
];
