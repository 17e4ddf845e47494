import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { NO_SESSION } from '../base/session-id.ts';
import { makeZxid, ZXID_ZERO } from '../base/zxid.ts';
import type { Zxid } from '../base/zxid.ts';
import { fromHex, toHex } from './hex.ts';
import { decodeSnapshot, encodeSnapshot, SnapshotEncoder } from './snapshot-codec.ts';
import type { SnapshotImage, SnapshotNode } from './transactions.ts';
import { WireError } from './wire-error.ts';
import { OPEN_ACL_UNSAFE } from './words.ts';
import type { StatPersisted } from './words.ts';

const test = suite('snapshot codec');

/** The snapshot that a real 3.9 server writes of an empty database: all 478 bytes. */
const GOLDEN = `
5a4b534e00000002ffffffffffffffff00000000000000010000000000000001000000010000000100000005776f726c6400000006616e796f6e6500
00000000000000ffffffffffffffff000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000
0000000000000000000000000000000000000a2f7a6f6f6b656570657200000000ffffffffffffffff00000000000000000000000000000000000000
0000000000000000000000000000000000000000000000000000000000000000000000000000000000000000112f7a6f6f6b65657065722f636f6e66
696700000000000000000000000100000000000000000000000000000000000000000000000000000000000000000000000000000000ffffffff0000
0000000000000000000000000000000000102f7a6f6f6b65657065722f71756f746100000000ffffffffffffffff0000000000000000000000000000
00000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000012f00000000b8a23b4900
0000012f00000000000000000000000200000000000000000000000095b93d59000000012f000000000000000000000000bde83f6d000000012f`;

const STAT: StatPersisted = {
  czxid: ZXID_ZERO,
  mzxid: ZXID_ZERO,
  ctime: 0,
  mtime: 0,
  version: 0,
  cversion: 0,
  aversion: 0,
  ephemeralOwner: NO_SESSION,
  pzxid: ZXID_ZERO,
};
const NOTHING = new Uint8Array(0);

function node(path: string, more: Partial<SnapshotNode> = {}): SnapshotNode {
  return { path, data: NOTHING, aclId: -1, stat: STAT, ...more };
}

const EMPTY: SnapshotImage = {
  zxid: ZXID_ZERO,
  sessions: [],
  acls: [{ aclId: 1, acl: [{ perms: 1, id: { scheme: 'world', id: 'anyone' } }] }],
  nodes: [
    node(''),
    node('/zookeeper'),
    node('/zookeeper/config', { aclId: 1, stat: { ...STAT, aversion: -1 } }),
    node('/zookeeper/quota'),
  ],
  digest: null,
};

const FULL: SnapshotImage = {
  ...EMPTY,
  zxid: makeZxid(3, 17),
  sessions: [{ id: NO_SESSION, timeoutMs: 1 }],
  acls: [...EMPTY.acls, { aclId: 2, acl: OPEN_ACL_UNSAFE }],
  nodes: [...EMPTY.nodes, node('/ä', { data: null }), node('/x', { data: Uint8Array.of(47), stat: { ...STAT, ctime: 1.7e12 } })],
  digest: { high: 7, low: 0xdeadbeef },
};

/** With its nodes made. */
function decoded(bytes: Uint8Array, named?: Zxid): SnapshotImage {
  const image = decodeSnapshot(bytes, named);
  assert.is([...image.nodes].length, image.nodes.length);
  return { ...image, nodes: [...image.nodes] };
}

function refusal(bytes: Uint8Array, named?: Zxid): string {
  try {
    decodeSnapshot(bytes, named);
  } catch (error) {
    if (error instanceof WireError) return error.reason;
    throw error;
  }
  return 'accepted';
}

test('an empty database, byte for byte', () => {
  const bytes = fromHex(GOLDEN);
  assert.is(bytes.length, 478);
  assert.equal(decoded(bytes), EMPTY);
  assert.is(toHex(encodeSnapshot(EMPTY)), toHex(bytes));
});

test('the seals stand where a real file has them', () => {
  const bytes = encodeSnapshot(EMPTY);
  for (const offset of [411, 444, 465]) assert.is(toHex(bytes.slice(offset + 8, offset + 13)), '000000012f');
});

test('a full one survives its bytes', () => {
  assert.equal(decoded(encodeSnapshot(FULL)), FULL);
});

test('in pieces of any size it is the same file', () => {
  const whole = toHex(encodeSnapshot(FULL));
  for (const enough of [1, 50, 400, 10_000]) {
    const encoder = new SnapshotEncoder(FULL);
    let pieces = '';
    for (let count = 0; !encoder.isDone; count++) {
      assert.ok(count < 100, 'it comes to an end');
      pieces += toHex(encoder.take(enough));
    }
    assert.is(pieces, whole, `pieces of ${enough}`);
  }
});

test('the name wins over the zxid inside, and a digest of another zxid is dropped', () => {
  const image = decodeSnapshot(encodeSnapshot(FULL), makeZxid(3, 16));
  assert.is(image.zxid, makeZxid(3, 16));
  assert.is(image.digest, null);
  assert.equal(decoded(encodeSnapshot(FULL), FULL.zxid), FULL);
});

test('files of older releases lack the last blocks', () => {
  const bytes = encodeSnapshot(FULL);
  const withoutZxid = bytes.slice(0, -21);
  assert.is(refusal(withoutZxid), 'truncated');
  assert.equal(decoded(withoutZxid, FULL.zxid), FULL);
  assert.equal(decoded(bytes.slice(0, -54), FULL.zxid), { ...FULL, digest: null });
});

test('any flipped bit, any cut and anything appended is noticed', () => {
  const bytes = encodeSnapshot(FULL);
  for (let at = 0; at < bytes.length; at++) {
    const damaged = bytes.slice();
    damaged[at] = (damaged[at] ?? 0) ^ (1 << at % 8);
    // Bytes 8..15 are the database's id, which nobody reads; the checksum covers them all the same.
    assert.is.not(refusal(damaged, FULL.zxid), 'accepted', `byte ${at}`);
  }
  for (let length = 0; length < bytes.length; length++) {
    if (length === bytes.length - 21 || length === bytes.length - 54) continue;
    assert.is.not(refusal(bytes.slice(0, length), FULL.zxid), 'accepted', `length ${length}`);
  }
  assert.is.not(refusal(Uint8Array.of(...bytes, 0), FULL.zxid), 'accepted');
});

test.run();
