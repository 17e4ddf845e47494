/**
 * Small worlds for the explorer whose clients follow recipes: a queue by priority, a group and who seeks its members, a lock that
 * is shared, a semaphore, numbers off a counter, transactions of two sites. Nobody waits for the clock: the next turn begins, and
 * what is held is given back, whenever the explorer lets it. `--ops` takes so many turns of each client.
 */
import type { Recipe, RecipeKind } from '../src/client/recipe.ts';
import type { Plan } from '../src/plan/plan.ts';
import { SESSION_TICKS, smallPlan, type SmallScenario, type SmallSize, TICK_MS, voters } from './small-plan.ts';

/** One client: its recipe and, of each turn, how urgent what it produces is, or how it votes; other kinds hold for no time. */
interface Follower {
  readonly kind: RecipeKind;
  readonly name: string;
  readonly turns: readonly number[];
}

interface World {
  readonly name: string;
  readonly summary: string;
  readonly path: string;
  readonly followers: readonly Follower[];
}

const ONCE = [0];
/** A parent that need not be made, where many clients stand in line: steps before the line cost most. */
const THERE = '/zookeeper';

const QUEUE: World = {
  name: 'queue-small',
  summary: 'a client that fills a queue by priority, what is less urgent first, and one that takes an element of it',
  path: '/queue',
  followers: [
    { kind: 'urgentProducer', name: 'producer', turns: [1, 0] }, { kind: 'urgentConsumer', name: 'consumer', turns: ONCE },
  ],
};

const GROUP: World = {
  name: 'group-small',
  summary: 'two clients that want to be members of a group by the same name, and one that seeks a member',
  path: '/group',
  followers: [
    { kind: 'member', name: 'member', turns: ONCE }, { kind: 'seeker', name: 'seeker', turns: [0, 0] },
    { kind: 'member', name: 'member', turns: ONCE },
  ],
};

const SHARED: World = {
  name: 'shared-small',
  summary: 'a writer and two readers at a lock that readers share',
  path: THERE,
  followers: [
    { kind: 'writer', name: 'writer', turns: ONCE }, { kind: 'reader', name: 'reader0', turns: ONCE },
    { kind: 'reader', name: 'reader1', turns: ONCE },
  ],
};

const SEMAPHORE: World = {
  name: 'semaphore-small',
  summary: 'three clients that want one of two leases',
  path: THERE,
  followers: ['lease0', 'lease1', 'lease2'].map((name) => ({ kind: 'lease', name, turns: ONCE })),
};

const IDS: World = {
  name: 'ids-small',
  summary: 'two clients that take blocks of numbers off one counter',
  path: '/ids',
  followers: ['generator0', 'generator1'].map((name) => ({ kind: 'generator', name, turns: ONCE })),
};

/** The second votes against the second transaction; whoever waits gives the other up whenever the explorer lets it. */
const COMMIT: World = {
  name: 'commit-small',
  summary: 'two sites that vote on transactions, and decide them',
  path: '/tx',
  followers: [{ kind: 'site', name: 'site0', turns: [0, 0] }, { kind: 'site', name: 'site1', turns: [0, 4] }],
};

/** See the head of the file. */
export const RECIPE_SCENARIOS: readonly SmallScenario[] = [QUEUE, GROUP, SHARED, SEMAPHORE, IDS, COMMIT].map((world) => {
  const { name, summary, followers } = world;
  const operations = Math.max(...followers.map(({ turns }) => turns.length));
  return { name, summary, size: { servers: 1, clients: followers.length, operations }, plan: (size) => planOf(world, size) };
});

function planOf({ name, path, followers }: World, { servers, clients, operations }: SmallSize): Plan {
  return smallPlan({
    scenario: name,
    members: voters(servers),
    clients: Array.from({ length: clients }, (_, index) => ({
      servers: [1],
      sessionTimeoutMs: SESSION_TICKS * TICK_MS,
      operations: [],
      closeAtEnd: false,
      recipe: recipeOf(path, followers, index, operations),
    })),
  });
}

/** Clients beyond those of the world do what its first ones do, under the same names. */
function recipeOf(path: string, followers: readonly Follower[], index: number, operations: number): Recipe {
  const { kind = 'seeker', name = 'seeker', turns = [] } = followers[index % followers.length] ?? {};
  return { kind, path, name, turns: turns.slice(0, operations).map((holdMs) => ({ afterMs: 0, holdMs })) };
}
