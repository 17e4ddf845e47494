/**
 * What clients may rely on of their sessions, as the original's own tests pin it, asked of real servers in small worlds.
 * The number that begins a name is the group's in the protocol's description, section 10.
 */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { epochOf, makeZxid } from '../base/zxid.ts';
import { SmallWorld } from '../run/small-world.ts';
import { ErrorCode, EventType } from '../wire/words.ts';
import { create, exists, move, outage, set, statOf } from './behaviours-testing.ts';

const test = suite('session behaviours');

test("9 SessionTest: the timeout is clamped; a session goes on elsewhere with its password, and nobody else's", () => {
  const small = new SmallWorld({ config: { minSessionTimeoutMs: 4000, maxSessionTimeoutMs: 8000 } });
  for (const [wish, due] of [
    [1, 4000],
    [5000, 5000],
    [100_000, 8000],
  ] as const) {
    assert.is(small.client(undefined, wish).core.timeoutMs, due);
  }
  const owner = small.client([1]);
  small.ask(owner, create('/e', 1));
  const thief = small.bare(2);
  const claim = {
    kind: 'connectRequest',
    protocolVersion: 0,
    lastZxidSeen: makeZxid(0, 0),
    timeoutMs: 4000,
    sessionId: owner.core.sessionId,
    readOnly: false,
  } as const;
  thief.say({ ...claim, password: new Uint8Array(16) });
  small.until(() => thief.isClosed, 'the thief is turned away');
  assert.equal(
    thief.heard.map((message) => (message.kind === 'connectResponse' ? [message.timeoutMs, message.sessionId] : [])),
    [[0, small.none]],
  );
  assert.is(owner.core.phase, 'connected', 'and whose it is does not notice');
  thief.connect(2);
  small.until(() => thief.isConnected, 'a second try');
  thief.say({ ...claim, password: owner.core.password });
  small.until(() => thief.heard.length === 2, 'an answer comes');
  const moved = thief.heard[1];
  assert.is(moved?.kind === 'connectResponse' ? moved.sessionId : null, owner.core.sessionId);
});

test('9 SessionTest: each turn is told once; after a close nothing happens any more', () => {
  const small = new SmallWorld();
  const client = small.client([1, 2]);
  small.ask(client, create('/e', 1));
  move(small, client);
  assert.equal(client.turns, ['connected', 'disconnected', 'connected']);
  small.post(client, { kind: 'closeSession' });
  small.until(() => client.core.phase === 'over', 'it is closed');
  const late = small.post(client, create('/late'));
  small.pass(500);
  assert.ok(client.lost.has(late()));
  const other = small.client();
  assert.is(small.ask(other, { kind: 'sync', path: '/' }).err, 0);
  for (const path of ['/e', '/late']) assert.is(small.ask(other, exists(path)).err, ErrorCode.NONODE, path);
  small.end();
});

test('9 SessionInvalidationTest, SessionTimeoutTest: who is silent is expired, ephemerals and all, for good', () => {
  const small = new SmallWorld();
  const client = small.client([1], 1000);
  const witness = small.client([2]);
  small.ask(client, create('/e', 1));
  small.ask(witness, { kind: 'sync', path: '/' });
  assert.is(small.ask(witness, exists('/e', true)).err, 0);
  small.world.pause(client.node);
  small.until(() => witness.events.length > 0, 'the ephemeral goes');
  assert.equal(
    witness.events.map(({ type, path }) => [type, path]),
    [[EventType.NodeDeleted, '/e']],
  );
  small.world.resume(client.node);
  small.until(() => client.core.phase === 'over', 'the client hears of it');
  assert.is(client.turns.at(-1), 'expired');
  small.end();
});

test('9 SessionTest: sessions and their ephemerals outlive every server', () => {
  const small = new SmallWorld();
  const client = small.client(undefined, 20_000);
  small.ask(client, create('/e', 1));
  outage(small, client);
  assert.not.ok(client.turns.includes('expired'));
  const found = small.ask(client, exists('/e'));
  assert.is(statOf(found).ephemeralOwner, client.core.sessionId);
  assert.ok(epochOf(small.ask(client, set('/e', 'x')).zxid) > 1);
  small.end();
});

test.run();
