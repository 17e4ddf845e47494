/** A crash keeps everything durable and any legal subset of the rest; every outcome happens, and no other. */
import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { SeedChooser, type Stream, TapeChooser } from './chooser.ts';
import { type CrashLosses, noLosses } from './disk-crash.ts';
import { SimulatedDisk } from './disk.ts';
import type { SyncMark } from './disk.ts';

const test = suite('disk');

function bytes(...values: number[]): Uint8Array {
  return new Uint8Array(values);
}

function filled(length: number, value: number): Uint8Array {
  return new Uint8Array(length).fill(value);
}

function tape(...draws: number[]): Stream {
  return new TapeChooser([['d', draws]], 'unused').stream('d');
}

function syncFully(disk: SimulatedDisk, file: string): void {
  const sync = disk.sync(file);
  if (sync !== undefined) disk.settle(sync);
}

function syncNames(disk: SimulatedDisk): void {
  disk.settleDirectory(disk.syncDirectory());
}

/** A disk with a durable, empty file `log`. */
function diskWithLog(): SimulatedDisk {
  const disk = new SimulatedDisk();
  disk.append('log', bytes());
  syncNames(disk);
  return disk;
}

test('changes are visible at once', () => {
  const disk = new SimulatedDisk();
  disk.append('b', bytes(1, 2, 3));
  disk.append('a', bytes(9));
  disk.append('b', bytes(4));
  assert.equal(disk.list(), ['a', 'b']);
  assert.equal(disk.read('b'), bytes(1, 2, 3, 4));
  assert.is(disk.rename('b', 'a'), undefined);
  assert.equal(disk.list(), ['a']);
  assert.equal(disk.read('a'), bytes(1, 2, 3, 4));
  assert.is(disk.truncate('a', 2), undefined);
  assert.equal(disk.read('a'), bytes(1, 2));
  assert.is(disk.remove('a'), undefined);
  assert.equal(disk.list(), []);
  for (const error of [disk.rename('x', 'y'), disk.remove('x'), disk.truncate('x', 0)]) assert.is(error, 'ENOENT');
  assert.is(disk.read('x'), undefined);
  assert.is(disk.sync('x'), undefined);
});

test('bytes that were read do not change afterwards', () => {
  const disk = new SimulatedDisk();
  disk.append('f', bytes(1, 2, 3));
  const read = disk.read('f');
  disk.truncate('f', 1);
  disk.append('f', bytes(8, 8, 8, 8));
  assert.equal(read, bytes(1, 2, 3));
});

// Each line: the draws of the crash, what is left of the appends [1 x 4][2 x 4][3 x 4], and what is counted.
const OUTCOMES: readonly (readonly [name: string, draws: number[], left: number[], counted: Partial<CrashLosses>])[] = [
  ['all kept', [0], [1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3], {}],
  ['none kept', [1], [], { lostWrite: 1 }],
  ['the first kept', [2, 1], [1, 1, 1, 1], { lostWrite: 1 }],
  ['the last torn at a byte', [3, 0, 2], [1, 1, 1, 1, 2, 2, 2, 2, 3, 3], { tornWrite: 1 }],
  ['the second torn, the last lost', [3, 1, 3], [1, 1, 1, 1, 2, 2, 2], { tornWrite: 1 }],
  ['torn at a sector: nothing of it', [4, 0, 2], [1, 1, 1, 1, 2, 2, 2, 2].slice(0, 8), { lostWrite: 1 }],
  ['the first a hole, the others kept', [5, 1, 0, 0], [0, 0, 0, 0, 2, 2, 2, 2, 3, 3, 3, 3], { reorderedWrite: 1 }],
  ['only the last kept', [5, 1, 1, 0], [0, 0, 0, 0, 0, 0, 0, 0, 3, 3, 3, 3], { reorderedWrite: 1 }],
];

for (const [name, draws, left, counted] of OUTCOMES) {
  test(`unsynced appends: ${name}`, () => {
    const disk = diskWithLog();
    for (const value of [1, 2, 3]) disk.append('log', filled(4, value));
    const losses = noLosses();
    disk.crash(tape(...draws), losses);
    assert.equal(disk.read('log'), bytes(...left));
    assert.equal(losses, { ...noLosses(), ...counted });
  });
}

test('a large write is torn at a sector of the file', () => {
  const disk = diskWithLog();
  disk.append('log', filled(100, 1));
  syncFully(disk, 'log');
  disk.append('log', filled(2000, 2));
  disk.crash(tape(4, 1500), noLosses());
  assert.is(disk.read('log')?.length, 1536);
});

