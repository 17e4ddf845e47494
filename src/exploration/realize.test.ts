/** The explorer against the world: along random walks, both must state the same facts. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { allProperties } from '../../properties/index.ts';
import { zabSmall } from '../../scenarios/zab-small.ts';
import { seedStream } from '../base/random.ts';
import { Act } from '../explore/action.ts';
import { TEAR } from '../explore/chances.ts';
import { Space } from '../explore/space.ts';
import type { Fact } from '../io/fact.ts';
import { runPlan } from '../run/run.ts';
import { TapeChooser } from '../world/chooser.ts';
import { subjectOf } from './bridge.ts';
import { PATH_MAX, realize } from './realize.ts';
import { CalmAfter } from './steering.ts';

const test = suite('exploration/realize');

interface Stated {
  readonly node: number;
  readonly fact: Fact;
}

/** A walk with faults here and there; steps that go on are preferred. */
function walk(space: Space, seed: string): { readonly steps: number[]; readonly facts: Stated[] } {
  const luck = seedStream(seed, 'walk');
  const row = space.begin();
  const steps: number[] = [];
  const facts: Stated[] = [];
  const codes: number[] = [];
  space.onFacts = (list) => {
    for (const fact of list.facts) facts.push({ node: list.node, fact });
  };
  while (steps.length < PATH_MAX - 1) {
    space.actions(row, codes);
    const calm = codes.filter((code) => code >>> 24 <= 3);
    const wanted = calm.length > 0 && luck.below(25) > 0 ? calm : codes;
    const code = wanted[luck.below(Math.max(1, wanted.length))];
    if (code === undefined) break;
    steps.push(code);
    if (space.fire(row, code) !== 'fine') break;
  }
  space.onFacts = null;
  return { steps, facts };
}

function line({ node, fact }: Stated): string {
  return `${node} ${JSON.stringify(fact)}`;
}

test('what happens along a random walk happens in a steered world, and again from the tape', () => {
  const plan = zabSmall.plan({ servers: 3, operations: 2, clients: 2 });
  let crashes = 0;
  for (let seed = 1; seed <= 25; seed++) {
    const bounds = { crashes: 3, partitions: 2, timeouts: 8, epochs: 9, rounds: 30 };
    const space = new Space(subjectOf(plan, bounds, []));
    const { steps, facts } = walk(space, String(seed));
    crashes += facts.filter(({ fact }) => fact.kind === 'crashed').length;
    const realized = realize(plan, space, steps);
    assert.equal(realized.facts.map(line), facts.map(line), `seed ${seed}: steered`);
    const again: Stated[] = [];
    const trace = {
      event: () => undefined,
      fact: (fact: Fact, node: number) => {
        again.push({ node, fact });
      },
    };
    runPlan(realized.plan, new TapeChooser(realized.tape, 'none'), { properties: [], trace });
    assert.equal(again.slice(0, facts.length).map(line), facts.map(line), `seed ${seed}: from the tape`);
  }
  assert.ok(crashes > 20, `walks must have crashes to mean anything, and had ${crashes}`);
});

test('and so do failing calls, lies and torn writes of disks', () => {
  const plan = zabSmall.plan({ servers: 3, operations: 2, clients: 2 });
  const faults = new Set<string>();
  let tears = 0;
  for (let seed = 1; seed <= 25; seed++) {
    const bounds = { crashes: 4, partitions: 0, timeouts: 8, diskFaults: 3, lies: 1, epochs: 9, rounds: 30 };
    const space = new Space(subjectOf(plan, bounds, []));
    const { steps, facts } = walk(space, `disks ${seed}`);
    for (const { fact } of facts) if (fact.kind === 'faultBegan') faults.add(`${fact.fault} ${fact.detail}`);
    tears += steps.filter((code) => code >>> 24 === Act.crash && (code & 0xffff) === TEAR).length;
    assert.equal(realize(plan, space, steps).facts.map(line), facts.map(line), `seed ${seed}`);
  }
  const calls = ['append', 'sync', 'truncate'].map((call) => `diskError:EIO ${call}, 1 times`);
  assert.equal([...faults].sort((one, other) => (one < other ? -1 : 1)), [...calls, 'diskError:lie sync, 1 times']);
  assert.ok(tears > 5, `walks must tear writes to mean anything, and tore ${tears}`);
});

test('and so do bits that flip on a disk at rest, and what is read of them', () => {
  const plan = zabSmall.plan({ servers: 3, operations: 2, clients: 1 });
  const files = new Set<string>();
  let refusals = 0;
  for (let seed = 1; seed <= 25; seed++) {
    const bounds = { crashes: 4, partitions: 0, timeouts: 8, rot: 1, epochs: 9, rounds: 30 };
    const space = new Space(subjectOf(plan, bounds, []));
    const { steps, facts } = walk(space, `rot ${seed}`);
    for (const { fact } of facts) {
      if (fact.kind === 'faultBegan') files.add(`${fact.fault} ${fact.detail.replace(/^bit 0 of byte \d+ of (\w+).*/, '$1')}`);
      if (fact.kind === 'stateRefused') refusals++;
    }
    assert.equal(realize(plan, space, steps).facts.map(line), facts.map(line), `seed ${seed}`);
  }
  assert.ok(files.size >= 3 && [...files].every((file) => /^bitRot:bit \w+$/.test(file)), [...files].join());
  assert.ok(refusals > 2, `walks must meet what decayed to mean anything, and did ${refusals} times`);
});

test('and so do wall clocks that are set', () => {
  const plan = zabSmall.plan({ servers: 3, operations: 2, clients: 1 });
  let jumps = 0;
  for (let seed = 1; seed <= 8; seed++) {
    const space = new Space(subjectOf(plan, { crashes: 1, partitions: 0, timeouts: 4, wallJumps: 3, epochs: 9, rounds: 30 }, []));
    const { steps, facts } = walk(space, `clocks ${seed}`);
    jumps += facts.filter(({ fact }) => fact.kind === 'faultEnded' && fact.fault === 'wallJump').length;
    assert.equal(realize(plan, space, steps).facts.map(line), facts.map(line), `seed ${seed}`);
  }
  assert.ok(jumps > 5, `walks must set clocks to mean anything, and set ${jumps}`);
});

test('where a walk ends, the world goes on by itself, and nothing is owed in the end', () => {
  const plan = zabSmall.plan({ servers: 3, operations: 2, clients: 2 });
  for (let seed = 1; seed <= 25; seed++) {
    const space = new Space(subjectOf(plan, { crashes: 3, partitions: 2, timeouts: 8, epochs: 9, rounds: 30 }, []));
    const { steps } = walk(space, `goes on ${seed}`);
    // Everywhere on the way something else is still to come.
    const way = steps.slice(0, Math.floor((steps.length * seed) / 25));
    const realized = realize(plan, space, way);
    const { finding } = runPlan(realized.plan, new CalmAfter(realized.tape), { properties: allProperties });
    assert.is(finding, null, `seed ${seed}, after ${way.length} steps: ${finding?.sentence ?? ''}`);
  }
});

test.run();
