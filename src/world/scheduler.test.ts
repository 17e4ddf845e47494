/** Schedulers: what stays in order under each of them, what does not, and that nothing is ever early. */
import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { fork } from '../base/fork.ts';
import { RecordingChooser, SeedChooser, TapeChooser } from './chooser.ts';
import { bench, type Behaviour, type Bench, numbered, numbersReceived } from './probe.ts';
import type { SchedulerPlan } from './scheduler.ts';

const test = suite('scheduler');

/** Everybody sends numbers to everybody, in order, and writes to two files. Timers say when they were due. */
const chatter: Behaviour = (event, io, probe) => {
  if (event.kind === 'start') {
    for (let node = 1; node < io.self; node++) io.connect(node, 'quorum');
    io.setTimer(1, 10);
  } else if (event.kind === 'timer') {
    for (let connection = 1; connection < 4; connection++) {
      for (let burst = 0; burst < 3; burst++) io.send(connection, numbered(io.self * 1_000_000 + probe.count * 10 + burst));
    }
    const file = probe.count % 2 === 0 ? 'a' : 'b';
    io.append(file, new Uint8Array([1]), probe.count * 10 + (file === 'a' ? 1 : 2));
    io.setTimer(1, 10);
  }
};

const PLANS: readonly SchedulerPlan[] = [
  { kind: 'timed' },
  { kind: 'uniform', windowMs: 20 },
  { kind: 'pct', windowMs: 20, depth: 3, decisions: 200 },
  { kind: 'starve', windows: [{ victim: 2, fromMs: 50, forMs: 60 }, { victim: 1, fromMs: 80, forMs: 60 }] },
  { kind: 'delay-bounded', windowMs: 20, delays: 10, decisions: 200 },
];

function play(scheduler: SchedulerPlan, seed = '1'): Bench {
  const made = bench(3, chatter, { scheduler, chooser: new SeedChooser(seed) });
  made.world.run(400);
  return made;
}

for (const plan of PLANS) {
  test(`${plan.kind}: order within a connection and a file, no timer early, and a run of its own`, () => {
    const made = play(plan);
    for (const node of [1, 2, 3]) {
      const perSender = new Map<number, number[]>();
      for (const number of numbersReceived(made, node)) {
        const sender = Math.floor(number / 1_000_000);
        perSender.set(sender, [...(perSender.get(sender) ?? []), number]);
      }
      assert.is(perSender.size, 2);
      for (const numbers of perSender.values()) assert.equal(numbers, [...numbers].sort((a, b) => a - b));
      const tokens = (made.heard.get(node) ?? []).flatMap(({ event }) => (event.kind === 'diskDone' ? [event.token] : []));
      for (const file of [1, 2]) {
        const own = tokens.filter((token) => token % 10 === file);
        assert.equal(own, [...own].sort((a, b) => a - b));
      }
      const times = (made.heard.get(node) ?? []).filter(({ event }) => event.kind === 'timer').map(({ atMs }) => atMs);
      times.forEach((atMs, index) => assert.ok(index === 0 || atMs - (times[index - 1] ?? 0) >= 10, 'early'));
    }
    const report = made.world.scheduling;
    assert.is(report.kind, plan.kind);
    assert.is(report.deviations > 0, plan.kind !== 'timed');
    assert.is(made.world.hash === play({ kind: 'timed' }).world.hash, plan.kind === 'timed');
    assert.is(play(plan).world.hash, made.world.hash);
  });

  test(`${plan.kind}: replays from its tape, and forks`, () => {
    const recording = new RecordingChooser(new SeedChooser('4'));
    const first = bench(3, chatter, { scheduler: plan, chooser: recording });
    first.world.run(150);
    const copy = fork(first.world);
    first.world.run(300);
    copy.run(300);
    assert.is(copy.hash, first.world.hash);
    const again = bench(3, chatter, { scheduler: plan, chooser: new TapeChooser(structuredClone(recording.tape()), 'x') });
    again.world.run(300);
    assert.is(again.world.hash, first.world.hash);
  });
}

test('a starved process hears nothing in its window, and everything afterwards', () => {
  const made = play({ kind: 'starve', windows: [{ victim: 2, fromMs: 100, forMs: 50 }] });
  const started = made.heard.get(2)?.[0]?.atMs ?? 0;
  const times = (made.heard.get(2) ?? []).map(({ atMs }) => atMs - started);
  assert.equal(times.filter((atMs) => atMs > 101 && atMs < 149), []);
  assert.ok(times.filter((atMs) => atMs === 150).length > 20);
});

test('delay-bounded deviates as often as it may', () => {
  assert.is(play({ kind: 'delay-bounded', windowMs: 20, delays: 1, decisions: 50 }).world.scheduling.deviations, 1);
});

test('law: with enough seeds, uniform and pct bring about both orders of two messages that time would never turn round', () => {
  for (const plan of [PLANS[1], PLANS[2]]) {
    assert.ok(plan !== undefined);
    const orders = new Set<string>();
    fc.assert(
      fc.property(fc.string(), (seed) => {
        const made = bench(3, (event, io) => {
          if (event.kind === 'start' && io.self > 1) io.connect(1, 'quorum');
          if (event.kind === 'connected') io.setTimer(1, io.self === 2 ? 5 : 9);
          if (event.kind === 'timer') io.send(1, numbered(io.self));
        }, { scheduler: plan, chooser: new SeedChooser(seed) });
        made.world.run(100);
        orders.add(numbersReceived(made, 1).join());
      }),
      { seed: 1, numRuns: 40 },
    );
    assert.equal([...orders].sort((a, b) => (a < b ? -1 : 1)), ['2,3', '3,2'], plan.kind);
  }
});

test('after healing all goes by time again', () => {
  const made = bench(3, chatter, { scheduler: { kind: 'uniform', windowMs: 20 } });
  made.world.run(100);
  made.world.heal();
  const { deviations } = made.world.scheduling;
  made.world.run(300);
  assert.is(made.world.scheduling.deviations, deviations);
});

test.run();
