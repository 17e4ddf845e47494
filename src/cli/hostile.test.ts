/** Garbage on each port of a server: nothing breaks, nobody who is honest waits, nothing is kept. */
import fc from 'fast-check';
import { connect } from 'node:net';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { encodeClientFrame } from '../wire/client-codec.ts';
import { encodeElectionMessage } from '../wire/election-codec.ts';
import { encodeQuorumMessage } from '../wire/quorum-codec.ts';
import { NO_SESSION } from '../base/session-id.ts';
import { ZXID_ZERO } from '../base/zxid.ts';
import { OPEN_ACL_UNSAFE } from '../wire/words.ts';
import { TestClient, TestEnsemble, until } from './serve-testing.ts';

const test = suite('hostile frames');
/** On each port; more takes a longer run of the same. */
const ATTACKS = 300;
const AT_ONCE = 20;

const CONNECT = encodeClientFrame({
  kind: 'connectRequest', protocolVersion: 0, lastZxidSeen: ZXID_ZERO, timeoutMs: 10_000, sessionId: NO_SESSION,
  password: new Uint8Array(16), readOnly: false,
});
const HONEST: readonly (readonly Uint8Array[])[] = [
  [
    CONNECT,
    encodeClientFrame({ kind: 'request', xid: 1, request: { kind: 'getData', path: '/', watch: false } }),
    encodeClientFrame({
      kind: 'request', xid: 2, request: { kind: 'create', path: '/x', data: null, acl: OPEN_ACL_UNSAFE, flags: 0 },
    }),
  ],
  [
    encodeQuorumMessage({ kind: 'FOLLOWERINFO', acceptedEpoch: 0, sid: 3, configVersion: ZXID_ZERO }),
    encodeQuorumMessage({ kind: 'ACKEPOCH', currentEpoch: 0, lastZxid: ZXID_ZERO }),
    encodeQuorumMessage({ kind: 'ACK', zxid: ZXID_ZERO }),
  ],
  [
    encodeElectionMessage({ kind: 'electionHello', sid: 77, address: '127.0.0.1:1' }),
    Uint8Array.of(0, 0, 0, 40, ...new Uint8Array(40)),
  ],
];

/** Bytes that begin like what an honest peer says, and go wrong somewhere. */
function attack(port: number): fc.Arbitrary<Uint8Array> {
  const garbage = fc.uint8Array({ maxLength: 200 });
  const whole = Buffer.concat(HONEST[port] ?? []);
  const cut = fc.nat(whole.length).map((length) => Uint8Array.from(whole.subarray(0, length)));
  const flipped = fc.array(fc.tuple(fc.nat(whole.length - 1), fc.nat(255)), { minLength: 1, maxLength: 6 }).map((flips) => {
    const bytes = Uint8Array.from(whole);
    for (const [at, value] of flips) bytes[at] = value;
    return bytes;
  });
  const huge = fc.tuple(fc.integer({ min: -0x8000_0000, max: 0x7fff_ffff }), garbage).map(([length, rest]) => {
    const head = Buffer.alloc(4);
    head.writeInt32BE(length);
    return Uint8Array.from(Buffer.concat([port === 0 ? CONNECT : new Uint8Array(0), head, rest]));
  });
  return fc.oneof(garbage, cut, flipped, huge);
}

/** Says it and hangs up, or is hung up on. */
function say(port: number, bytes: Uint8Array): Promise<void> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port });
    socket.on('error', () => socket.destroy());
    socket.on('close', () => resolve());
    socket.on('data', () => undefined);
    socket.end(bytes);
  });
}

test('no port is brought down, and an honest client is served all the while', async () => {
  const ensemble = await TestEnsemble.start(2);
  const client = new TestClient([ensemble.clientPort(1)]);
  try {
    await ensemble.serving();
    await client.connected();
    const before = ensemble.server(1).machine.network.clients.length;
    for (const port of [0, 1, 2] as const) {
      const samples = fc.sample(attack(port), { numRuns: ATTACKS, seed: 42 });
      for (let from = 0; from < samples.length; from += AT_ONCE) {
        const batch = samples.slice(from, from + AT_ONCE);
        const attacks = batch.flatMap((bytes) => [1, 2].map((id) => say(ensemble.port(id, port), bytes)));
        const answer = await client.ask({ kind: 'setData', path: '/', data: new Uint8Array(8), version: -1 });
        assert.is(answer.kind === 'reply' ? answer.err : answer.kind, 0, `port ${port}, ${from}`);
        await Promise.all(attacks);
      }
    }
    assert.equal(ensemble.stops, []);
    await until(() => ensemble.server(1).machine.network.clients.length <= before, 'the end of every attacker');
    assert.not.ok(client.outcomes.some(({ kind }) => kind === 'expired'));
  } finally {
    await client.stop();
    await ensemble.stop();
  }
});

test('a frame that is too long ends its connection before it is kept', async () => {
  const ensemble = await TestEnsemble.start(1, { juteMaxBuffer: 2048 });
  try {
    await ensemble.serving();
    const before = process.memoryUsage().arrayBuffers;
    await Promise.all(Array.from({ length: 50 }, () => say(ensemble.port(1, 0), Buffer.concat([
      CONNECT, Uint8Array.of(0x7f, 0xff, 0xff, 0xff), new Uint8Array(4096),
    ]))));
    assert.ok(process.memoryUsage().arrayBuffers - before < 64 * 1024 * 1024);
    assert.equal(ensemble.stops, []);
  } finally {
    await ensemble.stop();
  }
});

test('a client that does not read is not read either, and others are served', async () => {
  const ensemble = await TestEnsemble.start(1);
  const client = new TestClient([ensemble.clientPort(1)]);
  const socket = connect({ host: '127.0.0.1', port: ensemble.port(1, 0) });
  try {
    await client.ask({ kind: 'setData', path: '/', data: new Uint8Array(100_000), version: -1 });
    socket.pause();
    socket.on('error', () => undefined);
    socket.write(CONNECT);
    const asked = 5000;
    for (let xid = 1; xid <= asked; xid++) {
      socket.write(encodeClientFrame({ kind: 'request', xid, request: { kind: 'getData', path: '/', watch: false } }));
    }
    const slow = (): { received: number } | undefined => ensemble.server(1).machine.network.clients.find(({ sent }) => sent > 5);
    await until(() => slow() !== undefined, 'the first answers');
    for (let i = 0; i < 50; i++) {
      const answer = await client.ask({ kind: 'getData', path: '/', watch: false });
      assert.is(answer.kind, 'reply');
    }
    // 5000 answers of 100 kB are not waiting in memory: what was read is a small part of what was asked.
    const reads = slow()?.received ?? 0;
    assert.ok(reads < asked / 2, `${reads} requests were read of a client that reads nothing`);
  } finally {
    socket.destroy();
    await client.stop();
    await ensemble.stop();
  }
});


test('one connection too many from an address is turned away, and there is room again when one has gone', async () => {
  const ensemble = await TestEnsemble.start(1, { maxClientCnxns: 2 });
  const clients: TestClient[] = [];
  const join = (): TestClient => {
    const client = new TestClient([ensemble.clientPort(1)]);
    clients.push(client);
    return client;
  };
  try {
    await ensemble.serving();
    const one = join();
    await one.connected();
    await join().connected();
    // The third tries again and again, and comes no further.
    const three = join();
    await until(() => three.core.phase === 'pausing', 'a refusal');
    assert.is(ensemble.server(1).machine.network.clients.length, 2);
    await one.stop();
    await three.connected();
  } finally {
    for (const client of clients) await client.stop();
    await ensemble.stop();
  }
});

test.run();
