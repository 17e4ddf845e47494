/** Each fault of the menu: on whom, for how long, and what is left of it when it is over. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Fault, FaultCounter, PartitionShape } from './fault.ts';
import { bench, type Bench, type Behaviour, EXACT, kinds, numbered } from './probe.ts';

const test = suite('fault driver');

/** Everybody is connected to everybody and sends every 10 ms; server 3 says that it leads. */
const mesh: Behaviour = (event, io, probe) => {
  if (event.kind === 'start') {
    for (let node = 1; node <= 5; node++) if (node < io.self) io.connect(node, 'quorum');
    io.setTimer(1, 10);
    io.observe({ kind: 'role', role: io.self === 3 ? 'LEADING' : 'FOLLOWING', epoch: 1 });
  } else if (event.kind === 'timer') {
    for (let connection = 1; connection < 10; connection++) io.send(connection, numbered(io.self));
    io.setTimer(1, 10);
    if (io.self < 1000) {
      io.append('log', new Uint8Array([probe.count % 256]), 0);
      io.sync('log', 1);
    }
  }
};

function counter(made: Bench, name: string): FaultCounter | undefined {
  return made.world.faults.find((row) => row.name === name);
}

/** Who has been heard by `node` since the last look. */
function heardBy(made: Bench, node: number): number[] {
  const from = new Set<number>();
  for (const { event } of made.heard.get(node)?.splice(0) ?? []) {
    if (event.kind === 'received' && event.message.kind === 'LEADERINFO') from.add(event.message.epoch);
  }
  return [...from].sort((a, b) => a - b);
}

function lookAt(made: Bench, nodes: readonly number[]): number[][] {
  return nodes.map((node) => heardBy(made, node));
}

function begin(fault: Fault, clients = 0): Bench {
  const made = bench(5, mesh, { clients });
  made.world.run(95);
  made.world.schedule(96, fault);
  made.world.run(115);
  lookAt(made, [1, 2, 3, 4, 5, 1001]);
  made.world.run(200);
  return made;
}

const FIVE = [1, 2, 3, 4, 5];

test('isolate: the target and the rest do not hear each other, until it is over', () => {
  const made = begin({ kind: 'partition', shape: 'isolate', target: { node: 2 }, forMs: 200 });
  assert.equal(lookAt(made, FIVE), [[3, 4, 5], [], [1, 4, 5], [1, 3, 5], [1, 3, 4]]);
  made.world.run(350);
  lookAt(made, FIVE);
  made.world.run(400);
  assert.equal(lookAt(made, FIVE), [[2, 3, 4, 5], [1, 3, 4, 5], [1, 2, 4, 5], [1, 2, 3, 5], [1, 2, 3, 4]]);
  assert.equal(counter(made, 'partition:isolate'), { name: 'partition:isolate', fired: 1, effective: 1 });
  assert.equal(made.facts.map(({ fact }) => fact.kind).filter((kind) => kind !== 'role'), ['faultBegan', 'faultEnded']);
});

test('isolate-leader finds the leader by its role', () => {
  const made = begin({ kind: 'partition', shape: 'isolate-leader', forMs: 200 });
  assert.equal(lookAt(made, [3]), [[]]);
  assert.equal(lookAt(made, [1]), [[2, 4, 5]]);
});

test('one way: only what goes in, or only what comes out', () => {
  const into = begin({ kind: 'partition', shape: 'isolate', target: { node: 2 }, oneWay: 'in', forMs: 200 });
  assert.equal(lookAt(into, [1, 2]), [[2, 3, 4, 5], []]);
  const out = begin({ kind: 'partition', shape: 'isolate', target: { node: 2 }, oneWay: 'out', forMs: 200 });
  assert.equal(lookAt(out, [1, 2]), [[3, 4, 5], [1, 3, 4, 5]]);
});

const SHAPES: readonly (readonly [PartitionShape, number[]])[] = [
  ['halves', [1, 1, 2, 2, 2]],
  ['ring', [2, 2, 2, 2, 2]],
  ['bridge', [2, 2, 2, 2, 4]],
  ['pair', [3, 3, 4, 4, 4]],
];
for (const [shape, sizes] of SHAPES) {
  test(`${shape}: how many each server hears`, () => {
    const made = begin({ kind: 'partition', shape, forMs: 200 });
    assert.equal(lookAt(made, FIVE).map((list) => list.length).sort((a, b) => a - b), sizes);
  });
}

test('clients are on a side only if asked for', () => {
  const apart = begin({ kind: 'partition', shape: 'isolate', target: { node: 2 }, forMs: 200 }, 1);
  assert.ok(heardBy(apart, 2).includes(1001));
  const along = begin({ kind: 'partition', shape: 'isolate', target: { node: 2 }, clientsToo: true, forMs: 200 }, 1);
  assert.is(heardBy(along, 2).includes(1001), !heardBy(along, 1).includes(1001));
});

test('clientCut: peers hear the target, clients do not', () => {
  const made = begin({ kind: 'clientCut', target: { role: 'leader' }, forMs: 200 }, 1);
  assert.equal(lookAt(made, [1, 3]), [[2, 3, 4, 5, 1001], [1, 2, 4, 5]]);
});

