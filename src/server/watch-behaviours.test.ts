/**
 * Watches as clients may rely on them, asked of real servers in small worlds. The number that begins a name is the group's in
 * the protocol's description, section 10.
 */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { ZXID_UNINITIALIZED } from '../base/zxid.ts';
import { SET_WATCHES_LENGTH } from '../client/watch-registrations.ts';
import { type Puppet, SmallWorld } from '../run/small-world.ts';
import { WatchTable } from '../tree/watches.ts';
import type { MultiOp, Request } from '../wire/client-messages.ts';
import { AddWatchMode, ErrorCode, EventType, OPEN_ACL_UNSAFE, WatcherType, type Acl } from '../wire/words.ts';
import { ClientService } from './client-service.ts';
import { ClientTable } from './client-table.ts';
import type { Server } from './server.ts';

const test = suite('watch behaviours');
const utf8 = new TextEncoder();
const { NodeCreated, NodeDeleted, NodeDataChanged, NodeChildrenChanged } = EventType;

function create(path: string, acl: readonly Acl[] = OPEN_ACL_UNSAFE): MultiOp {
  return { kind: 'create', path, data: null, acl, flags: 0 };
}

function remove(path: string): MultiOp {
  return { kind: 'delete', path, version: -1 };
}

function set(path: string, data = 'x'): MultiOp {
  return { kind: 'setData', path, data: utf8.encode(data), version: -1 };
}

function watch(kind: 'getData' | 'exists' | 'getChildren', path: string): Request {
  return { kind, path, watch: true };
}

function addWatch(path: string, mode: number): Request {
  return { kind: 'addWatch', path, mode };
}

/** The events since the last look, as type and path. */
function taken(client: Puppet): (readonly [number, string])[] {
  return client.events.splice(0).map(({ type, path }) => [type, path]);
}

/** A watcher and a writer at different servers. */
function pair(): {
  readonly small: SmallWorld;
  readonly watcher: Puppet;
  readonly write: (...requests: readonly Request[]) => void;
} {
  const small = new SmallWorld();
  const watcher = small.client([1, 2]);
  const writer = small.client([3]);
  const write = (...requests: readonly Request[]): void => {
    for (const request of requests) assert.is(small.ask(writer, request).err, 0, JSON.stringify(request));
    assert.is(small.ask(watcher, { kind: 'sync', path: '/' }).err, 0);
  };
  return { small, watcher, write };
}

/** The watcher is away while `during` happens. */
function away(small: SmallWorld, watcher: Puppet, during: () => void): void {
  const turns = watcher.turns.length;
  for (const { id } of small.members)
    for (const [from, to] of [
      [id, watcher.node],
      [watcher.node, id],
    ] as const)
      small.world.cut(from, to);
  watcher.wish((io) => {
    watcher.core.reconnect(io);
  });
  small.pass(20);
  during();
  for (const { id } of small.members)
    for (const [from, to] of [
      [id, watcher.node],
      [watcher.node, id],
    ] as const)
      small.world.mend(from, to);
  small.until(() => watcher.turns.slice(turns).includes('connected'), 'the watcher is back');
}

/** Watches that a server holds for its clients. */
function watchesAt(server: Server): WatchTable['counts'] {
  const service: unknown = Reflect.get(server, 'service');
  const clients: unknown = service instanceof ClientService ? Reflect.get(service, 'table') : null;
  const table: unknown = clients instanceof ClientTable ? clients.watches : null;
  if (!(table instanceof WatchTable)) throw new Error('a server keeps its watches elsewhere');
  return table.counts;
}

test('11 WatcherTest: each kind of watch fires once, for what it is about, and needs to be left again', () => {
  const { small, watcher, write } = pair();
  write(create('/a'), create('/b'));
  for (const request of [watch('getData', '/a'), watch('getChildren', '/a')])
    assert.is(small.ask(watcher, request).err, 0);
  assert.is(small.ask(watcher, watch('exists', '/new')).err, ErrorCode.NONODE);
  assert.is(small.ask(watcher, watch('getData', '/none')).err, ErrorCode.NONODE);
  write(
    create('/a/x'),
    set('/a'),
    set('/a'),
    create('/a/y'),
    create('/new'),
    set('/new'),
    create('/none'),
    set('/b'),
  );
  assert.equal(taken(watcher), [
    [NodeChildrenChanged, '/a'],
    [NodeDataChanged, '/a'],
    [NodeCreated, '/new'],
  ]);
  small.end();
});

