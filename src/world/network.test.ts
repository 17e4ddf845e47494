/** Connections: order and loss, life and death, cuts and stalls. */
import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { SeedChooser } from './chooser.ts';
import { bench, type Behaviour, EXACT, kinds, numbered, numbersReceived } from './probe.ts';
import { DEFAULT_SETTINGS, type WorldSettings } from './settings.ts';

const test = suite('network');

/** Jitter and heavy tails, nothing else. */
const WILD: WorldSettings = {
  ...EXACT,
  network: {
    ...DEFAULT_SETTINGS.network,
    latency: { minUs: 100, jitterUs: 5000, tailOneIn: 5, tailUs: 4000 },
    halfOpenPercent: 0,
  },
};

/** Node 2 connects to node 1 and, once a millisecond, sends the next number. */
const talker: Behaviour = (event, io, probe) => {
  if (io.self !== 2) return;
  if (event.kind === 'start') io.connect(1, 'quorum');
  else if (event.kind === 'connected') io.setTimer(1, 1);
  else if (event.kind === 'timer') {
    io.send(1, numbered(probe.count));
    io.setTimer(1, 1);
  }
};

function isIncreasing(numbers: readonly number[]): boolean {
  return numbers.every((number, i) => i === 0 || number > (numbers[i - 1] ?? 0));
}

test('a connection is made, used and closed', () => {
  const made = bench(2, (event, io) => {
    if (io.self === 2 && event.kind === 'start') {
      const connection = io.connect(1, 'election');
      io.send(connection, numbered(1));
      io.send(connection, numbered(2));
      io.close(connection);
    }
  });
  made.world.run(100);
  assert.equal(kinds(made, 1), ['start', 'accepted', 'received', 'received', 'closed']);
  assert.equal(kinds(made, 2), ['start']);
  assert.equal(made.heard.get(1)?.[1]?.event, { kind: 'accepted', connection: 1, port: 'election', address: '127.0.0.2' });
  assert.equal(numbersReceived(made, 1), [1, 2]);
});

test('a process that is down or a client refuses; an unreachable one lets it hang until the timeout', () => {
  const made = bench(3, (event, io) => {
    if (io.self !== 2) return;
    if (event.kind === 'start') io.setTimer(1, 10);
    if (event.kind === 'timer') for (const node of [1, 3, 1001]) io.connect(node, 'client');
  }, { clients: 1 });
  made.world.run(5);
  made.world.crash(1);
  made.world.cut(2, 3);
  made.world.run(4000);
  assert.equal(made.heard.get(2)?.slice(2).map(({ event }) => (event.kind === 'closed' ? event.connection : 0)), [1, 3]);
  made.world.run(6000);
  assert.equal(kinds(made, 2).length, 5);
});

test('law: first in, first out on one connection, whatever the delays', () => {
  fc.assert(
    fc.property(fc.string(), (seed) => {
      const made = bench(2, talker, { settings: WILD, chooser: new SeedChooser(seed) });
      made.world.run(5000);
      const numbers = numbersReceived(made, 1);
      assert.ok(numbers.length > 1000 && isIncreasing(numbers));
      assert.equal(numbers, [...numbers.keys()].map((i) => i + (numbers[0] ?? 0)));
    }),
    { seed: 1, numRuns: 20 },
  );
});

test('messages overtake each other across connections, and that is counted', () => {
  const made = bench(2, (event, io, probe) => {
    if (io.self !== 2) return;
    if (event.kind === 'start') {
      io.connect(1, 'quorum');
      io.connect(1, 'election');
      io.setTimer(1, 50);
    } else if (event.kind === 'timer') {
      io.send(1 + (probe.count % 2), numbered(probe.count));
      io.setTimer(1, 1);
    }
  }, { settings: WILD });
  made.world.run(500);
  assert.not.ok(isIncreasing(numbersReceived(made, 1)));
  assert.ok((made.world.faults.find(({ name }) => name === 'overtaking')?.effective ?? 0) > 10);
});

test('what a cut holds back arrives in order when it is mended', () => {
  const made = bench(2, talker, { settings: WILD });
  made.world.run(50);
  made.world.cut(2, 1);
  made.world.run(60);
  const before = numbersReceived(made, 1).length;
  made.world.run(300);
  assert.is(numbersReceived(made, 1).length, before);
  made.world.mend(2, 1);
  made.world.run(700);
  const numbers = numbersReceived(made, 1);
  assert.ok(numbers.length > 300 && isIncreasing(numbers));
  assert.not.ok(kinds(made, 1).includes('closed'));
});

