/** What the storage asks of its disk, and in which order; what it says when that fails, or when the files cannot be trusted. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { fork } from '../base/fork.ts';
import { present } from '../base/invariant.ts';
import { NO_SESSION } from '../base/session-id.ts';
import { makeZxid, ZXID_ZERO } from '../base/zxid.ts';
import type { Zxid } from '../base/zxid.ts';
import { encodeSnapshot } from '../wire/snapshot-codec.ts';
import { encodeTxn } from '../wire/transaction-codec.ts';
import type { SnapshotImage, Txn } from '../wire/transactions.ts';
import { SimulatedDisk } from '../world/disk.ts';
import type { SyncMark } from '../world/disk.ts';
import { encodeEpoch, parseEpoch } from './epoch-writer.ts';
import { FakeIo, SETTINGS } from './fake-io.ts';
import { encodeLogEntry } from './log-format.ts';
import type { StorageOutcome, StorageSettings } from './outcome.ts';
import { Storage } from './storage.ts';
import { encodeMark } from './watermark.ts';

const test = suite('storage');

function txnAt(epoch: number, counter: number): Txn {
  const header = { clientId: NO_SESSION, cxid: 0, zxid: makeZxid(epoch, counter), time: 0 };
  return encodeTxn(header, { kind: 'error', err: -101 }, null);
}

function imageAt(zxid: Zxid): SnapshotImage {
  return { zxid, sessions: [], acls: [], nodes: [], digest: null };
}

/** A recovered storage on a disk that holds `files`. */
class Bench {
  readonly disk: SimulatedDisk = new SimulatedDisk();
  readonly io: FakeIo<SyncMark> = new FakeIo<SyncMark>(this.disk);
  readonly storage: Storage;
  readonly first: StorageOutcome;

  constructor(files: readonly (readonly [string, Uint8Array])[] = [], settings: StorageSettings = SETTINGS) {
    this.storage = new Storage(settings);
    for (const [file, bytes] of files) this.disk.append(file, bytes);
    this.disk.flush();
    this.storage.recover(this.io);
    this.first = present(this.run()[0], 'recovery ends');
    this.io.requests.length = 0;
  }

  /** Lets all completions happen, the oldest first. */
  run(): StorageOutcome[] {
    const outcomes: StorageOutcome[] = [];
    for (let event = this.io.next(0); event !== undefined; event = this.io.next(0)) {
      const outcome = this.storage.handle(event, this.io);
      if (outcome !== null) outcomes.push(outcome);
    }
    return outcomes;
  }

  append(...txns: Txn[]): void {
    for (const txn of txns) this.storage.append(txn, this.io);
  }

  log(...txns: Txn[]): StorageOutcome[] {
    this.append(...txns);
    this.storage.sync(this.io);
    return this.run();
  }

  /** The requests since the last call. */
  get requests(): string[] {
    return this.io.requests.splice(0);
  }
}

function logFile(...txns: Txn[]): readonly [string, Uint8Array] {
  const disk = new SimulatedDisk();
  txns.forEach((txn, index) => disk.append('log', encodeLogEntry(txn, index === 0)));
  return [`log.${present(txns[0], 'a log has a transaction').zxid.toString(16)}`, present(disk.read('log'), 'written')];
}

/** The mark that follows each sync of the log. */
const MARKED = ['write durableZxid', 'sync durableZxid'];

function snapshotFile(zxid: Zxid): readonly [string, Uint8Array] {
  return [`snapshot.${zxid.toString(16)}`, encodeSnapshot(imageAt(zxid))];
}

test('maxBatchSize: one sync makes so many durable at most, and the rest follow by themselves', () => {
  const bench = new Bench([], { ...SETTINGS, logSizes: { ...SETTINGS.logSizes, maxBatchSize: 2 } });
  for (let counter = 1; counter <= 5; counter++) bench.append(txnAt(1, counter));
  bench.storage.sync(bench.io);
  assert.equal(bench.run(), [2, 4, 5].map((counter) => ({ kind: 'durable', zxid: makeZxid(1, counter) })));
  assert.is(bench.storage.isSyncNeeded, false);
});

test('an empty directory recovers as empty', () => {
  const { first } = new Bench();
  const expected = { image: SETTINGS.emptyImage, txns: [], acceptedEpoch: 0, currentEpoch: 0, tornTail: false, isEmpty: true };
  assert.equal(first, { kind: 'recovered', ...expected });
});

test('it begins with a snapshot of nothing, so that logs without one mean that one was lost', () => {
  const bench = new Bench();
  assert.equal(bench.disk.list(), ['durableZxid', 'snapshot.0']);
  assert.equal(bench.disk.read('snapshot.0'), encodeSnapshot(SETTINGS.emptyImage));
});

for (const [name, files, kind, left] of [
  ['refused', [], 'refused', []],
  ['believed where the marker is, which goes', [['initialize', new Uint8Array(0)]], 'recovered', ['durableZxid', 'snapshot.0']],
] as const) {
  test(`without db.autocreate an empty directory is ${name}`, () => {
    const bench = new Bench(files, { ...SETTINGS, isAutocreated: false });
    assert.is(bench.first.kind, kind);
    assert.equal(bench.disk.list(), left);
  });
}

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

