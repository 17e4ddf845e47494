/**
 * What clients may rely on, as the original's own tests pin it: data, versions, multi, lists of permissions and
 * sessions, asked of real servers in small worlds. The number that begins a name is the group's in the protocol's
 * description, section 10.
 */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { epochOf, makeZxid, ZXID_UNINITIALIZED } from '../base/zxid.ts';
import type { ReplyOutcome } from '../client/outcome.ts';
import { type Puppet, SmallWorld } from '../fuzz/small-world.ts';
import type { MultiOp, MultiResult, Request } from '../wire/client-messages.ts';
import { CreateFlag, ErrorCode, EventType, OPEN_ACL_UNSAFE, Permission, type Acl, type Stat } from '../wire/words.ts';

const test = suite('client behaviours');
const utf8 = new TextEncoder();

function create(
  path: string,
  flags: number = 0,
  data: string | null = 'd',
  acl: readonly Acl[] = OPEN_ACL_UNSAFE,
): MultiOp {
  return { kind: 'create', path, data: data === null ? null : utf8.encode(data), acl, flags };
}

function remove(path: string, version = -1): MultiOp {
  return { kind: 'delete', path, version };
}

function set(path: string, data: string, version = -1): MultiOp {
  return { kind: 'setData', path, data: utf8.encode(data), version };
}

function check(path: string, version: number): MultiOp {
  return { kind: 'check', path, version };
}

function get(path: string, watch = false): Request {
  return { kind: 'getData', path, watch };
}

function exists(path: string, watch = false): Request {
  return { kind: 'exists', path, watch };
}

function children(path: string, watch = false): Request {
  return { kind: 'getChildren2', path, watch };
}

function multi(...ops: readonly MultiOp[]): Request {
  return { kind: 'multi', ops };
}

function resultsOf({ response }: ReplyOutcome): readonly MultiResult[] {
  return response !== null && 'results' in response ? response.results : [];
}

function codesOf(reply: ReplyOutcome): number[] {
  return resultsOf(reply).map((result) => (result.kind === 'error' ? result.err : 0));
}

function pathOf({ response }: ReplyOutcome | { readonly response: MultiResult }): string | null {
  return response !== null && 'path' in response ? response.path : null;
}

function statOf({ response }: ReplyOutcome): Stat {
  if (response !== null && 'stat' in response) return response.stat;
  throw new Error('the answer has no stat');
}

function textOf({ response }: ReplyOutcome): string | null {
  const data = response !== null && 'data' in response ? response.data : null;
  return data === null ? null : new TextDecoder().decode(data);
}

function childrenOf({ response }: ReplyOutcome): readonly string[] {
  return response !== null && 'children' in response ? response.children : [];
}

/** A world with one server and one client that has a session there. */
function alone(): {
  readonly small: SmallWorld;
  readonly client: Puppet;
  readonly ask: (request: Request) => ReplyOutcome;
} {
  const small = new SmallWorld({ voters: 1 });
  const client = small.client();
  return { small, client, ask: (request) => small.ask(client, request) };
}

function isBackAfter(client: Puppet, turns: number): boolean {
  return client.turns.slice(turns).includes('connected');
}

/** Every server loses its power; the client comes back. */
function outage(small: SmallWorld, client: Puppet): void {
  const turns = client.turns.length;
  small.world.inject({ kind: 'power', downMs: 100 });
  small.until(() => isBackAfter(client, turns), 'the client is back');
}

/** The client moves to the next server. */
function move(small: SmallWorld, client: Puppet): void {
  const turns = client.turns.length;
  client.wish((io) => {
    client.core.reconnect(io);
  });
  small.until(() => isBackAfter(client, turns), 'the client has moved');
}

test('1 MultiOperationTest: each operation has its result, under one zxid', () => {
  const { small, ask } = alone();
  const reply = ask(multi(create('/m'), create('/m/a'), set('/m', 'x', 0), check('/m/a', 0), remove('/m/a', 0)));
  assert.equal(
    resultsOf(reply).map(({ kind }) => kind),
    ['create', 'create', 'setData', 'check', 'delete'],
  );
  const stat = statOf(ask(exists('/m')));
  assert.equal([stat.czxid, stat.mzxid, stat.pzxid], [reply.zxid, reply.zxid, reply.zxid]);
  assert.equal([stat.version, stat.cversion, stat.numChildren], [1, 2, 0]);
  small.end();
});

