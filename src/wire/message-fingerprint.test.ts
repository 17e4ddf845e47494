import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { NO_SESSION, sessionIdFromWords } from '../base/session-id.ts';
import { makeZxid } from '../base/zxid.ts';
import type { Zxid } from '../base/zxid.ts';
import type { Message } from './message.ts';
import { fingerprintMessage } from './message-fingerprint.ts';
import { encodeTxn } from './transaction-codec.ts';

const test = suite('message fingerprint');

function proposal(zxid: Zxid, time: number, path: string): Message {
  const header = { clientId: NO_SESSION, cxid: 1, zxid, time };
  return { kind: 'PROPOSAL', txn: encodeTxn(header, { kind: 'delete', path }, { high: 0, low: 5 }) };
}

const ONE = makeZxid(1, 1);
const TWO = makeZxid(2, 1);
const OTHER = sessionIdFromWords(1, 0);
const data = (...bytes: number[]): Uint8Array => Uint8Array.from(bytes);
const setData = (path: string, version: number, bytes: Uint8Array | null): Message => ({
  kind: 'request',
  xid: 1,
  request: { kind: 'setData', path, data: bytes, version },
});

/** In each row, every message must differ from every other of all rows. */
const DISTINCT: readonly (readonly Message[])[] = [
  [
    { kind: 'ACK', zxid: ONE },
    { kind: 'ACK', zxid: TWO },
    { kind: 'COMMIT', zxid: ONE },
    { kind: 'DIFF', zxid: ONE },
    { kind: 'TRUNC', zxid: ONE },
  ],
  [{ kind: 'UPTODATE' }, { kind: 'SYNC' }],
  [proposal(ONE, 5, '/a'), proposal(TWO, 5, '/a'), proposal(ONE, 6, '/a'), proposal(ONE, 5, '/ab')],
  [setData('/a', 1, null), setData('/b', 1, null), setData('/a', 2, null)],
  [setData('/a', 1, data()), setData('/a', 1, data(0)), setData('/a', 1, data(1)), setData('/a', 1, data(0, 0))],
  [
    { kind: 'REVALIDATE', sessionId: OTHER, timeoutMs: 1 },
    { kind: 'REVALIDATED', sessionId: OTHER, valid: true },
    { kind: 'REVALIDATED', sessionId: OTHER, valid: false },
    { kind: 'REVALIDATED', sessionId: NO_SESSION, valid: true },
  ],
  [
    { kind: 'reply', xid: 1, zxid: ONE, err: 0, response: { kind: 'create', path: '/a' } },
    { kind: 'reply', xid: 2, zxid: ONE, err: 0, response: { kind: 'create', path: '/a' } },
    { kind: 'reply', xid: 1, zxid: ONE, err: -110, response: null },
    { kind: 'reply', xid: 1, zxid: ONE, err: -101, response: null },
  ],
  [
    { kind: 'event', zxid: ONE, type: 1, state: 3, path: '/a' },
    { kind: 'event', zxid: ONE, type: 2, state: 3, path: '/a' },
    { kind: 'event', zxid: ONE, type: 1, state: 3, path: '/b' },
  ],
  [
    { kind: 'notification', state: 'LOOKING', leader: 1, zxid: ONE, electionEpoch: 1, peerEpoch: 1, config: '' },
    { kind: 'notification', state: 'LOOKING', leader: 2, zxid: ONE, electionEpoch: 1, peerEpoch: 1, config: '' },
    { kind: 'notification', state: 'LOOKING', leader: 1, zxid: ONE, electionEpoch: 2, peerEpoch: 1, config: '' },
    { kind: 'notification', state: 'LOOKING', leader: 1, zxid: ONE, electionEpoch: 1, peerEpoch: 2, config: '' },
    { kind: 'notification', state: 'LEADING', leader: 1, zxid: ONE, electionEpoch: 1, peerEpoch: 1, config: '' },
  ],
];

test('what identifies a message changes its fingerprint', () => {
  const messages = DISTINCT.flat();
  const fingerprints = new Map(messages.map((message) => [fingerprintMessage(message), message]));
  assert.is(fingerprints.size, messages.length);
});

test('it is an int32 and depends on nothing but the message', () => {
  for (const message of DISTINCT.flat()) {
    const fingerprint = fingerprintMessage(message);
    assert.is(fingerprint, fingerprint | 0);
    assert.is(fingerprintMessage(structuredClone(message)), fingerprint);
  }
});

test.run();
