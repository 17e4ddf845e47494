import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { fork } from '../base/fork.ts';
import { present } from '../base/invariant.ts';
import { NO_SESSION } from '../base/session-id.ts';
import { makeZxid } from '../base/zxid.ts';
import { ErrorCode, EventType, OPEN_ACL_UNSAFE } from '../wire/words.ts';
import { DataTree, type Applied } from './data-tree.ts';
import { CONTAINER_OWNER, MAX_TTL_MS, ownerKind, ttlOf, ttlOwner, visibleOwner } from './ephemeral-owner.ts';
import { InvalidTree } from './node-map.ts';
import { reapable } from './reaper.ts';
import { Bench, SESSION, acl, bytes, content, create, createContainer, createTtl, multi, remove, set } from './testing.ts';

const test = suite('tree/data-tree');

test('the tree before any transaction is ZooKeeper\'s, digest included', () => {
  const tree = new DataTree();
  assert.equal(tree.digest, { high: 0, low: 0x51c6d660 });
  assert.is(tree.nodeCount, 4);
  assert.is(tree.descendantCount('/'), 3);
  assert.equal(
    [...tree.image([]).nodes].map((node) => [node.path, node.aclId]),
    [['', -1], ['/zookeeper', -1], ['/zookeeper/config', 1], ['/zookeeper/quota', -1]],
  );
  const root = tree.stat('/');
  assert.equal([root?.cversion, root?.numChildren, root?.version, root?.pzxid], [-1, 1, 0, 0]);
  assert.is(tree.stat('/zookeeper')?.cversion, -2);
  assert.equal([tree.stat('/zookeeper/config')?.aversion, tree.acl('/zookeeper/config')], [-1, [acl(1, 'world', 'anyone')]]);
  assert.is(tree.node(''), tree.node('/'));
});

test('4 the arithmetic of Stat (StatTest, GetChildren2Test)', () => {
  const bench = new Bench();
  bench.write(create('/a', 0, 'xyz'));
  const created = bench.tree.stat('/a');
  assert.equal(created, {
    czxid: makeZxid(1, 1), mzxid: makeZxid(1, 1), ctime: 1000, mtime: 1000, version: 0, cversion: 0, aversion: 0,
    ephemeralOwner: NO_SESSION,
    dataLength: 3, numChildren: 0, pzxid: makeZxid(1, 1),
  });
  bench.write(create('/a/b'));
  bench.write(create('/a/c'));
  bench.write(remove('/a/b'));
  const parent = bench.tree.stat('/a');
  assert.equal(
    [parent?.cversion, parent?.numChildren, parent?.pzxid, parent?.mzxid, parent?.version],
    [3, 1, makeZxid(1, 4), makeZxid(1, 1), 0],
  );
  assert.is(bench.tree.node('/a')?.stat.cversion, 2, 'the stored one counts creations only');
  bench.write(set('/a', ''));
  const changed = bench.tree.stat('/a');
  assert.equal(
    [changed?.version, changed?.mzxid, changed?.mtime, changed?.ctime, changed?.dataLength, changed?.pzxid],
    [1, makeZxid(1, 5), 1004, 1000, 0, makeZxid(1, 4)],
  );
  bench.write({ kind: 'setACL', path: '/a', acl: [acl(31, 'ip', '1.2.3.4')], version: -1 });
  assert.equal([bench.tree.stat('/a')?.aversion, bench.tree.stat('/a')?.mzxid], [1, makeZxid(1, 5)]);
});

test('7 NullDataTest: null data is not empty data', () => {
  const bench = new Bench();
  bench.write({ kind: 'create', path: '/null', data: null, acl: OPEN_ACL_UNSAFE, flags: 0 });
  bench.write(create('/empty', 0, ''));
  assert.is(bench.tree.node('/null')?.data, null);
  assert.is(bench.tree.node('/empty')?.data?.length, 0);
  assert.is(bench.tree.stat('/null')?.dataLength, 0);
});

test('11 triggers: what fires, where and in which order', () => {
  const bench = new Bench();
  const fired = (applied: Applied): [number, string][] =>
    applied.triggers.map(({ type, path }) => [type, path]);
  assert.equal(fired(bench.write(create('/a'))), [[EventType.NodeCreated, '/a'], [EventType.NodeChildrenChanged, '/']]);
  assert.equal(fired(bench.write(set('/a', 'x'))), [[EventType.NodeDataChanged, '/a']]);
  assert.equal(fired(bench.write({ kind: 'setACL', path: '/a', acl: OPEN_ACL_UNSAFE, version: -1 })), []);
  assert.equal(fired(bench.write(create('/a/e', 1))), [[EventType.NodeCreated, '/a/e'], [EventType.NodeChildrenChanged, '/a']]);
  assert.equal(fired(bench.write(create('/a/d', 1))).length, 2);
  assert.equal(fired(bench.write({ kind: 'closeSession' })), [
    [EventType.NodeDeleted, '/a/d'], [EventType.NodeChildrenChanged, '/a'],
    [EventType.NodeDeleted, '/a/e'], [EventType.NodeChildrenChanged, '/a'],
  ]);
  assert.equal(fired(bench.write(remove('/a'))), [[EventType.NodeDeleted, '/a'], [EventType.NodeChildrenChanged, '/']]);
  assert.equal(fired(bench.write(multi(create('/b'), create('/b')))), [], 'a refused multi fires nothing');
  assert.is(fired(bench.write(multi(create('/b'), remove('/b')))).length, 4);
});

