/** What a real server does when its disk does not do its part. */
import { rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { ClientOutcome } from '../client/outcome.ts';
import { RealDisk } from '../host/disk.ts';
import { diskErrorOf } from '../host/open-file.ts';
import type { Event } from '../io/event.ts';
import { TestClient, TestEnsemble, until } from './serve-testing.ts';

const test = suite('disks that fail');

function coded(code: string): Error {
  return Object.assign(new Error(code), { code });
}

test('errors are told apart', () => {
  const rows = [['ENOSPC', 'ENOSPC'], ['EDQUOT', 'ENOSPC'], ['ENOENT', 'ENOENT'], ['EIO', 'EIO'], ['EROFS', 'EIO']] as const;
  for (const [code, expected] of rows) assert.is(diskErrorOf(coded(code)), expected);
  assert.is(diskErrorOf('what'), 'EIO');
});

test('a full device is said, and so is one that cannot be synced', async () => {
  const answers: Event[] = [];
  const layout = { directories: ['/dev'], pathOf: (file: string) => `/dev/${file}`, owns: () => true };
  const disk = new RealDisk({ layout }, {
    begin: () => undefined, take: (event) => { answers.push(event); }, end: () => undefined,
  });
  disk.write('full', 0, new Uint8Array(10), 1);
  disk.sync('full', 2);
  await until(() => answers.length === 2, 'two answers');
  disk.stop(true);
  assert.equal(answers[0], { kind: 'diskFailed', token: 1, error: 'ENOSPC', file: 'full' });
  assert.equal(answers[1], { kind: 'diskFailed', token: 2, error: 'EIO', file: 'full' });
});

test('a server whose log has no room stops with a sentence, and loses nothing that it acknowledged', async () => {
  const ensemble = await TestEnsemble.start(1, { preAllocSizeKb: 0 });
  const client = new TestClient([ensemble.clientPort(1)]);
  try {
    await client.ask({ kind: 'setData', path: '/', data: new Uint8Array(3), version: -1 });
    await ensemble.kill(1);
    await until(() => client.core.phase !== 'connected', 'the loss of the connection');
    // Where the next log would be written, there is a device that is always full.
    const blocked: string[] = [];
    for (let counter = 1; counter < 8; counter++) {
      const path = join(ensemble.directory(1), 'version-2', `log.2${counter.toString(16).padStart(8, '0')}`);
      symlinkSync('/dev/full', path);
      blocked.push(path);
    }
    await ensemble.restart(1);
    await until(() => client.core.phase === 'connected', 'the session again');
    const refused = await client.ask({ kind: 'setData', path: '/', data: new Uint8Array(5), version: -1 });
    assert.is(refused.kind, 'lost', 'what is not on disk is not acknowledged');
    await until(() => ensemble.stops.length > 0, 'the end of the server');
    assert.match(JSON.stringify(ensemble.stops), /log.200000001 cannot be written \(ENOSPC\): make room on its disk, then start/);
    for (const path of blocked) rmSync(path, { force: true });
    await ensemble.restart(1);
    const read = await client.ask({ kind: 'getData', path: '/', watch: false });
    assert.is(read.kind === 'reply' && read.response?.kind === 'getData' ? read.response.data?.length : -1, 3);
  } finally {
    await client.stop();
    await ensemble.stop();
  }
});


test('a server whose device fails a sync stops, acknowledges nothing more, and loses nothing that it did', async () => {
  const ensemble = await TestEnsemble.start(1, { preAllocSizeKb: 0 });
  const client = new TestClient([ensemble.clientPort(1)]);
  try {
    const set = (bytes: number): Promise<ClientOutcome> => {
      return client.ask({ kind: 'setData', path: '/', data: new Uint8Array(bytes), version: -1 });
    };
    assert.is((await set(3)).kind, 'reply');
    ensemble.failSyncs(1, true);
    assert.is((await set(5)).kind, 'lost', 'what may not be on the device is not acknowledged');
    await until(() => ensemble.stops.length > 0, 'the end of the server');
    assert.match(JSON.stringify(ensemble.stops), /"kind":"halt"/);
    await ensemble.kill(1);
    ensemble.failSyncs(1, false);
    await ensemble.restart(1);
    const read = await client.ask({ kind: 'getData', path: '/', watch: false });
    // The bytes were written though not synced: both are right, and nothing else is.
    const found = read.kind === 'reply' && read.response?.kind === 'getData' ? read.response.data?.length : undefined;
    assert.ok(found === 3 || found === 5, `${String(found)} bytes`);
  } finally {
    await client.stop();
    await ensemble.stop();
  }
});

test.run();
