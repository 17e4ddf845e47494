/** What the storage makes of the files that it finds: what counts, what is dropped, what is refused and why. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { present } from '../base/invariant.ts';
import { makeZxid, ZXID_ZERO } from '../base/zxid.ts';
import { encodeSnapshot } from '../wire/snapshot-codec.ts';
import { SimulatedDisk, type SyncMark } from '../world/disk.ts';
import { encodeEpoch, parseEpoch } from './epoch-writer.ts';
import { FakeIo, SETTINGS } from './fake-io.ts';
import { BASE, Bench, BYTES, imageAt, logFile, markFile, snapshotFile, txnAt } from './storage-testing.ts';
import { Storage } from './storage.ts';

const test = suite('recovery');

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

test.run();
