/**
 * How a learner is brought in line, and what it has then, as the original's own tests pin it, on whole ensembles in
 * small worlds. Every world is judged as well, so that a behaviour is never right at the price of a promise. The number
 * that begins a name is the group's in the protocol's description, section 10.
 */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { counterOf, epochOf, makeZxid } from '../base/zxid.ts';
import type { NodeId } from '../io/event.ts';
import { SmallWorld } from '../run/small-world.ts';
import { OPEN_ACL_UNSAFE } from '../wire/words.ts';
import { assertEqualTrees, create, exists, served, successor } from './ensemble-testing.ts';
import { isQuorumMessage } from './message-kinds.ts';

const test = suite('synchronization behaviours');

/** What the quorum ports said between a leader and a learner from `step` on, on the connection that held, without pings. */
function said(small: SmallWorld, one: NodeId, other: NodeId, step: number): string[] {
  const all = small.sent
    .filter(({ from, to, message, step: at }) => {
      return (
        at >= step &&
        isQuorumMessage(message) &&
        message.kind !== 'PING' &&
        ((from === one && to === other) || (from === other && to === one))
      );
    })
    .map(({ from, message }) => `${from === one ? '>' : '<'} ${message.kind}`);
  return all.slice(all.lastIndexOf('< FOLLOWERINFO'));
}

test('30 Zab1_0Test: packet by packet, with each promise on disk before it is spoken', () => {
  const small = new SmallWorld({ voters: 2 });
  small.leader();
  small.followers();
  assert.equal(said(small, 2, 1, 0), [
    '< FOLLOWERINFO',
    '> LEADERINFO',
    '< ACKEPOCH',
    '> DIFF',
    '> NEWLEADER',
    '< ACK',
    '> UPTODATE',
    '< ACK',
  ]);
  const stepOf = (kind: string): number =>
    small.sent.find(({ from, message }) => from === 1 && message.kind === kind)?.step ?? -1;
  const factOf = (kind: string): number =>
    small.facts.find(({ fact, node }) => fact.kind === kind && node === 1)?.step ?? Infinity;
  assert.ok(factOf('acceptedEpoch') <= stepOf('ACKEPOCH'));
  assert.ok(factOf('currentEpoch') <= stepOf('ACK') && factOf('acceptedEpoch') < factOf('currentEpoch'));
  const info = small.sent.find(({ message }) => message.kind === 'LEADERINFO')?.message;
  assert.is(info?.kind === 'LEADERINFO' ? info.epoch : 0, 1);
  small.end();
});

test('30 Zab1_0Test: who has all of it gets an empty DIFF, who lacks some gets that, and no snapshot is sent in vain', () => {
  const small = new SmallWorld();
  const client = small.client([2]);
  small.ask(client, create('/a'));
  served(small, 1);
  small.until(() => small.server(1).lastProcessed === small.server(3).lastProcessed, 'all have it');
  for (const missing of [0, 2]) {
    small.world.crash(1);
    small.pass(20);
    for (let count = 0; count < missing; count++) small.ask(client, create(`/m${count}`));
    const step = small.world.step;
    small.world.restart(1);
    small.until(
      () => small.facts.some(({ fact, node, step: at }) => at > step && node === 1 && fact.kind === 'synchronized'),
      'it is back',
    );
    const proposals = Array.from({ length: missing }, () => ['> PROPOSAL', '> COMMIT']).flat();
    assert.equal(said(small, 3, 1, step), [
      '< FOLLOWERINFO',
      '> LEADERINFO',
      '< ACKEPOCH',
      '> DIFF',
      ...proposals,
      '> NEWLEADER',
      '< ACK',
      '> UPTODATE',
      '< ACK',
    ]);
  }
  small.end();
});

test('30 Zab1_0Test: what is written while a learner is brought in line reaches it', () => {
  const small = new SmallWorld();
  const client = small.client([2]);
  small.world.crash(1);
  for (let count = 0; count < 5; count++) small.ask(client, create(`/before${count}`));
  small.world.restart(1);
  const posted = Array.from({ length: 40 }, (_, index) => small.post(client, create(`/during${index}`)));
  small.until(() => posted.every((cxid) => client.replies.has(cxid())), 'all are answered');
  served(small, 1);
  small.until(() => small.server(1).lastProcessed === small.server(3).lastProcessed, 'it has all');
  assertEqualTrees(small);
  small.end();
});

test('32 LearnerTest: a learner whose leader does not answer looks for another, in time', () => {
  const small = new SmallWorld();
  small.until(() => small.of('elected', 1).length > 0 && small.of('elected', 2).length > 0, 'they agree on 3');
  small.world.pause(3);
  const since = small.world.now;
  assert.is(successor(small, 3), 2);
  assert.ok(small.world.now - since < 10_000);
  small.world.resume(3);
  served(small, 3);
  small.end();
});

