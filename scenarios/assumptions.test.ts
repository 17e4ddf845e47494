/**
 * What Zab assumes, taken away: messages of one connection that overtake each other, come twice or not at all, and disks whose
 * syncs are a lie. Then judges must find safety violated within a few seeds; if they did not, they would not be looking.
 */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { allProperties } from '../properties/index.ts';
import { runPlan } from '../src/run/run.ts';
import type { Outcome } from '../src/run/verdict.ts';
import { SeedChooser } from '../src/world/chooser.ts';
import type { BrokenAssumptions } from '../src/world/settings.ts';
import { SCENARIOS } from './index.ts';

const test = suite('assumptions');

const TABLE: readonly (readonly [what: string, scenario: string, broken: BrokenAssumptions])[] = [
  ['messages overtake each other', 'churn', { connections: 'reorder', oneIn: 20 }],
  ['messages come twice', 'churn', { connections: 'duplicate', oneIn: 20 }],
  ['messages are lost', 'churn', { connections: 'drop', oneIn: 50 }],
  ['syncs are a lie', 'power', { oneIn: 1, lyingSync: true }],
];
const SEEDS = 40;

/** How the first seeds end, up to the first that violates safety. */
function outcomes(name: string, broken: BrokenAssumptions): Outcome[] {
  const scenario = SCENARIOS.find((each) => each.name === name);
  assert.ok(scenario !== undefined);
  const ends: Outcome[] = [];
  for (let seed = 1; seed <= SEEDS && ends.at(-1) !== 'safety'; seed++) {
    const usual = scenario.plan(String(seed));
    const plan = { ...usual, settings: { ...usual.settings, broken } };
    ends.push(runPlan(plan, new SeedChooser(plan.seed), { properties: allProperties, maxSteps: 60_000 }).outcome);
  }
  return ends;
}

for (const [what, scenario, broken] of TABLE) {
  test(`when ${what}, judges notice`, () => {
    const ends = outcomes(scenario, broken);
    assert.is(ends.at(-1), 'safety', ends.join(' '));
  });
}

test('no scenario takes them away', () => {
  for (const scenario of SCENARIOS) {
    for (let seed = 1; seed <= 20; seed++) assert.is(scenario.plan(String(seed)).settings.broken, undefined);
  }
});

test.run();
