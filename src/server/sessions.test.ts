/**
 * Sessions as clients meet them: made, resumed, moved, closed, expired, local ones and their upgrade. Each test begins with the
 * number of the behaviour in ZooKeeper's own test suite that it answers to (section 10 of the protocol's description).
 */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { present } from '../base/invariant.ts';
import { parseSessionId } from '../base/session-id.ts';
import type { MultiOp, Request } from '../wire/client-messages.ts';
import { CreateFlag, ErrorCode, OPEN_ACL_UNSAFE } from '../wire/words.ts';
import { Ensemble } from '../world/hand.ts';
import type { Hand, Line } from '../world/hand.ts';
import { DEFAULT_CONFIG } from './config.ts';
import type { Member, ServerConfig } from './config.ts';
import { isPassword, passwordOf } from './password.ts';
import { Server } from './server.ts';

const test = suite('sessions');

const QUICK = { tickTimeMs: 200, minSessionTimeoutMs: 400, maxSessionTimeoutMs: 4000 };
const LOCAL = { localSessionsEnabled: true };
const UPGRADING = { localSessionsEnabled: true, localSessionsUpgradingEnabled: true };

/** An ensemble that has its leader, and a hand in it. */
function serving(servers: number, config: Partial<ServerConfig> = {}): { ensemble: Ensemble; hand: Hand } {
  const members = Array.from({ length: servers }, (_, index): Member => ({ id: index + 1, role: 'participant' }));
  const ensemble = new Ensemble(servers, 1, (id) =>
    new Server({ ...DEFAULT_CONFIG, preAllocSizeKb: 0, ...QUICK, ...config, id, members }));
  ensemble.run(1500);
  return { ensemble, hand: present(ensemble.hands[0], 'a hand') };
}

function connected(ensemble: Ensemble, hand: Hand, server: number, timeoutMs = 4000): Line {
  const line = hand.connect(server, { timeoutMs });
  ensemble.run(50);
  assert.equal(line.log, ['granted']);
  return line;
}

function create(path: string, flags: number = CreateFlag.PERSISTENT): Request & MultiOp {
  return { kind: 'create', path, data: null, acl: OPEN_ACL_UNSAFE, flags };
}

function exists(path: string): Request {
  return { kind: 'exists', path, watch: false };
}

const CLOSE: Request = { kind: 'closeSession' };

test('9 a session is resumed with its id and password, and keeps its ephemerals', () => {
  const { ensemble, hand } = serving(3);
  const first = connected(ensemble, hand, 1);
  hand.send(first, create('/e', CreateFlag.EPHEMERAL));
  ensemble.run(50);
  hand.hangUp(first);
  ensemble.run(500);
  const second = hand.connect(2, first.ticket);
  ensemble.run(50);
  assert.is(second.sessionId, first.sessionId);
  const xid = hand.send(second, exists('/e'));
  ensemble.run(50);
  assert.is(second.replyTo(xid)?.err, ErrorCode.OK);
});

test('9 the timeout is negotiated between the least and the most', () => {
  const { ensemble, hand } = serving(1);
  const timeouts = [1, 399, 400, 1234, 4000, 100_000].map((timeoutMs) => hand.connect(1, { timeoutMs }));
  ensemble.run(50);
  assert.equal(timeouts.map((line) => line.granted?.timeoutMs), [400, 400, 400, 1234, 4000, 4000]);
});

test('9 a silent session expires, its ephemerals go in the same transaction, and coming back is refused', () => {
  const { ensemble, hand } = serving(3);
  const line = connected(ensemble, hand, 1, 600);
  hand.send(line, create('/e', CreateFlag.EPHEMERAL));
  ensemble.run(1500);
  assert.equal(line.log, ['granted', 'reply 1 0', 'closed']);
  const closing = ensemble.of('committed').find(({ fact }) => fact.txn.body.kind === 'closeSession');
  assert.equal(closing?.fact.txn.body, { kind: 'closeSession', paths: ['/e'] });
  const back = hand.connect(2, line.ticket);
  ensemble.run(50);
  assert.equal(back.log, ['refused', 'closed']);
  const { sessionId, password } = present(back.granted, 'an answer');
  assert.equal([sessionId, password], ['0000000000000000', new Uint8Array(16)]);
});