test('1 MultiOperationTest: one refusal undoes all of it: 0 before, its code, −2 behind, and no watch fires', () => {
  const { small, client, ask } = alone();
  ask(create('/a'));
  ask(get('/a', true));
  const reply = ask(multi(set('/a', 'x'), create('/b'), remove('/none'), set('/a', 'y')));
  assert.equal([reply.err, ...codesOf(reply)], [0, 0, 0, ErrorCode.NONODE, ErrorCode.RUNTIMEINCONSISTENCY]);
  assert.is(textOf(ask(get('/a'))), 'd');
  assert.is(ask(exists('/b')).err, ErrorCode.NONODE);
  assert.equal(client.events, []);
  ask(multi(set('/a', 'x'), set('/a', 'y')));
  assert.is(client.events.length, 1, 'the watch is still there, and is used up by the first change of a good one');
  small.end();
});

test('1 MultiOperationTest: operations see each other: names in sequence, deletions, versions', () => {
  const { small, ask } = alone();
  ask(create('/q'));
  const names = resultsOf(ask(multi(create('/q/s-', 2), create('/q/s-', 2), create('/q/x'), create('/q/s-', 2))));
  assert.equal(
    names.map((response) => pathOf({ response })),
    ['/q/s-0000000000', '/q/s-0000000001', '/q/x', '/q/s-0000000003'],
  );
  const conflict = ask(multi(set('/q/x', '1', 0), set('/q/x', '2', 0)));
  assert.equal(codesOf(conflict), [0, ErrorCode.BADVERSION]);
  assert.equal(codesOf(ask(multi(remove('/q/x'), set('/q/x', '2')))), [0, ErrorCode.NONODE]);
  assert.equal(codesOf(ask(multi(remove('/q/x'), create('/q/x'), set('/q/x', '2', 0)))), [0, 0, 0]);
  small.end();
});

test('1 MultiOperationTest: an empty one is answered and takes a zxid; an unknown flag refuses the whole with −5', () => {
  const { small, ask } = alone();
  const before = ask(create('/a')).zxid;
  const empty = ask(multi());
  assert.equal([empty.err, resultsOf(empty).length, empty.zxid], [0, 0, before + 1]);
  const refused = ask(multi(create('/b'), create('/c', 9)));
  assert.equal([refused.err, refused.response, refused.zxid], [ErrorCode.MARSHALLINGERROR, null, before + 2]);
  assert.is(ask(exists('/b')).err, ErrorCode.NONODE);
  small.end();
});

test('1 MultiOperationTest: the watches of a good one fire operation by operation, before the answer', () => {
  const { small, client, ask } = alone();
  ask(create('/a'));
  ask(exists('/b', true));
  ask(children('/', true));
  ask(get('/a', true));
  const reply = ask(multi(set('/a', 'x'), create('/b')));
  assert.equal(
    client.events.map(({ type, path }) => [type, path]),
    [
      [EventType.NodeDataChanged, '/a'],
      [EventType.NodeCreated, '/b'],
      [EventType.NodeChildrenChanged, '/'],
    ],
  );
  assert.equal(
    client.events.map(({ zxid }) => zxid),
    [reply.zxid, reply.zxid, reply.zxid],
  );
  assert.match(client.diary.slice(-4).join(), /^event.*,event.*,event.*,reply/);
  small.end();
});

test('2 MultiAsyncTransactionTest: pipelined multis of several clients number their nodes without a gap', () => {
  const small = new SmallWorld();
  const clients = [small.client([1]), small.client([2]), small.client([3])];
  small.ask(clients[0] ?? small.client(), create('/q'));
  const pending = clients.flatMap((client) => {
    return Array.from(
      { length: 20 },
      () => [client, small.post(client, multi(create('/q/s-', 2), create('/q/s-', 2)))] as const,
    );
  });
  const isAnswered = ([client, cxid]: (typeof pending)[number]): boolean => client.replies.has(cxid());
  small.until(() => pending.every(isAnswered), 'all are answered');
  const names = pending.flatMap(([client, cxid]) => {
    const reply = client.replies.get(cxid());
    return reply === undefined ? [] : resultsOf(reply).map((response) => pathOf({ response }));
  });
  const due = Array.from({ length: 120 }, (_, index) => `/q/s-${String(index).padStart(10, '0')}`);
  assert.equal(names.sort(), due);
  small.end();
});

