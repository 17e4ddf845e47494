/**
 * What clients may rely on of nodes: data, names, versions, stats and refusals, as the original's own tests pin it,
 * asked of real servers in small worlds. The number that begins a name is the group's in the protocol's description,
 * section 10.
 */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { NO_SESSION } from '../base/session-id.ts';
import { ZXID_UNINITIALIZED, ZXID_ZERO } from '../base/zxid.ts';
import type { ReplyOutcome } from '../client/outcome.ts';
import { type Puppet, SmallWorld } from '../run/small-world.ts';
import type { ConnectRequest, Request } from '../wire/client-messages.ts';
import { encodeText } from '../wire/utf8.ts';
import { type Acl, CreateFlag, ErrorCode, OPEN_ACL_UNSAFE } from '../wire/words.ts';
import {
  alone, check, children, create, exists, get, outage, pathOf, remove, set, statOf, textOf, WORLD,
} from './behaviours-testing.ts';

const test = suite('data behaviours');

function childrenOf({ response }: ReplyOutcome): readonly string[] {
  return response !== null && 'children' in response ? response.children : [];
}

const NEW_SESSION: ConnectRequest = {
  kind: 'connectRequest', protocolVersion: 0, lastZxidSeen: ZXID_ZERO, timeoutMs: 4000, sessionId: NO_SESSION,
  password: new Uint8Array(16), readOnly: false,
};

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
    bare.say(NEW_SESSION);
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
  bare.say(NEW_SESSION);
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
    ask({ kind: 'create2', path: '/s', data: encodeText('abc'), acl: OPEN_ACL_UNSAFE, flags: 0 }),
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