test('a sync saves what was written before it was asked for, and only once it is complete', () => {
  const disk = diskWithLog();
  disk.append('log', bytes(1));
  const sync = disk.sync('log');
  disk.append('log', bytes(2));
  if (sync !== undefined) disk.settle(sync);
  disk.sync('log');
  disk.crash(tape(1), noLosses());
  assert.equal(disk.read('log'), bytes(1));
});

test('a cut that was not synced may be undone, with what followed it', () => {
  const disk = diskWithLog();
  disk.append('log', bytes(1, 2, 3, 4));
  syncFully(disk, 'log');
  disk.truncate('log', 1);
  disk.append('log', bytes(9, 9, 9, 9, 9));
  disk.crash(tape(1), noLosses());
  assert.equal(disk.read('log'), bytes(1, 2, 3, 4));
});

test('an interrupted sync of a cut settles what it covers', () => {
  const disk = diskWithLog();
  disk.append('log', bytes(1, 2, 3, 4));
  const first = disk.sync('log');
  disk.truncate('log', 2);
  disk.append('log', bytes(7));
  if (first !== undefined) disk.settle(first);
  disk.crash(tape(1), noLosses());
  assert.equal(disk.read('log'), bytes(1, 2, 3, 4));
});

test('a rename may be lost, and its file keeps the old name', () => {
  const disk = new SimulatedDisk();
  disk.append('tmp', bytes(2));
  disk.append('epoch', bytes(1));
  disk.flush();
  disk.rename('tmp', 'epoch');
  const losses = noLosses();
  disk.crash(tape(1), losses);
  assert.equal(disk.list(), ['epoch', 'tmp']);
  assert.equal(disk.read('epoch'), bytes(1));
  assert.is(losses.lostRename, 1);
});

test('a rename that survives may bring a file whose bytes do not', () => {
  const disk = new SimulatedDisk();
  disk.append('epoch', bytes(1));
  disk.flush();
  disk.append('tmp', bytes(2));
  disk.rename('tmp', 'epoch');
  disk.crash(tape(0, 1), noLosses());
  assert.equal(disk.list(), ['epoch']);
  assert.equal(disk.read('epoch'), bytes());
});

test('a rename does not survive the loss of the name that it renames', () => {
  const disk = new SimulatedDisk();
  disk.append('epoch', bytes(1));
  disk.flush();
  disk.append('tmp', bytes(2));
  disk.rename('tmp', 'epoch');
  disk.crash(tape(2, 1, 0), noLosses());
  assert.equal(disk.list(), ['epoch']);
  assert.equal(disk.read('epoch'), bytes(1));
});

test('a removal may be undone', () => {
  const disk = new SimulatedDisk();
  disk.append('log', bytes(1));
  disk.flush();
  disk.remove('log');
  const losses = noLosses();
  disk.crash(tape(1), losses);
  assert.equal(disk.read('log'), bytes(1));
  assert.is(losses.undoneRemove, 1);
});

test('a synced file whose name was not synced is lost now and then', () => {
  let lost = 0;
  for (let i = 0; i < 200; i++) {
    const disk = new SimulatedDisk();
    disk.append('log', bytes(1));
    syncFully(disk, 'log');
    disk.crash(new SeedChooser(`${i}`).stream('d'), noLosses());
    if (disk.read('log') === undefined) lost++;
    else assert.equal(disk.read('log'), bytes(1));
  }
  assert.ok(lost > 2 && lost < 60, `${lost} of 200`);
});

test('a write in place is lost or torn like another', () => {
  for (const [draws, left] of [[[0], [1, 9, 9, 4]], [[1], [1, 2, 3, 4]], [[3, 1], [1, 9, 3, 4]]] as const) {
    const disk = new SimulatedDisk();
    disk.append('f', bytes(1, 2, 3, 4));
    disk.flush();
    disk.write('f', 1, bytes(9, 9));
    assert.equal(disk.read('f'), bytes(1, 9, 9, 4));
    disk.crash(tape(...draws), noLosses());
    assert.equal(disk.read('f'), bytes(...left));
  }
});

test('a write beyond the end leaves zeros between', () => {
  const disk = new SimulatedDisk();
  disk.write('f', 2, bytes(7));
  assert.equal(disk.read('f'), bytes(0, 0, 7));
});