test('32 LearnerTest: a learner that cannot be cut back is given a snapshot', () => {
  const small = new SmallWorld({ config: { commitLogCount: 1, snapshotSizePercent: -1 } });
  const client = small.client([2]);
  small.world.crash(1);
  for (let count = 0; count < 5; count++) small.ask(client, create(`/n${count}`));
  small.world.restart(1);
  small.until(() => small.of('synchronized', 1).length === 2, 'it is back');
  assert.is(small.of('synchronized', 1).at(-1)?.mode, 'SNAP');
  small.world.crash(1);
  small.pass(50);
  small.world.restart(1);
  small.until(() => small.of('synchronized', 1).length === 3, 'it is back again');
  assert.is(small.of('synchronized', 1).at(-1)?.mode, 'DIFF', '34 QuorumPeerMainTest: a DIFF after a SNAP');
  assertEqualTrees(small);
  small.end();
});

test('35 DIFFSyncConsistencyTest: nothing is acknowledged before it is durable, no epoch before its history', () => {
  const small = new SmallWorld({ voters: 3 });
  const client = small.client([1]);
  for (let round = 0; round < 3; round++) {
    for (let count = 0; count < 4; count++) small.ask(client, create(`/r${round}n${count}`));
    const leader = small.leader();
    small.world.crash(leader);
    successor(small, leader);
    small.world.restart(leader);
    served(small, leader);
    small.until(() => client.core.phase === 'connected', 'the client is back');
  }
  for (const { id } of small.members) {
    let [durable, accepted, current] = [makeZxid(0, 0), 0, 0];
    for (const { fact, node } of small.facts) {
      if (node !== id) continue;
      if (fact.kind === 'durable' || fact.kind === 'snapshotInstalled') durable = fact.zxid;
      else if (fact.kind === 'acceptedEpoch') accepted = fact.epoch;
      else if (fact.kind === 'currentEpoch') current = fact.epoch;
      if (fact.kind !== 'acked') continue;
      if (counterOf(fact.zxid) > 0)
        assert.ok(durable >= fact.zxid, `server ${id} acknowledges ${fact.zxid} with ${durable} durable`);
      else assert.ok(current >= epochOf(fact.zxid) && accepted >= current, `server ${id} acknowledges an epoch`);
    }
  }
  small.end();
});

test('35 QuorumSyncTest, DIFFSyncTest: a learner that dies anywhere while it is brought in line loses nothing', () => {
  const small = new SmallWorld({ config: { snapCount: 8, commitLogCount: 4 } });
  const client = small.client([2, 3], 20_000);
  for (let effects = 0; effects < 14; effects++) {
    small.world.crash(1);
    for (let count = 0; count < 1 + (effects % 3) * 3; count++) small.ask(client, create(`/e${effects}n${count}`));
    small.world.restart(1);
    small.pass(3 + effects * 3);
    small.world.inject({ kind: 'crash', target: { node: 1 }, afterEffects: effects % 4, downMs: 50 });
    small.pass(400);
  }
  served(small, 1);
  small.until(() => small.server(1).lastProcessed === small.server(small.leader()).lastProcessed, 'it has all');
  assertEqualTrees(small);
  small.end();
});

test('37 FuzzySnapshotRelatedTest: snapshots under load, then no power: all is whole', () => {
  const small = new SmallWorld({ config: { snapCount: 4 } });
  const client = small.client(undefined, 20_000);
  small.ask(client, create('/p'));
  for (let round = 0; round < 4; round++) {
    const posted = Array.from({ length: 10 }, (_, index) => {
      const path = `/p/r${round}n${index}`;
      const data = new Uint8Array([round, index]);
      return small.post(client, {
        kind: 'multi',
        ops: [
          { kind: 'create', path, data: null, acl: OPEN_ACL_UNSAFE, flags: index % 2 },
          { kind: 'setData', path: '/p', data, version: -1 },
          { kind: 'setData', path, data, version: 0 },
        ],
      });
    });
    small.pass(10 + round * 7);
    const turns = client.turns.length;
    small.world.inject({ kind: 'power', downMs: 100 });
    small.until(() => client.turns.slice(turns).includes('connected'), 'the client is back');
    assert.ok(posted.every((cxid) => client.replies.has(cxid()) || client.lost.has(cxid())));
  }
  assert.ok(small.of('snapshotWritten').length > 0);
  const found = small.ask(client, { kind: 'getChildren', path: '/p', watch: false }).response;
  for (const name of found?.kind === 'getChildren' ? found.children : []) {
    const { response } = small.ask(client, exists(`/p/${name}`));
    assert.is(response?.kind === 'exists' ? response.stat.version : -1, 1, `${name} is whole`);
  }
  small.end();
});

test('38 EphemeralNodeDeletionTest: a follower that was away while a session was closed has none of its ephemerals', () => {
  const small = new SmallWorld();
  small.leader();
  const owner = small.client([2]);
  for (const path of ['/e1', '/e2']) small.ask(owner, create(path, 1));
  const reader = small.client([1]);
  small.ask(reader, { kind: 'sync', path: '/' });
  assert.is(small.ask(reader, exists('/e1')).err, 0);
  small.isolate(1);
  small.post(owner, { kind: 'closeSession' });
  small.until(() => owner.core.phase === 'over', 'the session is closed');
  small.reunite(1);
  served(small, 1);
  small.until(() => small.server(1).lastProcessed === small.server(3).lastProcessed, 'it has all');
  for (const path of ['/e1', '/e2']) assert.is(small.server(1).database.tree.node(path), undefined);
  assert.is(
    small.of('committed').filter(({ txn }) => txn.body.kind === 'closeSession').length,
    1,
    'in one transaction',
  );
  small.end();
});

test.run();
