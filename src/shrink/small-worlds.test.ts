/** Who does what in a world with fewer servers. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { SCENARIOS } from '../../scenarios/index.ts';
import type { Plan } from '../plan/plan.ts';
import { smallWorlds } from './small-worlds.ts';

const test = suite('small worlds');

function planOf(ids: readonly number[]): Plan {
  const plan = SCENARIOS.find(({ name }) => name === 'calm')?.plan('1');
  const [client] = plan?.clients ?? [];
  if (plan === undefined || client === undefined) throw new Error('there is no client in the scenario calm');
  return {
    ...plan,
    members: ids.map((id) => ({ id, role: 'participant' })),
    clients: [{ ...client, servers: [1] }, { ...client, servers: [2, 3] }],
    faults: [
      { atMs: 5, fault: { kind: 'pause', target: { node: 1 }, forMs: 3 } },
      { atMs: 6, fault: { kind: 'power', downMs: 1 } },
    ],
  };
}

test('each set of servers is a world, the smallest first, the plan itself last', () => {
  const worlds = smallWorlds(planOf([1, 2, 3])).map(({ members }) => members.map(({ id }) => id));
  assert.equal(worlds, [[1], [2], [3], [1, 2], [1, 3], [2, 3], [1, 2, 3]]);
  assert.equal(smallWorlds(planOf([1])).length, 1);
});

test('of many servers one is a world, and all but one are', () => {
  const worlds = smallWorlds(planOf([1, 2, 3, 4, 5]));
  assert.equal(worlds.map(({ members }) => members.length), [1, 1, 1, 1, 1, 4, 4, 4, 4, 4, 5]);
});

test('what was about a server that is gone is about the one of the highest id', () => {
  const world = smallWorlds(planOf([1, 2, 3])).find(({ members }) => members.map(({ id }) => id).join() === '2,3');
  assert.equal(world?.faults.map(({ fault }) => ('target' in fault ? fault.target : null)), [{ node: 3 }, null]);
  assert.equal(world?.clients.map(({ servers }) => servers), [[3], [2, 3]]);
});

test.run();
