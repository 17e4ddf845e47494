import fc from 'fast-check';
import type { Arbitrary } from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { clientMessage, electionMessage, quorumMessage, snapshotImage, txn } from './arbitraries.ts';
import {
  decodeConnectRequest,
  decodeConnectResponse,
  decodeEvent,
  decodeReply,
  decodeRequest,
  encodeClientMessage,
} from './client-codec.ts';
import type { RequestKind } from './client-messages.ts';
import { decodeElectionHello, decodeNotification, encodeElectionMessage } from './election-codec.ts';
import { fromHex } from './hex.ts';
import { decodeQuorumMessage, encodeQuorumMessage } from './quorum-codec.ts';
import { QuorumSplitter } from './quorum-framing.ts';
import { decodeSnapshot, encodeSnapshot } from './snapshot-codec.ts';
import { decodeTxn } from './transaction-codec.ts';
import { decodeText, encodeText } from './utf8.ts';
import { WireError } from './wire-error.ts';

const test = suite('hostile bytes');
const RUNS = { seed: 20_250_103, numRuns: 1500 };

const REPLIES: readonly RequestKind[] = [
  'create',
  'create2',
  'getData',
  'getACL',
  'getChildren',
  'getChildren2',
  'multi',
  'whoAmI',
  'sasl',
];

/** Every decoder there is. */
const DECODERS: readonly ((bytes: Uint8Array) => unknown)[] = [
  decodeConnectRequest,
  decodeConnectResponse,
  decodeEvent,
  decodeRequest,
  decodeQuorumMessage,
  decodeElectionHello,
  decodeNotification,
  decodeTxn,
  (bytes) => [...decodeSnapshot(bytes).nodes],
  (bytes) => decodeText(bytes),
  ...REPLIES.map((kind) => (bytes: Uint8Array): unknown => decodeReply(bytes, kind)),
  splitAll,
];

function splitAll(bytes: Uint8Array): number {
  const splitter = new QuorumSplitter();
  splitter.push(bytes);
  let count = 0;
  while (splitter.next() !== undefined) count++;
  return count;
}

/** Only ever the codec's own error, and what comes out is no larger than what went in could make it. */
function survives(bytes: Uint8Array): void {
  const before = bytes.slice();
  for (const decode of DECODERS) {
    try {
      assert.ok(weight(decode(bytes)) <= 64 * bytes.length + 64);
    } catch (error) {
      if (!(error instanceof WireError)) throw error;
    }
  }
  assert.equal(bytes, before);
}

/** Bytes, characters and fields that a value holds. */
function weight(value: unknown): number {
  if (typeof value === 'string') return value.length;
  if (value instanceof Uint8Array) return value.length;
  if (typeof value !== 'object' || value === null) return 1;
  return Object.values(value).reduce((sum: number, part) => sum + weight(part), 1);
}

const sound: Arbitrary<Uint8Array> = fc.oneof(
  clientMessage.map(encodeClientMessage),
  quorumMessage.map(encodeQuorumMessage),
  electionMessage.map(encodeElectionMessage),
  txn.map((sent) => sent.bytes),
  snapshotImage.map(encodeSnapshot),
);

test('random bytes', () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 120 }), survives), RUNS);
});

test('sound bytes cut short', () => {
  fc.assert(
    fc.property(sound, fc.nat({ max: 1000 }), (bytes, cut) => {
      survives(bytes.slice(0, Math.floor((bytes.length * cut) / 1000)));
    }),
    RUNS,
  );
});

test('sound bytes with bits flipped', () => {
  fc.assert(
    fc.property(sound, fc.array(fc.nat(), { minLength: 1, maxLength: 4 }), (bytes, flips) => {
      const damaged = bytes.slice();
      for (const flip of flips) {
        const at = (flip >>> 3) % damaged.length;
        damaged[at] = (damaged[at] ?? 0) ^ (1 << (flip & 7));
      }
      survives(damaged);
    }),
    RUNS,
  );
});

test('sound bytes with a length replaced', () => {
  const lengths = fc.constantFrom(0x7fffffff, -2, -1, -0x80000000, 0x00ffffff, 0x10000, 1);
  fc.assert(
    fc.property(sound, fc.nat(), lengths, (bytes, where, length) => {
      const damaged = bytes.slice();
      if (damaged.length < 4) return;
      new DataView(damaged.buffer).setInt32(where % (damaged.length - 3), length);
      survives(damaged);
    }),
    RUNS,
  );
});

test('a frame full of tiny elements yields no more than it holds', () => {
  const bytes = new Uint8Array(0xfffff);
  new DataView(bytes.buffer).setInt32(0, 1);
  new DataView(bytes.buffer).setInt32(4, 101);
  new DataView(bytes.buffer).setInt32(16, (bytes.length - 20) >> 2);
  const { request } = decodeRequest(bytes);
  assert.is(request.kind, 'malformed');
});

test('text: strict, but for pairs of surrogates as Java sends them', () => {
  const cesu = Uint8Array.of(0x61, 0xed, 0xa0, 0xbd, 0xed, 0xb8, 0x80, 0x62);
  assert.is(decodeText(cesu), 'a\u{1f600}b');
  assert.is(decodeText(encodeText('a\u{1f600}b')), 'a\u{1f600}b');
  assert.is(decodeText(Uint8Array.of(0xef, 0xbb, 0xbf, 0x61)), '\ufeffa');
  for (const hex of ['ff', 'c080', 'eda0bd', 'edb880eda0bd', 'e4b8', 'f4908080']) {
    assert.throws(() => decodeText(fromHex(hex)), (error: unknown) => error instanceof WireError && error.reason === 'utf8', hex);
  }
});

test.run();
