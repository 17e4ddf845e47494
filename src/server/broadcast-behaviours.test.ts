/**
 * Broadcast: writes in one order for all, over the death of leaders and the end of epochs, as the original's own tests
 * pin it, on whole ensembles in small worlds. Every world is judged as well, so that a behaviour is never right at the
 * price of a promise. The number that begins a name is the group's in the protocol's description, section 10.
 */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { counterOf, makeZxid, type Zxid } from '../base/zxid.ts';
import { type Puppet, SmallWorld } from '../run/small-world.ts';
import { ErrorCode } from '../wire/words.ts';
import { create, exists, latestEpoch, served } from './ensemble-testing.ts';

const test = suite('broadcast behaviours');

test('39 RaceConditionTest, SendAckRequestProcessorTest: a leader may die after any effect, and the others go on', () => {
  const small = new SmallWorld({ seed: 'race' });
  const client = small.client(undefined, 20_000);
  for (let effects = 0; effects < 12; effects++) {
    small.leader();
    small.until(() => client.core.phase === 'connected', 'the client is connected');
    for (let count = 0; count < 8; count++) small.post(client, create(`/e${effects}n${count}`));
    small.pass(effects % 5);
    small.world.inject({ kind: 'crash', target: { role: 'leader' }, afterEffects: effects, downMs: 300 });
    small.pass(200);
  }
  small.leader();
  small.pass(2000);
  small.until(() => client.core.phase === 'connected', 'the client is connected');
  assert.is(small.ask(client, create('/last')).err, 0);
  small.end();
});

test("40 CommitProcessorTest: a session's requests in its order; another's reads do not wait for them", () => {
  const small = new SmallWorld();
  const leader = small.leader();
  const [one, other] = [small.client([1]), small.client([1])];
  small.world.pause(leader);
  const [write, read] = [small.post(one, create('/a')), small.post(one, exists('/a'))];
  assert.is(small.ask(other, exists('/a')).err, ErrorCode.NONODE);
  assert.not.ok(one.replies.has(read()) || one.replies.has(write()));
  small.world.resume(leader);
  small.until(() => one.replies.has(read()), 'both are answered');
  assert.equal([one.replies.get(write())?.err, one.replies.get(read())?.err], [0, 0]);
  const posted = Array.from({ length: 100 }, (_, index) =>
    small.post(one, index % 3 === 0 ? create(`/n${index}`) : exists(`/n${index - (index % 3)}`)),
  );
  small.until(() => posted.every((cxid) => one.replies.has(cxid())), 'all are answered');
  assert.equal(
    posted.map((cxid) => one.replies.get(cxid())?.err),
    posted.map(() => 0),
    'each read sees the write before it',
  );
  assert.equal(
    one.diary.slice(-100),
    posted.map((cxid) => `reply ${cxid()}`),
  );
  small.end();
});

test('40 CommitProcessorConcurrencyTest: many sessions at every server, none starves, writes in one order for all', () => {
  const small = new SmallWorld();
  const clients: Puppet[] = [1, 2, 3, 1, 2, 3].map((id) => small.client([id]));
  const posted = clients.flatMap((client, who) =>
    Array.from({ length: 30 }, (_, index) => {
      return [client, small.post(client, index % 2 === 0 ? create(`/c${who}-`, 2) : exists('/'))] as const;
    }),
  );
  small.until(() => posted.every(([client, cxid]) => client.replies.has(cxid())), 'all are answered');
  const zxids: Zxid[] = posted
    .filter((_, index) => index % 2 === 0)
    .map(([client, cxid]) => client.replies.get(cxid())?.zxid ?? makeZxid(0, 0));
  assert.is(new Set(zxids).size, zxids.length, 'each write has a zxid of its own');
  small.end();
});

test('41 ZxidRolloverTest: a full epoch gives way to the next, again and again; sessions survive it', () => {
  const small = new SmallWorld({ config: { counterLimit: 5 } });
  const client = small.client([1, 2, 3], 20_000);
  small.ask(client, create('/e', 1));
  for (let count = 0; latestEpoch(small) < 5; count++) {
    small.until(() => client.core.phase === 'connected', 'the client is connected');
    const cxid = small.post(client, create(`/n${count}`));
    small.until(() => cxid() > 0 && (client.replies.has(cxid()) || client.lost.has(cxid())), 'it is settled');
    if (count % 6 === 5) small.world.inject({ kind: 'crash', target: { role: 'follower' }, downMs: 100 });
  }
  assert.ok(small.of('proposed').every(({ txn }) => counterOf(txn.zxid) <= 5));
  assert.is(small.server(small.leader()).database.tree.node('/e')?.stat.ephemeralOwner, client.core.sessionId);
  assert.not.ok(client.turns.includes('expired'));
  small.end();
});

test('42 QuorumDigestTest, TxnLogDigestTest: every transaction carries the digest that every server comes to', () => {
  const small = new SmallWorld();
  const client = small.client();
  for (let count = 0; count < 5; count++) small.ask(client, create(`/n${count}`, count % 3));
  small.ask(client, { kind: 'delete', path: '/n0', version: -1 });
  small.pass(500);
  const first = new Map<Zxid, unknown>();
  const counts = new Map<Zxid, number>();
  for (const { txn, digest } of small.of('applied')) {
    const known = first.get(txn.zxid);
    if (known === undefined) first.set(txn.zxid, digest);
    else assert.equal(digest, known);
    assert.equal(txn.digest, digest);
    counts.set(txn.zxid, (counts.get(txn.zxid) ?? 0) + 1);
  }
  assert.ok(counts.size > 6 && [...counts.values()].every((count) => count === 3));
  small.end();
});

test('43 ObserverLETest, ObserverQuorumHammerTest: an observer follows in order, serves, and takes sessions over', () => {
  const small = new SmallWorld({ voters: 3, observers: 2 });
  small.leader();
  for (const id of [4, 5]) served(small, id);
  const client = small.client([4, 5], 20_000);
  const posted = Array.from({ length: 50 }, (_, index) =>
    small.post(client, index % 2 === 0 ? create(`/n${index}`, 1) : exists(`/n${index - 1}`)),
  );
  small.until(() => posted.every((cxid) => client.replies.has(cxid())), 'all are answered');
  assert.equal(
    posted.map((cxid) => client.replies.get(cxid())?.err),
    posted.map(() => 0),
  );
  for (const id of [4, 5]) {
    const zxids = small.of('applied', id).map(({ txn }) => txn.zxid);
    assert.equal(
      zxids,
      [...zxids].sort((a, b) => a - b),
    );
  }
  const { sessionId } = client.core;
  const turns = client.turns.length;
  client.wish((io) => {
    client.core.reconnect(io);
  });
  small.until(() => client.turns.slice(turns).includes('connected'), 'it has moved to the other observer');
  assert.is(client.core.sessionId, sessionId);
  assert.is(small.ask(client, create('/moved', 1)).err, 0);
  assert.ok(
    small.sent.every(
      ({ from, message }) => !(from === 4 || from === 5) || message.kind !== 'ACK' || counterOf(message.zxid) === 0,
    ),
  );
  small.end();
});

test.run();
