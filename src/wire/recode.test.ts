import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { message, snapshotImage, txn } from './arbitraries.ts';
import { describeMessage } from './describe.ts';
import { fingerprintMessage } from './message-fingerprint.ts';
import { recode } from './recode.ts';
import { decodeSnapshot, encodeSnapshot } from './snapshot-codec.ts';
import { decodeTxn } from './transaction-codec.ts';

const test = suite('round trips');
const RUNS = { seed: 20_250_101, numRuns: 1500 };

test('every message comes back equal, with the same fingerprint and description', () => {
  fc.assert(
    fc.property(message, (sent) => {
      const received = recode(sent);
      assert.equal(received, sent);
      assert.is(fingerprintMessage(received), fingerprintMessage(sent));
      assert.is(describeMessage(received), describeMessage(sent));
    }),
    RUNS,
  );
});

test('every transaction comes back equal', () => {
  fc.assert(
    fc.property(txn, (sent) => {
      assert.equal(decodeTxn(sent.bytes), sent);
    }),
    RUNS,
  );
});

test('every snapshot comes back equal', () => {
  fc.assert(
    fc.property(snapshotImage, (image) => {
      const decoded = decodeSnapshot(encodeSnapshot(image));
      assert.equal({ ...decoded, nodes: [...decoded.nodes] }, image);
    }),
    { ...RUNS, numRuns: 300 },
  );
});

test.run();
