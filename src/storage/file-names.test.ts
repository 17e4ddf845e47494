import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { makeZxid, ZXID_ZERO } from '../base/zxid.ts';
import { installingFileName, logFileName, snapshotFileName, takeInventory, temporaryFileName } from './file-names.ts';

const test = suite('file names');

test('a name carries its zxid in hexadecimal, as ZooKeeper writes it', () => {
  assert.is(logFileName(makeZxid(5, 77)), 'log.50000004d');
  assert.is(snapshotFileName(ZXID_ZERO), 'snapshot.0');
  assert.is(installingFileName(makeZxid(1, 0)), 'snapshot.100000000.installing');
  assert.is(temporaryFileName('currentEpoch'), 'currentEpoch.tmp');
});

test('a directory is sorted out by number, not by text', () => {
  const files = ['acceptedEpoch', 'log.100000001', 'log.9', 'snapshot.10', 'snapshot.2', 'snapshot.3.installing'];
  assert.equal(takeInventory(files), {
    logs: [9, makeZxid(1, 1)],
    snapshots: [2, 16],
    installing: [3],
    epochs: ['acceptedEpoch'],
    leftovers: [],
    compressed: new Map(),
    hasWatermark: false,
    mayBeEmpty: false,
  });
});

for (const file of ['acceptedEpoch.tmp', 'currentEpoch.tmp', 'snapshot.1f.tmp']) {
  test(`${file} is left over`, () => assert.equal(takeInventory([file]).leftovers, [file]));
}

const OTHERS = ['log.', 'log.01', 'log.A', 'log.-1', 'log.1.tmp', 'log.ffffffffffffffff', 'log.1.gz', 'a.tmp', 'id'];
for (const file of OTHERS) {
  test(`${file} is not ours`, () => {
    assert.equal(takeInventory([file]), takeInventory([]));
  });
}

test('compressed snapshots, the mark and the marker are known', () => {
  const found = takeInventory(['snapshot.1f.gz', 'snapshot.20.snappy', 'durableZxid', 'initialize']);
  assert.equal([...found.compressed.values()], ['snapshot.1f.gz', 'snapshot.20.snappy']);
  assert.ok(found.hasWatermark && found.mayBeEmpty);
});

test.run();