test('9 pings keep a session alive, also through a follower', () => {
  const { ensemble, hand } = serving(3);
  const line = connected(ensemble, hand, ensemble.leader === 1 ? 2 : 1, 600);
  for (let i = 0; i < 10; i += 1) {
    hand.send(line, { kind: 'ping' });
    ensemble.run(200);
  }
  assert.is(line.isClosed, false);
  assert.equal(ensemble.of('sessionExpiring'), []);
});

test('9 closing twice: the first close is answered and ends the connection, the second does nothing', () => {
  const { ensemble, hand } = serving(3);
  const line = connected(ensemble, hand, 1);
  hand.send(line, CLOSE);
  hand.send(line, CLOSE);
  ensemble.run(100);
  assert.equal(line.log, ['granted', 'reply 1 0', 'closed']);
  assert.equal(ensemble.committed(line.sessionId), ['createSession', 'closeSession', 'error']);
});

test('9 nothing of a session is done after its close, though it was sent before the close was answered', () => {
  const { ensemble, hand } = serving(3);
  const line = connected(ensemble, hand, 1);
  hand.send(line, CLOSE);
  hand.send(line, create('/late', CreateFlag.EPHEMERAL));
  ensemble.run(100);
  assert.equal(ensemble.committed(line.sessionId), ['createSession', 'closeSession', 'error']);
});

test('9 a session survives the restart of its only server', () => {
  const { ensemble, hand } = serving(1);
  const line = connected(ensemble, hand, 1);
  hand.send(line, create('/e', CreateFlag.EPHEMERAL));
  ensemble.run(50);
  ensemble.world.crash(1);
  ensemble.world.restart(1);
  ensemble.run(1500);
  const back = hand.connect(1, line.ticket);
  ensemble.run(50);
  const xid = hand.send(back, exists('/e'));
  ensemble.run(50);
  assert.is(back.replyTo(xid)?.err, ErrorCode.OK);
});

test('9 a wrong password is refused and does not disturb the rightful connection', () => {
  const { ensemble, hand } = serving(1);
  const line = connected(ensemble, hand, 1);
  const thief = hand.connect(1, { sessionId: line.sessionId, password: new Uint8Array(16) });
  ensemble.run(50);
  assert.equal(thief.log, ['refused', 'closed']);
  hand.send(line, exists('/'));
  ensemble.run(50);
  assert.equal(line.log, ['granted', 'reply 1 0']);
});

test('9 a client that has seen more than the server is sent away without an answer', () => {
  const { ensemble, hand } = serving(1);
  const line = connected(ensemble, hand, 1);
  hand.send(line, create('/a'));
  ensemble.run(50);
  const zxid = present(line.replies[0], 'a reply').zxid;
  const same = hand.connect(1, { ...line.ticket, lastZxidSeen: zxid });
  ensemble.run(50);
  assert.equal(same.log, ['granted']);
  ensemble.world.crash(1);
  const other = serving(1);
  const ahead = other.hand.connect(1, { lastZxidSeen: zxid });
  other.ensemble.run(50);
  assert.equal(ahead.log, ['closed']);
});

const MOVED: readonly (readonly [name: string, request: Request])[] = [
  ['a create', create('/moved')],
  ['a setData', { kind: 'setData', path: '/', data: null, version: -1 }],
  ['a multi', { kind: 'multi', ops: [create('/moved')] }],
];