test('3 ClientTest: the sequence belongs to the parent, counts every child, and goes on after deletions', () => {
  const { small, ask } = alone();
  for (const parent of ['/p', '/o']) ask(create(parent));
  assert.is(pathOf(ask(create('/p/a-', 2))), '/p/a-0000000000');
  ask(create('/p/plain'));
  assert.is(pathOf(ask(create('/p/b-', 3))), '/p/b-0000000002');
  ask(remove('/p/b-0000000002'));
  assert.is(pathOf(ask(create('/p/b-', 2))), '/p/b-0000000003');
  assert.is(pathOf(ask(create('/p/', 2))), '/p/0000000004');
  assert.is(pathOf(ask(create('/o/a-', 2))), '/o/a-0000000000');
  small.end();
});

test('3 ClientTest: 500 KB of data come back as they were; a node with children stays; a bad path is refused', () => {
  const { small, ask } = alone();
  const large = Uint8Array.from({ length: 500_000 }, (_, index) => index & 0xff);
  assert.is(ask({ kind: 'create', path: '/large', data: large, acl: OPEN_ACL_UNSAFE, flags: 0 }).err, 0);
  const { response } = ask(get('/large'));
  assert.equal(response?.kind === 'getData' ? response.data : null, large);
  ask(create('/large/x'));
  assert.is(ask(remove('/large')).err, ErrorCode.NOTEMPTY);
  assert.is(ask(remove('/large', 7)).err, ErrorCode.BADVERSION, 'the version is looked at first');
  for (const path of ['', 'x', '//', '/x/', '/x/./y', '/\u0001', '/\ud800']) {
    assert.ok(
      [ErrorCode.BADARGUMENTS, ErrorCode.NONODE].some((err) => err === ask(create(path)).err),
      path,
    );
  }
  small.end();
});

test('3 ClientTest: what nobody knows, and a check outside a multi, are refused with zxid −1, and the connection ends', () => {
  for (const request of [
    { kind: 'unknown', opcode: 99 } as const,
    check('/', -1),
    { kind: 'deleteContainer', path: '/a' } as const,
    { kind: 'createSession', timeoutMs: 1000 } as const,
  ]) {
    const small = new SmallWorld({ voters: 1 });
    small.leader();
    const bare = small.bare(1);
    bare.say({
      kind: 'connectRequest',
      protocolVersion: 0,
      lastZxidSeen: makeZxid(0, 0),
      timeoutMs: 4000,
      sessionId: small.none,
      password: new Uint8Array(16),
      readOnly: false,
    });
    small.until(() => bare.heard.length === 1, 'the session stands');
    bare.say({ kind: 'request', xid: 1, request });
    small.until(() => bare.isClosed, 'the connection ends');
    assert.equal(bare.heard[1], {
      kind: 'reply',
      xid: 1,
      zxid: ZXID_UNINITIALIZED,
      err: ErrorCode.UNIMPLEMENTED,
      response: null,
    });
    small.end();
  }
});

test('3 ClientTest: xids may be anything that grows, and wrap; a session is closed once', () => {
  const small = new SmallWorld({ voters: 1 });
  small.leader();
  const bare = small.bare(1);
  bare.say({
    kind: 'connectRequest',
    protocolVersion: 0,
    lastZxidSeen: makeZxid(0, 0),
    timeoutMs: 4000,
    sessionId: small.none,
    password: new Uint8Array(16),
    readOnly: false,
  });
  const xids = [0x7fff_fffe, 0x7fff_ffff, 1, 2];
  small.until(() => bare.heard.length === 1, 'the session stands');
  for (const xid of xids) bare.say({ kind: 'request', xid, request: exists('/') });
  bare.say({ kind: 'request', xid: 3, request: { kind: 'closeSession' } });
  bare.say({ kind: 'request', xid: 4, request: { kind: 'closeSession' } });
  small.until(() => bare.isClosed, 'the connection ends');
  assert.equal(
    bare.heard.slice(1).map((message) => (message.kind === 'reply' ? [message.xid, message.err] : [])),
    [...xids.map((xid) => [xid, 0]), [3, 0]],
  );
  assert.is(small.of('committed').filter(({ txn }) => txn.body.kind === 'closeSession').length, 1);
  small.end();
});