/** An image whose file takes several pieces. */
function largeImage(zxid: Zxid): SnapshotImage {
  const stat = {
    czxid: zxid, mzxid: zxid, ctime: 0, mtime: 0, version: 0, cversion: 0, aversion: 0, ephemeralOwner: NO_SESSION, pzxid: zxid,
  };
  const data = new Uint8Array(1000);
  const paths = Array.from({ length: 300 }, (_, i) => (i === 0 ? '' : `/n${i}`));
  return { ...imageAt(zxid), nodes: paths.map((path) => ({ path, data, aclId: -1, stat })) };
}

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

test('an installation leaves the image and nothing else', () => {
  const logs = [logFile(txnAt(1, 3)), logFile(txnAt(3, 1))];
  const bench = new Bench([['acceptedEpoch', encodeEpoch(3)], snapshotFile(makeZxid(1, 2)), ...logs]);
  bench.storage.installSnapshot(imageAt(makeZxid(2, 7)), bench.io);
  assert.equal(bench.run(), [{ kind: 'snapshotInstalled', zxid: makeZxid(2, 7) }]);
  assert.equal(bench.disk.list(), ['acceptedEpoch', 'durableZxid', 'snapshot.200000007']);
  assert.is(bench.storage.lastLogged, makeZxid(2, 7));
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

const [, BYTES] = logFile(txnAt(1, 1), txnAt(1, 2));
const OLD_EPOCHS = [['acceptedEpoch', encodeEpoch(0)], ['currentEpoch', encodeEpoch(0)]] as const;
const DAMAGED_SNAPSHOT = ['snapshot.100000002', BYTES] as const;
const EMPTY_LOG = ['log.100000002', new Uint8Array(0)] as const;
type Faulty = readonly [name: string, files: readonly (readonly [string, Uint8Array])[], reason: RegExp];

/** A log of three whose second entry has a flipped bit. */
function rottenLog(): readonly [string, Uint8Array] {
  const [name, bytes] = logFile(txnAt(1, 1), txnAt(1, 2), txnAt(1, 3));
  bytes[logFile(txnAt(1, 1))[1].length + 20] = 0x55;
  return [name, bytes];
}

function markFile(zxid: Zxid): readonly [string, Uint8Array] {
  return ['durableZxid', encodeMark({ sequence: 0, zxid }).bytes];
}

const BASE = snapshotFile(ZXID_ZERO);
const TORN = ['log.100000001', BYTES.slice(0, -3)] as const;
const REFUSED: readonly Faulty[] = [
  ['a torn log that is not the last', [BASE, markFile(makeZxid(1, 3)), TORN, logFile(txnAt(1, 3))], /^log\.100000001/],
  ['a damaged entry with a sound one behind it', [BASE, rottenLog()], /^log\.100000001 is damaged/],
  ['a damaged entry that was durable', [BASE, markFile(makeZxid(1, 2)), TORN], /up to 0x100000001 only, .* up to 0x100000002/],
  ['a log that is gone', [BASE, markFile(makeZxid(1, 2))], /up to 0x0 only/],
  ['an empty log that is not the last', [BASE, logFile(txnAt(1, 1)), EMPTY_LOG, logFile(txnAt(1, 3))], /^log\.100000002/],
  ['a log under another name', [BASE, ['log.100000002', BYTES]], /^log\.100000002 is damaged/],
  ['a gap between two logs', [BASE, logFile(txnAt(1, 1)), logFile(txnAt(1, 3))], /missing between 0x100000001 and 0x100000003/],
  ['a log without a snapshot', [logFile(txnAt(1, 1))], /no snapshot before it/],
  ['a log that starts in the middle', [logFile(txnAt(1, 3))], /starts with 0x100000003/],
  ['no sound snapshot', [['snapshot.100000000', BYTES], logFile(txnAt(1, 1))], /none of the snapshots/],
  ['a damaged snapshot beyond the log', [snapshotFile(makeZxid(1, 1)), logFile(txnAt(1, 1)), DAMAGED_SNAPSHOT], /^snapshot\.1/],
  ['no log up to a damaged snapshot', [BASE, logFile(txnAt(1, 1)), DAMAGED_SNAPSHOT, logFile(txnAt(2, 1))], /not lead up to it/],
];
const UNRECOVERABLE: readonly Faulty[] = [
  ['a compressed snapshot alone', [['snapshot.5.gz', BYTES], logFile(txnAt(1, 1))], /^snapshot\.5\.gz is compressed/],
  ['an epoch that is no number', [['currentEpoch', BYTES]], /^currentEpoch is damaged/],
  ['epochs the wrong way round', [['acceptedEpoch', encodeEpoch(1)], ['currentEpoch', encodeEpoch(2)]], /below currentEpoch/],
  ['a history that was never accepted', [...OLD_EPOCHS, BASE, logFile(txnAt(1, 1))], /below the epoch/],
];
for (const [expected, table] of [['refused', REFUSED], ['unrecoverable', UNRECOVERABLE]] as const) {
  for (const [name, files, reason] of table) {
    test(`${expected}: ${name}`, () => {
      const bench = new Bench(files);
      assert.is(bench.first.kind, expected);
      if (bench.first.kind === 'refused' || bench.first.kind === 'unrecoverable') assert.match(bench.first.reason, reason);
      assert.equal(bench.disk.list(), files.map(([file]) => file).sort((a, b) => (a < b ? -1 : 1)), 'nothing is touched');
    });
  }
}

test('what was refused is replaced by a snapshot from a leader, and then counts again', () => {
  const bench = new Bench([BASE, rottenLog(), ['acceptedEpoch', encodeEpoch(3)], ['currentEpoch.tmp', encodeEpoch(2)]]);
  if (bench.first.kind === 'refused') assert.equal([bench.first.acceptedEpoch, bench.first.currentEpoch], [3, 3]);
  bench.storage.writeEpoch('acceptedEpoch', 4, bench.io);
  bench.storage.installSnapshot(imageAt(makeZxid(2, 9)), bench.io);
  bench.run();
  assert.equal(bench.disk.list(), ['acceptedEpoch', 'durableZxid', 'snapshot.200000009']);
  assert.equal(parseEpoch(present(bench.disk.read('acceptedEpoch'), 'it was written')), 4);
  assert.equal(bench.log(txnAt(4, 1)), [{ kind: 'durable', zxid: makeZxid(4, 1) }]);
});

const KEPT: readonly [name: string, files: readonly (readonly [string, Uint8Array])[], count: number][] = [
  ['whatever lies behind what was durable', [BASE, markFile(makeZxid(1, 1)), rottenLog()], 1],
  ['a gap behind it', [BASE, markFile(makeZxid(1, 1)), logFile(txnAt(1, 1), txnAt(1, 3))], 1],
  ['a file of which nothing was', [BASE, markFile(ZXID_ZERO), ['log.100000001', new Uint8Array(40).fill(7)]], 0],
  ["ZooKeeper's tear before the file that it went on in", [BASE, ['log.100000001', BYTES.slice(0, -3)], logFile(txnAt(1, 2))], 2],
  ['logs that nothing precedes, if trusted', [logFile(txnAt(1, 1))], 1],
];
for (const [name, files, count] of KEPT) {
  test(`recovery drops what does not count: ${name}`, () => {
    const { first } = new Bench(files, { ...SETTINGS, isEmptyTrusted: name.includes('trusted') });
    assert.is(first.kind, 'recovered');
    if (first.kind === 'recovered') assert.is(first.txns.length, count);
  });
}

test('an epoch is read as ZooKeeper wrote it, and survives any flipped bit as we wrote it', () => {
  for (const text of ['17', '17\n']) assert.is(parseEpoch(new TextEncoder().encode(text)), 17);
  const bytes = encodeEpoch(17);
  assert.is(new TextDecoder().decode(bytes).split('\n')[0], '17');
  for (let bit = 0; bit < bytes.length * 8; bit++) {
    const rotten = bytes.slice();
    rotten[bit >> 3] = (rotten[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    assert.is(parseEpoch(rotten), 17, `bit ${bit}`);
  }
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

test('an older snapshot serves when a newer one is damaged and the log reaches beyond both', () => {
  const log = logFile(txnAt(1, 1), txnAt(1, 2), txnAt(1, 3));
  const { first } = new Bench([snapshotFile(makeZxid(1, 1)), log, DAMAGED_SNAPSHOT]);
  assert.is(first.kind, 'recovered');
  if (first.kind === 'recovered') assert.equal([first.image.zxid, first.txns.length], [makeZxid(1, 1), 2]);
});

test('a torn tail is cut off before recovery ends, and files left half written go', () => {
  const bench = new Bench([BASE, ['log.100000001', BYTES.slice(0, -3)], ['currentEpoch.tmp', encodeEpoch(7)]]);
  assert.is(bench.first.kind, 'recovered');
  if (bench.first.kind === 'recovered') assert.equal([bench.first.tornTail, bench.first.txns.length], [true, 1]);
  assert.equal(bench.disk.list(), ['durableZxid', 'log.100000001', 'snapshot.0']);
  assert.is(bench.disk.read('log.100000001')?.length, logFile(txnAt(1, 1))[1].length);
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

for (const failing of ['list .', 'sync log.100000001', 'syncDirectory .', 'write durableZxid']) {
  test(`unrecoverable: ${failing} fails`, () => {
    const disk = new SimulatedDisk();
    disk.append(...BASE);
    disk.append(...logFile(txnAt(1, 1)));
    const io = new FakeIo<SyncMark>(disk);
    io.failing.add(failing);
    const storage = new Storage(SETTINGS);
    storage.recover(io);
    const kinds: string[] = [];
    for (let event = io.next(0); event !== undefined; event = io.next(0)) kinds.push(storage.handle(event, io)?.kind ?? '');
    assert.ok(kinds.includes('unrecoverable'));
  });
}

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