test('11 WatcherTest: setACL tells nobody; a deletion tells both kinds once, then the parent', () => {
  const { small, watcher, write } = pair();
  write(create('/p'), create('/p/c'));
  for (const request of [
    watch('getData', '/p/c'),
    watch('exists', '/p/c'),
    watch('getChildren', '/p/c'),
    watch('getChildren', '/p'),
  ]) {
    small.ask(watcher, request);
  }
  write({ kind: 'setACL', path: '/p/c', acl: OPEN_ACL_UNSAFE, version: -1 });
  assert.equal(taken(watcher), []);
  write(remove('/p/c'));
  assert.equal(taken(watcher), [
    [NodeDeleted, '/p/c'],
    [NodeChildrenChanged, '/p'],
  ]);
  small.end();
});

test('11 WatcherTest: an event comes before the answer to what caused it, and before anything that shows it', () => {
  const small = new SmallWorld({ voters: 1 });
  const client = small.client();
  for (const request of [create('/a'), watch('getData', '/a')]) small.ask(client, request);
  const [changed, shown] = [small.post(client, set('/a')), small.post(client, watch('getData', '/a'))];
  small.until(() => client.replies.has(shown()), 'both are answered');
  assert.equal(client.diary.slice(-3), [`event ${NodeDataChanged} /a`, `reply ${changed()}`, `reply ${shown()}`]);
  assert.is(client.events[0]?.zxid, client.replies.get(changed())?.zxid);
  small.end();
});

test('11 WatchEventWhenAutoResetTest: what was missed is told once, by the table of section 4.2, with zxid −1', () => {
  const { small, watcher, write } = pair();
  for (const path of ['/set', '/gone', '/kept', '/parent', '/quiet', '/back']) write(create(path));
  for (const path of ['/set', '/gone', '/kept', '/back']) small.ask(watcher, watch('getData', path));
  for (const path of ['/parent', '/quiet']) small.ask(watcher, watch('getChildren', path));
  for (const path of ['/made', '/unmade']) small.ask(watcher, watch('exists', path));
  away(small, watcher, () => {
    const writer = small.client([3]);
    for (const request of [
      set('/set'),
      remove('/gone'),
      create('/parent/c'),
      create('/made'),
      remove('/back'),
      create('/back'),
    ]) {
      small.ask(writer, request);
    }
  });
  small.ask(watcher, { kind: 'sync', path: '/' });
  assert.ok(watcher.events.every(({ zxid }) => zxid === ZXID_UNINITIALIZED));
  assert.equal(taken(watcher), [
    [NodeDataChanged, '/set'],
    [NodeDeleted, '/gone'],
    [NodeDataChanged, '/back'],
    [NodeCreated, '/made'],
    [NodeChildrenChanged, '/parent'],
  ]);
  write(set('/set'), set('/kept'), create('/quiet/c'), create('/unmade'), create('/parent/d'));
  assert.equal(taken(watcher), [
    [NodeDataChanged, '/kept'],
    [NodeChildrenChanged, '/quiet'],
    [NodeCreated, '/unmade'],
  ]);
  small.end();
});

test('11 DisconnectedWatcherTest: many watches travel in several requests, and none is lost', () => {
  const small = new SmallWorld({ voters: 1 });
  const client = small.client();
  const name = 'n'.repeat(400);
  const paths = Array.from({ length: 2 * Math.ceil(SET_WATCHES_LENGTH / 400) }, (_, index) => `/${name}${index}`);
  const asked = paths.map((path) => small.post(client, watch('exists', path)));
  small.until(() => asked.every((cxid) => client.replies.has(cxid())), 'all watches are left');
  const before = small.sent.length;
  client.wish((io) => {
    client.core.reconnect(io);
  });
  small.pass(50);
  small.until(() => client.core.phase === 'connected', 'it is back');
  small.ask(client, { kind: 'sync', path: '/' });
  const renewals = small.sent
    .slice(before)
    .filter(({ message }) => message.kind === 'request' && message.request.kind === 'setWatches');
  assert.ok(renewals.length >= 2);
  assert.is(watchesAt(small.server(1)).watches, paths.length);
  const last = paths.at(-1) ?? '';
  small.ask(client, create(last));
  assert.equal(taken(client), [[NodeCreated, last]]);
  small.end();
});

