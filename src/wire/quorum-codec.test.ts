import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { NO_SESSION, parseSessionId } from '../base/session-id.ts';
import { present } from '../base/invariant.ts';
import { makeZxid, ZXID_UNINITIALIZED, ZXID_ZERO } from '../base/zxid.ts';
import { decodeElectionHello, decodeNotification, encodeElectionMessage } from './election-codec.ts';
import { fromHex, toHex } from './hex.ts';
import { decodeQuorumMessage, encodeQuorumMessage } from './quorum-codec.ts';
import type { Notification, QuorumMessage } from './quorum-messages.ts';
import { decodeTxn } from './transaction-codec.ts';
import { WireError } from './wire-error.ts';

const test = suite('quorum codec');

const EPOCH_ONE = makeZxid(1, 0);
const FIRST = makeZxid(1, 1);
const SID = present(parseSessionId('0300001234560000'), 'a session id');
const TXN = '0300001234560000 00000000 0000000100000001 000001a1ff8fec85 fffffff6 00001770 00000002 0000000051c6d660';
const CONFIG = 'version=0';

/** Two empty voters elect, synchronise and log their first transaction: what a real pair sends. */
const GOLDEN: readonly (readonly [string, QuorumMessage])[] = [
  [
    '0000000b 0000000000000000 00000014 0000000000000003 00010000 0000000000000000 ffffffff',
    { kind: 'FOLLOWERINFO', acceptedEpoch: 0, sid: 3, configVersion: ZXID_ZERO },
  ],
  ['00000011 0000000100000000 00000004 00010000 ffffffff', { kind: 'LEADERINFO', epoch: 1 }],
  ['00000012 0000000000000000 00000004 00000000 ffffffff', { kind: 'ACKEPOCH', currentEpoch: 0, lastZxid: ZXID_ZERO }],
  ['0000000d 0000000000000000 ffffffff ffffffff', { kind: 'DIFF', zxid: ZXID_ZERO }],
  ['0000000a 0000000100000000 00000009 76657273696f6e3d30 ffffffff', { kind: 'NEWLEADER', zxid: EPOCH_ONE, config: CONFIG }],
  ['00000003 0000000100000000 ffffffff ffffffff', { kind: 'ACK', zxid: EPOCH_ONE }],
  ['0000000c ffffffffffffffff ffffffff ffffffff', { kind: 'UPTODATE' }],
  ['00000005 0000000100000000 ffffffff ffffffff', { kind: 'PING', zxid: EPOCH_ONE, touched: null }],
  ['00000005 0000000100000000 00000000 ffffffff', { kind: 'PING', zxid: EPOCH_ONE, touched: [] }],
  [
    '00000001 ffffffffffffffff 00000014 0300001234560000 00000000 fffffff6 00001770 ffffffff',
    { kind: 'REQUEST', sessionId: SID, cxid: 0, request: { kind: 'createSession', timeoutMs: 6000 }, authInfo: null },
  ],
  [`00000002 0000000100000001 00000030 ${TXN} ffffffff`, { kind: 'PROPOSAL', txn: decodeTxn(fromHex(TXN)) }],
  ['00000003 0000000100000001 ffffffff ffffffff', { kind: 'ACK', zxid: FIRST }],
  ['00000004 0000000100000001 ffffffff ffffffff', { kind: 'COMMIT', zxid: FIRST }],
];

/** Written from the table of packets. */
const TABLE: readonly (readonly [string, QuorumMessage])[] = [
  [`00000008 0000000100000001 00000030 ${TXN} ffffffff`, { kind: 'INFORM', txn: decodeTxn(fromHex(TXN)) }],
  [
    '00000006 ffffffffffffffff 0000000c 0300001234560000 00001770 ffffffff',
    { kind: 'REVALIDATE', sessionId: SID, timeoutMs: 6000 },
  ],
  ['00000006 ffffffffffffffff 00000009 0300001234560000 01 ffffffff', { kind: 'REVALIDATED', sessionId: SID, valid: true }],
  ['00000007 0000000000000000 ffffffff ffffffff', { kind: 'SYNC' }],
  ['0000000e 0000000100000001 ffffffff ffffffff', { kind: 'TRUNC', zxid: FIRST }],
  [
    '00000009 0000000100000001 00000008 0000000000000002 ffffffff',
    { kind: 'COMMITANDACTIVATE', zxid: FIRST, designatedLeader: 2, txn: null },
  ],
  [
    `00000013 0000000100000001 00000038 0000000000000002 ${TXN} ffffffff`,
    { kind: 'INFORMANDACTIVATE', zxid: FIRST, designatedLeader: 2, txn: decodeTxn(fromHex(TXN)) },
  ],
  [
    '00000010 0000000200000000 00000014 0000000000000004 00010000 0000000100000000 ffffffff',
    { kind: 'OBSERVERINFO', acceptedEpoch: 2, sid: 4, configVersion: EPOCH_ONE },
  ],
  ['00000012 0000000000000000 00000004 ffffffff ffffffff', { kind: 'ACKEPOCH', currentEpoch: -1, lastZxid: ZXID_ZERO }],
  [
    '00000005 0000000100000000 0000000c 0300001234560000 00001770 ffffffff',
    { kind: 'PING', zxid: EPOCH_ONE, touched: [{ sessionId: SID, timeoutMs: 6000 }] },
  ],
  [
    '00000001 ffffffffffffffff 00000016 0300001234560000 00000007 00000009 00000002 2f61 00000001 00000002 6970 00000001 78',
    { kind: 'REQUEST', sessionId: SID, cxid: 7, request: { kind: 'sync', path: '/a' }, authInfo: [{ scheme: 'ip', id: 'x' }] },
  ],
  [
    '0000000f 0000000100000001 ffffffff ffffffff 00000000 00000000 00000001 2f 0000000a 42656e57617348657265',
    { kind: 'SNAP', zxid: FIRST, image: { zxid: FIRST, sessions: [], acls: [], nodes: [], digest: null } },
  ],
];