for (const [name, request] of MOVED) {
  test(`10 ${name} through the server that a session has left closes that connection, unanswered`, () => {
    const { ensemble, hand } = serving(3);
    const [a, b] = [1, 2, 3].filter((id) => id !== ensemble.leader);
    const old = connected(ensemble, hand, present(a, 'a follower'));
    const fresh = hand.connect(present(b, 'a follower'), old.ticket);
    ensemble.run(50);
    assert.equal(fresh.log, ['granted']);
    hand.send(old, request);
    ensemble.run(50);
    assert.equal(old.log, ['granted', 'closed']);
    hand.send(fresh, create('/mine'));
    ensemble.run(50);
    assert.equal(fresh.log, ['granted', 'reply 1 0']);
  });
}

for (const request of [exists('/'), { kind: 'sync', path: '/' }, { kind: 'ping' }] satisfies Request[]) {
  test(`10 a ${request.kind} through a leader that a session has left closes that connection, too`, () => {
    const { ensemble, hand } = serving(3);
    const old = connected(ensemble, hand, ensemble.leader);
    hand.connect(ensemble.leader === 1 ? 2 : 1, old.ticket);
    ensemble.run(50);
    hand.send(old, request);
    ensemble.run(50);
    assert.equal(old.log, ['granted', 'closed']);
  });
}

test('10 a session that comes to the same server again takes over from its older connection there', () => {
  const { ensemble, hand } = serving(1);
  const old = connected(ensemble, hand, 1);
  const fresh = hand.connect(1, old.ticket);
  ensemble.run(50);
  assert.equal(old.log, ['granted', 'closed']);
  assert.equal(fresh.log, ['granted']);
});

test('15 getEphemerals tells a session of its own, by prefix; getAllChildrenNumber counts descendants', () => {
  const { ensemble, hand } = serving(1);
  const line = connected(ensemble, hand, 1);
  const other = connected(ensemble, hand, 1);
  for (const path of ['/a', '/a/x']) hand.send(line, create(path));
  for (const path of ['/a/e1', '/e2']) hand.send(line, create(path, CreateFlag.EPHEMERAL));
  hand.send(other, create('/a/not-mine', CreateFlag.EPHEMERAL));
  ensemble.run(50);
  const all = hand.send(line, { kind: 'getEphemerals', path: '/' });
  const some = hand.send(line, { kind: 'getEphemerals', path: '/a' });
  const below = hand.send(line, { kind: 'getAllChildrenNumber', path: '/a' });
  ensemble.run(50);
  assert.equal(pathsOf(line, all), ['/a/e1', '/e2']);
  assert.equal(pathsOf(line, some), ['/a/e1']);
  assert.equal(line.replyTo(below)?.response, { kind: 'getAllChildrenNumber', total: 3 });
});

function pathsOf(line: Line, xid: number): string[] {
  const response = line.replyTo(xid)?.response;
  return response?.kind === 'getEphemerals' ? [...response.paths].sort((a, b) => (a < b ? -1 : 1)) : [];
}

test('20 a local session costs no write, may write, and is known to its server alone', () => {
  const { ensemble, hand } = serving(3, LOCAL);
  const line = connected(ensemble, hand, 1);
  hand.send(line, create('/a'));
  ensemble.run(50);
  assert.equal(line.log, ['granted', 'reply 1 0']);
  assert.equal(ensemble.committed(line.sessionId), ['create']);
  hand.hangUp(line);
  const here = hand.connect(1, line.ticket);
  ensemble.run(50);
  assert.equal(here.log, ['granted']);
  const elsewhere = hand.connect(2, line.ticket);
  ensemble.run(50);
  assert.equal(elsewhere.log, ['refused', 'closed']);
});

test('20 a local session is closed at its server, after the answers to what it asked before', () => {
  const { ensemble, hand } = serving(3, LOCAL);
  const line = connected(ensemble, hand, 1);
  hand.send(line, create('/a'));
  hand.send(line, CLOSE);
  ensemble.run(50);
  assert.equal(line.log, ['granted', 'reply 1 0', 'reply 2 0', 'closed']);
  assert.equal(ensemble.committed(line.sessionId), ['create']);
  assert.is(ensemble.of('localSessionClosed').length, 1);
});

