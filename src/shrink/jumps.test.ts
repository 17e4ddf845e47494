/** Whatever a jump draws is a plan that could have been drawn by a scenario. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { SCENARIOS } from '../../scenarios/index.ts';
import { seedStream } from '../base/random.ts';
import { sizeOf } from '../plan/plan-edits.ts';
import type { Plan } from '../plan/plan.ts';
import { runPlan } from '../run/run.ts';
import { SeedChooser } from '../world/chooser.ts';
import { inPlaceOfFault, jump, sketch } from './jumps.ts';
import type { Footing } from './jumps.ts';

const test = suite('jumps');
const JUMPS = 400;

function footingOf(name: string, seed: string): Footing {
  const plan = SCENARIOS.find((scenario) => scenario.name === name)?.plan(seed);
  if (plan === undefined) throw new Error(`there is no scenario ${name}`);
  const result = runPlan({ ...plan, clients: [] }, new SeedChooser(seed), { properties: [], maxSteps: 1 });
  const run = { plan, tape: [], names: [], moments: new Map(), result, length: 0, loopLength: null };
  return { best: run, first: run };
}

/** Faults in order of time, none before the beginning, on servers that are there; `$k` names an operation further up. */
function check({ members, faults, clients, safetyMs }: Plan): void {
  assert.ok(members.some(({ role }) => role === 'participant'));
  const ids = members.map(({ id }) => id);
  let before = 0;
  for (const { atMs, fault } of faults) {
    assert.ok(atMs >= before && atMs <= safetyMs, `a fault at ${atMs} ms after one at ${before} ms, of ${safetyMs} ms`);
    before = atMs;
    if (!('target' in fault) || !('node' in fault.target) || fault.target.node > 255) continue;
    assert.ok(ids.includes(fault.target.node), `a fault strikes server ${fault.target.node} of ${ids.join(', ')}`);
  }
  for (const { operations, servers } of clients) {
    assert.ok(servers.length > 0 && servers.every((server) => ids.includes(server)));
    for (const [index, { request, afterMs }] of operations.entries()) {
      assert.ok(afterMs >= 0);
      for (const [, digits] of JSON.stringify(request).matchAll(/\$(\d+)/g)) assert.ok(Number(digits) < index);
    }
  }
}

test('every jump is a plan, no larger than the one that it left', () => {
  for (const [name, seed] of [['churn', '3'], ['partitions', '5'], ['five', '2'], ['disk', '8']] as const) {
    const footing = footingOf(name, seed);
    const whole = sizeOf(footing.first.plan);
    const operations = whole.operations + whole.clients;
    const luck = seedStream(seed, 'jumps');
    let [some, smaller] = [0, 0];
    for (let count = 0; count < JUMPS; count++) {
      const plan = jump(footing, luck);
      if (plan === null) continue;
      some++;
      check(plan);
      const size = sizeOf(plan);
      assert.ok(size.servers <= whole.servers && size.faults <= whole.faults, JSON.stringify(size));
      assert.ok(size.operations <= operations, JSON.stringify(size));
      if (size.servers + size.clients + size.operations + size.faults < whole.servers + whole.operations / 2) smaller++;
    }
    assert.ok(some > JUMPS / 2, `${some} of ${JUMPS} led anywhere from ${name}`);
    assert.ok(smaller > JUMPS / 10, `${smaller} of ${JUMPS} were much smaller than ${name}`);
  }
});

test('a sketch is a plan with one fault at most and one or two clients, each with a thing or two to do', () => {
  for (const [name, seed] of [['churn', '3'], ['partitions', '5'], ['storms', '2']] as const) {
    const { plan } = footingOf(name, seed).best;
    const luck = seedStream(seed, 'sketches');
    const kinds = new Set(plan.faults.map(({ fault }) => fault.kind));
    for (let count = 0; count < JUMPS; count++) {
      const sketched = sketch(plan, luck);
      check(sketched);
      const { clients, operations, faults } = sizeOf(sketched);
      assert.ok(clients <= 2 && operations <= 2 * clients && faults <= 1, JSON.stringify(sizeOf(sketched)));
      assert.ok(sketched.faults.every(({ fault }) => kinds.has(fault.kind)));
    }
  }
});

test('there are jumps from a plan that has next to nothing left', () => {
  const { best } = footingOf('churn', '3');
  const [client] = best.plan.clients;
  if (client === undefined) throw new Error('there is no client');
  const idle = { ...client, operations: [] };
  const luck = seedStream('3', 'jumps');
  for (const clients of [[], [idle], [idle, idle]]) {
    const bare = { ...best, plan: { ...best.plan, clients, faults: [] } };
    for (let count = 0; count < JUMPS; count++) {
      const plan = jump({ best: bare, first: bare }, luck);
      if (plan !== null) check(plan);
      check(sketch(bare.plan, luck));
    }
  }
});

test('what comes in the place of a fault is a plan with no more faults', () => {
  const { plan } = footingOf('churn', '3').best;
  const luck = seedStream('5', 'less');
  for (let count = 0; count < JUMPS; count++) {
    const other = inPlaceOfFault(plan, luck.below(plan.faults.length), luck);
    check(other);
    assert.ok(other.faults.length <= plan.faults.length);
    assert.is.not(JSON.stringify(other), JSON.stringify(plan));
  }
});

test('the same luck draws the same jumps', () => {
  const footing = footingOf('churn', '4');
  const drawn = (): string[] => {
    const luck = seedStream('9', 'jumps');
    return Array.from({ length: 50 }, () => JSON.stringify(jump(footing, luck)));
  };
  const once = drawn();
  assert.equal(once, drawn());
  assert.ok(new Set(once).size > 20);
});

test.run();
