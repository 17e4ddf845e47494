/** Garbage on each port of a server: nothing breaks, nobody who is honest waits, nothing is kept. */
import fc from 'fast-check';
import { connect } from 'node:net';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Endpoint } from '../host/endpoint.ts';
import { TestClient, TestEnsemble, until } from '../serve/serve-testing.ts';
import { encodeClientFrame } from '../wire/client-codec.ts';
import type { Request } from '../wire/client-messages.ts';
import { RawSession } from './differential-client.ts';
import { attack, CONNECT, HOSTILE_PORTS } from './hostile-attacks.ts';
import type { HostilePort } from './hostile-attacks.ts';
import { HostileTarget, say, sayAll } from './hostile-testing.ts';

const test = suite('hostile frames');
/** On each port; `.ci/hostile.sh` asks for a hundred thousand. */
const ATTACKS = Number(process.env['VIV_HOSTILE_ATTACKS'] ?? '1500');
const AT_ONCE = 40;
const BATCH = 1000;
/** What half of all attacks may leave behind, which is what they would if a few hundred bytes of each were kept. */
const LEAK_BYTES = 12 * 1024 * 1024;
const CROWD = 2000;

/** Somebody who writes all the while, and how often that was answered. */
class Honest {
  answers = 0;
  slowestMs = 0;
  private readonly client: TestClient;
  private isOver = false;
  private working: Promise<void> = Promise.resolve();

  constructor(endpoints: readonly Endpoint[]) {
    this.client = new TestClient(endpoints, 30_000);
  }

  async start(): Promise<void> {
    await this.client.connected();
    this.working = this.work();
    // Whoever stops it hears of a failure; until then it is nobody's.
    this.working.catch(() => undefined);
  }

  /** Ends it, whatever has come of it. */
  async stop(): Promise<void> {
    this.isOver = true;
    await this.client.stop();
  }

  /** Throws if anything was not answered as it should be. */
  async judge(): Promise<void> {
    this.isOver = true;
    await this.working;
    const other = this.client.outcomes.find(({ kind }) => kind !== 'reply' && kind !== 'connected');
    if (other !== undefined) throw new Error(`an honest client saw ${JSON.stringify(other)}`);
  }

  private async work(): Promise<void> {
    while (!this.isOver) {
      const sinceMs = performance.now();
      const answer = await this.client.ask({ kind: 'setData', path: '/', data: new Uint8Array(8), version: -1 });
      if (answer.kind !== 'reply' || answer.err !== 0) throw new Error(`an honest write came to ${JSON.stringify(answer)}`);
      this.answers++;
      this.slowestMs = Math.max(this.slowestMs, performance.now() - sinceMs);
    }
  }
}

async function attackAll(target: HostileTarget, port: HostilePort, count: number, seed: number): Promise<void> {
  for (let done = 0; done < count; done += BATCH) {
    const samples = fc.sample(attack(port), { numRuns: Math.min(BATCH, count - done), seed: seed + done });
    await sayAll(target.at(port), samples, AT_ONCE);
  }
}

test(`no port is brought down by ${ATTACKS} attacks, nothing is kept of them, and an honest client is served`, async () => {
  const target = await HostileTarget.start(2);
  const honest = new Honest(target.at(0).slice(0, 1));
  try {
    await honest.start();
    const half = Math.ceil(ATTACKS / 2);
    // Few attackers come upon a long timeout; theirs are not waited for.
    const sessions = 1 + Math.ceil(ATTACKS / 20);
    for (const port of HOSTILE_PORTS) await attackAll(target, port, half, 1);
    const before = await target.measure(1, sessions);
    const answered = honest.answers;
    for (const port of HOSTILE_PORTS) await attackAll(target, port, half, 1 + half);
    const after = await target.measure(1, sessions);
    assert.is(after.roles, before.roles, 'how often servers took a role');
    await honest.judge();
    assert.equal(after.stops, []);
    const kept = after.bytes - before.bytes;
    assert.ok(kept < LEAK_BYTES, `${kept} bytes more are held after the second half`);
    assert.ok(after.sockets <= before.sockets + AT_ONCE, `${before.sockets} sockets became ${after.sockets}`);
    assert.ok(honest.answers > answered, 'an honest client was answered during the second half');
    if (ATTACKS > BATCH * 10) {
      console.log(`3 x ${ATTACKS} attacks; ${honest.answers} honest writes, the slowest ${Math.round(honest.slowestMs)} ms; `
        + `after the second half ${Math.round(kept / 1024)} KiB more are held, and ${after.sockets - before.sockets} sockets`);
    }
  } finally {
    await honest.stop();
    await target.stop();
  }
});

test('whoever connects to any port and says nothing, or half a thing, is hung up on', async () => {
  const ensemble = await TestEnsemble.start(2, { sessionlessCnxnTimeoutMs: 200 });
  try {
    await ensemble.serving();
    const ends: Promise<unknown>[] = [];
    for (const id of ensemble.ids) {
      for (const index of HOSTILE_PORTS) {
        for (const half of [Uint8Array.of(), Uint8Array.of(0, 0, 0), Uint8Array.of(0, 0, 0, 44, 0)]) {
          const socket = connect({ host: '127.0.0.1', port: ensemble.port(id, index) });
          socket.on('error', () => socket.destroy());
          socket.on('data', () => undefined);
          socket.write(half);
          ends.push(new Promise((resolve) => socket.on('close', resolve)));
        }
      }
    }
    await Promise.all(ends);
    assert.equal(ensemble.stops, []);
  } finally {
    await ensemble.stop();
  }
});

test(`${CROWD} clients are held at once, all hear of a change, and nothing is left when they have gone`, async () => {
  const target = await HostileTarget.start(1);
  const sessions: RawSession[] = [];
  try {
    const [at] = target.at(0);
    if (at === undefined) throw new Error('no server');
    const before = await target.measure(0, 0);
    while (sessions.length < CROWD) {
      const some = Array.from({ length: Math.min(AT_ONCE, CROWD - sessions.length) }, () => RawSession.open(at, 40_000));
      sessions.push(...await Promise.all(some));
    }
    const watching: Request = { kind: 'getData', path: '/', watch: true };
    await Promise.all(sessions.map((session) => session.ask([watching])));
    assert.is((await target.measure(CROWD, CROWD)).clients, CROWD);
    await sessions[0]?.ask([{ kind: 'setData', path: '/', data: new Uint8Array(1), version: -1 }]);
    const heard = (session: RawSession): boolean => session.received.some(({ message }) => message.kind === 'event');
    await until(() => sessions.every(heard), 'everybody hearing of it');
    await Promise.all(sessions.map((session) => session.ask([{ kind: 'closeSession' }])));
    const after = await target.measure(0, 0);
    assert.equal(after.stops, []);
    assert.ok(after.sockets <= before.sockets, `${before.sockets} sockets became ${after.sockets}`);
  } finally {
    for (const session of sessions) session.end();
    await target.stop();
  }
});

test('a frame that is too long ends its connection before it is kept', async () => {
  const ensemble = await TestEnsemble.start(1, { juteMaxBuffer: 2048 });
  try {
    await ensemble.serving();
    const before = process.memoryUsage().arrayBuffers;
    await Promise.all(Array.from({ length: 50 }, () => say(ensemble.clientPort(1), Buffer.concat([
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