test('9 ephemerals belong to their session, and go with it', () => {
  const bench = new Bench();
  bench.write(create('/z', 1));
  bench.write(create('/b', 1));
  assert.equal([...bench.tree.ephemerals(SESSION)], ['/b', '/z']);
  assert.equal(bench.tree.sessionsWithEphemerals(), [SESSION]);
  assert.is(bench.tree.stat('/z')?.ephemeralOwner, SESSION);
  bench.write(remove('/b'));
  bench.write({ kind: 'closeSession' });
  assert.is(bench.tree.node('/z'), undefined);
  assert.equal(bench.tree.sessionsWithEphemerals(), []);
});

test('38 CloseSessionTxnTest: a closeSession without a list (old logs) deletes what the session owns', () => {
  const bench = new Bench();
  bench.write(create('/z', 1));
  const applied = bench.tree.apply(
    { clientId: SESSION, cxid: 0, zxid: makeZxid(1, 9), time: 0 }, { kind: 'closeSession', paths: null },
  );
  assert.is(applied.triggers.length, 2);
  assert.is(bench.tree.node('/z'), undefined);
});

test('16 EphemeralTypeTest: owners: containers and TTLs hide theirs', () => {
  assert.equal(
    [NO_SESSION, SESSION, CONTAINER_OWNER, ttlOwner(1), ttlOwner(MAX_TTL_MS)].map(ownerKind),
    ['void', 'normal', 'container', 'ttl', 'ttl'],
  );
  assert.is(ttlOwner(60_000), 'ff0000000000ea60');
  assert.is(ttlOf(ttlOwner(MAX_TTL_MS)), MAX_TTL_MS);
  assert.equal([SESSION, CONTAINER_OWNER, ttlOwner(5)].map(visibleOwner), [SESSION, NO_SESSION, NO_SESSION]);
});

test('16 CreateContainerTest, CreateTTLTest: the reaper takes used, empty containers and TTL nodes past their time', () => {
  const bench = new Bench();
  bench.write(createContainer('/c'));
  bench.write(createContainer('/unused'));
  bench.write(createTtl('/t', 100));
  bench.write(create('/c/child'));
  assert.equal(reapable(bench.tree, 1050, 0), []);
  bench.write(remove('/c/child'));
  assert.equal(reapable(bench.tree, 1050, 0), ['/c']);
  assert.equal(reapable(bench.tree, 1103, 0), ['/c', '/t']);
  assert.equal(reapable(bench.tree, 1103, 50), ['/c', '/t', '/unused']);
  bench.write(set('/t', 'touched'));
  assert.equal(reapable(bench.tree, 1103, 0), ['/c'], 'a TTL counts from the last setData');
  bench.write({ kind: 'deleteContainer', path: '/c' });
  assert.is(bench.tree.node('/c'), undefined);
});

test('54 DataTreeTest: replay: what was applied already changes nothing, and nothing goes back', () => {
  const bench = new Bench();
  for (const request of [create('/p'), create('/p/a'), remove('/p/a'), create('/p/b')]) bench.write(request);
  const image = bench.tree.image([]);
  const [, first, second] = bench.log;
  for (const entry of [first, second]) if (entry !== undefined) bench.tree.apply(entry.header, entry.body);
  assert.equal(content(bench.tree.image([])), content(image), 'create and delete of a node that is gone');
  const last = bench.log[3];
  if (last !== undefined) assert.is(bench.tree.apply(last.header, last.body).err, ErrorCode.NODEEXISTS);
  assert.equal(content(bench.tree.image([])), content(image));
});

test('a replay deletes a node that has children by now, with all below it', () => {
  const bench = new Bench();
  const requests = [create('/p'), remove('/p'), create('/p'), create('/p/e', 1), create('/p/c'), create('/p/c/d')];
  for (const request of requests) bench.write(request);
  const image = bench.tree.image([]);
  for (const entry of bench.log) bench.tree.apply(entry.header, entry.body);
  assert.equal(content(bench.tree.image([])), content(image));
});

test('37 FuzzySnapshotRelatedTest: a fuzzy snapshot of ZooKeeper\'s: the node is there, its parent does not count it yet', () => {
  const bench = new Bench();
  for (const request of [create('/p'), create('/p/a'), create('/p/b')]) bench.write(request);
  const image = bench.tree.image([]);
  const early = [...image.nodes].map(
    (node) => (node.path === '/p' ? { ...node, stat: { ...node.stat, cversion: 1, pzxid: makeZxid(1, 2) } } : node),
  );
  const replica = DataTree.fromImage({ ...image, nodes: early });
  for (const { header, body } of bench.log.slice(1)) replica.apply(header, body);
  assert.equal(content(replica.image([])), content(image));
});