test('a cut that outlasts the retransmissions breaks the connection at both ends; the rest is lost', () => {
  const made = bench(2, talker, { settings: WILD });
  made.world.run(50);
  made.world.cut(2, 1);
  made.world.run(120_000);
  const numbers = numbersReceived(made, 1).length;
  made.world.mend(2, 1);
  made.world.run(125_000);
  assert.is(numbersReceived(made, 1).length, numbers);
  assert.is(kinds(made, 1).filter((kind) => kind === 'closed').length, 1);
  assert.is(kinds(made, 2).filter((kind) => kind === 'closed').length, 1);
});

test('an asymmetric cut stops one direction only', () => {
  const made = bench(2, (event, io) => {
    if (event.kind === 'start' && io.self === 2) io.connect(1, 'quorum');
    if (event.kind === 'connected' || event.kind === 'accepted') io.setTimer(1, 10);
    if (event.kind === 'timer') io.send(1, numbered(io.self));
  });
  made.world.run(5);
  made.world.cut(1, 2);
  made.world.run(500);
  assert.equal(numbersReceived(made, 1), [2]);
  assert.equal(numbersReceived(made, 2), []);
});

test('law: a crash loses a suffix of what was sent, and the peer hears of the end after the rest', () => {
  const outcomes = new Set<number>();
  fc.assert(
    fc.property(fc.string(), (seed) => {
      const made = bench(2, (event, io) => {
        if (event.kind === 'start' && io.self === 2) io.connect(1, 'quorum');
        if (event.kind === 'connected') for (let i = 1; i <= 6; i++) io.send(event.connection, numbered(i));
      }, { chooser: new SeedChooser(seed) });
      made.world.run(2);
      made.world.crash(2);
      made.world.run(1000);
      const numbers = numbersReceived(made, 1);
      outcomes.add(numbers.length);
      assert.equal(numbers, [1, 2, 3, 4, 5, 6].slice(0, numbers.length));
      assert.is(kinds(made, 1).at(-1), 'closed');
    }),
    { seed: 1, numRuns: 60 },
  );
  assert.is(outcomes.size, 7);
});

test('a half-open end hears of it late, or when it sends to a machine that is up again', () => {
  const settings = { ...EXACT, network: { ...EXACT.network, halfOpenPercent: 100 } };
  const made = bench(2, (event, io) => {
    if (event.kind === 'start' && io.self === 2) io.connect(1, 'quorum');
    if (event.kind === 'accepted') io.setTimer(1, 200);
    if (event.kind === 'timer') io.send(1, numbered(1));
  }, { settings });
  made.world.run(10);
  made.world.crash(2);
  made.world.restart(2);
  made.world.run(100);
  assert.not.ok(kinds(made, 1).includes('closed'));
  made.world.run(220);
  assert.is(kinds(made, 1).filter((kind) => kind === 'closed').length, 1);
  made.world.run(60_000);
  assert.is(kinds(made, 1).filter((kind) => kind === 'closed').length, 1);
});

test('healing tells half-open ends at once', () => {
  const settings = { ...EXACT, network: { ...EXACT.network, halfOpenPercent: 100, halfOpenMaxMs: 1_000_000 } };
  const made = bench(2, talker, { settings });
  made.world.run(10);
  made.world.crash(2);
  made.world.run(20);
  assert.not.ok(kinds(made, 1).includes('closed'));
  made.world.heal();
  made.world.run(30);
  assert.ok(kinds(made, 1).includes('closed'));
});

test('nothing more is said of a connection that its process closed', () => {
  const made = bench(2, (event, io) => {
    if (event.kind === 'start' && io.self === 2) io.connect(1, 'quorum');
    if (event.kind === 'accepted') for (let i = 0; i < 5; i++) io.send(event.connection, numbered(i));
    if (event.kind === 'received') io.close(event.connection);
  });
  made.world.run(100);
  assert.equal(numbersReceived(made, 2), [0]);
  assert.equal(kinds(made, 2), ['start', 'connected', 'received']);
  assert.is(kinds(made, 1).at(-1), 'closed');
});

test('connection numbers are not used twice, in this life or the next', () => {
  const made = bench(2, (event, io) => {
    if (event.kind === 'start' && io.self === 2) {
      io.connect(1, 'quorum');
      io.connect(1, 'quorum');
    }
  });
  made.world.run(10);
  made.world.crash(2);
  made.world.restart(2);
  made.world.run(20);
  const accepted = made.heard.get(1)?.flatMap(({ event }) => (event.kind === 'accepted' ? [event.connection] : []));
  const connected = made.heard.get(2)?.flatMap(({ event }) => (event.kind === 'connected' ? [event.connection] : []));
  assert.equal(accepted, [1, 2, 3, 4]);
  assert.equal(connected, [1, 2, 3, 4]);
});

test.run();