test('4 StatTest, GetChildren2Test: what a create, a setData and a child do to every field', () => {
  const { small, client, ask } = alone();
  const created = statOf(
    ask({ kind: 'create2', path: '/s', data: utf8.encode('abc'), acl: OPEN_ACL_UNSAFE, flags: 0 }),
  );
  assert.equal(
    [created.czxid === created.mzxid, created.czxid === created.pzxid, created.ctime === created.mtime],
    [true, true, true],
  );
  assert.equal(
    [created.version, created.cversion, created.aversion, created.dataLength, created.numChildren],
    [0, 0, 0, 3, 0],
  );
  small.pass(50);
  const changed = statOf(ask(set('/s', 'four')));
  assert.equal(
    [changed.czxid, changed.pzxid, changed.version, changed.dataLength],
    [created.czxid, created.pzxid, 1, 4],
  );
  assert.ok(changed.mzxid > created.mzxid && changed.mtime > created.mtime && changed.ctime === created.ctime);
  for (const name of ['a', 'b', 'c']) ask(create(`/s/${name}`));
  const last = ask(remove('/s/b'));
  const parent = statOf(ask(children('/s')));
  assert.equal([parent.cversion, parent.numChildren, parent.pzxid, parent.mzxid], [4, 2, last.zxid, changed.mzxid]);
  assert.equal(childrenOf(ask(children('/s'))), ['a', 'c']);
  ask({ kind: 'setACL', path: '/s', acl: OPEN_ACL_UNSAFE, version: 0 });
  assert.equal(statOf(ask(exists('/s'))).aversion, 1);
  ask(create('/e', CreateFlag.EPHEMERAL));
  assert.is(statOf(ask(exists('/e'))).ephemeralOwner, client.core.sessionId);
  small.end();
});

test('5 CreateTest, AsyncOpsTest: every refusal of every operation, by its code, in order of asking', () => {
  const { small, client, ask } = alone();
  for (const request of [
    create('/a'),
    create('/a/b'),
    create('/e', 1),
    create('/r', 0, 'd', [{ perms: 1, id: WORLD }]),
  ])
    ask(request);
  const none: Acl[] = [];
  const table: readonly (readonly [Request, number])[] = [
    [create('/a'), ErrorCode.NODEEXISTS],
    [create('/x/y'), ErrorCode.NONODE],
    [create('/e/x'), ErrorCode.NOCHILDRENFOREPHEMERALS],
    [create('/r/x'), ErrorCode.NOAUTH],
    [create('/n', 0, 'd', none), ErrorCode.INVALIDACL],
    [create('/n', 9), ErrorCode.BADARGUMENTS],
    [create('/n', 5), ErrorCode.BADARGUMENTS],
    [remove('/x'), ErrorCode.NONODE],
    [remove('/a'), ErrorCode.NOTEMPTY],
    [remove('/a/b', 3), ErrorCode.BADVERSION],
    [remove('/'), ErrorCode.BADARGUMENTS],
    [set('/x', ''), ErrorCode.NONODE],
    [set('/a', '', 3), ErrorCode.BADVERSION],
    [set('/r', ''), ErrorCode.NOAUTH],
    [get('/x'), ErrorCode.NONODE],
    [exists('/x'), ErrorCode.NONODE],
    [children('/x'), ErrorCode.NONODE],
    [{ kind: 'getACL', path: '/x' }, ErrorCode.NONODE],
    [{ kind: 'setACL', path: '/x', acl: OPEN_ACL_UNSAFE, version: -1 }, ErrorCode.NONODE],
    [{ kind: 'setACL', path: '/a', acl: OPEN_ACL_UNSAFE, version: 4 }, ErrorCode.BADVERSION],
    [{ kind: 'setACL', path: '/r', acl: OPEN_ACL_UNSAFE, version: -1 }, ErrorCode.NOAUTH],
    [{ kind: 'setACL', path: '/a', acl: none, version: -1 }, ErrorCode.INVALIDACL],
    [{ kind: 'getAllChildrenNumber', path: '/x' }, ErrorCode.NONODE],
    [{ kind: 'removeWatches', path: '/a', watcherType: 3 }, ErrorCode.NOWATCHER],
    [{ kind: 'sync', path: '/x' }, ErrorCode.OK],
  ];
  const posted = table.map(([request]) => small.post(client, request));
  small.until(() => posted.every((cxid) => client.replies.has(cxid())), 'all are answered');
  assert.equal(
    posted.map((cxid) => client.replies.get(cxid())?.err),
    table.map(([, err]) => err),
  );
  const xids = client.diary.filter((line) => line.startsWith('reply')).slice(-table.length);
  assert.equal(
    xids,
    posted.map((cxid) => `reply ${cxid()}`),
  );
  small.end();
});