function refusal(decode: () => unknown): string {
  try {
    decode();
  } catch (error) {
    if (error instanceof WireError) return error.reason;
    throw error;
  }
  return 'accepted';
}

test('the trace of two real voters, byte for byte, both ways', () => {
  for (const [hex, message] of [...GOLDEN, ...TABLE]) {
    const bytes = fromHex(hex);
    assert.is(toHex(encodeQuorumMessage(message)), toHex(bytes), message.kind);
    assert.equal(decodeQuorumMessage(bytes), message);
  }
});

test('packets that no peer should send', () => {
  const cases: readonly (readonly [string, string])[] = [
    ['00000014 0000000000000000 ffffffff ffffffff', 'type'],
    ['00000002 0000000100000001 ffffffff ffffffff', 'null'],
    ['00000003 7fffffff00000001 ffffffff ffffffff', 'range'],
    ['00000011 7fffffff00000000 00000004 00010000 ffffffff', 'range'],
    ['00000011 0000000100000000 00000004 00000001 ffffffff', 'version'],
    ['00000003 0000000100000001 ffffffff ffffffff 00', 'trailing'],
    ['00000003 0000000100000001 ffffffff 7fffffff', 'truncated'],
    ['0000000f 0000000100000001 ffffffff ffffffff 00000000 00000000 00000001 2f 0000000a 42656e57617348657266', 'seal'],
  ];
  for (const [hex, reason] of cases) assert.is(refusal(() => decodeQuorumMessage(fromHex(hex))), reason, hex);
});

test('a hello, byte for byte', () => {
  const hex = 'ffffffffffff0000 0000000000000002 0000000f 3132372e302e302e313a3236303132';
  const hello = { kind: 'electionHello' as const, sid: 2, address: '127.0.0.1:26012' };
  assert.is(toHex(encodeElectionMessage(hello)), toHex(fromHex(hex)));
  assert.equal(decodeElectionHello(fromHex(hex)), hello);
  assert.equal(decodeElectionHello(fromHex('0000000000000002')), { kind: 'electionHello', sid: 2, address: '' });
  assert.is(toHex(encodeElectionMessage({ ...hello, address: 'a|b' })).slice(0, 16), 'ffffffffffff0001');
  assert.is(decodeElectionHello(fromHex('ffffffffffff0000 7fffffffffffffff 00000000')).sid, Number.MAX_SAFE_INTEGER);
});

test('a hello of no known form', () => {
  assert.is(refusal(() => decodeElectionHello(fromHex('fffffffffffe0000 0000000000000002 00000000'))), 'version');
  assert.is(refusal(() => decodeElectionHello(fromHex('ffffffffffff0000 0000000000000002 00000801'))), 'length');
  assert.is(refusal(() => decodeElectionHello(fromHex('ffffffffffff0000 0000000000000002 00000002 61'))), 'truncated');
});

const VOTE = '00000002 0000000000000003 0000000100000001 0000000000000009 0000000000000001';
const NOTIFICATION: Notification = {
  kind: 'notification',
  state: 'LEADING',
  leader: 3,
  zxid: FIRST,
  electionEpoch: 9,
  peerEpoch: 1,
  config: CONFIG,
};

test('a notification, in today\'s form and in the old ones', () => {
  const hex = `${VOTE} 00000002 00000009 76657273696f6e3d30`;
  assert.is(toHex(encodeElectionMessage(NOTIFICATION)), toHex(fromHex(hex)));
  assert.equal(decodeNotification(fromHex(hex)), NOTIFICATION);
  const withoutVersion = fromHex(`${VOTE} 00000000`);
  assert.is(withoutVersion.length, 40);
  assert.equal(decodeNotification(withoutVersion), { ...NOTIFICATION, config: '' });
  assert.equal(decodeNotification(withoutVersion.slice(0, 28)), { ...NOTIFICATION, config: '' });
});

test('the vote of a server that may not vote is readable', () => {
  const least = '8000000000000000';
  const payload = fromHex(`00000000 ${least} ${least} 0000000000000001 ${least} 00000002 00000000`);
  const { zxid, leader, peerEpoch } = decodeNotification(payload);
  assert.is(zxid, ZXID_UNINITIALIZED);
  assert.is(leader, Number.MIN_SAFE_INTEGER);
  assert.is(peerEpoch, Number.MIN_SAFE_INTEGER);
});

test('notifications to ignore', () => {
  const bytes = encodeElectionMessage(NOTIFICATION);
  assert.is(refusal(() => decodeNotification(bytes.slice(0, 27))), 'truncated');
  assert.is(refusal(() => decodeNotification(bytes.slice(0, -1))), 'truncated');
  assert.is(refusal(() => decodeNotification(fromHex(`00000004 ${VOTE.slice(9)} 00000002 00000000`))), 'type');
  assert.is(refusal(() => decodeNotification(fromHex(`${VOTE} 00000002 fffffffe 00`))), 'length');
  assert.is(refusal(() => decodeNotification(new Uint8Array(512 * 1024 + 1))), 'length');
});

test('a session that nobody has is all zero', () => {
  const message: QuorumMessage = { kind: 'REVALIDATED', sessionId: NO_SESSION, valid: false };
  assert.equal(decodeQuorumMessage(encodeQuorumMessage(message)), message);
});

test.run();
