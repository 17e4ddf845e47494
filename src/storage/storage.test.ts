/** What the storage asks of its disk for its log and its epochs, and in which order; what it says when that fails. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { fork } from '../base/fork.ts';
import { present } from '../base/invariant.ts';
import { makeZxid, type Zxid, ZXID_ZERO } from '../base/zxid.ts';
import { encodeSnapshot } from '../wire/snapshot-codec.ts';
import { SETTINGS } from './fake-io.ts';
import { Bench, BYTES, logFile, MARKED, snapshotFile, txnAt } from './storage-testing.ts';

const test = suite('storage');

test('maxBatchSize: one sync makes so many durable at most, and the rest follow by themselves', () => {
  const bench = new Bench([], { ...SETTINGS, logSizes: { ...SETTINGS.logSizes, maxBatchSize: 2 } });
  for (let counter = 1; counter <= 5; counter++) bench.append(txnAt(1, counter));
  bench.storage.sync(bench.io);
  assert.equal(bench.run(), [2, 4, 5].map((counter) => ({ kind: 'durable', zxid: makeZxid(1, counter) })));
  assert.is(bench.storage.isSyncNeeded, false);
});

test('the first sync of a file makes its name durable too, the next ones need not', () => {
  const bench = new Bench();
  assert.equal(bench.log(txnAt(1, 1)), [{ kind: 'durable', zxid: makeZxid(1, 1) }]);
  assert.equal(bench.requests, ['append log.100000001', 'sync log.100000001', 'syncDirectory .', ...MARKED]);
  bench.log(txnAt(1, 2));
  assert.equal(bench.requests, ['append log.100000001', 'sync log.100000001', ...MARKED]);
});

test('one sync is in flight at most, and says what was appended before it', () => {
  const bench = new Bench();
  bench.append(txnAt(1, 1));
  bench.storage.sync(bench.io);
  bench.append(txnAt(1, 2));
  bench.storage.sync(bench.io);
  bench.storage.sync(bench.io);
  assert.equal(bench.run(), [{ kind: 'durable', zxid: makeZxid(1, 1) }, { kind: 'durable', zxid: makeZxid(1, 2) }]);
  bench.storage.sync(bench.io);
  assert.equal(bench.run(), []);
  assert.is(bench.requests.filter((request) => request.startsWith('sync log')).length, 2);
});

test('a truncation goes from the end to the cut, each step durable before the next', () => {
  const bench = new Bench([
    snapshotFile(makeZxid(1, 1)),
    snapshotFile(makeZxid(2, 1)),
    logFile(txnAt(1, 1), txnAt(1, 2), txnAt(1, 3)),
    logFile(txnAt(2, 1)),
    logFile(txnAt(3, 1)),
  ]);
  bench.storage.truncate(makeZxid(1, 2), bench.io);
  const [outcome] = bench.run();
  assert.is(outcome?.kind, 'truncated');
  if (outcome?.kind === 'truncated') {
    assert.is(outcome.image?.zxid, makeZxid(1, 1));
    assert.equal(outcome.txns.map(({ zxid }) => zxid), [makeZxid(1, 2)]);
  }
  assert.equal(bench.requests.slice(3), [
    ...MARKED,
    'syncDirectory .',
    'remove snapshot.200000001',
    'syncDirectory .',
    'remove log.300000001',
    'syncDirectory .',
    'remove log.200000001',
    'syncDirectory .',
    'truncate log.100000001',
    'sync log.100000001',
    'syncDirectory .',
    ...MARKED,
    'syncDirectory .',
  ]);
  bench.log(txnAt(4, 1));
  assert.ok(bench.disk.list().includes('log.400000001'), 'what follows goes to a file of its own');
});

for (const [name, zxid] of [['unknown', makeZxid(1, 9)], ['older than every snapshot', makeZxid(1, 1)]] as const) {
  test(`a truncation to a zxid that is ${name} is refused and changes nothing`, () => {
    const bench = new Bench([snapshotFile(makeZxid(1, 2)), logFile(txnAt(1, 3), txnAt(1, 4))]);
    const before = bench.disk.list();
    bench.storage.truncate(zxid, bench.io);
    assert.equal(bench.run().map(({ kind }) => kind), ['truncateRefused']);
    assert.equal(bench.disk.list(), before);
    assert.is(bench.storage.lastLogged, makeZxid(1, 4));
    assert.equal(bench.log(txnAt(1, 5)), [{ kind: 'durable', zxid: makeZxid(1, 5) }]);
  });
}

test('a truncation waits for the sync in flight, whose end is no news any more', () => {
  const bench = new Bench();
  bench.append(txnAt(1, 1), txnAt(1, 2));
  bench.storage.sync(bench.io);
  bench.storage.truncate(makeZxid(1, 1), bench.io);
  assert.equal(bench.run().map(({ kind }) => kind), ['truncated']);
  assert.is(bench.storage.durableZxid, makeZxid(1, 1));
});

test('an epoch changes in memory when it is durable, and not before', () => {
  const bench = new Bench();
  bench.storage.writeEpoch('acceptedEpoch', 4, bench.io);
  bench.storage.writeEpoch('currentEpoch', 4, bench.io);
  assert.is(bench.storage.acceptedEpoch, 0);
  assert.equal(bench.run().map((outcome) => outcome.kind === 'epochWritten' && outcome.file), ['acceptedEpoch', 'currentEpoch']);
  assert.equal([bench.storage.acceptedEpoch, bench.storage.currentEpoch], [4, 4]);
  assert.equal(bench.requests.slice(0, 4), [
    'append acceptedEpoch.tmp',
    'sync acceptedEpoch.tmp',
    'rename acceptedEpoch.tmp',
    'syncDirectory .',
  ]);
});

const READS: readonly [name: string, from: Zxid, expected: Zxid[] | null][] = [
  ['a record', makeZxid(1, 3), [makeZxid(1, 4), makeZxid(2, 1)]],
  ['the last record', makeZxid(2, 1), []],
  ['the snapshot that the log begins after', makeZxid(1, 2), [makeZxid(1, 3), makeZxid(1, 4), makeZxid(2, 1)]],
  ['before that', makeZxid(1, 1), null],
  ['no record, between two', makeZxid(1, 9), null],
  ['beyond the end', makeZxid(2, 2), null],
  ['nothing', ZXID_ZERO, null],
];
for (const [name, from, expected] of READS) {
  test(`the log is read from ${name}`, () => {
    const bench = new Bench([snapshotFile(makeZxid(1, 2)), logFile(txnAt(1, 3), txnAt(1, 4)), logFile(txnAt(2, 1))]);
    bench.storage.readLog(from, bench.io);
    const [outcome] = bench.run();
    assert.is(outcome?.kind, 'logRead');
    if (outcome?.kind === 'logRead') assert.equal(outcome.txns?.map(({ zxid }) => zxid) ?? null, expected);
  });
}

test('a log with a hole below a snapshot is not read across it', () => {
  const bench = new Bench([snapshotFile(makeZxid(1, 5)), logFile(txnAt(1, 1), txnAt(1, 2)), logFile(txnAt(1, 5), txnAt(1, 6))]);
  bench.storage.readLog(makeZxid(1, 1), bench.io);
  assert.equal(bench.run(), [{ kind: 'logRead', from: makeZxid(1, 1), txns: null }]);
});

test('space is taken in advance as ZooKeeper does, and its zeros are no damage', () => {
  const bench = new Bench([], { ...SETTINGS, logSizes: { ...SETTINGS.logSizes, preAllocSize: 65_536 } });
  bench.log(txnAt(1, 1), txnAt(1, 2));
  const bytes = present(bench.disk.read('log.100000001'), 'the log is there');
  assert.is(bytes.length, 65_536 + 16);
  assert.equal(bytes.subarray(0, BYTES.length), BYTES);
  const { first } = new Bench([['snapshot.0', encodeSnapshot(SETTINGS.emptyImage)], ['log.100000001', bytes]]);
  if (first.kind === 'recovered') assert.equal([first.txns.length, first.tornTail], [2, false]);
  else assert.unreachable(first.kind);
});

test('a log that has grown beyond its limit is followed by another', () => {
  const bench = new Bench([], { ...SETTINGS, logSizes: { ...SETTINGS.logSizes, sizeLimit: 100 } });
  for (let counter = 1; counter <= 5; counter++) bench.log(txnAt(1, counter));
  assert.equal(bench.disk.list().filter((name) => name.startsWith('log.')), ['log.100000001', 'log.100000003', 'log.100000005']);
});

test('a write that fails stops everything, and nothing is durable afterwards', () => {
  for (const failing of ['append log.100000001', 'sync log.100000001', 'syncDirectory .']) {
    const bench = new Bench();
    bench.io.failing.add(failing);
    const outcomes = bench.log(txnAt(1, 1));
    assert.equal(outcomes.map(({ kind }) => kind), ['failed']);
    assert.is(bench.storage.durableZxid, ZXID_ZERO);
  }
});

test('a storage is data: its copy goes on alike', () => {
  const bench = new Bench();
  bench.append(txnAt(1, 1));
  const copy = fork(bench.storage);
  bench.log(txnAt(1, 2));
  assert.is(copy.lastLogged, makeZxid(1, 1));
  assert.is(bench.storage.durableZxid, makeZxid(1, 2));
  assert.ok(copy.isSyncNeeded);
});

test.run();
