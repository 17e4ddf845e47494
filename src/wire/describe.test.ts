import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { NO_SESSION } from '../base/session-id.ts';
import { makeZxid, ZXID_UNINITIALIZED } from '../base/zxid.ts';
import { describeMessage } from './describe.ts';
import type { Message } from './message.ts';
import { encodeTxn } from './transaction-codec.ts';
import type { TxnBody } from './transactions.ts';

const test = suite('describe');

const ZXID = makeZxid(2, 4);

function proposal(body: TxnBody): Message {
  return { kind: 'PROPOSAL', txn: encodeTxn({ clientId: NO_SESSION, cxid: 1, zxid: ZXID, time: 5 }, body, null) };
}

const LINES: readonly (readonly [Message, string])[] = [
  [proposal({ kind: 'setData', path: '/a', data: null, version: 1 }), 'PROPOSAL 0x200000004 setData /a'],
  [proposal({ kind: 'error', err: -101 }), 'PROPOSAL 0x200000004 error NONODE'],
  [
    proposal({ kind: 'multi', txns: [{ kind: 'delete', path: '/a' }, { kind: 'error', err: -2 }] }),
    'PROPOSAL 0x200000004 multi [delete /a, error RUNTIMEINCONSISTENCY]',
  ],
  [{ kind: 'ACK', zxid: ZXID }, 'ACK 0x200000004'],
  [{ kind: 'UPTODATE' }, 'UPTODATE'],
  [{ kind: 'PING', zxid: ZXID, touched: [] }, 'PING 0x200000004 touched 0'],
  [{ kind: 'request', xid: 7, request: { kind: 'sync', path: '/a' } }, 'request 7 sync /a'],
  [
    { kind: 'request', xid: 8, request: { kind: 'multi', ops: [{ kind: 'check', path: '/b', version: 1 }] } },
    'request 8 multi [check /b]',
  ],
  [{ kind: 'request', xid: 9, request: { kind: 'unknown', opcode: 23 } }, 'request 9 unknown 23'],
  [{ kind: 'reply', xid: 7, zxid: ZXID, err: 0, response: { kind: 'sync', path: '/a' } }, 'reply 7 0x200000004 OK sync'],
  [{ kind: 'reply', xid: 7, zxid: ZXID, err: -999, response: null }, 'reply 7 0x200000004 -999'],
  [{ kind: 'event', zxid: ZXID_UNINITIALIZED, type: 3, state: 3, path: '/a' }, 'event NodeDataChanged /a 0xffffffffffffffff'],
  [
    { kind: 'notification', state: 'LOOKING', leader: 3, zxid: ZXID, electionEpoch: 9, peerEpoch: 2, config: '' },
    'notification LOOKING leader 3 0x200000004 epoch 2 round 9',
  ],
];

test('one line for people', () => {
  for (const [message, line] of LINES) assert.is(describeMessage(message), line);
});

test.run();
