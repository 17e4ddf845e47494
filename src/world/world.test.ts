/** The world itself: determinism, time, disks in time, pauses, crashes between effects, halts and failures. */
import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { fork } from '../base/fork.ts';
import { type Chooser, RecordingChooser, SeedChooser, TapeChooser } from './chooser.ts';
import type { Fault } from './fault.ts';
import { bench, type Bench, type Behaviour, EXACT, kinds, numbered, numbersReceived, Probe } from './probe.ts';
import { DEFAULT_SETTINGS } from './settings.ts';
import { sealed } from './seal.ts';
import { World } from './world.ts';

const test = suite('world');

/** Servers that connect to each other, send on every timer, log what they receive, and reconnect. */
const gossip: Behaviour = (event, io, probe) => {
  if (event.kind === 'start') {
    for (let node = 1; node < io.self; node++) io.connect(node, 'quorum');
    io.setTimer(1, 20);
    io.append('log', new Uint8Array(600).fill(io.self), 0);
    io.syncDirectory(7);
  } else if (event.kind === 'timer') {
    for (let connection = 1; connection < 30; connection++) io.send(connection, numbered(probe.count));
    io.setTimer(1, 10 + io.random(20));
  } else if (event.kind === 'received') {
    io.append('log', new Uint8Array(100).fill(probe.count), 0);
    io.sync('log', 1 + (probe.count % 3));
    if (probe.count % 50 === 0) io.rename('log', 'old', 0);
  } else if (event.kind === 'closed') {
    io.connect(1 + io.random(5), 'quorum');
  }
};

const EVERYTHING: readonly (readonly [atMs: number, fault: Fault])[] = [
  [200, { kind: 'partition', shape: 'ring', forMs: 300 }],
  [300, { kind: 'crash', target: { role: 'any' }, downMs: 200 }],
  [400, { kind: 'crash', target: { role: 'any' }, afterEffects: 2, downMs: 100 }],
  [500, { kind: 'pause', target: { role: 'any' }, forMs: 150 }],
  [600, { kind: 'reset', target: { role: 'any' } }],
  [700, { kind: 'power', downMs: 100 }],
  [900, { kind: 'delay', factor: 5, forMs: 300 }],
  [1000, { kind: 'stall', target: { role: 'any' }, forMs: 100 }],
  [1100, { kind: 'slowSync', target: { role: 'any' }, factor: 10, forMs: 200 }],
  [1200, { kind: 'drift', target: { role: 'any' }, ppm: 50_000, forMs: 300 }],
];

function play(chooser: Chooser): Bench {
  const made = bench(5, gossip, { settings: DEFAULT_SETTINGS, chooser });
  for (const [atMs, fault] of EVERYTHING) made.world.schedule(atMs, fault);
  sealed(() => made.world.run(1500));
  made.world.heal();
  sealed(() => made.world.run(3000));
  return made;
}

test('same seed, same hash; another seed, another', () => {
  const first = play(new SeedChooser('7'));
  assert.is(play(new SeedChooser('7')).world.hash, first.world.hash);
  assert.is.not(play(new SeedChooser('8')).world.hash, first.world.hash);
  assert.ok(first.world.step > 2000);
});

test('a tape replays the run', () => {
  const recording = new RecordingChooser(new SeedChooser('7'));
  const first = play(recording);
  const replay = new TapeChooser(structuredClone(recording.tape()), 'other');
  assert.is(play(replay).world.hash, first.world.hash);
  assert.is(replay.missing + replay.bent, 0);
});

test('a core heals alone: the others are lost for good', () => {
  const made = bench(3, gossip, { settings: DEFAULT_SETTINGS });
  made.world.run(200);
  made.world.crash(1);
  made.world.crash(2);
  made.world.heal([1]);
  made.world.run(10_000);
  made.world.restart(3);
  made.world.run(11_000);
  assert.equal([1, 2, 3].map((node) => made.world.isUp(node)), [true, false, false]);
});

