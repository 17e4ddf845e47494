/**
 * Elections, and what a quorum does without some of its servers, as the original's own tests pin it, on whole ensembles
 * in small worlds. Every world is judged as well, so that a behaviour is never right at the price of a promise. The
 * number that begins a name is the group's in the protocol's description, section 10.
 */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { counterOf, makeZxid } from '../base/zxid.ts';
import { SmallWorld } from '../run/small-world.ts';
import { ErrorCode } from '../wire/words.ts';
import { assertEqualTrees, create, exists, latestEpoch, served, successor } from './ensemble-testing.ts';
import { isElectionMessage } from './message-kinds.ts';

const test = suite('election behaviours');

test('26 FLETest: the longer history leads, whatever the ids', () => {
  const small = new SmallWorld();
  assert.is(small.leader(), 3);
  small.followers();
  small.world.crash(3);
  assert.is(successor(small, 3), 2);
  const client = small.client([1]);
  small.ask(client, create('/known-to-1-and-2'));
  small.world.crash(2);
  small.world.restart(3);
  assert.is(successor(small, 2), 1);
  small.world.restart(2);
  served(small, 2);
  assertEqualTrees(small);
  small.end();
});

test('26 FLETest: servers that start one after the other agree once they are a quorum, and the late one follows', () => {
  const small = new SmallWorld();
  for (const id of [2, 3]) small.isolate(id);
  small.pass(3000);
  assert.is(small.of('established').length, 0);
  small.join(1, 2);
  small.until(() => small.of('established').length === 1, 'two of three agree');
  assert.is(small.facts.find(({ fact }) => fact.kind === 'established')?.node, 2);
  small.join(2, 3);
  small.reunite(3);
  served(small, 3);
  assert.is(small.of('established').length, 1, 'the largest id comes too late to lead');
  small.end();
});

test('27 FLEOutOfElectionTest: who comes back joins the leader that a quorum follows, and disturbs nobody', () => {
  const small = new SmallWorld({ voters: 5 });
  assert.is(small.leader(), 5);
  small.followers();
  const elections = small.of('electionStarted').length;
  for (const id of [1, 4]) {
    small.world.crash(id);
    small.pass(50);
    small.world.restart(id);
    small.until(() => small.of('synchronized', id).length === 2, 'it is brought in line');
  }
  assert.is(small.of('electionStarted').length, elections + 2, 'only those two looked for anybody');
  assert.is(latestEpoch(small), 1);
  const rounds = small.of('elected').map(({ round }) => round);
  assert.equal(new Set(rounds), new Set([1]), 'they took over the round of the established');
  small.end();
});

test('28 FLELostMessageTest: votes that were lost are said again', () => {
  const small = new SmallWorld();
  for (const id of [1, 2, 3]) small.isolate(id);
  small.pass(5000);
  for (const id of [1, 2, 3]) small.reunite(id);
  small.leader();
  small.followers();
  small.end();
});

test('28 FLEBackwardElectionRoundTest: a server of an earlier round is brought to the present one', () => {
  const small = new SmallWorld();
  small.leader();
  small.followers();
  small.isolate(1);
  for (let round = 0; round < 3; round++) {
    const [one, other] = [small.of('established').length, small.leader()];
    small.part(2, 3);
    small.until(() => !small.server(other).isServing, 'the leader gives up');
    small.join(2, 3);
    small.until(() => small.of('established').length > one, 'they agree again');
  }
  small.reunite(1);
  served(small, 1);
  const rounds = [1, 2, 3].map((id) => small.of('elected', id).at(-1)?.round);
  assert.equal(new Set(rounds).size, 1, `rounds ${rounds.join()}`);
  small.end();
});

test('28 FLEMalformedNotificationMessageTest, 34 QuorumPeerMainTest: nonsense at the ports between servers harms nobody', () => {
  const small = new SmallWorld();
  const leader = small.leader();
  const epoch = latestEpoch(small);
  const bare = small.bare(1);
  const z = makeZxid(99, 1);
  const vote = {
    kind: 'notification',
    state: 'LOOKING',
    leader: 77,
    zxid: z,
    electionEpoch: 99,
    peerEpoch: 99,
    config: '',
  } as const;
  for (const id of [1, 2, 3]) {
    for (const sid of [77, id, 0]) {
      bare.connect(id, 'election');
      small.until(() => bare.isConnected || bare.isClosed, 'the port answers');
      bare.say(vote);
      bare.say({ kind: 'electionHello', sid, address: 'nowhere' });
      bare.say(vote);
      bare.say({ kind: 'request', xid: 1, request: create('/') });
      bare.say({ kind: 'ACK', zxid: z });
      small.pass(50);
      bare.hangUp();
    }
    bare.connect(id, 'quorum');
    small.until(() => bare.isConnected || bare.isClosed, 'the port answers');
    bare.say({ kind: 'ACK', zxid: z });
    bare.say({ kind: 'FOLLOWERINFO', acceptedEpoch: 1, sid: 77, configVersion: makeZxid(0, 0) });
    bare.say({ kind: 'ACKEPOCH', currentEpoch: 99, lastZxid: z });
    bare.say({ kind: 'ACK', zxid: z });
    small.pass(50);
    bare.hangUp();
  }
  small.pass(1000);
  assert.equal([small.leader(), latestEpoch(small)], [leader, epoch]);
  assert.is(small.ask(small.client(), create('/fine')).err, 0);
  small.end();
});