test('20 a local session expires at its server', () => {
  const { ensemble, hand } = serving(3, LOCAL);
  const line = connected(ensemble, hand, 1, 600);
  ensemble.run(1500);
  assert.equal(line.log, ['granted', 'closed']);
  assert.is(ensemble.of('localSessionClosed').length, 1);
  assert.equal(ensemble.committed(), []);
});

const EPHEMERAL_REQUESTS: readonly (readonly [name: string, request: Request])[] = [
  ['create', create('/e', CreateFlag.EPHEMERAL)],
  ['create2', { kind: 'create2', path: '/e', data: null, acl: OPEN_ACL_UNSAFE, flags: CreateFlag.EPHEMERAL_SEQUENTIAL }],
  ['multi', { kind: 'multi', ops: [create('/p'), create('/e', CreateFlag.EPHEMERAL)] }],
];

for (const server of ['leader', 'follower']) {
  for (const [name, request] of EPHEMERAL_REQUESTS) {
    test(`20 an ephemeral by ${name} at the ${server} upgrades a local session, once, and the session may move then`, () => {
      const { ensemble, hand } = serving(3, UPGRADING);
      const here = server === 'leader' ? ensemble.leader : ensemble.leader === 1 ? 2 : 1;
      const line = connected(ensemble, hand, here);
      hand.send(line, request);
      hand.send(line, create('/f', CreateFlag.EPHEMERAL));
      ensemble.run(50);
      assert.equal(line.log, ['granted', 'reply 1 0', 'reply 2 0']);
      assert.equal(ensemble.committed(line.sessionId), ['createSession', name, 'create']);
      const moved = hand.connect(here === 3 ? 1 : 3, line.ticket);
      ensemble.run(50);
      hand.send(moved, exists('/f'));
      hand.send(moved, CLOSE);
      ensemble.run(50);
      assert.equal(moved.log, ['granted', 'reply 1 0', 'reply 2 0', 'closed']);
      const last = ensemble.of('committed').at(-1)?.fact.txn.body;
      assert.is(last?.kind === 'closeSession' && last.paths?.length, 2);
    });

    test(`20 an ephemeral by ${name} at the ${server} is refused where upgrading is off, in its turn`, () => {
      const { ensemble, hand } = serving(3, LOCAL);
      const line = connected(ensemble, hand, server === 'leader' ? ensemble.leader : ensemble.leader === 1 ? 2 : 1);
      hand.send(line, create('/a'));
      hand.send(line, request);
      hand.send(line, exists('/a'));
      ensemble.run(50);
      // By the leader, which takes a zxid for it; a multi says so of each of its parts.
      const refusal = name === 'multi' ? ErrorCode.OK : ErrorCode.EPHEMERALONLOCALSESSION;
      assert.equal(line.log, ['granted', 'reply 1 0', `reply 2 ${refusal}`, 'reply 3 0']);
      assert.equal(ensemble.committed(line.sessionId), ['create', name === 'multi' ? 'multi' : 'error']);
    });
  }
}

test('20 a local session that comes back is let in behind what it left on its way', () => {
  const { ensemble, hand } = serving(3, LOCAL);
  const line = connected(ensemble, hand, ensemble.leader === 1 ? 2 : 1);
  hand.send(line, create('/a'));
  ensemble.run(3);
  const back = hand.connect(ensemble.leader === 1 ? 2 : 1, line.ticket);
  for (let i = 0; i < 50 && back.granted === null; i += 1) ensemble.run(1);
  assert.equal(line.log, ['granted', 'closed']);
  assert.equal(back.log, ['granted']);
  assert.equal(ensemble.committed(line.sessionId), ['create']);
});

test('20 an upgrade and a close race: whichever is sent first, no ephemeral is left', () => {
  for (const order of [[create('/e', CreateFlag.EPHEMERAL), CLOSE], [CLOSE, create('/e', CreateFlag.EPHEMERAL)]]) {
    const { ensemble, hand } = serving(3, UPGRADING);
    const line = connected(ensemble, hand, 1);
    for (const request of order) hand.send(line, request);
    const other = connected(ensemble, hand, 2);
    ensemble.run(500);
    const xid = hand.send(other, exists('/e'));
    ensemble.run(50);
    assert.is(other.replyTo(xid)?.err, ErrorCode.NONODE);
  }
});

