import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { adler32 } from '../base/checksum.ts';
import { NO_SESSION } from '../base/session-id.ts';
import { makeZxid } from '../base/zxid.ts';
import { fromHex, toHex } from './hex.ts';
import { decodeTxn, encodeTxn } from './transaction-codec.ts';
import type { TxnBody } from './transactions.ts';
import { WireError } from './wire-error.ts';
import { OPEN_ACL_UNSAFE } from './words.ts';

const test = suite('transaction codec');

/** Body of the first entry that a real server logged: createSession, 30 s. */
const GOLDEN =
  '01000015af710000 00000000 0000000000000001 000001a1ff8fec85 fffffff6 | 00007530 | 00000002 0000000051c6d660';
const HEADER = { clientId: NO_SESSION, cxid: 7, zxid: makeZxid(2, 9), time: 1_700_000_000_000 };

function refusal(bytes: Uint8Array): string {
  try {
    decodeTxn(bytes);
  } catch (error) {
    if (error instanceof WireError) return error.reason;
    throw error;
  }
  return 'accepted';
}

test('the first entry of a real log', () => {
  const bytes = fromHex(GOLDEN);
  assert.is(bytes.length, 0x30);
  assert.is(adler32(bytes), 0xe0a90bc0);
  const txn = decodeTxn(bytes);
  assert.equal(txn.body, { kind: 'createSession', timeoutMs: 30_000 });
  assert.is(txn.clientId, '01000015af710000');
  assert.is(txn.zxid, 1);
  assert.is(txn.time, 0x1a1_ff8fec85);
  assert.equal(txn.digest, { high: 0, low: 0x51c6d660 });
  assert.is(toHex(encodeTxn(txn, txn.body, txn.digest).bytes), toHex(bytes));
});

const BODIES: readonly TxnBody[] = [
  { kind: 'create', path: '/a', data: null, acl: OPEN_ACL_UNSAFE, ephemeral: true, parentCVersion: 3 },
  { kind: 'create2', path: '/ä', data: new Uint8Array(0), acl: [], ephemeral: false, parentCVersion: -1 },
  { kind: 'createContainer', path: '/c', data: Uint8Array.of(1, 2), acl: OPEN_ACL_UNSAFE, parentCVersion: 1 },
  { kind: 'createTTL', path: '/t', data: null, acl: OPEN_ACL_UNSAFE, parentCVersion: 1, ttl: 1_099_511_627_775 },
  { kind: 'delete', path: '/a' },
  { kind: 'deleteContainer', path: '/c' },
  { kind: 'setData', path: '/a', data: Uint8Array.of(0), version: -2_147_483_648 },
  { kind: 'reconfig', path: '/zookeeper/config', data: Uint8Array.of(9), version: -1 },
  { kind: 'setACL', path: '/a', acl: OPEN_ACL_UNSAFE, version: 1 },
  { kind: 'check', path: '/a', version: 0 },
  { kind: 'createSession', timeoutMs: 6000 },
  { kind: 'closeSession', paths: null },
  { kind: 'closeSession', paths: [] },
  { kind: 'closeSession', paths: ['/a', '/b'] },
  { kind: 'error', err: -110 },
  { kind: 'multi', txns: [] },
  { kind: 'multi', txns: [{ kind: 'delete', path: '/a' }, { kind: 'error', err: -2 }] },
];

test('every kind of transaction survives its bytes, with a digest and without', () => {
  for (const body of BODIES) {
    for (const digest of [null, { high: 0xffff_ffff, low: 0x8000_0000 }]) {
      const txn = encodeTxn(HEADER, body, digest);
      assert.equal(decodeTxn(txn.bytes), txn, body.kind);
    }
  }
});

test('the bytes of one transaction are not those of the next', () => {
  const first = encodeTxn(HEADER, { kind: 'delete', path: '/first' }, null);
  const before = toHex(first.bytes);
  encodeTxn(HEADER, { kind: 'delete', path: '/secon' }, null);
  assert.is(toHex(first.bytes), before);
});

test('a create of a release that did not log parentCVersion', () => {
  const create = { kind: 'create' as const, path: '/a', data: null, acl: [], ephemeral: true, parentCVersion: 5 };
  const whole = encodeTxn(HEADER, create, null).bytes;
  assert.equal(decodeTxn(whole.slice(0, -4)).body, { ...create, parentCVersion: -1 });
});

test('a null list of permissions is the open one', () => {
  const whole = encodeTxn(HEADER, { kind: 'setACL', path: '/a', acl: [], version: 1 }, null).bytes;
  whole.fill(0xff, whole.length - 8, whole.length - 4);
  assert.equal(decodeTxn(whole).body, { kind: 'setACL', path: '/a', acl: OPEN_ACL_UNSAFE, version: 1 });
});

test('an unknown version of the digest is no digest', () => {
  const { bytes } = encodeTxn(HEADER, { kind: 'delete', path: '/a' }, { high: 1, low: 2 });
  bytes[bytes.length - 9] = 3;
  assert.is(decodeTxn(bytes).digest, null);
});

test('damage is refused with its reason', () => {
  const { bytes } = encodeTxn(HEADER, { kind: 'delete', path: '/a' }, { high: 1, low: 2 });
  assert.is(refusal(bytes.slice(0, 31)), 'truncated');
  assert.is(refusal(bytes.slice(0, -1)), 'truncated');
  assert.is(refusal(Uint8Array.of(...bytes, 0)), 'trailing');
  const unknownType = bytes.slice();
  unknownType[31] = 99;
  assert.is(refusal(unknownType), 'type');
  const hugeEpoch = bytes.slice();
  hugeEpoch[12] = 1;
  assert.is(refusal(hugeEpoch), 'range');
  const hugePath = bytes.slice();
  hugePath.fill(0x7f, 32, 36);
  assert.is(refusal(hugePath), 'length');
  const negative = bytes.slice();
  negative.fill(0xfe, 32, 36);
  assert.is(refusal(negative), 'length');
  const notText = bytes.slice();
  notText[37] = 0xff;
  assert.is(refusal(notText), 'utf8');
});

test('a vector cannot claim more elements than its bytes could hold', () => {
  const { bytes } = encodeTxn(HEADER, { kind: 'multi', txns: [] }, null);
  bytes.set([0x7f, 0xff, 0xff, 0xff], 32);
  assert.is(refusal(bytes), 'truncated');
});

test.run();