test('6 CheckTest: a check decides a multi, at a leader and through a follower, and the log that holds it is read again', () => {
  for (const voters of [1, 3]) {
    const small = new SmallWorld({ voters });
    const client = small.client(voters === 1 ? [1] : [1, 2]);
    small.ask(client, create('/c'));
    assert.equal(codesOf(small.ask(client, multi(check('/c', 0), set('/c', 'x', 0)))), [0, 0]);
    assert.equal(codesOf(small.ask(client, multi(check('/c', 0), set('/c', 'y')))), [
      ErrorCode.BADVERSION,
      ErrorCode.RUNTIMEINCONSISTENCY,
    ]);
    assert.equal(codesOf(small.ask(client, multi(check('/none', -1)))), [ErrorCode.NONODE]);
    assert.equal(codesOf(small.ask(client, multi(check('/c', -1)))), [0]);
    outage(small, client);
    assert.is(textOf(small.ask(client, get('/c'))), 'x');
    small.end();
  }
});

test('7 NullDataTest: no data are not empty data, to clients, on disk and in a snapshot', () => {
  const small = new SmallWorld({ config: { snapCount: 4 } });
  const client = small.client();
  small.ask(client, create('/null', 0, null));
  small.ask(client, create('/empty', 0, ''));
  for (const round of [1, 2]) {
    assert.is(textOf(small.ask(client, get('/null'))), null, `round ${round}`);
    assert.is(textOf(small.ask(client, get('/empty'))), '');
    for (let count = 0; count < 6; count++) small.ask(client, set('/empty', ''));
    outage(small, client);
  }
  assert.ok(small.of('snapshotWritten').length > 0);
  assert.is(statOf(small.ask(client, { kind: 'setData', path: '/empty', data: null, version: -1 })).dataLength, 0);
  assert.is(textOf(small.ask(client, get('/empty'))), null);
  small.end();
});

const WORLD = { scheme: 'world', id: 'anyone' } as const;
const ALL = Permission.ALL;

test('8 ACLTest: `auth` becomes the ids that the connection has proved; who has proved none is refused', () => {
  const { small, client, ask } = alone();
  const mine: Acl[] = [{ perms: ALL, id: { scheme: 'auth', id: '' } }];
  assert.is(ask(create('/early', 0, 'd', mine)).err, ErrorCode.INVALIDACL);
  client.wish((io) => {
    client.core.addAuth('digest', utf8.encode('ann:secret'), io);
  });
  assert.is(ask(create('/mine', 0, 'd', mine)).err, 0);
  const { response } = ask({ kind: 'getACL', path: '/mine' });
  assert.equal(response?.kind === 'getACL' ? response.acl : [], [{ perms: ALL, id: { scheme: 'digest', id: ANN } }]);
  const other = small.client();
  for (const request of [
    get('/mine'),
    exists('/mine'),
    children('/mine'),
    set('/mine', 'x'),
    { kind: 'getACL', path: '/mine' } as const,
  ]) {
    assert.is(small.ask(other, request).err, ErrorCode.NOAUTH, request.kind);
  }
  assert.is(small.ask(other, remove('/mine')).err, 0, 'a delete asks the parent');
  small.end();
});

const ANN = 'ann:7RJfAeIvrl4zdj6sS2fXrQHDvHM=';

