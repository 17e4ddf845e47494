/** Syncs that are waited for where the process stands, and those that are made aside: by the answers nobody can tell. */
import { closeSync, mkdtempSync, openSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { RealDisk } from './disk.ts';
import { flatLayout } from './layout.ts';
import { syncAside, syncHere, SyncPace } from './sync-pace.ts';

const test = suite('host/sync-pace');

/** Eight quick ones, as long as any must be made aside. */
function quickPace(): SyncPace {
  const pace = new SyncPace();
  untilQuick(pace);
  return pace;
}

function untilQuick(pace: SyncPace): void {
  for (let i = 0; i < 8; i++) {
    assert.not(pace.choosesHere(1, 100), `after ${i} quick syncs`);
    pace.took(0.2, false);
  }
}

/** How many of the next 2560 syncs are waited for, where either way takes so long. */
function countHere(pace: SyncPace, hereMs: number, asideMs: number): number {
  let count = 0;
  for (let i = 0; i < 2560; i++) {
    const isHere = pace.choosesHere(1, 100);
    pace.took(isHere ? hereMs : asideMs, isHere);
    if (isHere) count += 1;
  }
  return count;
}

test('a sync is waited for when several in a row were quick, and one that takes long ends that', () => {
  const pace = quickPace();
  assert.ok(pace.choosesHere(1, 100));
  pace.took(0.05, true);
  assert.ok(pace.choosesHere(1, 100));
  pace.took(0.51, true);
  untilQuick(pace);
  assert.ok(pace.choosesHere(1, 100));
});

test('what took less of late is done, and the other way now and then', () => {
  assert.is(countHere(quickPace(), 0.1, 0.2), 2550);
  assert.is(countHere(quickPace(), 0.16, 0.2), 11, 'too little to gain');
  const pace = quickPace();
  assert.is(countHere(pace, 0.3, 0.2), 11, 'the first one, and ten trials');
  assert.ok(countHere(pace, 0.05, 0.2) > 500, 'the trials tell that it has changed');
  assert.ok(countHere(pace, 30, 40) <= 1, 'a disk that is slow is waited for aside, whatever else is known');
});

test('one of many changes, or of many bytes, is made aside', () => {
  const pace = quickPace();
  assert.ok(pace.choosesHere(2, 65_536));
  assert.not(pace.choosesHere(3, 65_536));
  assert.not(pace.choosesHere(2, 65_537));
});

test('what goes wrong is told either way', async () => {
  const fd = openSync('/dev/null', 'r');
  try {
    const here = syncHere(fd);
    const aside = await new Promise((resolve) => { syncAside(fd, () => 1, resolve); });
    assert.match(String(here), /EINVAL/);
    assert.match(String(aside), /EINVAL/);
  } finally {
    closeSync(fd);
  }
});

test('however it is made, a sync is answered in order, never from within the request, and its failure is told', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'vivarium-test-'));
  const rounds = 40;
  let [isRequesting, isFailing] = [false, false];
  const heard: string[] = [];
  let wake: () => void = () => undefined;
  const syncFailure = (): Error | null => (isFailing ? new Error('a sync that fails') : null);
  const disk = new RealDisk({ layout: flatLayout(directory), syncFailure }, (event) => {
    assert.not(isRequesting, 'answered from within the request');
    heard.push(event.kind === 'diskFailed' ? `${event.token} ${event.error}` : `${event.kind === 'diskDone' ? event.token : 0}`);
    wake();
  });
  const answered = async (count: number): Promise<void> => {
    while (heard.length < count) await new Promise<void>((resolve) => { wake = resolve; });
  };
  try {
    for (let i = 0; i < rounds; i++) {
      isFailing = i === rounds - 1;
      isRequesting = true;
      disk.append('log', new Uint8Array(100), 0);
      disk.sync('log', 2 * i + 1);
      disk.append('log', new Uint8Array(100), 0);
      disk.sync('log', 2 * i + 2);
      isRequesting = false;
      await answered(2 * i + 2);
    }
  } finally {
    disk.stop(true);
    rmSync(directory, { recursive: true });
  }
  const good = Array.from({ length: 2 * rounds - 2 }, (_, i) => `${i + 1}`);
  assert.equal(heard, [...good, `${2 * rounds - 1} EIO`, `${2 * rounds} EIO`]);
});

test.run();
