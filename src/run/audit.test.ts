/** The audit names the first event at which two runs of a seed differ, and who drew before it. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { SCENARIOS } from '../../scenarios/index.ts';
import type { Scenario } from '../plan/scenario.ts';
import { firstDifference, testify } from './audit.ts';

const test = suite('audit');

function calm(): Scenario {
  const found = SCENARIOS.find(({ name }) => name === 'calm');
  if (found === undefined) throw new Error('there is no calm');
  return found;
}

test('a seed is one run, through the codec or not', () => {
  const [one, other] = [false, true].map((encode) => testify(calm(), { scenario: 'calm', seed: '3', encode, at: 0 }));
  assert.is(one?.hash, other?.hash);
  assert.is(firstDifference(one?.trail ?? '', other?.trail ?? 'x'), 0);
});

test('a scenario that is not a function of its seed is found out, at the event where it shows', () => {
  let plans = 0;
  const leaky: Scenario = {
    ...calm(),
    plan(seed) {
      const plan = calm().plan(seed);
      return { ...plan, faults: [{ atMs: 5000 + 500 * plans++, fault: { kind: 'crash', target: { node: 1 }, downMs: 50 } }] };
    },
  };
  const ask = (at: number): ReturnType<typeof testify> => testify(leaky, { scenario: 'calm', seed: '3', encode: false, at });
  const [one, other] = [ask(0), ask(0)];
  assert.is.not(one.hash, other.hash);
  const at = firstDifference(one.trail, other.trail);
  assert.ok(at > 1);
  const said = ask(at);
  assert.match(said.event, /µs, process \d+: /);
  assert.match(said.stack, /the last draw before it\n\s+at /);
});

test.run();