test('a run in pieces is the same run', () => {
  const whole = bench(3, gossip, { settings: DEFAULT_SETTINGS });
  whole.world.run(500);
  const pieces = bench(3, gossip, { settings: DEFAULT_SETTINGS });
  while (pieces.world.run(500, 7) === 'steps') assert.is(pieces.world.step % 7, 0);
  assert.is(pieces.world.hash, whole.world.hash);
  assert.is(pieces.world.now, 500);
});

test('a forked world goes on as the original does', () => {
  const made = bench(5, gossip, { settings: DEFAULT_SETTINGS });
  made.world.run(400);
  const copy = fork(made.world);
  made.world.run(800);
  copy.run(800);
  assert.is(copy.hash, made.world.hash);
  copy.run(900);
  assert.is.not(copy.hash, made.world.hash);
});

test('every fault of the menu happens and has an effect', () => {
  const totals = new Map<string, number>();
  for (let seed = 0; seed < 8; seed++) {
    const { faults } = play(new SeedChooser(`${seed}`)).world;
    for (const { name, effective } of faults) totals.set(name, (totals.get(name) ?? 0) + effective);
  }
  const links = ['partition:ring', 'delay', 'reset', 'stall', 'heavyTail', 'overtaking', 'lostSuffix'];
  const disks = ['slowSync', 'lostWrite', 'tornWrite', 'reorderedWrite', 'lostRename'];
  for (const name of ['crash', 'crashBetweenEffects', 'power', 'pause', 'clockDrift', ...links, ...disks]) {
    assert.ok((totals.get(name) ?? 0) > 0, name);
  }
});

test('law: a timer is never early by its own clock, drift or not', () => {
  const settings = { ...DEFAULT_SETTINGS, clock: { ...DEFAULT_SETTINGS.clock, driftPpmMax: 100_000 } };
  fc.assert(
    fc.property(fc.string(), fc.integer({ min: -300_000, max: 300_000 }), (seed, ppm) => {
      let askedAt = 0;
      let fired = 0;
      const made = bench(1, (event, io) => {
        if (event.kind === 'timer') {
          assert.ok(io.now() - askedAt >= 97, 'early');
          fired++;
        }
        askedAt = io.now();
        io.setTimer(1, 97);
      }, { settings, chooser: new SeedChooser(seed) });
      made.world.schedule(333, { kind: 'drift', target: { node: 1 }, ppm, forMs: 500 });
      made.world.run(2000);
      assert.ok(fired > 12);
    }),
    { seed: 1, numRuns: 50 },
  );
});

test('a timer that is set again counts from then; one that is cancelled stays silent', () => {
  const made = bench(1, (event, io, probe) => {
    if (event.kind === 'start') {
      io.setTimer(1, 10);
      io.setTimer(1, 30);
      io.setTimer(2, 20);
      io.setTimer(3, 40);
      io.setTimer(3, 5);
    } else if (event.kind === 'timer' && event.timer === 3) {
      io.cancelTimer(2);
    } else if (event.kind === 'timer' && probe.count < 5) {
      io.setTimer(event.timer, 0);
    }
  });
  made.world.run(100);
  const start = made.heard.get(1)?.[0]?.atMs ?? 0;
  const timers = made.heard.get(1)?.slice(1).map(({ atMs, event }) => [event.kind === 'timer' ? event.timer : 0, atMs - start]);
  assert.equal(timers, [[3, 5], [1, 30], [1, 30], [1, 30]]);
});

test('disk requests are answered in time; without a token only failures are', () => {
  const made = bench(1, (event, io) => {
    if (event.kind !== 'start') return;
    io.append('f', new Uint8Array([1]), 0);
    io.append('f', new Uint8Array([2]), 1);
    io.sync('f', 2);
    io.read('f', 3);
    io.list(4);
    io.remove('nothing', 0);
    io.syncDirectory(5);
  });
  made.world.run(100);
  const answers = made.heard.get(1)?.slice(1).map(({ event }) => event);
  assert.equal(answers?.map((event) => ('token' in event ? event.token : -1)), [1, 4, 0, 2, 3, 5]);
  assert.equal(answers?.[1], { kind: 'diskListed', token: 4, files: ['f'] });
  assert.equal(answers?.[2], { kind: 'diskFailed', token: 0, error: 'ENOENT', file: 'nothing' });
  assert.equal(answers?.[4], { kind: 'diskRead', token: 3, bytes: new Uint8Array([1, 2]) });
});

