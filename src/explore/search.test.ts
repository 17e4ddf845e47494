/** The search itself: what it reaches, with and without the reduction, and what it finds. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { allProperties } from '../../properties/index.ts';
import { zabSmall } from '../../scenarios/zab-small.ts';
import { subjectOf } from '../exploration/bridge.ts';
import { Act } from './action.ts';
import type { Grain } from './grain.ts';
import { Search, type Manner } from './search.ts';
import { Space } from './space.ts';
import type { Bounds } from './subject.ts';
import type { Start } from './start.ts';
import { Visited } from './visited.ts';

const test = suite('search');

const NO_FAULT: Bounds = { crashes: 0, partitions: 0, timeouts: 0, epochs: 1, rounds: 1 };

interface Size {
  readonly servers: number;
  readonly clients: number;
  readonly operations: number;
}

function explore(size: Size, bounds: Bounds, manner: Partial<Manner> = {}): Search {
  const space = new Space(subjectOf(zabSmall.plan(size), bounds, allProperties));
  const search = new Search(space, {
    order: 'breadth', maxDepth: Infinity, maxStates: 200_000, maxBytes: 1e9, grain: 'whole', start: 'nothing',
    isReduced: true, symmetry: false, liveness: false,
    ...manner,
  });
  while (search.run(1000) === 'going');
  return search;
}

/** The prints of all states that were reached, sorted. */
function states(search: Search): string[] {
  const [prints = new Int32Array()] = search.visited.dump();
  const found: string[] = [];
  for (let id = 0; id < search.visited.count; id++) found.push(prints.slice(id * 3, id * 3 + 3).join(' '));
  return found.sort((a, b) => (a < b ? -1 : 1));
}

const CRASH: Bounds = { ...NO_FAULT, crashes: 1, rounds: 2, epochs: 2 };
const TWO: Size = { servers: 2, clients: 0, operations: 0 };
const WRITES: Size = { servers: 2, clients: 1, operations: 1 };

const SERVING: Partial<Manner> = { start: 'serving', grain: 'coarse' };

interface Reduced {
  readonly name: string;
  readonly size: Size;
  readonly bounds: Bounds;
  readonly manner: Partial<Manner>;
}

const SPACES: readonly Reduced[] = [
  { name: 'an election of two', size: TWO, bounds: NO_FAULT, manner: {} },
  { name: 'a server alone that crashes', size: { ...TWO, servers: 1 }, bounds: CRASH, manner: {} },
  { name: 'a server alone and its client', size: { ...WRITES, servers: 1, operations: 2 }, bounds: { ...NO_FAULT, partitions: 1 },
    manner: {} },
  { name: 'a server alone whose disk fails', size: { ...WRITES, servers: 1 }, bounds: { ...CRASH, crashes: 0, diskFaults: 1 },
    manner: SERVING },
  { name: 'two that serve, one crashes', size: TWO, bounds: CRASH, manner: { start: 'serving', grain: 'messages' } },
  { name: 'two that write, one crashes', size: WRITES, bounds: CRASH, manner: SERVING },
  { name: 'two that write, and a cut', size: WRITES, bounds: { ...CRASH, crashes: 0, partitions: 1 },
    manner: SERVING },
  { name: 'two that elect, and cuts of what is cut', size: TWO, bounds: { ...NO_FAULT, partitions: 2 },
    manner: { grain: 'messages' } },
  { name: 'two that serve, a crash, and cuts of what is cut', size: TWO, bounds: { ...CRASH, partitions: 3, timeouts: 1 },
    manner: SERVING },
  { name: 'three, a disk decays', size: { ...TWO, servers: 3 }, bounds: { ...CRASH, rot: 1, lies: 1 }, manner: SERVING },
  { name: 'a server alone whose clock is set', size: { ...WRITES, servers: 1 }, bounds: { ...CRASH, wallJumps: 2 },
    manner: SERVING },
  { name: 'three that write', size: { ...WRITES, servers: 3 }, bounds: NO_FAULT, manner: { ...SERVING, grain: 'elections' } },
];

for (const { name, size, bounds, manner } of SPACES) {
  test(`the reduction reaches every state, in fewer steps: ${name}, ${manner.grain ?? 'whole'} grain`, () => {
    const whole = explore(size, bounds, { ...manner, isReduced: false });
    const reduced = explore(size, bounds, manner);
    assert.is(whole.status, 'exhausted');
    assert.is(reduced.status, 'exhausted');
    assert.equal(states(reduced), states(whole));
    assert.ok(reduced.generated <= whole.generated, `${reduced.generated} of ${whole.generated} steps`);
  });
}

