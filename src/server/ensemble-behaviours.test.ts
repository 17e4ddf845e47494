/**
 * What the original's own tests pin of election, synchronization and broadcast, on whole ensembles in small worlds.
 * Every world is judged as well, so that a behaviour is never right at the price of a promise. The number that begins a
 * name is the group's in the protocol's description, section 10.
 */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { counterOf, epochOf, makeZxid, type Zxid } from '../base/zxid.ts';
import { type Puppet, SmallWorld } from '../fuzz/small-world.ts';
import type { NodeId } from '../io/event.ts';
import type { Request } from '../wire/client-messages.ts';
import { ErrorCode, OPEN_ACL_UNSAFE } from '../wire/words.ts';
import { isElectionMessage, isQuorumMessage } from './message-kinds.ts';

const test = suite('ensemble behaviours');

function create(path: string, flags = 0): Request {
  return { kind: 'create', path, data: null, acl: OPEN_ACL_UNSAFE, flags };
}

function exists(path: string): Request {
  return { kind: 'exists', path, watch: false };
}

/** Who leads now, other than `former`. */
function successor(small: SmallWorld, former: NodeId): NodeId {
  small.until(
    () =>
      small.facts.some(({ fact, node }) => {
        return fact.kind === 'established' && node !== former && fact.epoch === latestEpoch(small);
      }) && small.of('established', former).every(({ epoch }) => epoch < latestEpoch(small)),
    'another leads',
  );
  return small.facts.findLast(({ fact }) => fact.kind === 'established')?.node ?? 0;
}

function latestEpoch(small: SmallWorld): number {
  return Math.max(0, ...small.of('established').map(({ epoch }) => epoch));
}

/** Waits until a server serves in the latest epoch. */
function served(small: SmallWorld, id: NodeId): void {
  small.until(
    () => small.server(id).isServing && small.server(id).currentEpoch === latestEpoch(small),
    `server ${id} serves`,
  );
}

/** All servers hold the same tree. */
function assertEqualTrees(small: SmallWorld): void {
  const digests = small.members.map(({ id }) => small.server(id).database.tree.digest);
  for (const digest of digests) assert.equal(digest, digests[0]);
}

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