test('38 EphemeralNodeDeletionTest: a closeSession leaves nothing of its session, listed or not', () => {
  const bench = new Bench();
  for (const request of [create('/listed', 1), create('/extra', 1)]) bench.write(request);
  bench.tree.apply({ clientId: SESSION, cxid: 0, zxid: makeZxid(1, 3), time: 0 }, { kind: 'closeSession', paths: ['/listed'] });
  assert.equal(bench.tree.children('/'), ['zookeeper']);
});

test('a parent missing at replay is no crash (ZOOKEEPER-1573)', () => {
  const tree = new DataTree();
  const header = { clientId: SESSION, cxid: 0, zxid: makeZxid(1, 1), time: 0 };
  const applied = tree.apply(
    header, { kind: 'create', path: '/no/x', data: null, acl: OPEN_ACL_UNSAFE, ephemeral: true, parentCVersion: 1 },
  );
  assert.is(applied.err, ErrorCode.NONODE);
  assert.is(tree.apply(header, { kind: 'setData', path: '/no', data: null, version: 1 }).err, ErrorCode.NONODE);
  assert.is(tree.apply(header, { kind: 'setACL', path: '/no', acl: OPEN_ACL_UNSAFE, version: 1 }).err, ErrorCode.NONODE);
  assert.is(tree.apply(header, { kind: 'delete', path: '/no/x' }).err, ErrorCode.NONODE);
  assert.equal(tree.digest, new DataTree().digest);
});

test('54 DataTreeTest: pzxid of the parent moves with the delete of a missing node (ZOOKEEPER-3145), and never back', () => {
  const bench = new Bench();
  bench.write(create('/p'));
  bench.tree.apply({ clientId: SESSION, cxid: 0, zxid: makeZxid(1, 7), time: 0 }, { kind: 'delete', path: '/p/x' });
  assert.is(bench.tree.stat('/p')?.pzxid, makeZxid(1, 7));
  bench.tree.apply({ clientId: SESSION, cxid: 0, zxid: makeZxid(1, 3), time: 0 }, { kind: 'delete', path: '/p/x' });
  assert.is(bench.tree.stat('/p')?.pzxid, makeZxid(1, 7));
  assert.is(bench.tree.lastProcessedZxid, makeZxid(1, 7));
});

test('54 DataTreeTest: the cversion wraps and goes on', () => {
  const tree = new DataTree();
  const apply = (counter: number, path: string, parentCVersion: number): void => {
    tree.apply(
      { clientId: SESSION, cxid: 0, zxid: makeZxid(1, counter), time: 0 },
      { kind: 'create', path, data: null, acl: OPEN_ACL_UNSAFE, ephemeral: false, parentCVersion },
    );
  };
  apply(1, '/a', 0x7ffffff0);
  apply(2, '/b', 0x7fffffff);
  apply(3, '/c', -0x80000000);
  assert.is(tree.node('/')?.stat.cversion, -0x80000000);
});

test('37 FuzzySnapshotRelatedTest: a refused multi in ZooKeeper\'s own form undoes what stands before the error', () => {
  const tree = new DataTree();
  const applied = tree.apply({ clientId: SESSION, cxid: 0, zxid: makeZxid(1, 1), time: 0 }, {
    kind: 'multi',
    txns: [
      { kind: 'create', path: '/a', data: null, acl: OPEN_ACL_UNSAFE, ephemeral: false, parentCVersion: 1 },
      { kind: 'error', err: ErrorCode.NODEEXISTS }, { kind: 'error', err: ErrorCode.RUNTIMEINCONSISTENCY },
    ],
  });
  assert.equal(
    applied.results?.map((result) => (result.kind === 'error' ? result.err : 'ok')),
    [0, ErrorCode.NODEEXISTS, ErrorCode.RUNTIMEINCONSISTENCY],
  );
  assert.is(tree.node('/a'), undefined);
});

test('a tree forks for free and apart', () => {
  const bench = new Bench();
  bench.write(create('/a'));
  const copy = fork(bench.tree);
  bench.write(create('/b'));
  assert.is(copy.node('/b'), undefined);
  assert.is(copy.nodes.get('/a'), bench.tree.nodes.get('/a'));
  assert.is(copy.node('/')?.children.size, 2);
});

test('an image that is no tree is refused with a name', () => {
  const image = new DataTree().image([]);
  const stray = { path: '/no/where', data: bytes('x'), aclId: -1, stat: present([...image.nodes][0], 'the root').stat };
  assert.throws(
    () => DataTree.fromImage({ ...image, nodes: [...image.nodes, stray] }), (error: unknown) => error instanceof InvalidTree,
  );
  assert.throws(
    () => DataTree.fromImage({ ...image, nodes: [...image.nodes, ...image.nodes] }),
    (error: unknown) => error instanceof InvalidTree && error.message.startsWith('/ is twice'),
  );
  assert.throws(() => DataTree.fromImage({ ...image, acls: [] }), (error: unknown) => error instanceof InvalidTree);
  assert.is(
    DataTree.fromImage({ ...image, nodes: [...image.nodes].slice(0, 1) }).nodeCount, 4, 'old snapshots lack the system\'s nodes',
  );
});

test.run();