test('law: what was synced is what the writes, appends and cuts up to there made, whatever came after', () => {
  const op = fc.constantFrom('append', 'write', 'cut', 'mark', 'settle');
  const step = fc.record({ op, at: fc.nat({ max: 40 }), length: fc.integer({ min: 1, max: 20 }) });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
      const disk = diskWithLog();
      let visible: number[] = [];
      let durable: number[] = [];
      const marks: { readonly sync: SyncMark; readonly contents: number[] }[] = [];
      for (const [index, { op: what, at, length }] of steps.entries()) {
        const put = filled(length, index + 1);
        if (what === 'append' || what === 'write') {
          const from = what === 'append' ? visible.length : at;
          visible = [...visible, ...filled(Math.max(0, from - visible.length), 0)];
          visible = [...visible.slice(0, from), ...put, ...visible.slice(from + length)];
          if (what === 'append') disk.append('log', put);
          else disk.write('log', at, put);
        } else if (what === 'cut') {
          visible = [...visible, ...filled(at, 0)].slice(0, at);
          disk.truncate('log', at);
        } else if (what === 'mark') {
          const sync = disk.sync('log');
          if (sync !== undefined) marks.push({ sync, contents: visible });
        } else {
          const done = marks.shift();
          if (done !== undefined) disk.settle(done.sync);
          durable = done?.contents ?? durable;
        }
        const read = disk.read('log');
        assert.equal([...(read ?? [])], visible);
      }
      disk.crash(tape(1), noLosses());
      assert.equal([...(disk.read('log') ?? [])], durable);
    }),
    { seed: 1, numRuns: 500 },
  );
});

type Step = { readonly op: 'append' | 'sync' | 'late'; readonly length: number };

test('law: durable bytes survive every crash, and nothing appears that was never written', () => {
  const op = fc.constantFrom<Step['op']>('append', 'append', 'sync', 'late');
  const step = fc.record({ op, length: fc.integer({ min: 1, max: 700 }) });
  fc.assert(
    fc.property(fc.array(fc.array(step, { maxLength: 12 }), { minLength: 1, maxLength: 3 }), fc.string(), (lives, seed) => {
      const disk = diskWithLog();
      const luck = new SeedChooser(seed).stream('d');
      let written: number[] = [];
      let value = 0;
      for (const life of lives) {
        let durable = written.length;
        for (const { op, length } of life) {
          if (op === 'append') {
            value = (value % 255) + 1;
            disk.append('log', filled(length, value));
            written.push(...filled(length, value));
          } else if (op === 'sync') {
            syncFully(disk, 'log');
            durable = written.length;
          } else {
            disk.sync('log');
          }
        }
        disk.crash(luck, noLosses());
        const left = disk.read('log') ?? bytes();
        assert.ok(left.length >= durable && left.length <= written.length);
        for (const [index, byte] of left.entries()) assert.ok(byte === written[index] || (byte === 0 && index >= durable));
        written = [...left];
      }
    }),
    { seed: 1, numRuns: 300 },
  );
});

test('law: synced names survive every crash', () => {
  const name = fc.constantFrom('a', 'b', 'c');
  const step = fc.record({ op: fc.constantFrom('create', 'rename', 'remove', 'sync'), from: name, to: name });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 20 }), fc.array(step, { maxLength: 4 }), fc.string(), (before, after, seed) => {
      const disk = new SimulatedDisk();
      let next = 0;
      const play = (steps: typeof before): Set<string> => {
        const touched = new Set<string>();
        for (const { op, from, to } of steps) {
          if (op === 'create' && disk.read(from) === undefined) disk.append(from, bytes(++next));
          else if (op === 'rename') disk.rename(from, to);
          else if (op === 'remove') disk.remove(from);
          touched.add(from).add(to);
        }
        return touched;
      };
      play(before);
      disk.flush();
      const durable = new Map(disk.list().map((file) => [file, disk.read(file)]));
      const touched = play(after.filter(({ op }) => op !== 'sync'));
      disk.crash(new SeedChooser(seed).stream('d'), noLosses());
      for (const [file, contents] of durable) if (!touched.has(file)) assert.equal(disk.read(file), contents);
      for (const file of disk.list()) assert.ok(durable.has(file) || touched.has(file));
      // Whatever was durable and not removed is still somewhere.
      const removed = after.some(({ op }) => op === 'remove' || op === 'rename');
      const left = new Set(disk.list().map((file) => disk.read(file)?.[0]));
      if (!removed) for (const contents of durable.values()) assert.ok(left.has(contents?.[0]));
    }),
    { seed: 1, numRuns: 300 },
  );
});

test.run();
