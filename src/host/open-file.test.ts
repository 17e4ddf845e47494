/** Writes that are gathered, and space that is filled ahead, read back as if each had been made at once. */
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Event } from '../io/event.ts';
import { RealDisk } from './disk.ts';
import { flatLayout } from './layout.ts';
import { OpenFile } from './open-file.ts';
import type { Receiver } from './receiver.ts';

const test = suite('host/open-file');

function inDirectory(act: (directory: string) => Promise<void> | void): () => Promise<void> {
  return async () => {
    const directory = mkdtempSync(join(tmpdir(), 'vivarium-test-'));
    try {
      await act(directory);
    } finally {
      rmSync(directory, { recursive: true });
    }
  };
}

/** Takes events one by one. */
function hearing(take: (event: Event) => void): Receiver {
  return { begin: () => undefined, take, end: () => undefined };
}

function opened(path: string, act: (file: OpenFile) => void): void {
  const fd = openSync(path, 'w+');
  try {
    act(new OpenFile(fd, 0));
  } finally {
    closeSync(fd);
  }
}

function bytes(length: number, value: number): Uint8Array {
  return new Uint8Array(length).fill(value);
}

test('what follows upon each other is one write; anything else is not mixed up with it', inDirectory((directory) => {
  const path = join(directory, 'a');
  opened(path, (file) => {
    file.gather(0, bytes(3, 1));
    file.gather(3, bytes(2, 2));
    assert.is(statSync(path).size, 0, 'gathered');
    assert.is(file.size, 5);
    file.gather(1, bytes(1, 9));
    assert.equal([...readFileSync(path)], [1, 1, 1, 2, 2], 'written, since something else came');
    file.write(5, bytes(1, 7));
    assert.equal([...readFileSync(path)], [1, 9, 1, 2, 2, 7]);
    file.gather(6, bytes(1, 8));
    assert.equal([...file.readAll()], [1, 9, 1, 2, 2, 7, 8]);
    file.gather(7, bytes(1, 8));
    file.truncate(2);
    assert.equal([...readFileSync(path)], [1, 9]);
    assert.is(file.size, 2);
  });
}));

test('space taken in advance is filled ahead of what is written, and nothing else is ever touched', inDirectory((directory) => {
  const path = join(directory, 'log');
  const size = 2_000_000;
  opened(path, (file) => {
    file.gather(size - 1, bytes(1, 0));
    assert.is(statSync(path).size, size);
    const before = statSync(path).blocks;
    let at = 0;
    for (let i = 0; at < 700_000; i++, at += 1000) file.gather(at, bytes(1000, 1 + (i % 200)));
    file.writeOut();
    assert.ok(statSync(path).blocks >= before, 'blocks are given out');
    // Somebody writes into what is left of the hole: it is not filled any more.
    file.write(1_500_000, bytes(10, 77));
    for (; at < 1_400_000; at += 1000) file.gather(at, bytes(1000, 3));
    const content = file.readAll();
    assert.is(content.length, size);
    for (let i = 0; i < 700; i++) assert.is(content[i * 1000 + 500], 1 + (i % 200));
    for (let i = 700; i < 1400; i++) assert.is(content[i * 1000 + 999], 3);
    assert.equal([...content.subarray(1_499_999, 1_500_011)], [0, ...bytes(10, 77), 0]);
    assert.is(content[size - 1], 0);
  });
}));

test('a sync that finds everything durable, or about to be, makes no other', inDirectory(async (directory) => {
  const answers: number[] = [];
  let syncs = 0;
  let settle: () => void = () => undefined;
  const all = new Promise<void>((resolve) => { settle = resolve; });
  const disk: RealDisk = new RealDisk({ layout: flatLayout(directory), onSync: () => { syncs += 1; } }, hearing((event) => {
    if (event.kind !== 'diskDone') return;
    answers.push(event.token);
    if (event.token === 3) disk.sync('a', 4);
    if (event.token === 4) settle();
  }));
  for (let i = 0; i < 10; i++) disk.append('a', bytes(10, i), 0);
  disk.sync('a', 1);
  disk.append('a', bytes(10, 10), 0);
  disk.sync('a', 2);
  disk.sync('a', 3);
  await all;
  disk.stop(true);
  assert.equal(answers, [1, 2, 3, 4]);
  assert.is(syncs, 2, 'the second has the third with it, and the fourth needs none');
  assert.is(readFileSync(join(directory, 'a')).length, 110);
}));

test('a gathered write that fails takes with it the sync that was asked for already', async () => {
  const layout = { directories: ['/dev'], pathOf: (file: string) => `/dev/${file}`, owns: () => true };
  const heard: string[] = [];
  let settle: () => void = () => undefined;
  const both = new Promise<void>((resolve) => { settle = resolve; });
  const told: string[] = [];
  const disk = new RealDisk({ layout, onFailure: (file, error) => told.push(`${file} ${error}`) }, hearing((event) => {
    heard.push(event.kind === 'diskFailed' ? `${event.token} ${event.error}` : event.kind);
    if (heard.length === 2) settle();
  }));
  disk.write('full', 0, bytes(10, 1), 0);
  disk.sync('full', 5);
  assert.equal(told, [], 'nobody is told from within a request');
  await both;
  disk.stop(true);
  assert.equal(heard, ['5 ENOSPC', '0 ENOSPC']);
  assert.equal(told, ['full ENOSPC', 'full ENOSPC']);
});

test('what is written goes out at the end of the turn, or after the sync under way', inDirectory(async (directory) => {
  let settle: () => void = () => undefined;
  const synced = new Promise<void>((resolve) => { settle = resolve; });
  const path = join(directory, 'a');
  const seen: number[] = [];
  const disk: RealDisk = new RealDisk({ layout: flatLayout(directory) }, {
    begin: () => undefined, take: () => { seen.push(statSync(path).size); }, end: () => {
      disk.endTurn();
      settle();
    },
  });
  disk.append('a', bytes(10, 1), 0);
  assert.is(statSync(path).size, 0);
  disk.endTurn();
  assert.is(statSync(path).size, 10);
  disk.sync('a', 1);
  disk.append('a', bytes(10, 2), 0);
  disk.endTurn();
  assert.is(statSync(path).size, 10, 'it is gathered while the file is being synced');
  await synced;
  assert.equal(seen, [10]);
  assert.is(statSync(path).size, 20);
  disk.stop(true);
}));

test('a sync that nobody waits for is answered, and one that stops meanwhile is not', inDirectory(async (directory) => {
  const answers: number[] = [];
  let settle: () => void = () => undefined;
  const first = new Promise<void>((resolve) => { settle = resolve; });
  const disk = new RealDisk({ layout: flatLayout(directory), isLazy: (file) => file === 'mark' }, hearing((event) => {
    if (event.kind !== 'diskDone') return;
    answers.push(event.token);
    settle();
  }));
  disk.append('mark', bytes(1, 1), 0);
  disk.sync('mark', 1);
  await first;
  disk.append('mark', bytes(1, 2), 0);
  disk.sync('mark', 2);
  disk.stop(true);
  assert.equal(answers, [1]);
  assert.equal([...readFileSync(join(directory, 'mark'))], [1, 2]);
}));

test.run();