test('a sync is durable when it is answered, not before', () => {
  const synced = (untilMs: number): boolean => {
    let durable = true;
    for (let seed = 0; seed < 20; seed++) {
      const made = bench(1, (event, io) => {
        if (event.kind !== 'start' || io.now() > 1_000_000) return;
        io.append('f', new Uint8Array([1]), 0);
        io.sync('f', 1);
        io.syncDirectory(2);
      }, { chooser: new SeedChooser(`${seed}`) });
      made.world.run(untilMs);
      made.world.crash(1);
      if (made.world.diskOf(1)?.read('f')?.length !== 1) durable = false;
    }
    return durable;
  };
  assert.ok(synced(5));
  assert.not.ok(synced(4));
});

test('a paused process hears everything afterwards, in order', () => {
  const made = bench(2, (event, io, probe) => {
    if (event.kind === 'start') {
      if (io.self === 2) io.connect(1, 'quorum');
      else io.setTimer(1, 30);
    }
    if (event.kind === 'connected' || (io.self === 2 && event.kind === 'timer')) {
      io.send(1, numbered(probe.count));
      io.setTimer(1, 10);
    }
  });
  made.world.run(15);
  made.world.pause(1);
  made.world.run(100);
  const before = kinds(made, 1).length;
  made.world.run(200);
  assert.is(kinds(made, 1).length, before);
  made.world.resume(1);
  made.world.run(400);
  const numbers = numbersReceived(made, 1);
  assert.equal(numbers, [...numbers.keys()].map((i) => i + 2));
  assert.ok(numbers.length > 35);
  assert.ok(kinds(made, 1).indexOf('timer') > 2);
});

test('what arrives at the very moment of the resumption waits its turn', () => {
  const made = bench(2, (event, io, probe) => {
    if (io.self !== 2) return;
    if (event.kind === 'start') io.connect(1, 'quorum');
    if (event.kind !== 'start') {
      io.send(1, numbered(probe.count));
      io.setTimer(1, 10);
    }
  });
  made.world.schedule(15, { kind: 'pause', target: { node: 1 }, forMs: 88 });
  made.world.run(300);
  const numbers = numbersReceived(made, 1);
  assert.is(numbers.length, 30);
  assert.equal(numbers, [...numbers.keys()].map((i) => i + 2));
});

test('a process that closes a connection after a pause does not hear what had come on it meanwhile', () => {
  const made = bench(2, (event, io) => {
    if (event.kind === 'start' && io.self === 2) io.connect(1, 'quorum');
    if (event.kind === 'connected') for (let i = 0; i < 5; i++) io.send(event.connection, numbered(i));
    if (event.kind === 'received') io.close(event.connection);
  });
  made.world.run(2);
  made.world.pause(1);
  made.world.run(50);
  made.world.resume(1);
  made.world.run(100);
  assert.equal(numbersReceived(made, 1), [0]);
});

test('every draw counts in the hash, also one that changes nothing', () => {
  const hashes = [3, 4].map((drawn) => {
    const made = bench(1, (_, io) => io.random(10), { chooser: new TapeChooser([['process/1', [drawn]]], 's') });
    made.world.run(10);
    return made.world.hash;
  });
  assert.is.not(hashes[0], hashes[1]);
});

