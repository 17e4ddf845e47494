/**
 * Locks, elections, queues and groups as clients write them, by sequential and ephemeral nodes, locks and leases that are shared,
 * numbers off a counter and transactions of two sites, while servers crash and sessions expire under their holders. Who holds,
 * who took, who was given what and what was decided is judged by the order of transactions.
 */
import fc from 'fast-check';
import { isLineKind, type RecipeKind } from '../src/client/recipe.ts';
import type { ClientScript } from '../src/client/script.ts';
import { NO_FAULT } from '../src/plan/fault-menu.ts';
import type { Plan } from '../src/plan/plan.ts';
import { Draw, record } from '../src/plan/scenario.ts';
import type { Scenario } from '../src/plan/scenario.ts';
import { drawPlan } from '../src/plan/shape.ts';
import type { ScenarioShape } from '../src/plan/shape.ts';
import { FIVE } from './five.ts';

const SHAPE: ScenarioShape = {
  ...FIVE,
  name: 'recipes',
  summary: 'locks, leases, elections, queues, groups, ids and commits as clients write them; sessions that expire under them',
  expects: [
    'operation create', 'operation delete', 'operation exists', 'operation getChildren', 'event NodeDeleted',
    'event NodeDeleted missed',
  ],
  voters: [[3, 4], [5, 2], [1, 1]],
  observers: [[0, 4], [1, 1]],
  clients: [1, 3],
  operations: [4, 15],
  tickMs: [[200, 3], [500, 1]],
  safetyTicks: [40, 100],
  faults: {
    ...NO_FAULT, crash: 4, crashLeader: 4, crashAll: 1, reset: 8, clientCut: 8, pause: 5, stall: 3, isolateLeader: 4, oneWay: 2,
    drift: 2,
  },
  faultCount: [0, 14],
  rareFaults: { longPause: 4, slowReader: 3, lateData: 4, refuse: 2, flapping: 2, hold: 3, crashAfterSync: 2 },
  calmPercent: 10,
};

/**
 * Who takes part, by recipe: a few at one lock, in one race for office, at the two ends of one queue, in one group, at one
 * counter, in the same transactions.
 */
const COMPANIES: readonly (readonly [path: string, kinds: readonly RecipeKind[]])[] = [
  ['/lock', ['lock', 'lock', 'lock', 'lock']],
  ['/election', ['election', 'election', 'election']],
  ['/queue', ['producer', 'consumer', 'consumer', 'producer', 'consumer']],
  ['/urgent', ['urgentProducer', 'urgentConsumer', 'urgentProducer', 'urgentConsumer']],
  ['/group', ['member', 'member', 'seeker', 'member', 'seeker']],
  ['/shared', ['writer', 'reader', 'reader', 'writer', 'reader']],
  ['/semaphore', ['lease', 'lease', 'lease', 'lease', 'lease']],
  ['/ids', ['generator', 'generator', 'generator']],
  ['/tx', ['site', 'site']],
];

function drawRecipesPlan(seed: string): Plan {
  const plan = drawPlan(SHAPE, seed);
  const draw = new Draw(`${SHAPE.name}/${seed}/companies`);
  const one = draw.integer('always', 0, COMPANIES.length - 1);
  const companies = COMPANIES.filter((_, index) => index === one || draw.percent(`takes part/${index}`, 40));
  const members = companies.flatMap(([path, kinds]) => {
    const count = draw.integer(`${path}/count`, 2, kinds.length);
    return kinds.slice(0, count).map((kind, index) => member(draw, plan, path, kind, index));
  });
  return { ...plan, clients: [...plan.clients, ...members] };
}

function member(draw: Draw, plan: Plan, path: string, kind: RecipeKind, index: number): ClientScript {
  const label = `${path}/${index}`;
  const { tickTimeMs } = plan.knobs;
  const spanMs = plan.safetyMs + Math.floor(plan.tailMs / 3);
  const count = draw.integer(`${label}/turns`, 3, isLineKind(kind) ? 12 : 30);
  const pauseMs = Math.ceil((2 * spanMs) / count);
  const turns = draw.of(`${label}/pace`, fc.array(record({
    afterMs: fc.oneof({ weight: 1, arbitrary: fc.constant(0) }, { weight: 3, arbitrary: fc.nat({ max: pauseMs }) }),
    holdMs: fc.oneof({ weight: 1, arbitrary: fc.constant(0) }, { weight: 3, arbitrary: fc.nat({ max: 6 * tickTimeMs }) }),
  }), { minLength: count, maxLength: count }));
  const isShort = draw.percent(`${label}/short`, 60);
  return {
    servers: plan.members.map(({ id }) => id),
    sessionTimeoutMs: draw.integer(`${label}/timeout`, (isShort ? 2 : 5) * tickTimeMs, (isShort ? 3 : 20) * tickTimeMs),
    operations: [],
    closeAtEnd: draw.percent(`${label}/close`, 30),
    // Two who want to be members under one name come after each other.
    recipe: { kind, path, name: kind === 'member' ? `member${index >> 1}` : `${kind}${index}`, turns },
  };
}

/** See the head of the file. */
export const recipes: Scenario = {
  name: SHAPE.name, summary: SHAPE.summary, expects: SHAPE.expects ?? [], plan: drawRecipesPlan,
};
