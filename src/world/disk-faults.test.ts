/** What happens to disks: which calls fail and how, what decays and when, and how many disks at a time. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { DiskError } from '../io/event.ts';
import { DECAYS } from './fault.ts';
import type { DiskCall, Fault, FaultCounter } from './fault.ts';
import { bench, type Bench, type Behaviour } from './probe.ts';

const test = suite('disk faults');

/** Writes a file of three sectors and is at rest; on every timer that the test lets happen it asks for one thing of each kind. */
const writer: Behaviour = (event, io) => {
  if (event.kind === 'start') {
    io.append('log', new Uint8Array(1536).fill(7), 0);
    io.sync('log', 1);
    io.syncDirectory(2);
    io.setTimer(1, 100);
  } else if (event.kind === 'timer') {
    io.append('a', new Uint8Array(9).fill(1), 3);
    io.write('log', 0, new Uint8Array(4).fill(2), 4);
    io.write('log', 1534, new Uint8Array(4).fill(2), 5);
    io.read('log', 6);
    io.list(7);
    io.sync('a', 8);
    io.syncDirectory(9);
    io.rename('a', 'b', 10);
    io.truncate('b', 4, 11);
    io.remove('b', 12);
  }
};

function failures(made: Bench): (readonly [token: number, error: DiskError])[] {
  const events = (made.heard.get(1) ?? []).map(({ event }) => event);
  return events.flatMap((event) => (event.kind === 'diskFailed' ? [[event.token, event.error] as const] : []));
}

function counter(made: Bench, name: string): FaultCounter | undefined {
  return made.world.faults.find((row) => row.name === name);
}

function after(...faults: Fault[]): Bench {
  const made = bench(3, writer);
  made.world.run(50);
  for (const fault of faults) made.world.inject(fault);
  made.world.run(300);
  return made;
}

const target = { node: 1 };

for (const [call, tokens] of [
  ['append', [3]], ['write', [4]], ['read', [6]], ['list', [7]], ['sync', [8]], ['syncDirectory', [9]], ['rename', [10, 11, 12]],
  ['truncate', [11]], ['remove', [12]],
] as const satisfies readonly (readonly [DiskCall, readonly number[]])[]) {
  test(`the next ${call} fails, and only that`, () => {
    const made = after({ kind: 'diskError', target, call, error: 'EIO', times: 1 });
    assert.equal(failures(made).map(([token]) => token).sort((a, b) => a - b), tokens);
    assert.equal(counter(made, 'diskError:EIO'), { name: 'diskError:EIO', fired: 1, effective: 1 });
  });
}

test('a full disk refuses what makes a file longer, and nothing else, until there is room', () => {
  const made = after({ kind: 'diskFull', target, forMs: 100 });
  assert.equal(failures(made).sort(([a], [b]) => a - b), [[3, 'ENOSPC'], [5, 'ENOSPC']]);
  assert.is(made.world.diskOf(1)?.read('log')?.length !== undefined, true);
  assert.equal(counter(made, 'diskFull'), { name: 'diskFull', fired: 1, effective: 1 });
});

test('after a sync that failed, what was not synced may be gone', () => {
  const sizes = new Set<number>();
  for (let i = 0; i < 40; i++) {
    const made = bench(1, (event, io) => {
      if (event.kind !== 'start') return;
      io.append('log', new Uint8Array(8), 0);
      io.sync('log', 1);
    });
    for (let draw = 0; draw < i; draw++) made.world.host(1).diskLuck?.below(6, 'shift');
    made.world.inject({ kind: 'diskError', target, call: 'sync', error: 'EIO', times: 1 });
    made.world.run(50);
    sizes.add(made.world.diskOf(1)?.read('log')?.length ?? -1);
  }
  assert.ok(sizes.has(0) && sizes.has(8), [...sizes].join());
});

for (const decay of DECAYS) {
  test(`decay (${decay}) changes what is read, not what was read, and is counted when it is read`, () => {
    const made = bench(3, writer);
    made.world.run(50);
    const disk = made.world.diskOf(1);
    const before = disk?.read('log');
    const copy = before?.slice();
    disk?.write('log', 700, new Uint8Array(600).fill(9));
    disk?.flush();
    made.world.inject({ kind: 'bitRot', target, decay, file: 'log' });
    assert.equal(before, copy);
    assert.ok(disk?.isRotten);
    assert.is(counter(made, `bitRot:${decay}`)?.effective, 0);
    made.world.run(200);
    assert.is(counter(made, `bitRot:${decay}`)?.effective, 1);
  });
}

test('a majority of the disks stays whole, and a busy disk is left alone', () => {
  const made = bench(3, writer, { voters: true });
  made.world.run(50);
  const rot = (node: number): void => { made.world.inject({ kind: 'bitRot', target: { node }, decay: 'bit', file: '' }); };
  rot(1);
  rot(1);
  rot(2);
  assert.equal([1, 2, 3].map((node) => made.world.diskOf(node)?.isRotten), [true, false, false]);
  const busy = bench(3, writer, { voters: true });
  busy.world.run(3);
  busy.world.inject({ kind: 'bitRot', target, decay: 'bit' });
  assert.not(busy.world.diskOf(1)?.isRotten);
});

test.run();