test('the reduction leaves something out', () => {
  assert.ok(explore({ servers: 2, clients: 0, operations: 0 }, NO_FAULT).slept > 0);
});

test('depth first and breadth first reach the same states', () => {
  const size = { servers: 1, clients: 1, operations: 1 };
  assert.equal(states(explore(size, NO_FAULT, { order: 'depth' })), states(explore(size, NO_FAULT)));
});

const COARSE: readonly (readonly [Grain, Start])[] = [['coarse', 'nothing'], ['coarse', 'serving'], ['coarse', 'proposed']];
for (const [grain, start] of COARSE) {
  test(`three servers without a fault hold: ${grain} from ${start}`, () => {
    const search = explore({ servers: 3, clients: 1, operations: start === 'nothing' ? 1 : 2 }, NO_FAULT, { grain, start });
    assert.is(search.status, 'exhausted');
    assert.ok(search.visited.count > 10);
  });
}

test('from a skipped proposal on, its leader comes back and is put in line', () => {
  const size = { servers: 3, clients: 1, operations: 2 };
  const bounds = { ...CRASH, crashes: 1 };
  const search = explore(size, bounds, { start: 'skipped', grain: 'coarse' });
  assert.is(search.status, 'exhausted');
  const { space } = search;
  assert.ok(space.cells.messages.some(({ kind }) => kind === 'TRUNC'));
  assert.throws(() => explore(size, { ...bounds, crashes: 0 }, { start: 'skipped' }), /the bounds/);
});

test('a leader that is cut off and gives up is put in line while it lives', () => {
  const size = { servers: 3, clients: 1, operations: 2 };
  const bounds = { ...NO_FAULT, epochs: 2, rounds: 2, partitions: 2, timeouts: 2 };
  const search = explore(size, bounds, { start: 'deposed', grain: 'coarse' });
  assert.is(search.status, 'exhausted');
  const { cells, taken } = search.space;
  assert.ok(cells.messages.some(({ kind }) => kind === 'TRUNC'));
  assert.is(taken[Act.crash], 0);
  for (const less of [{ partitions: 1 }, { timeouts: 1 }]) {
    assert.throws(() => explore(size, { ...bounds, ...less }, { start: 'deposed' }), /the bounds/);
  }
});

test('who is cut off has heard of nothing, and the others go on', () => {
  const size = { servers: 3, clients: 1, operations: 2 };
  const starts: readonly (readonly [Start, Partial<Bounds>, number])[] = [
    ['severed', { partitions: 1 }, 1], ['parted', { partitions: 2, epochs: 2, rounds: 2 }, 2],
  ];
  for (const [start, more, epochs] of starts) {
    const search = explore(size, { ...NO_FAULT, ...more }, { start, grain: 'coarse', maxStates: 1 });
    const { history } = search.space.panels.panelAt(search.space.panels.count - 1);
    assert.is(history.latest?.epoch, epochs, start);
    assert.equal([...history.servers.values()].map(({ role }) => role).filter((role) => role === 'LOOKING'), [], start);
    assert.throws(() => explore(size, { ...NO_FAULT, ...more, partitions: epochs - 1 }, { start }), /the bounds/);
  }
});

test('a search is a function of what it is told: the same numbers again', () => {
  const counts = [1, 2].map(() => {
    const { visited, generated, depth } = explore({ servers: 2, clients: 0, operations: 0 }, NO_FAULT);
    return [visited.count, generated, depth];
  });
  assert.equal(counts[0], counts[1]);
});

test('it says so when the states or the memory are used up', () => {
  const size = { servers: 3, clients: 1, operations: 1 };
  assert.is(explore(size, NO_FAULT, { maxStates: 100 }).status, 'states');
  assert.is(explore(size, NO_FAULT, { maxBytes: 1000 }).status, 'memory');
});

test('visited states keep their numbers while the table grows', () => {
  const visited = new Visited(1e9);
  const print = new Int32Array(3);
  for (let i = 0; i < 100_000; i++) {
    print.set([Math.imul(i, 0x9e37_79b1), i, ~i]);
    assert.is(visited.add(print, i - 1, i), ~i);
  }
  for (let i = 0; i < 100_000; i += 7) {
    print.set([Math.imul(i, 0x9e37_79b1), i, ~i]);
    assert.is(visited.add(print, 0, 0), i);
  }
  assert.equal(visited.path(4), [1, 2, 3, 4]);
});

test.run();
