/** Real servers on loopback: standalone and as an ensemble, with the client of this repository. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { ClientOutcome } from '../client/outcome.ts';
import { OPEN_ACL_UNSAFE } from '../wire/words.ts';
import { TestClient, TestEnsemble, until } from './serve-testing.ts';

const test = suite('real servers');

function text(value: string): Uint8Array {
  return new TextEncoder().encode(value);
}

function create(path: string, data: string): Parameters<TestClient['ask']>[0] {
  return { kind: 'create', path, data: text(data), acl: OPEN_ACL_UNSAFE, flags: 0 };
}

function dataOf(outcome: ClientOutcome): string {
  if (outcome.kind !== 'reply' || outcome.response?.kind !== 'getData') return outcome.kind;
  return new TextDecoder().decode(outcome.response.data ?? new Uint8Array(0));
}

test('one server answers, and remembers after it was killed', async () => {
  const ensemble = await TestEnsemble.start(1);
  const client = new TestClient([ensemble.clientPort(1)]);
  try {
    const created = await client.ask(create('/a', 'one'));
    assert.is(created.kind === 'reply' ? created.err : created.kind, 0);
    assert.is(dataOf(await client.ask({ kind: 'getData', path: '/a', watch: true })), 'one');
    await ensemble.kill(1);
    await until(() => client.core.phase !== 'connected', 'the loss of the connection');
    await ensemble.restart(1);
    const written = await client.ask({ kind: 'setData', path: '/a', data: text('two'), version: 0 });
    assert.is(written.kind === 'reply' ? written.err : written.kind, 0);
    assert.is((await client.event('/a')).path, '/a');
    assert.is(dataOf(await client.ask({ kind: 'getData', path: '/a', watch: false })), 'two');
  } finally {
    await client.stop();
    await ensemble.stop();
  }
});

test('three servers elect, replicate, and survive the loss of their leader', async () => {
  const ensemble = await TestEnsemble.start(3);
  const clients = ensemble.ids.map((id) => new TestClient([ensemble.clientPort(id)]));
  try {
    const leader = await ensemble.leader();
    await ensemble.serving();
    const [one, two, three] = clients;
    if (one === undefined || two === undefined || three === undefined) throw new Error('unreachable');
    await one.ask(create('/a', 'one'));
    for (const client of [two, three]) {
      await client.ask({ kind: 'sync', path: '/a' });
      assert.is(dataOf(await client.ask({ kind: 'getData', path: '/a', watch: false })), 'one');
    }
    await ensemble.kill(leader);
    const next = await ensemble.leader();
    assert.is.not(next, leader);
    const survivor = clients[next - 1];
    await survivor?.connected();
    const written = await survivor?.ask({ kind: 'setData', path: '/a', data: text('two'), version: -1 });
    assert.is(written?.kind === 'reply' ? written.err : written?.kind, 0);
    await ensemble.restart(leader);
    await ensemble.serving();
    const returned = clients[leader - 1];
    await returned?.connected();
    await returned?.ask({ kind: 'sync', path: '/a' });
    const read = await returned?.ask({ kind: 'getData', path: '/a', watch: false });
    assert.is(read === undefined ? '' : dataOf(read), 'two');
    assert.equal(ensemble.stops, []);
  } finally {
    for (const client of clients) await client.stop();
    await ensemble.stop();
  }
});

test.run();
