/** The faults beyond the usual menu, each in a small world: what it does, that it ends, and that it counts. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Fault, FaultCounter } from './fault.ts';
import { flapping, rolling, swizzle } from './fault-series.ts';
import { bench, type Bench, type Behaviour, kinds, numbered, numbersReceived } from './probe.ts';

const test = suite('more faults');

/** Everybody connects to 1, counts aloud every 10 ms on every connection, and connects again when that is gone. */
const counting: Behaviour = (event, io, probe) => {
  if (event.kind === 'start') {
    if (io.self !== 1) io.connect(1, 'quorum');
    io.setTimer(1, 10);
    io.observe({ kind: 'role', role: io.self === 1 ? 'LEADING' : 'FOLLOWING', epoch: 1 });
  } else if (event.kind === 'closed' && io.self !== 1) {
    io.connect(1, 'quorum');
  } else if (event.kind === 'timer') {
    io.wallTime();
    for (let connection = 1; connection < 200; connection++) io.send(connection, numbered(io.self * 10_000 + probe.count));
    io.setTimer(1, 10);
  } else if (event.kind === 'received' && io.self < 1000) {
    io.append('log', new Uint8Array([1]), 0);
    io.sync('log', 1);
  }
};

function counter(made: Bench, name: string): FaultCounter {
  return made.world.faults.find((row) => row.name === name) ?? { name, fired: -1, effective: -1 };
}

function begin(fault: Fault, untilMs = 250, clients = 0): Bench {
  const made = bench(3, counting, { clients });
  made.world.schedule(100, fault);
  made.world.run(untilMs);
  return made;
}

/** Messages that `node` received from `from` between two times of the world; all clocks are exact here. */
function receivedIn(made: Bench, node: number, from: number, beganMs: number, endedMs: number): number {
  const heard = made.heard.get(node) ?? [];
  const startMs = heard[0]?.atMs ?? 0;
  return heard.filter(({ atMs, event }) => (
    event.kind === 'received' && event.message.kind === 'LEADERINFO' && Math.floor(event.message.epoch / 10_000) === from
    && atMs - startMs >= beganMs && atMs - startMs < endedMs
  )).length;
}

test('hold: what the target says of one kind waits, and comes in order', () => {
  const made = begin({ kind: 'hold', target: { node: 2 }, message: 'LEADERINFO', forMs: 100 }, 400);
  assert.is(receivedIn(made, 1, 2, 105, 195), 0);
  assert.ok(receivedIn(made, 1, 3, 105, 195) > 5);
  assert.ok(receivedIn(made, 1, 2, 195, 215) > 8);
  const numbers = numbersReceived(made, 1).filter((number) => Math.floor(number / 10_000) === 2);
  assert.equal(numbers, [...numbers].sort((a, b) => a - b));
  assert.equal(counter(made, 'hold'), { name: 'hold', fired: 1, effective: 1 });
  assert.not(kinds(made, 2).includes('closed'));
});

test('hold: another kind is not held', () => {
  const made = begin({ kind: 'hold', target: { node: 2 }, message: 'COMMIT', forMs: 100 });
  assert.ok(receivedIn(made, 1, 2, 105, 195) > 5);
  assert.is(counter(made, 'hold').effective, 0);
});

test('lateData: old data arrive on the old connection while a new one stands, and never on the new one', () => {
  const made = begin({ kind: 'lateData', target: { node: 2 }, delayMs: 200 }, 1000);
  assert.ok(kinds(made, 2).includes('closed'));
  const byConnection = new Map<number, number[]>();
  for (const { atMs, event } of made.heard.get(1) ?? []) {
    if (event.kind !== 'received' || event.message.kind !== 'LEADERINFO' || event.message.epoch >= 30_000) continue;
    byConnection.set(event.connection, [...(byConnection.get(event.connection) ?? []), atMs, event.message.epoch]);
  }
  const [old, fresh] = [...byConnection.values()];
  assert.ok(old !== undefined && fresh !== undefined);
  assert.ok((old.at(-2) ?? 0) > (fresh[0] ?? 0), 'the last old one is later than the first new one');
  assert.ok((old.at(-1) ?? 0) < (fresh[1] ?? 0), 'and was sent before it');
  assert.is(counter(made, 'lateData').effective, 1);
  assert.is(made.world.network.impediments, 0);
});

test('drip: one message in a while', () => {
  const made = begin({ kind: 'drip', target: { node: 2 }, gapMs: 40, forMs: 200 }, 300);
  assert.ok(receivedIn(made, 1, 2, 110, 290) <= 6);
  assert.is(counter(made, 'drip').effective, 1);
});

test('slowReader: it is heard and hears nothing, then all', () => {
  const made = begin({ kind: 'slowReader', target: { role: 'client' }, forMs: 100 }, 400, 1);
  assert.is(receivedIn(made, 1001, 1, 105, 195), 0);
  assert.ok(receivedIn(made, 1, 1001, 105, 195) >= 0);
  assert.ok(receivedIn(made, 1001, 1, 195, 215) > 8);
  assert.is(counter(made, 'slowReader').effective, 1);
});

