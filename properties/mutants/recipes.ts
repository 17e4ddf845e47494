/**
 * Recipes that clients write wrongly, as they are written wrongly: a queue by priority that goes by age alone, a member that
 * takes a node of its name for its own, a seeker that believes a list that is no longer true.
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

/** See the head of the file. */
export const recipeMutants: readonly Mutant[] = [anyUrgency, joinsAsAnother, findsTheGone];
