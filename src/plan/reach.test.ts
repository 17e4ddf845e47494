import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { SCENARIOS } from '../../scenarios/index.ts';
import { NEED_NOT_REACH, REACHABLE, SEEDS_TO_REACH, neverReached } from './reach.ts';
import type { Reach } from './reach.ts';

const test = suite('reach');

test('all there is, is expected of some scenario or excused with a reason, and nothing is both', () => {
  const expected = new Set<Reach>(SCENARIOS.flatMap(({ expects = [] }) => expects));
  assert.equal(REACHABLE.filter((name) => !expected.has(name) && !NEED_NOT_REACH.has(name)), []);
  assert.equal([...expected].filter((name) => NEED_NOT_REACH.has(name) || !REACHABLE.includes(name)), []);
  for (const [name, reason] of NEED_NOT_REACH) assert.ok(REACHABLE.includes(name) && reason.length > 10, name);
  assert.is(new Set(REACHABLE).size, REACHABLE.length);
});

test('what a scenario is there to reach is missed once there were seeds enough, and not before', () => {
  const expects = new Map<string, readonly Reach[]>([['acl', ['result NOAUTH', 'operation auth']], ['five', []]]);
  const reach = (seeds: number, ...names: Reach[]): string[] => {
    const reached = names.map((name) => [name, 1] as const);
    return neverReached([{ scenario: 'acl', seeds, reached }, { scenario: 'five', seeds, reached: [] }], expects);
  };
  assert.equal(reach(SEEDS_TO_REACH, 'result NOAUTH', 'operation auth'), []);
  assert.equal(reach(SEEDS_TO_REACH, 'operation auth'), ['result NOAUTH in 200 seeds of acl, which is there to reach it']);
  assert.equal(reach(SEEDS_TO_REACH - 1), []);
});

test.run();