test('20 a write that its server sent before it heard of the close is refused, though local sessions may be unknown', () => {
  const { ensemble, hand } = serving(3, UPGRADING);
  const leader = ensemble.leader;
  const follower = leader === 1 ? 2 : 1;
  const line = connected(ensemble, hand, follower, 600);
  hand.send(line, create('/e', CreateFlag.EPHEMERAL));
  ensemble.run(50);
  // The follower hears nothing of the leader any more, but the leader hears it; and touches travel as answers to pings.
  ensemble.world.cut(leader, follower);
  for (let i = 0; i < 20 && ensemble.of('sessionExpiring').length === 0; i += 1) {
    hand.send(line, { kind: 'ping' });
    ensemble.run(50);
  }
  ensemble.run(20);
  hand.send(line, create('/late'));
  ensemble.run(50);
  assert.equal(ensemble.committed(line.sessionId), ['createSession', 'create', 'closeSession', 'error']);
});

test('a secret makes passwords that only who knows it can make, the same at every server', () => {
  const id = present(parseSessionId('01000015af710003'), 'a session id');
  const password = passwordOf(id, 'open sesame');
  assert.is(password.length, 16);
  assert.ok(isPassword(id, password, 'open sesame'));
  assert.not.ok(isPassword(id, password, 'open barley'));
  assert.not.ok(isPassword(id, passwordOf(id, null), 'open sesame'));
  const { ensemble, hand } = serving(3, { sessionSecret: 'open sesame' });
  const line = connected(ensemble, hand, 1);
  assert.equal(line.granted?.password, passwordOf(line.sessionId, 'open sesame'));
  const guessed = hand.connect(2, { sessionId: line.sessionId, password: passwordOf(line.sessionId, null) });
  const moved = hand.connect(3, line.ticket);
  ensemble.run(50);
  assert.equal([guessed.log, moved.log], [['refused', 'closed'], ['granted']]);
});

test('reserved opcodes, unknown ones and a check outside a multi: −6 at zxid −1, and the connection ends', () => {
  const { ensemble, hand } = serving(1);
  const requests: Request[] = [
    { kind: 'unknown', opcode: 77 },
    { kind: 'createSession', timeoutMs: 1000 },
    { kind: 'deleteContainer', path: '/a' },
    { kind: 'check', path: '/', version: -1 },
  ];
  for (const request of requests) {
    const line = connected(ensemble, hand, 1);
    hand.send(line, request);
    ensemble.run(50);
    assert.equal(line.log, ['granted', `reply 1 ${ErrorCode.UNIMPLEMENTED}`, 'closed'], request.kind);
    assert.is(line.replies[0]?.zxid, -1);
  }
});

test('reads wait for the writes before them of the same session, and for nobody else’s', () => {
  const { ensemble, hand } = serving(3);
  const writer = connected(ensemble, hand, 1);
  const reader = connected(ensemble, hand, 1);
  hand.send(writer, exists('/a'));
  hand.send(writer, create('/a'));
  hand.send(writer, exists('/a'));
  hand.send(reader, exists('/zookeeper'));
  ensemble.run(4);
  assert.equal(writer.log, ['granted', `reply 1 ${ErrorCode.NONODE}`]);
  assert.equal(reader.log, ['granted', 'reply 1 0']);
  ensemble.run(50);
  assert.equal(writer.log, ['granted', `reply 1 ${ErrorCode.NONODE}`, 'reply 2 0', 'reply 3 0']);
});

test('a server id of 255 is forbidden: the ids of its sessions would look like the owners of TTL nodes', () => {
  const member: Member = { id: 255, role: 'participant' };
  assert.throws(() => new Server({ ...DEFAULT_CONFIG, id: 255, members: [member] }), 'a server id is 1 to 254');
});

test.run();