test('29 CnxManagerTest: of two servers the larger id connects; what the smaller one opens is only a knock', () => {
  const small = new SmallWorld();
  small.leader();
  small.followers();
  const accepted = new Set(
    small.heard.flatMap(({ node, event }) => {
      return event.kind === 'accepted' && event.port === 'election' ? [`${node}/${event.connection}`] : [];
    }),
  );
  for (const { node, peer, event } of small.heard) {
    if (event.kind !== 'received' || event.message.kind !== 'notification') continue;
    assert.is(accepted.has(`${node}/${event.connection}`), node < peer, `a vote from ${peer} to ${node}`);
  }
  assert.ok(
    small.sent.some(
      ({ from, to, message }) => isElectionMessage(message) && message.kind === 'electionHello' && from < to,
    ),
  );
  small.end();
});

test('33 LeaderWithObserverTest: observers make no quorum, neither for an epoch nor for a write', () => {
  const small = new SmallWorld({ voters: 3, observers: 3 });
  const leader = small.leader();
  for (const id of [4, 5, 6]) served(small, id);
  const client = small.client([leader]);
  for (const id of [1, 2]) small.world.crash(id);
  const write = small.post(client, create('/lonely'));
  small.pass(5000);
  assert.not.ok(client.replies.has(write()));
  assert.is(
    small.of('committed').some(({ txn }) => txn.body.kind === 'create'),
    false,
  );
  small.world.crash(leader);
  small.world.restart(leader);
  small.pass(5000);
  assert.is(latestEpoch(small), 1, 'one voter and three observers establish nothing');
  small.world.restart(1);
  small.until(() => latestEpoch(small) === 2, 'two voters do');
  small.end();
});

test('34 QuorumPeerMainTest: what a leader alone has logged is gone when others went on without it', () => {
  const small = new SmallWorld();
  const leader = small.leader();
  small.followers();
  const client = small.client([leader]);
  small.isolate(leader);
  const lonely = small.post(client, create('/lonely'));
  small.until(() => small.of('durable', leader).some(({ zxid }) => counterOf(zxid) === 2), 'the leader has it');
  const next = successor(small, leader);
  small.ask(small.client([next]), create('/kept'));
  small.reunite(leader);
  served(small, leader);
  assert.is(small.of('truncated', leader).length, 1, 'the highest zxid joins late, and is cut back');
  const other = small.client([leader]);
  small.ask(other, { kind: 'sync', path: '/' });
  assert.equal(
    [small.ask(other, exists('/lonely')).err, small.ask(other, exists('/kept')).err],
    [ErrorCode.NONODE, 0],
  );
  assert.not.ok(client.replies.has(lonely()));
  assertEqualTrees(small);
  small.end();
});

test('34 QuorumPeerMainTest: what followers have logged is kept, though nobody was told that it is committed', () => {
  const small = new SmallWorld();
  const leader = small.leader();
  const followers = small.followers();
  const client = small.client([leader]);
  for (const id of followers) small.world.cut(id, leader);
  small.post(client, create('/unsaid'));
  small.until(
    () => followers.every((id) => small.of('durable', id).some(({ zxid }) => counterOf(zxid) === 2)),
    'they have it',
  );
  small.world.crash(leader);
  const next = successor(small, leader);
  assert.is(small.ask(small.client([next]), exists('/unsaid')).err, 0);
  small.end();
});

test('34 QuorumPeerMainTest: a leader that lost its quorum stops serving, and cannot win the next election by its past', () => {
  const small = new SmallWorld({ voters: 5 });
  const leader = small.leader();
  small.followers();
  const client = small.client([leader]);
  small.isolate(leader);
  const next = successor(small, leader);
  small.until(() => !small.server(leader).isServing, 'the old one gives up');
  assert.ok(client.turns.includes('disconnected'));
  small.ask(small.client([next]), create('/new'));
  small.reunite(leader);
  served(small, leader);
  assert.is(small.server(leader).currentEpoch, 2);
  assert.is(latestEpoch(small), 2);
  small.end();
});

test('34 QuorumPeerMainTest: a server that cannot see the leader disturbs nobody, and joins when it can', () => {
  const small = new SmallWorld();
  const leader = small.leader();
  small.followers();
  small.part(1, leader);
  const client = small.client([2]);
  small.until(() => !small.server(1).isServing, 'it notices');
  small.pass(5000);
  assert.is(small.ask(client, create('/on')).err, 0);
  assert.is(latestEpoch(small), 1);
  small.join(1, leader);
  served(small, 1);
  assertEqualTrees(small);
  small.end();
});

test.run();
