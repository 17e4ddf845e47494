/** In which order snapshots are written, installed and purged, and what becomes of one that fails. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { fork } from '../base/fork.ts';
import { present } from '../base/invariant.ts';
import { makeZxid, ZXID_ZERO } from '../base/zxid.ts';
import { encodeSnapshot } from '../wire/snapshot-codec.ts';
import { encodeEpoch } from './epoch-writer.ts';
import { Bench, imageAt, largeImage, logFile, MARKED, snapshotFile, txnAt } from './storage-testing.ts';

const test = suite('snapshots');

test('after a snapshot the log goes on in a new file, once the old one is durable', () => {
  const bench = new Bench();
  bench.log(txnAt(1, 1));
  bench.storage.writeSnapshot(imageAt(makeZxid(1, 1)), bench.io);
  bench.append(txnAt(1, 2));
  assert.equal(bench.run(), [{ kind: 'snapshotWritten', zxid: makeZxid(1, 1) }]);
  bench.requests.length = 0;
  bench.append(txnAt(1, 3));
  assert.equal(bench.io.requests.slice(-1), ['sync log.100000001'], 'the transaction is held');
  bench.storage.sync(bench.io);
  assert.equal(bench.run(), [{ kind: 'durable', zxid: makeZxid(1, 2) }, { kind: 'durable', zxid: makeZxid(1, 3) }]);
  assert.ok(bench.disk.list().includes('log.100000003'));
});

test('a snapshot takes its name only when its bytes and the log up to it are durable', () => {
  const bench = new Bench();
  bench.append(txnAt(1, 1));
  bench.storage.writeSnapshot(imageAt(makeZxid(1, 1)), bench.io);
  bench.run();
  assert.equal(bench.requests, [
    'append log.100000001',
    'append snapshot.100000001.tmp',
    'sync snapshot.100000001.tmp',
    'sync log.100000001',
    'syncDirectory .',
    ...MARKED,
    'rename snapshot.100000001.tmp',
    'syncDirectory .',
    'remove snapshot.0',
    'syncDirectory .',
  ]);
});

test('a large snapshot is written piece by piece, with other work in between, and is one file', () => {
  const bench = new Bench();
  bench.log(txnAt(1, 1));
  const zxid = makeZxid(1, 1);
  bench.storage.writeSnapshot(largeImage(zxid), bench.io);
  bench.append(txnAt(1, 2));
  bench.storage.sync(bench.io);
  const outcomes = bench.run();
  assert.equal(outcomes.map(({ kind }) => kind).sort(), ['durable', 'snapshotWritten']);
  const requests = bench.requests;
  const pieces = requests.filter((request) => request === 'append snapshot.100000001.tmp').length;
  assert.ok(pieces > 3, `${pieces} pieces`);
  assert.ok(requests.indexOf('sync log.100000001') < requests.lastIndexOf('append snapshot.100000001.tmp'));
  assert.equal(bench.disk.read('snapshot.100000001'), encodeSnapshot(largeImage(zxid)));
});

test('a large snapshot that a crash cuts short is as if it had not begun', () => {
  const bench = new Bench();
  bench.log(txnAt(1, 1));
  bench.storage.writeSnapshot(largeImage(makeZxid(1, 1)), bench.io);
  bench.io.next(0);
  const files = bench.disk.list().map((file) => [file, present(bench.disk.read(file), 'listed')] as const);
  assert.ok(files.some(([file]) => file.endsWith('.tmp')));
  const again = new Bench(files);
  assert.equal(again.first.kind === 'recovered' && [again.first.image.zxid, again.first.txns.length], [ZXID_ZERO, 1]);
  assert.equal(again.disk.list(), ['durableZxid', 'log.100000001', 'snapshot.0']);
});

test('a copy of a storage that is within a large snapshot finishes it too', () => {
  const bench = new Bench();
  bench.log(txnAt(1, 1));
  bench.storage.writeSnapshot(largeImage(makeZxid(1, 1)), bench.io);
  const copy = fork(bench);
  assert.equal(bench.run(), [{ kind: 'snapshotWritten', zxid: makeZxid(1, 1) }]);
  assert.equal(copy.run(), [{ kind: 'snapshotWritten', zxid: makeZxid(1, 1) }]);
  assert.equal(copy.disk.read('snapshot.100000001'), bench.disk.read('snapshot.100000001'));
});

test('a large image is installed piece by piece, before anything else is touched', () => {
  const bench = new Bench([logFile(txnAt(1, 1))]);
  const zxid = makeZxid(2, 1);
  bench.storage.installSnapshot(largeImage(zxid), bench.io);
  assert.equal(bench.run(), [{ kind: 'snapshotInstalled', zxid }]);
  const requests = bench.requests;
  assert.ok(requests.filter((request) => request === 'append snapshot.200000001.tmp').length > 3);
  assert.ok(requests.lastIndexOf('append snapshot.200000001.tmp') < requests.indexOf('sync snapshot.200000001.tmp'));
  assert.ok(requests.indexOf('sync snapshot.200000001.tmp') < requests.indexOf('remove log.100000001'));
  assert.equal(bench.disk.list(), ['durableZxid', 'snapshot.200000001']);
  assert.equal(bench.disk.read('snapshot.200000001'), encodeSnapshot(largeImage(zxid)));
});

test('the purge makes the snapshots go before the logs, and the logs one by one', () => {
  const logs = [logFile(txnAt(1, 1)), logFile(txnAt(1, 2)), logFile(txnAt(2, 1))];
  const bench = new Bench([snapshotFile(makeZxid(1, 1)), ...logs]);
  bench.storage.writeSnapshot(imageAt(makeZxid(2, 1)), bench.io);
  bench.run();
  assert.equal(bench.requests.slice(4), [
    'remove snapshot.100000001',
    'syncDirectory .',
    'remove log.100000001',
    'syncDirectory .',
    'remove log.100000002',
    'syncDirectory .',
  ]);
});

test('an installation leaves the image and nothing else', () => {
  const logs = [logFile(txnAt(1, 3)), logFile(txnAt(3, 1))];
  const bench = new Bench([['acceptedEpoch', encodeEpoch(3)], snapshotFile(makeZxid(1, 2)), ...logs]);
  bench.storage.installSnapshot(imageAt(makeZxid(2, 7)), bench.io);
  assert.equal(bench.run(), [{ kind: 'snapshotInstalled', zxid: makeZxid(2, 7) }]);
  assert.equal(bench.disk.list(), ['acceptedEpoch', 'durableZxid', 'snapshot.200000007']);
  assert.is(bench.storage.lastLogged, makeZxid(2, 7));
});

test('a snapshot that there is no room for is given up, and nothing else', () => {
  for (const failing of ['append snapshot.100000001.tmp', 'rename snapshot.100000001.tmp']) {
    const bench = new Bench();
    bench.log(txnAt(1, 1));
    bench.io.failing.add(failing);
    bench.storage.writeSnapshot(imageAt(makeZxid(1, 1)), bench.io);
    assert.equal(bench.run(), []);
    assert.equal(bench.disk.list(), ['durableZxid', 'log.100000001', 'snapshot.0']);
    assert.not(bench.storage.isWritingSnapshot);
    assert.equal(bench.log(txnAt(1, 2)), [{ kind: 'durable', zxid: makeZxid(1, 2) }]);
  }
});

test('a large snapshot is given up at whichever piece the room ends', () => {
  for (const piece of [1, 2, 4]) {
    const bench = new Bench();
    bench.log(txnAt(1, 1));
    bench.storage.writeSnapshot(largeImage(makeZxid(1, 1)), bench.io);
    for (let written = 1; written < piece; written++) {
      bench.storage.handle(present(bench.io.next(0), 'a piece is written'), bench.io);
    }
    bench.io.failing.add('append snapshot.100000001.tmp');
    assert.equal(bench.run(), []);
    assert.equal(bench.disk.list(), ['durableZxid', 'log.100000001', 'snapshot.0']);
    assert.not(bench.storage.isWritingSnapshot);
    assert.equal(bench.log(txnAt(1, 2)), [{ kind: 'durable', zxid: makeZxid(1, 2) }]);
  }
});

test('a sync that fails stops the server, even if only a snapshot is lost', () => {
  const bench = new Bench();
  bench.log(txnAt(1, 1));
  bench.io.failing.add('sync snapshot.100000001.tmp');
  bench.storage.writeSnapshot(imageAt(makeZxid(1, 1)), bench.io);
  assert.equal(bench.run().map(({ kind }) => kind), ['failed']);
});

test('a purge that fails leaves what it could not remove, and the logs after it', () => {
  const bench = new Bench([snapshotFile(makeZxid(1, 1)), logFile(txnAt(1, 1)), logFile(txnAt(1, 2))]);
  bench.io.failing.add('remove snapshot.100000001');
  bench.storage.writeSnapshot(imageAt(makeZxid(1, 2)), bench.io);
  assert.equal(bench.run(), [{ kind: 'snapshotWritten', zxid: makeZxid(1, 2) }]);
  assert.ok(bench.disk.list().includes('log.100000001'));
});

test.run();