test('12 PersistentWatcherTest: a persistent watch stays; a recursive one hears of all below, and of no children as such', () => {
  const { small, watcher, write } = pair();
  write(create('/a'), create('/b'));
  small.ask(watcher, addWatch('/a', AddWatchMode.PERSISTENT));
  small.ask(watcher, addWatch('/b', AddWatchMode.PERSISTENT_RECURSIVE));
  write(set('/a'), set('/a'), create('/a/x'), set('/a/x'), remove('/a/x'), remove('/a'), create('/a'));
  assert.equal(taken(watcher), [
    [NodeDataChanged, '/a'],
    [NodeDataChanged, '/a'],
    [NodeChildrenChanged, '/a'],
    [NodeChildrenChanged, '/a'],
    [NodeDeleted, '/a'],
    [NodeCreated, '/a'],
  ]);
  write(set('/b'), create('/b/x'), create('/b/x/y'), set('/b/x/y'), remove('/b/x/y'), create('/bb'));
  assert.equal(taken(watcher), [
    [NodeDataChanged, '/b'],
    [NodeCreated, '/b/x'],
    [NodeCreated, '/b/x/y'],
    [NodeDataChanged, '/b/x/y'],
    [NodeDeleted, '/b/x/y'],
  ]);
  small.end();
});

test('12 PersistentRecursiveWatcherTest: the root too; one event for several watches; both kinds survive a reconnect', () => {
  const { small, watcher, write } = pair();
  small.ask(watcher, addWatch('/', AddWatchMode.PERSISTENT_RECURSIVE));
  write(create('/a'));
  small.ask(watcher, addWatch('/a', AddWatchMode.PERSISTENT));
  small.ask(watcher, watch('getData', '/a'));
  write(set('/a'));
  assert.equal(taken(watcher), [
    [NodeCreated, '/a'],
    [NodeDataChanged, '/a'],
  ]);
  away(small, watcher, () => {
    small.ask(small.client([3]), set('/a'));
  });
  small.ask(watcher, { kind: 'sync', path: '/' });
  assert.equal(taken(watcher), [], 'what a persistent watch misses is not told');
  write(set('/a'), create('/a/b'));
  assert.equal(taken(watcher), [
    [NodeDataChanged, '/a'],
    [NodeCreated, '/a/b'],
    [NodeChildrenChanged, '/a'],
  ]);
  small.end();
});

test('12 PersistentWatcherACLTest: an event reaches only those who may read the node that it is about', () => {
  const { small, watcher, write } = pair();
  const hidden: Acl[] = [{ perms: 30, id: { scheme: 'world', id: 'anyone' } }];
  small.ask(watcher, addWatch('/', AddWatchMode.PERSISTENT_RECURSIVE));
  write(
    create('/open'),
    create('/hidden', hidden),
    create('/hidden/open'),
    set('/hidden'),
    set('/hidden/open'),
    remove('/hidden/open'),
    remove('/hidden'),
  );
  assert.equal(taken(watcher), [
    [NodeCreated, '/open'],
    [NodeCreated, '/hidden/open'],
    [NodeDataChanged, '/hidden/open'],
    [NodeDeleted, '/hidden/open'],
  ]);
  assert.is(small.ask(watcher, watch('exists', '/later')).err, ErrorCode.NONODE);
  write(create('/later', hidden));
  assert.equal(taken(watcher), [], 'a watch on what is not there is no way to see that it comes');
  small.end();
});

test('12 UnsupportedAddWatcherTest: a mode that nobody knows is refused', () => {
  const small = new SmallWorld({ voters: 1 });
  const client = small.client();
  for (const mode of [-1, 2, 99]) assert.is(small.ask(client, addWatch('/', mode)).err, ErrorCode.MARSHALLINGERROR);
  assert.is(watchesAt(small.server(1)).watches, 0);
  small.end();
});

