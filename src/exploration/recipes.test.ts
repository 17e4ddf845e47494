/** Clients that follow recipes, explored: what begins where all have sessions, and holds; and what cannot be explored. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { allProperties } from '../../properties/index.ts';
import { RECIPE_SCENARIOS } from '../../scenarios/small-recipes.ts';
import type { SmallScenario } from '../../scenarios/small-plan.ts';
import { Search } from '../explore/search.ts';
import { Space } from '../explore/space.ts';
import type { Bounds } from '../explore/subject.ts';
import { subjectOf, whyUnfit } from './bridge.ts';

const test = suite('recipes, explored');

const CALM: Bounds = { crashes: 0, partitions: 0, timeouts: 0, epochs: 1, rounds: 1 };

function searchOf(scenario: SmallScenario): Search {
  const plan = scenario.plan({ ...scenario.size, operations: 1, clients: 2 });
  return new Search(new Space(subjectOf(plan, CALM, allProperties)), {
    order: 'breadth', maxDepth: Infinity, maxStates: 100_000, maxBytes: 1e9, grain: 'coarse', start: 'connected',
    isReduced: true, symmetry: false, liveness: false,
  });
}

for (const scenario of RECIPE_SCENARIOS) {
  test(`two clients with a turn each hold, and every turn ends: ${scenario.name}`, () => {
    const search = searchOf(scenario);
    while (search.run(1000) === 'going');
    assert.is(search.status, 'exhausted');
    assert.ok(search.visited.count > 30, `${search.visited.count} states`);
    const processes = search.space.cells.cells.map(({ host }) => host.process);
    assert.ok(processes.some((process) => process !== null && 'stage' in process && process.stage === 'over'));
  });
}

test('where all have sessions, nobody has been answered anything else', () => {
  for (const scenario of RECIPE_SCENARIOS) {
    const { space } = searchOf(scenario);
    const kinds = space.cells.messageKinds();
    assert.ok(kinds.includes('connectResponse'), kinds.join());
    assert.not.ok(kinds.includes('reply'), kinds.join());
  }
});

test('turns that take time are refused, but what is produced may be urgent', () => {
  for (const scenario of RECIPE_SCENARIOS) {
    const plan = scenario.plan(scenario.size);
    assert.is(whyUnfit(plan), null);
    const waiting = plan.clients.map(({ recipe, ...client }) => {
      return recipe === undefined ? client : { ...client, recipe: { ...recipe, turns: [{ afterMs: 1, holdMs: 0 }] } };
    });
    assert.match(whyUnfit({ ...plan, clients: waiting }) ?? '', /by the clock/);
  }
});

test.run();
