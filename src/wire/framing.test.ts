import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { electionMessage, quorumMessage, request } from './arbitraries.ts';
import { decodeRequest, encodeClientMessage } from './client-codec.ts';
import { decodeElectionHello, encodeElectionMessage } from './election-codec.ts';
import { ElectionSplitter, frame, FrameSplitter } from './framing.ts';
import { fromHex, toHex } from './hex.ts';
import { decodeQuorumMessage, encodeQuorumMessage } from './quorum-codec.ts';
import { QuorumSplitter } from './quorum-framing.ts';
import { WireError } from './wire-error.ts';

const test = suite('framing');
const RUNS = { seed: 20_250_102, numRuns: 200 };

interface Splitter {
  push(chunk: Uint8Array): void;
  next(): Uint8Array | undefined;
}

function join(parts: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}

/** Feeds `stream` in chunks of the given sizes, over and over, and takes out what is whole as soon as it is. */
function split(splitter: Splitter, stream: Uint8Array, sizes: readonly number[]): Uint8Array[] {
  const whole: Uint8Array[] = [];
  for (let at = 0, i = 0; at < stream.length; i++) {
    const size = sizes[i % sizes.length] ?? 1;
    splitter.push(stream.subarray(at, at + size));
    at += size;
    for (let next = splitter.next(); next !== undefined; next = splitter.next()) whole.push(next);
  }
  return whole;
}

const sizes = fc.array(fc.integer({ min: 1, max: 300 }), { minLength: 1, maxLength: 5 });

test('frames come out as they went in, however the stream was cut', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 700 }), { maxLength: 12 }), sizes, (payloads, cuts) => {
      assert.equal(split(new FrameSplitter(), join(payloads.map(frame)), cuts), payloads);
    }),
    RUNS,
  );
});

test('packets and snapshots come out as they went in, however the stream was cut', () => {
  fc.assert(
    fc.property(fc.array(quorumMessage, { maxLength: 8 }), sizes, (messages, cuts) => {
      const sent = messages.map(encodeQuorumMessage);
      assert.equal(split(new QuorumSplitter(), join(sent), cuts), sent);
    }),
    RUNS,
  );
});

test('the election port says hello first', () => {
  fc.assert(
    fc.property(fc.array(electionMessage, { maxLength: 8 }), sizes, (messages, cuts) => {
      const votes = messages.filter((message) => message.kind === 'notification').map(encodeElectionMessage);
      const hello = encodeElectionMessage({ kind: 'electionHello', sid: 3, address: 'host:3888' });
      assert.equal(split(new ElectionSplitter(true), join([hello, ...votes.map(frame)]), cuts), [hello, ...votes]);
      assert.equal(split(new ElectionSplitter(false), join(votes.map(frame)), cuts), votes);
    }),
    RUNS,
  );
});

test('a peer of old says its id and nothing else', () => {
  const splitter = new ElectionSplitter(true);
  splitter.push(fromHex('0000000000000007'));
  const hello = splitter.next();
  assert.ok(hello !== undefined && decodeElectionHello(hello).sid === 7);
  assert.is(splitter.isHelloNext, false);
});

test('a length beyond the limit is refused as soon as it is read', () => {
  for (const hex of ['ffffffff', 'fffffffe', '80000000', '00100000', '7fffffff']) {
    const splitter = new FrameSplitter();
    splitter.push(fromHex(hex));
    assert.throws(() => splitter.next(), (error: unknown) => error instanceof WireError && error.reason === 'length');
  }
  const largest = new FrameSplitter();
  largest.push(fromHex('000fffff'));
  assert.is(largest.next(), undefined);
  const packets = [
    '00000002 0000000000000000 7fffffff',
    '00000002 0000000000000000 fffffffe',
    '0000000f 0000000000000000 ffffffff ffffffff ffffffff',
  ];
  for (const hex of packets) {
    const splitter = new QuorumSplitter();
    splitter.push(fromHex(hex));
    assert.throws(() => splitter.next(), (error: unknown) => error instanceof WireError && error.reason === 'length');
  }
});

test('the first word can be looked at before it is taken for a length', () => {
  const splitter = new FrameSplitter();
  splitter.push(fromHex('7275'));
  assert.is(splitter.peekWord(), undefined);
  splitter.push(fromHex('6f6b'));
  assert.is(splitter.peekWord(), 0x72756f6b);
});

test('what was taken out does not change when more comes in', () => {
  const splitter = new FrameSplitter();
  splitter.push(frame(fromHex('0102')));
  const first = splitter.next() ?? new Uint8Array(0);
  splitter.push(frame(fromHex('0304')));
  splitter.next();
  assert.is(toHex(first), '0102');
});

test('what was taken out does not change when the chunk it came in does', () => {
  for (const chunk of [frame(fromHex('0102')), Buffer.from(frame(fromHex('0102')))]) {
    const splitter = new FrameSplitter();
    splitter.push(chunk);
    const taken = splitter.next() ?? new Uint8Array(0);
    chunk.fill(0);
    assert.is(toHex(taken), '0102');
    assert.is(Object.getPrototypeOf(taken), Uint8Array.prototype);
  }
});

test('what is lent is the same as what is taken', () => {
  fc.assert(
    fc.property(fc.array(quorumMessage, { maxLength: 8 }), sizes, (messages, cuts) => {
      const sent = messages.map(encodeQuorumMessage);
      const packets = new QuorumSplitter();
      const frames = new FrameSplitter();
      const lent = (splitter: { push(chunk: Uint8Array): void; nextLent(): Uint8Array | undefined }): Splitter => ({
        push: (chunk) => { splitter.push(chunk); },
        next: () => splitter.nextLent()?.slice(),
      });
      assert.equal(split(lent(packets), join(sent), cuts), sent);
      assert.equal(split(lent(frames), join(sent.map(frame)), cuts), sent);
    }),
    RUNS,
  );
});

test('what is decoded shares nothing with the bytes it came in', () => {
  fc.assert(
    fc.property(quorumMessage, request, (message, asked) => {
      const packet = encodeQuorumMessage(message);
      const lent = Buffer.from(packet);
      const decoded = decodeQuorumMessage(lent);
      lent.fill(255);
      assert.equal(encodeQuorumMessage(decoded), packet);
      const payload = encodeClientMessage({ kind: 'request', xid: 1, request: asked });
      const chunk = Buffer.from(payload);
      const read = decodeRequest(chunk);
      chunk.fill(255);
      assert.equal(encodeClientMessage(read), payload);
    }),
    RUNS,
  );
});

test('a long frame in tiny chunks costs time in proportion', () => {
  const splitter = new FrameSplitter();
  const stream = frame(new Uint8Array(900_000));
  assert.is(split(splitter, stream, [7]).length, 1);
});

test.run();