/** What was left, what is removed, whether there was any, and which events remain of a change, a child and a deletion. */
const REMOVALS: readonly (readonly [readonly Request[], number, number, readonly number[]])[] = [
  [[watch('getData', '/r')], WatcherType.Data, 0, []],
  [[watch('exists', '/r')], WatcherType.Data, 0, []],
  [[watch('getChildren', '/r')], WatcherType.Children, 0, []],
  [[watch('getData', '/r')], WatcherType.Children, ErrorCode.NOWATCHER, [NodeDataChanged]],
  [[watch('getChildren', '/r')], WatcherType.Data, ErrorCode.NOWATCHER, [NodeChildrenChanged]],
  [[watch('getData', '/r'), watch('getChildren', '/r')], WatcherType.Data, 0, [NodeChildrenChanged]],
  [[watch('getData', '/r'), watch('getChildren', '/r')], WatcherType.Children, 0, [NodeDataChanged]],
  [[watch('getData', '/r'), watch('getChildren', '/r')], WatcherType.Any, 0, []],
  [
    [addWatch('/r', 0)],
    WatcherType.Data,
    ErrorCode.NOWATCHER,
    [NodeDataChanged, NodeChildrenChanged, NodeChildrenChanged, NodeDeleted],
  ],
  [
    [addWatch('/r', 0)],
    WatcherType.PersistentRecursive,
    ErrorCode.NOWATCHER,
    [NodeDataChanged, NodeChildrenChanged, NodeChildrenChanged, NodeDeleted],
  ],
  [[addWatch('/r', 0)], WatcherType.Persistent, 0, []],
  [
    [addWatch('/r', 1)],
    WatcherType.Persistent,
    ErrorCode.NOWATCHER,
    [NodeDataChanged, NodeCreated, NodeDeleted, NodeDeleted],
  ],
  [[addWatch('/r', 1)], WatcherType.PersistentRecursive, 0, []],
  [[addWatch('/r', 0), watch('getData', '/r')], WatcherType.Persistent, 0, [NodeDataChanged]],
  [
    [addWatch('/r', 0), addWatch('/r', 1), watch('getData', '/r'), watch('getChildren', '/r')],
    WatcherType.Any,
    0,
    [],
  ],
  [[], WatcherType.Any, ErrorCode.NOWATCHER, []],
];

test('13 RemoveWatchesTest: a type removes its own kind, Any removes all, and what is not there is −121', () => {
  const { small, watcher, write } = pair();
  for (const [left, watcherType, err, remaining] of REMOVALS) {
    write(create('/r'));
    for (const request of left) small.ask(watcher, request);
    const title = `${left.map((request) => JSON.stringify(request)).join()} without ${watcherType}`;
    assert.is(small.ask(watcher, { kind: 'checkWatches', path: '/r', watcherType }).err, err, title);
    assert.is(small.ask(watcher, { kind: 'removeWatches', path: '/r', watcherType }).err, err, title);
    assert.is(small.ask(watcher, { kind: 'checkWatches', path: '/r', watcherType }).err, ErrorCode.NOWATCHER, title);
    write(set('/r'), create('/r/c'), remove('/r/c'), remove('/r'));
    assert.equal(
      taken(watcher).map(([type]) => type),
      remaining,
      title,
    );
    small.ask(watcher, { kind: 'removeWatches', path: '/r', watcherType: WatcherType.Any });
  }
  small.end();
});

test('13 RemoveWatchesTest: what was removed does not come back with a reconnect; another client keeps its own', () => {
  const { small, watcher, write } = pair();
  write(create('/r'));
  const other = small.client([1]);
  for (const client of [watcher, other])
    for (const request of [watch('getData', '/r'), addWatch('/r', 1)]) small.ask(client, request);
  assert.is(small.ask(watcher, { kind: 'removeWatches', path: '/r', watcherType: WatcherType.Any }).err, 0);
  away(small, watcher, () => undefined);
  write(set('/r'));
  small.ask(other, { kind: 'sync', path: '/' });
  assert.equal([taken(watcher), taken(other)], [[], [[NodeDataChanged, '/r']]]);
  assert.is(
    small.ask(watcher, { kind: 'removeWatches', path: '/r', watcherType: 9 }).err,
    ErrorCode.MARSHALLINGERROR,
  );
  small.end();
});

test('14 WatchLeakTest: a watch that is left while its connection goes leaves nothing behind', () => {
  const small = new SmallWorld({ voters: 1 });
  const client = small.client();
  for (let round = 0; round < 20; round++) {
    small.ask(client, create(`/n${round}`));
    small.post(client, set(`/n${round}`));
    for (const request of [watch('getData', '/n0'), watch('getChildren', '/'), watch('exists', `/none${round}`)])
      small.post(client, request);
    client.wish((io) => {
      client.core.reconnect(io);
    });
    small.pass(round);
    small.until(() => client.core.phase === 'connected', 'it is back');
  }
  small.post(client, { kind: 'closeSession' });
  small.until(() => client.core.phase === 'over', 'it is closed');
  assert.equal(watchesAt(small.server(1)), { watches: 0, paths: 0, watchers: 0 });
  small.end();
});

test.run();
