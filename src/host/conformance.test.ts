/**
 * What `io/io.ts` promises, held against both worlds that keep it: every case of one table runs on simulated machines and on real
 * ones, with the same process and the same expectations. What only one of them can do (crashes, cuts) is tested there.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Event, NodeId } from '../io/event.ts';
import type { Io } from '../io/io.ts';
import { bench, numbered, Probe } from '../world/probe.ts';
import type { Heard } from '../world/probe.ts';
import { flatLayout } from './layout.ts';
import { Listeners } from './listeners.ts';
import { Machine } from './machine.ts';

const test = suite('io');
/** A hang guard for the real machine; as much simulated time for the other. */
const PATIENCE_MS = 10_000;

/** What each of two nodes heard. */
type Told = (node: NodeId) => readonly Heard[];

interface Case {
  readonly name: string;
  /** What both nodes do. */
  readonly act: (event: Event, io: Io) => void;
  readonly isDone: (told: Told) => boolean;
  readonly check: (told: Told) => void;
}

const BEGIN = 1;
const FIRST: NodeId = 1;
const SECOND: NodeId = 2;
const MANY = 200;

function bytes(...values: number[]): Uint8Array {
  return Uint8Array.of(...values);
}

function numbers(heard: readonly Heard[]): number[] {
  return heard.map(({ event }) => (event.kind === 'received' && event.message.kind === 'LEADERINFO' ? event.message.epoch : -1))
    .filter((number) => number >= 0);
}

function kindsOf(heard: readonly Heard[]): string[] {
  return heard.map(({ event }) => event.kind);
}

function count(heard: readonly Heard[], kind: Event['kind']): number {
  return kindsOf(heard).filter((found) => found === kind).length;
}

/** What the disk answered: the token, then the bytes, the names or the error. */
function answers(heard: readonly Heard[]): string[] {
  return heard.flatMap(({ event }) => {
    if (event.kind === 'diskDone') return [`${event.token}`];
    if (event.kind === 'diskRead') return [`${event.token} ${[...event.bytes].join()}`];
    if (event.kind === 'diskListed') return [`${event.token} ${event.files.join()}`];
    return event.kind === 'diskFailed' ? [`${event.token} ${event.error} ${event.file}`] : [];
  });
}

/** Runs `act` on the first node, once the second is sure to listen. */
function begin(io: Io, event: Event, act: () => void): void {
  if (io.self !== FIRST) return;
  if (event.kind === 'start') io.setTimer(BEGIN, 20);
  else if (event.kind === 'timer' && event.timer === BEGIN) act();
}