test('stall: one peer hears nothing of the target', () => {
  const made = begin({ kind: 'stall', target: { node: 2 }, forMs: 200 });
  assert.is([1, 3, 4, 5].filter((node) => heardBy(made, node).includes(2)).length, 3);
  assert.is(counter(made, 'stall')?.effective, 1);
});

test('pause: the target hears nothing, and everything afterwards', () => {
  const made = begin({ kind: 'pause', target: { node: 2 }, forMs: 200 });
  assert.is(made.heard.get(2)?.length, 0);
  made.world.run(400);
  assert.equal(heardBy(made, 2), [1, 3, 4, 5]);
  assert.is(counter(made, 'pause')?.effective, 1);
});

test('crash: down for a time, then a new life', () => {
  const made = begin({ kind: 'crash', target: { role: 'leader' }, downMs: 200 });
  assert.is(made.world.isUp(3), false);
  made.world.run(400);
  assert.is(made.world.isUp(3), true);
  assert.ok(kinds(made, 3).includes('start'));
  const crashed = made.facts.find(({ fact }) => fact.kind === 'crashed')?.fact;
  assert.ok(crashed?.kind === 'crashed' && crashed.node === 3 && crashed.cause === 'fault');
});

test('power: all servers at once, no client; they come back one by one', () => {
  const made = begin({ kind: 'power', downMs: 200 }, 1);
  assert.equal([...FIVE, 1001].filter((node) => made.world.isUp(node)), [1001]);
  made.world.run(600);
  assert.equal(FIVE.filter((node) => made.world.isUp(node)), FIVE);
  const times = new Set(made.facts.filter(({ fact }) => fact.kind === 'restarted').map(({ timeMs }) => timeMs));
  assert.ok(times.size > 1);
});

test('slowSync: the target waits longer for its disk', () => {
  const made = begin({ kind: 'slowSync', target: { node: 2 }, factor: 20, forMs: 200 });
  const done = (node: number): number => made.heard.get(node)?.filter(({ event }) => event.kind === 'diskDone').length ?? 0;
  assert.ok(done(2) <= 1);
  assert.ok(done(1) > 5);
  assert.is(counter(made, 'slowSync')?.effective, 1);
});

test('slowSync: what is still under way when it ends takes no longer than it would have', () => {
  const made = begin({ kind: 'slowSync', target: { node: 2 }, factor: 100_000, forMs: 200 });
  const done = (): number => made.heard.get(2)?.filter(({ event }) => event.kind === 'diskDone').length ?? 0;
  assert.ok(done() <= 1);
  made.world.run(600);
  assert.ok(done() > 5);
});

test('reset: one connection dies, and both ends hear of it', () => {
  const made = bench(5, mesh);
  made.world.schedule(96, { kind: 'reset', target: { node: 2 } });
  made.world.run(200);
  const closed = FIVE.map((node) => kinds(made, node).filter((kind) => kind === 'closed').length);
  assert.is(closed[1], 1);
  assert.equal(closed.slice().sort((a, b) => a - b), [0, 0, 0, 1, 1]);
  assert.is(counter(made, 'reset')?.effective, 1);
});

test('delay: messages are late, and that is over with it', () => {
  const made = begin({ kind: 'delay', factor: 50, forMs: 200 });
  assert.is(counter(made, 'delay')?.effective, 1);
  assert.ok(heardBy(made, 1).length <= 4);
  made.world.run(2000);
  assert.is(made.world.network.delayFactor, 1);
});

test('a fault without a target has no effect, and says so', () => {
  const made = bench(2, () => undefined);
  made.world.schedule(10, { kind: 'partition', shape: 'isolate-leader', forMs: 100 });
  made.world.schedule(10, { kind: 'crash', target: { role: 'observer' }, downMs: 100 });
  made.world.run(50);
  assert.equal(counter(made, 'partition:isolate-leader'), { name: 'partition:isolate-leader', fired: 1, effective: 0 });
  assert.equal(counter(made, 'crash'), { name: 'crash', fired: 1, effective: 0 });
});

test('healing ends everything, starts everybody, and drops what was still to come', () => {
  const made = bench(5, mesh, { settings: EXACT });
  made.world.run(50);
  made.world.inject({ kind: 'partition', shape: 'ring', forMs: 100_000 });
  made.world.inject({ kind: 'pause', target: { node: 1 }, forMs: 100_000 });
  made.world.inject({ kind: 'crash', target: { node: 2 }, downMs: 100_000 });
  made.world.inject({ kind: 'crash', target: { node: 4 }, afterEffects: 9999, downMs: 100_000 });
  made.world.schedule(500, { kind: 'power', downMs: 100 });
  made.world.heal();
  made.world.run(700);
  assert.equal(FIVE.filter((node) => made.world.isUp(node)), FIVE);
  lookAt(made, FIVE);
  made.world.run(800);
  assert.equal(lookAt(made, [1]), [[2, 3, 4, 5]]);
  assert.is(counter(made, 'power')?.fired, 0);
  assert.ok(made.facts.some(({ fact }) => fact.kind === 'healed'));
});

test.run();
