import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { NO_SESSION } from '../base/session-id.ts';
import { makeZxid, ZXID_ZERO } from '../base/zxid.ts';
import type { Zxid } from '../base/zxid.ts';
import { fromHex, toHex } from '../wire/hex.ts';
import { encodeTxn } from '../wire/transaction-codec.ts';
import type { Txn } from '../wire/transactions.ts';
import { encodeLogEntry, findGap, isSuccessor, LOG_HEADER_SIZE, parseLog } from './log-format.ts';

const test = suite('log format');

function txnAt(zxid: Zxid): Txn {
  return encodeTxn({ clientId: NO_SESSION, cxid: 0, zxid, time: 0 }, { kind: 'error', err: -101 }, null);
}

function logOf(...txns: Txn[]): Uint8Array {
  return join(...txns.map((txn, index) => encodeLogEntry(txn, index === 0)));
}

function join(...parts: Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

function flipped(bytes: Uint8Array, at: number): Uint8Array {
  const copy = bytes.slice();
  copy[at] = (copy[at] ?? 0) ^ 0x20;
  return copy;
}

const ONE = txnAt(makeZxid(1, 1));
const TWO = txnAt(makeZxid(1, 2));
const LOG = logOf(ONE, TWO);
const FIRST_END = logOf(ONE).length;

/** The first entry of a real log: createSession, with the file's header before it. */
const GOLDEN = fromHex(
  `5a4b4c47 00000002 0000000000000000
   00000000e0a90bc0 00000030
   01000015af710000 00000000 0000000000000001 000001a1ff8fec85 fffffff6
   00007530
   00000002 0000000051c6d660
   42`,
);

test('what ZooKeeper wrote is read, and written back as it was', () => {
  const parsed = parseLog(GOLDEN);
  assert.is(parsed.damage, 'none');
  const txn = parsed.txns[0];
  assert.is(txn?.zxid, 1);
  assert.is(txn?.body.kind, 'createSession');
  if (txn !== undefined) assert.is(toHex(encodeLogEntry(txn, true)), toHex(GOLDEN));
});

const NO_TRANSACTION = encodeLogEntry({ ...ONE, bytes: new Uint8Array(3) }, false);
const HEADER = LOG.slice(0, LOG_HEADER_SIZE);
const TABLE: readonly [name: string, bytes: Uint8Array, count: number, validLength: number, damage: string][] = [
  ['a sound log', LOG, 2, LOG.length, 'none'],
  ['preallocated space', join(LOG, new Uint8Array(5000)), 2, LOG.length, 'none'],
  ['a header alone', HEADER, 0, LOG_HEADER_SIZE, 'none'],
  ['nothing', new Uint8Array(0), 0, 0, 'torn'],
  ['half a header', LOG.slice(0, 9), 0, 0, 'torn'],
  ['a header that is a hole', join(new Uint8Array(16), LOG.slice(16)), 0, 0, 'torn'],
  ['another kind of file', join(new Uint8Array(16).fill(7), LOG.slice(16)), 0, 0, 'foreign'],
  ['another version', flipped(LOG, 7), 0, 0, 'foreign'],
  ['half an entry', LOG.slice(0, LOG.length - 5), 1, FIRST_END, 'torn'],
  ['no B', LOG.slice(0, LOG.length - 1), 1, FIRST_END, 'torn'],
  ['another B', flipped(LOG, LOG.length - 1), 1, FIRST_END, 'torn'],
  ['a flipped bit', flipped(LOG, FIRST_END + 20), 1, FIRST_END, 'torn'],
  ['a flipped checksum', flipped(LOG, FIRST_END + 1), 1, FIRST_END, 'torn'],
  ['a hole with an entry after it', join(logOf(ONE), new Uint8Array(40), encodeLogEntry(TWO, false)), 1, FIRST_END, 'torn'],
  ['an endless length', join(logOf(ONE), new Uint8Array(8), new Uint8Array(8).fill(0x7f)), 1, FIRST_END, 'torn'],
  ['the same zxid twice', join(logOf(ONE), encodeLogEntry(ONE, false)), 1, FIRST_END, 'unreadable'],
  ['sound bytes that are no transaction', join(LOG, NO_TRANSACTION), 2, LOG.length, 'unreadable'],
];

for (const [name, bytes, count, validLength, damage] of TABLE) {
  test(`parse: ${name}`, () => {
    const parsed = parseLog(bytes);
    assert.equal([parsed.txns.length, parsed.validLength, parsed.damage], [count, validLength, damage]);
    assert.is(parsed.ends.length, count);
  });
}

test('a log cut anywhere is read up to its last whole entry', () => {
  for (let length = 0; length < LOG.length; length++) {
    const parsed = parseLog(LOG.slice(0, length));
    const expected = length < LOG_HEADER_SIZE ? 0 : length < FIRST_END ? LOG_HEADER_SIZE : FIRST_END;
    assert.is(parsed.validLength, expected);
    // An entry starts with four zeros, which alone look like preallocated space.
    assert.is(parsed.damage, length > 0 && length <= expected + (expected > 0 ? 4 : 0) ? 'none' : 'torn');
  }
});

test('the next counter follows, or the first of any later epoch', () => {
  assert.ok(isSuccessor(ZXID_ZERO, makeZxid(0, 1)));
  assert.ok(isSuccessor(ZXID_ZERO, makeZxid(3, 1)));
  assert.ok(isSuccessor(makeZxid(1, 4), makeZxid(1, 5)));
  assert.not(isSuccessor(makeZxid(1, 4), makeZxid(1, 6)));
  assert.not(isSuccessor(makeZxid(1, 4), makeZxid(1, 4)));
  assert.not(isSuccessor(makeZxid(1, 4), makeZxid(2, 2)));
  assert.not(isSuccessor(makeZxid(2, 4), makeZxid(1, 1)));
  assert.is(findGap(ZXID_ZERO, [ONE, TWO]), undefined);
  assert.is(findGap(ZXID_ZERO, [ONE, txnAt(makeZxid(1, 3))]), 'between 0x100000001 and 0x100000003');
});

test.run();