test('a crash between two effects: those before it happened, those after it did not', () => {
  for (let afterEffects = 0; afterEffects <= 5; afterEffects++) {
    const made = bench(4, (event, io) => {
      if (event.kind === 'start' && io.self === 4) {
        for (const node of [1, 2, 3]) io.connect(node, 'quorum');
        io.setTimer(1, 100);
      }
      if (event.kind === 'timer') for (const connection of [1, 2, 3]) io.send(connection, numbered(1));
    }, { chooser: new TapeChooser([['network/4>1', [0, 0, 0, 0]]], 'calm') });
    made.world.run(50);
    made.world.schedule(60, { kind: 'crash', target: { node: 4 }, afterEffects, downMs: 1000 });
    made.world.run(500);
    const received = [1, 2, 3].filter((node) => numbersReceived(made, node).length > 0);
    assert.ok(received.length <= afterEffects);
    for (const node of received) assert.ok(node <= afterEffects);
    assert.is(made.world.isUp(4), false);
    made.world.run(2000);
    assert.is(made.world.isUp(4), true);
    assert.is(kinds(made, 4).filter((kind) => kind === 'start').length, 2);
  }
});

test('a process that halts is down at once and started again', () => {
  const made = bench(1, (event, io) => {
    if (event.kind !== 'start' || made.world.now > 50) return;
    io.append('f', new Uint8Array([1]), 0);
    io.halt('enough');
  });
  made.world.run(5000);
  assert.equal(made.facts.map(({ fact }) => fact.kind), ['crashed', 'restarted']);
  const crashed = made.facts[0]?.fact;
  assert.ok(crashed?.kind === 'crashed' && crashed.cause === 'halt' && crashed.detail === 'enough');
  assert.is(made.world.diskOf(1)?.read('f')?.length, 1);
  assert.is(made.world.failure, null);
});

test('a process that throws stops the run and is named', () => {
  const made = bench(2, (event, io) => {
    if (event.kind === 'timer') throw new Error('broken');
    if (io.self === 2) io.setTimer(1, 10);
  });
  assert.is(made.world.run(100), 'stopped');
  assert.is(made.world.failure?.node, 2);
  assert.is(made.world.failure?.message, 'broken');
  assert.is(made.world.failure?.invariant, false);
  assert.is(made.world.now, 10);
});

test('what a judge throws leaves the run and is not blamed on the process', () => {
  const made = bench(1, (_, io) => io.observe({ kind: 'acceptedEpoch', epoch: 1 }));
  Object.defineProperty(made.facts, 'push', { value: () => { throw new Error('judge'); } });
  assert.throws(() => made.world.run(10), 'judge');
  assert.is(made.world.failure, null);
});

test('an io that was kept is refused', () => {
  let kept: { now(): number; random(bound: number): number } | undefined;
  const made = bench(1, (_, io) => {
    kept = io;
  });
  made.world.run(10);
  assert.throws(() => kept?.random(5));
});

test('wall time is near the truth, and both clocks are whole milliseconds', () => {
  const times: number[] = [];
  const made = bench(3, (_, io) => times.push(io.wallTime(), io.now()), { settings: DEFAULT_SETTINGS });
  made.world.run(100);
  assert.ok(times.every((time) => Number.isInteger(time)));
  assert.ok(times.filter((_, i) => i % 2 === 0).every((time) => Math.abs(time - DEFAULT_SETTINGS.clock.wallEpochMs) < 400));
});

test('a message goes through its encoding if the settings say so', () => {
  for (const encode of [true, false]) {
    let encoded = 0;
    const received: number[] = [];
    const world = new World({
      settings: { ...EXACT, encode },
      chooser: new SeedChooser('encode'),
      nodes: [1, 2].map((node) => ({ node, kind: 'server', disk: false, boot: () => new Probe((event, io) => {
        if (event.kind === 'start' && io.self === 2) io.send(io.connect(1, 'quorum'), numbered(5));
        if (event.kind === 'received' && event.message.kind === 'LEADERINFO') received.push(event.message.epoch);
      }, []) })),
      recode: () => numbered(100 + ++encoded),
    });
    world.run(10);
    assert.equal(received, [encode ? 101 : 5]);
  }
});

test.run();