const CASES: readonly Case[] = [
  {
    name: 'messages arrive in order, and the farewell after them',
    act(event, io) {
      begin(io, event, () => io.connect(SECOND, 'quorum'));
      if (event.kind !== 'connected') return;
      for (let number = 1; number <= MANY; number++) io.send(event.connection, numbered(number));
      io.close(event.connection);
      io.send(event.connection, numbered(9999));
    },
    isDone: (told) => count(told(SECOND), 'closed') > 0,
    check(told) {
      assert.equal(numbers(told(SECOND)), Array.from({ length: MANY }, (_, index) => index + 1));
      assert.is(kindsOf(told(SECOND)).at(-1), 'closed');
      assert.is(count(told(FIRST), 'closed'), 0, 'one’s own close is not said');
    },
  },
  {
    name: 'both ends speak, and each hears that the other is gone',
    act(event, io) {
      begin(io, event, () => io.connect(SECOND, 'quorum'));
      if (event.kind === 'connected') io.send(event.connection, numbered(1));
      if (event.kind !== 'received' || event.message.kind !== 'LEADERINFO') return;
      const { connection, message: { epoch } } = event;
      if (epoch === 5) io.close(connection);
      else io.send(connection, numbered(epoch + 1));
    },
    isDone: (told) => count(told(FIRST), 'closed') + count(told(SECOND), 'closed') > 0,
    check(told) {
      assert.equal([numbers(told(FIRST)), numbers(told(SECOND))], [[2, 4], [1, 3, 5]]);
      assert.equal([count(told(FIRST), 'closed'), count(told(SECOND), 'closed')], [1, 0]);
      const accepted = told(SECOND).find(({ event }) => event.kind === 'accepted')?.event;
      assert.is(accepted?.kind === 'accepted' ? accepted.port : '', 'quorum');
    },
  },
  {
    name: 'a connection that is closed before it stands is never heard of again',
    act(event, io) {
      begin(io, event, () => {
        io.close(io.connect(SECOND, 'quorum'));
        io.setTimer(2, 100);
      });
    },
    isDone: (told) => count(told(FIRST), 'timer') === 2,
    check: (told) => assert.equal(kindsOf(told(FIRST)), ['start', 'timer', 'timer']),
  },
  {
    name: 'timers fire once, in their time, the last setting counts, and cancelled ones never',
    act(event, io) {
      if (event.kind !== 'start' || io.self !== FIRST) return;
      io.setTimer(1, 30);
      io.setTimer(2, 10);
      io.setTimer(3, 5);
      io.setTimer(3, 60);
      io.setTimer(4, 50);
      io.setTimer(4, 20);
      io.setTimer(5, 15);
      io.cancelTimer(5);
      io.setTimer(6, 0);
    },
    isDone: (told) => count(told(FIRST), 'timer') >= 5,
    check(told) {
      const [start, ...timers] = told(FIRST);
      const fired = timers.map(({ event }) => (event.kind === 'timer' ? event.timer : 0));
      assert.equal([...fired].sort(), [1, 2, 3, 4, 6]);
      const due = new Map([[1, 30], [2, 10], [3, 60], [4, 20], [6, 0]]);
      for (const { atMs, event } of timers) {
        const afterMs = event.kind === 'timer' ? due.get(event.timer) ?? Infinity : Infinity;
        assert.ok(atMs - (start?.atMs ?? 0) >= afterMs, `timer after ${afterMs} ms came after ${atMs - (start?.atMs ?? 0)}`);
      }
    },
  },
  {
    name: 'changes of files are visible at once, in the order asked',
    act(event, io) {
      if (event.kind !== 'start' || io.self !== FIRST) return;
      io.append('a', bytes(1, 2), 0);
      io.append('a', bytes(3), 0);
      io.write('a', 5, bytes(6), 0);
      io.write('a', 0, bytes(9), 1);
      io.sync('a', 2);
      io.read('a', 3);
      io.truncate('a', 2, 4);
      io.append('a', bytes(7), 5);
      io.read('a', 6);
    },
    isDone: (told) => answers(told(FIRST)).length >= 6,
    check: (told) => assert.equal(answers(told(FIRST)), ['1', '2', '3 9,2,3,0,0,6', '4', '5', '6 9,2,7']),
  },
  {
    name: 'files are named, replaced, removed and listed',
    act(event, io) {
      if (io.self !== FIRST) return;
      if (event.kind === 'start') {
        io.append('b', bytes(1), 0);
        io.append('a', bytes(2), 0);
        io.rename('b', 'c', 0);
        io.append('c', bytes(3), 0);
        io.append('d', bytes(4), 0);
        io.rename('c', 'a', 1);
        io.syncDirectory(2);
      } else if (event.kind === 'diskDone' && event.token === 2) {
        io.remove('d', 0);
        io.list(3);
      } else if (event.kind === 'diskListed') {
        io.read('a', 4);
      }
    },
    isDone: (told) => answers(told(FIRST)).some((answer) => answer.startsWith('4')),
    check: (told) => assert.equal([...answers(told(FIRST))].sort(), ['1', '2', '3 a', '4 1,3']),
  },
  {
    name: 'what fails is said, with the token or without',
    act(event, io) {
      if (event.kind !== 'start' || io.self !== FIRST) return;
      io.read('x', 1);
      io.sync('x', 2);
      io.rename('x', 'y', 3);
      io.remove('x', 0);
      io.truncate('x', 0, 4);
    },
    isDone: (told) => answers(told(FIRST)).length >= 5,
    check: (told) => assert.equal([...answers(told(FIRST))].sort(), [
      '0 ENOENT x', '1 ENOENT x', '2 ENOENT x', '3 ENOENT x', '4 ENOENT x',
    ]),
  },
  {
    name: 'nothing is handled from within a handler',
    act(event, io) {
      if (io.self !== FIRST) return;
      if (event.kind === 'start') {
        io.append('a', bytes(1), 1);
        io.setTimer(7, 0);
        io.append('a', bytes(2), 2);
      }
    },
    isDone: (told) => answers(told(FIRST)).length === 2 && count(told(FIRST), 'timer') === 1,
    check(told) {
      assert.is(kindsOf(told(FIRST))[0], 'start');
      assert.equal(answers(told(FIRST)), ['1', '2']);
    },
  },
];

function simulated(one: Case): Told {
  const made = bench(2, one.act);
  made.world.run(PATIENCE_MS);
  return (node) => made.heard.get(node) ?? [];
}

async function real(one: Case): Promise<Told> {
  const root = mkdtempSync(join(tmpdir(), 'vivarium-io-'));
  const heard = new Map<NodeId, Heard[]>([[FIRST, []], [SECOND, []]]);
  const told: Told = (node) => heard.get(node) ?? [];
  const listeners = await Promise.all([FIRST, SECOND].map(() => {
    return Listeners.bind([{ port: 'quorum', at: { host: '127.0.0.1', port: 0 } }]);
  }));
  const machines = listeners.map((own, index) => new Machine({
    self: index + 1,
    process: new Probe(one.act, heard.get(index + 1) ?? []),
    network: { locate: (node) => listeners[node - 1]?.bound[0], listeners: own },
    disk: { layout: flatLayout(mkdtempSync(join(root, 'node-'))) },
    onStop: (stop) => {
      throw new Error(JSON.stringify(stop));
    },
  }));
  for (const machine of [...machines].reverse()) machine.start();
  const deadlineMs = Date.now() + PATIENCE_MS;
  while (!one.isDone(told) && Date.now() < deadlineMs) await new Promise((resolve) => setTimeout(resolve, 5));
  // What should not come has had its chance too.
  await new Promise((resolve) => setTimeout(resolve, 50));
  await Promise.all(machines.map((machine) => machine.kill()));
  rmSync(root, { recursive: true, force: true });
  return told;
}

for (const one of CASES) {
  test(`simulated: ${one.name}`, () => {
    const told = simulated(one);
    assert.ok(one.isDone(told), 'it did not come to its end');
    one.check(told);
  });
  test(`real: ${one.name}`, async () => {
    const told = await real(one);
    assert.ok(one.isDone(told), 'it did not come to its end');
    one.check(told);
  });
}

test.run();
