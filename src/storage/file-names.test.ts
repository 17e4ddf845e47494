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
  });
});

for (const file of ['acceptedEpoch.tmp', 'currentEpoch.tmp', 'snapshot.1f.tmp']) {
  test(`${file} is left over`, () => assert.equal(takeInventory([file]).leftovers, [file]));
}

const OTHERS = ['log.', 'log.01', 'log.A', 'log.-1', 'log.1.tmp', 'log.ffffffffffffffff', 'snapshot.1.gz', 'a.tmp', 'id'];
for (const file of OTHERS) {
  test(`${file} is not ours`, () => {
    assert.equal(takeInventory([file]), { logs: [], snapshots: [], installing: [], epochs: [], leftovers: [] });
  });
}

test.run();