test('8 ACLTest: ids last as long as the client, over reconnects; a hash is shown to those who may change the list', () => {
  const small = new SmallWorld();
  const client = small.client();
  client.wish((io) => {
    client.core.addAuth('digest', utf8.encode('ann:secret'), io);
  });
  const acl: Acl[] = [
    { perms: ALL, id: { scheme: 'digest', id: ANN } },
    { perms: Permission.READ, id: WORLD },
  ];
  small.ask(client, create('/m', 0, 'd', acl));
  move(small, client);
  assert.is(small.ask(client, set('/m', 'x')).err, 0);
  const idsFor = (who: Puppet): string[] => {
    const { response } = small.ask(who, { kind: 'getACL', path: '/m' });
    return response?.kind === 'getACL' ? response.acl.map(({ id }) => id.id) : [];
  };
  assert.equal(idsFor(client), [ANN, 'anyone']);
  const other = small.client();
  small.ask(other, { kind: 'sync', path: '/m' });
  assert.equal(idsFor(other), ['ann:x', 'anyone']);
  small.end();
});

test('8 ACLRootTest, FinalRequestProcessorTest: the root can be closed; exists needs READ; an empty `world` id is none', () => {
  const { small, client, ask } = alone();
  client.wish((io) => {
    client.core.addAuth('digest', utf8.encode('ann:secret'), io);
  });
  assert.is(
    ask(create('/w', 0, 'd', [{ perms: ALL, id: { scheme: 'world', id: 'somebody' } }])).err,
    ErrorCode.INVALIDACL,
  );
  assert.is(
    ask({ kind: 'setACL', path: '/', acl: [{ perms: ALL, id: { scheme: 'digest', id: ANN } }], version: -1 }).err,
    0,
  );
  const other = small.client();
  for (const request of [create('/x'), get('/'), exists('/'), children('/')]) {
    assert.is(small.ask(other, request).err, ErrorCode.NOAUTH, request.kind);
  }
  assert.is(ask(create('/x', 0, 'd', [{ perms: Permission.WRITE, id: WORLD }])).err, 0);
  assert.is(small.ask(other, exists('/x')).err, ErrorCode.NOAUTH);
  assert.is(small.ask(other, set('/x', 'y')).err, 0);
  small.end();
});

test('8 ACLTest: a list without double entries, in the order of the first', () => {
  const { small, ask } = alone();
  const read: Acl = { perms: 1, id: WORLD };
  const admin: Acl = { perms: 16, id: WORLD };
  ask(create('/d', 0, 'd', [read, admin, read, admin]));
  const { response } = ask({ kind: 'getACL', path: '/d' });
  assert.equal(response?.kind === 'getACL' ? response.acl : [], [read, admin]);
  small.end();
});

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

test("15 GetEphemeralsTest, GetAllChildrenNumberTest: one's own by prefix; all that is below", () => {
  const { small, client, ask } = alone();
  for (const path of ['/a', '/a/b', '/a/b/c', '/ab']) ask(create(path));
  for (const path of ['/a/e1', '/a/e2', '/ab/e3']) ask(create(path, 1));
  const other = small.client();
  small.ask(other, create('/a/other', 1));
  const own = (path: string, who: Puppet = client): readonly string[] => {
    const { response } = small.ask(who, { kind: 'getEphemerals', path });
    return response?.kind === 'getEphemerals' ? response.paths : [];
  };
  assert.equal(own('/'), ['/a/e1', '/a/e2', '/ab/e3']);
  assert.equal(own('/a/'), ['/a/e1', '/a/e2']);
  assert.equal(own('/a/e1'), ['/a/e1']);
  assert.equal(own('/none'), []);
  assert.equal(own('/', other), ['/a/other']);
  const below = (path: string): number | null => {
    const { response } = ask({ kind: 'getAllChildrenNumber', path });
    return response?.kind === 'getAllChildrenNumber' ? response.total : null;
  };
  assert.equal([below('/a'), below('/a/b'), below('/ab'), below('/a/b/c')], [5, 1, 1, 0]);
  assert.is(below('/'), 4 + 4 + 3, 'the nodes of the system count');
  small.end();
});

test.run();