for (const answer of ['refuse', 'hang'] as const) {
  test(`refuse: a new connection is ${answer === 'hang' ? 'not answered' : 'refused'} until it is over`, () => {
    const made = bench(3, counting);
    made.world.schedule(100, { kind: 'refuse', target: { node: 1 }, answer, forMs: 200 });
    made.world.schedule(110, { kind: 'crash', target: { node: 2 }, downMs: 10 });
    made.world.run(295);
    assert.is(receivedIn(made, 1, 2, 130, 295), 0);
    assert.is(kinds(made, 2).includes('closed'), answer === 'refuse');
    made.world.run(6000);
    assert.ok(receivedIn(made, 1, 2, 300, 6000) > 0);
    assert.is(counter(made, `connect:${answer}`).effective, 1);
  });
}

test('wallJump: the wall clock jumps, timers do not notice', () => {
  const walls: number[] = [];
  const made = bench(1, (event, io) => {
    walls.push(io.wallTime());
    if (event.kind !== 'timer' || walls.length < 30) io.setTimer(1, 10);
  });
  made.world.schedule(100, { kind: 'wallJump', target: { node: 1 }, byMs: -5000 });
  made.world.run(200);
  const steps = walls.slice(1).map((wall, index) => wall - (walls[index] ?? 0));
  assert.equal(steps.filter((step) => step !== 10), [-4990]);
  assert.is(counter(made, 'wallJump').effective, 1);
});

test('lateTimers: none for a while, then all at once', () => {
  const made = begin({ kind: 'lateTimers', target: { node: 3 }, forMs: 100 });
  const heard = made.heard.get(3) ?? [];
  const times = heard.filter(({ event }) => event.kind === 'timer').map(({ atMs }) => atMs - (heard[0]?.atMs ?? 0));
  assert.equal(times.filter((atMs) => atMs > 101 && atMs < 199), []);
  assert.equal(times.filter((atMs) => atMs >= 199 && atMs < 209).length, 1);
  assert.is(counter(made, 'lateTimers').effective, 1);
});

test('crash after a sync: the sync is done, and its event has no effect', () => {
  const made = begin({ kind: 'crash', target: { node: 1 }, after: 'sync', afterEffects: 0, downMs: 20 });
  const seen = kinds(made, 1);
  assert.is(seen[seen.lastIndexOf('start') - 1], 'diskDone');
  assert.equal(counter(made, 'crashAfterSync'), { name: 'crashAfterSync', fired: 1, effective: 1 });
  assert.is(counter(made, 'crashBetweenEffects').effective, 0);
});

test('swizzle, rolling and flapping cut and mend, and count each cut', () => {
  for (const [fault, fired] of [
    [{ kind: 'swizzle', forMs: 200 }, 2],
    [{ kind: 'rolling', eachMs: 50 }, 3],
    [{ kind: 'flapping', target: { node: 1 }, periodMs: 40, forMs: 200 }, 5],
  ] as const) {
    const made = begin(fault, 3000);
    const row = counter(made, fault.kind);
    assert.ok(row.fired >= fired && row.effective > 0, `${fault.kind} ${row.fired} ${row.effective}`);
    assert.is([...made.world.network.links.values()].filter(({ blocked }) => blocked > 0).length, 0);
    assert.ok(receivedIn(made, 1, 2, 2500, 3000) > 40);
  }
});

test('series as arithmetic', () => {
  const parts = swizzle([3, 1, 2, 5, 4], 100, (bound) => bound - 1);
  assert.equal(parts.map(({ afterMs }) => afterMs), [0, 10, 20, 30, 40]);
  assert.ok(parts.every(({ afterMs, fault }) => fault.kind === 'partition' && afterMs + fault.forMs >= 50));
  assert.equal(rolling([1, 2, 3], 100).map(({ afterMs }) => afterMs), [0, 90, 180]);
  assert.equal(flapping(1, 2, 20, 50).map(({ afterMs }) => afterMs), [0, 20, 40]);
});

test('healing ends all of them', () => {
  const made = bench(3, counting, { clients: 1 });
  made.world.run(50);
  const target = { node: 2 };
  made.world.inject({ kind: 'hold', target, message: 'LEADERINFO', forMs: 100_000 });
  made.world.inject({ kind: 'lateData', target, delayMs: 100_000 });
  made.world.inject({ kind: 'drip', target: { node: 3 }, gapMs: 50, forMs: 100_000 });
  made.world.inject({ kind: 'slowReader', target: { role: 'client' }, forMs: 100_000 });
  made.world.inject({ kind: 'refuse', target: { node: 1 }, answer: 'hang', forMs: 100_000 });
  made.world.inject({ kind: 'lateTimers', target: { node: 3 }, forMs: 100_000 });
  made.world.run(150);
  made.world.heal();
  made.world.run(300);
  for (const node of [2, 3, 1001]) assert.ok(receivedIn(made, 1, node, 250, 300) >= 4, `${node} is heard`);
  assert.ok(receivedIn(made, 1001, 1, 250, 300) >= 4);
});

test.run();
