import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { fork } from '../base/fork.ts';
import { makeZxid } from '../base/zxid.ts';
import { EventType, WatcherType } from '../wire/words.ts';
import { catchUp } from './set-watches.ts';
import { Bench, create, remove, set } from './testing.ts';
import { WatchTable, isWatcherType, type WatchKind } from './watches.ts';

const test = suite('tree/watches');
const { NodeCreated, NodeDeleted, NodeDataChanged, NodeChildrenChanged } = EventType;
const ALL = [NodeCreated, NodeDataChanged, NodeChildrenChanged, NodeDeleted];

test('12 which kind hears what, at the path and below (section 4.2)', () => {
  const table: [WatchKind, string, number[]][] = [
    ['data', '/a', [NodeCreated, NodeDataChanged, NodeDeleted]],
    ['child', '/a', [NodeChildrenChanged, NodeDeleted]],
    ['persistent', '/a', ALL],
    ['recursive', '/a', [NodeCreated, NodeDataChanged, NodeDeleted]],
    ['recursive', '/a/b/c', [NodeCreated, NodeDataChanged, NodeDeleted]],
    ['persistent', '/a/b', []],
    ['data', '/', []],
    ['recursive', '/ab', []],
  ];
  for (const [kind, path, heard] of table) {
    for (const type of ALL) {
      const table1 = new WatchTable();
      table1.add('/a', kind, 7);
      assert.equal([...table1.trigger(type, path)], heard.includes(type) ? [7] : [], `${kind} ${type} ${path}`);
      const isOneShot = kind === 'data' || kind === 'child';
      assert.is(table1.trigger(type, path).length, !isOneShot && heard.includes(type) ? 1 : 0, 'one-shot watches are gone');
    }
  }
});

test('the root can be watched, with everything below it', () => {
  const table = new WatchTable();
  table.add('/', 'recursive', 1);
  table.add('/', 'child', 2);
  assert.equal([...table.trigger(NodeCreated, '/x/y')], [1]);
  assert.equal([...table.trigger(NodeChildrenChanged, '/')], [2]);
});

test('a watch at the empty path, another name of the root’s in reads, hears nothing', () => {
  const table = new WatchTable();
  for (const kind of ['data', 'child', 'persistent', 'recursive'] as const) {
    table.add('', kind, 1);
    assert.equal(ALL.flatMap((type) => [...table.trigger(type, '/')]), [], kind);
    assert.equal([...table.trigger(NodeCreated, '/x')], []);
  }
  assert.ok(table.has('', WatcherType.Any, 1) && !table.has('/', WatcherType.Any, 1));
});

test('55 WatchManagerTest: in order of registration, each watcher once; a deletion empties both tables', () => {
  const table = new WatchTable();
  for (const watcher of [3, 1, 2]) table.add('/a', 'data', watcher);
  table.add('/a', 'child', 1);
  table.add('/a', 'child', 4);
  table.add('/', 'recursive', 3);
  table.add('/', 'recursive', 9);
  assert.equal([...table.trigger(NodeDeleted, '/a')], [3, 1, 2, 9, 4]);
  assert.equal([...table.trigger(NodeDeleted, '/a')], [3, 9]);
});

test('12 a one-shot watch beside a persistent one: one event, and the mark is consumed', () => {
  const table = new WatchTable();
  table.add('/a', 'persistent', 1);
  table.add('/a', 'data', 1);
  assert.ok(table.has('/a', WatcherType.Data, 1));
  assert.equal([...table.trigger(NodeDataChanged, '/a')], [1]);
  assert.not.ok(table.has('/a', WatcherType.Data, 1));
  assert.ok(table.has('/a', WatcherType.Persistent, 1));
  assert.equal([...table.trigger(NodeDataChanged, '/a')], [1]);
});

test('13 removal by type (RemoveWatchesTest)', () => {
  const kinds: WatchKind[] = ['child', 'data', 'persistent', 'recursive'];
  const own = [WatcherType.Children, WatcherType.Data, WatcherType.Persistent, WatcherType.PersistentRecursive];
  kinds.forEach((kind, index) => {
    for (const type of [...own, WatcherType.Any]) {
      const table = new WatchTable();
      table.add('/a', kind, 1);
      table.add('/a', kind, 2);
      const matches = type === own[index] || type === WatcherType.Any;
      assert.is(table.has('/a', type, 1), matches, `${kind} ${type}`);
      assert.is(table.remove('/a', type, 1), matches, `${kind} ${type}`);
      assert.is(table.remove('/a', type, 1), false);
      assert.ok(table.has('/a', WatcherType.Any, 2), 'somebody else\'s stays (ZOOKEEPER-1910)');
    }
  });
  assert.equal([0, 1, 5, 6, 9].map(isWatcherType), [false, true, true, false, false]);
});

test('14 a watcher that goes leaves nothing behind (WatchLeakTest, RecursiveWatchQtyTest)', () => {
  const table = new WatchTable();
  for (const kind of ['child', 'data', 'persistent', 'recursive', 'recursive'] as const) table.add(`/${kind}`, kind, 1);
  table.add('/data', 'data', 2);
  assert.equal(table.counts, { watches: 6, paths: 4, watchers: 2 });
  assert.equal(table.pathsOf(1), ['/data', '/persistent', '/recursive', '/child']);
  const copy = fork(table);
  table.removeWatcher(1);
  table.removeWatcher(2);
  assert.equal(table, new WatchTable());
  assert.is(copy.data.recursiveCount, 1);
});

test('11 what a client that comes back is told (WatchEventWhenAutoResetTest)', () => {
  const bench = new Bench();
  for (const request of [create('/same'), create('/set'), create('/grown'), create('/gone')]) bench.write(request);
  const relativeZxid = bench.lastZxid;
  for (const request of [set('/set', 'x'), create('/grown/c'), remove('/gone'), create('/born')]) bench.write(request);
  const lists = ['/same', '/set', '/grown', '/gone'];
  const { events, watches } = catchUp(bench.tree, {
    kind: 'setWatches2', relativeZxid, dataWatches: lists, existWatches: ['/born', '/gone'], childWatches: lists,
    persistentWatches: ['/set'], persistentRecursiveWatches: ['/gone'],
  });
  assert.equal(events, [
    { type: NodeDataChanged, path: '/set' }, { type: NodeDeleted, path: '/gone' }, { type: NodeCreated, path: '/born' },
    { type: NodeChildrenChanged, path: '/grown' }, { type: NodeDeleted, path: '/gone' },
  ]);
  assert.equal(watches, [
    { path: '/same', kind: 'data' }, { path: '/grown', kind: 'data' }, { path: '/gone', kind: 'data' },
    { path: '/same', kind: 'child' }, { path: '/set', kind: 'child' },
    { path: '/set', kind: 'persistent' }, { path: '/gone', kind: 'recursive' },
  ]);
  assert.equal(
    catchUp(
      bench.tree,
      { kind: 'setWatches', relativeZxid: makeZxid(1, 99), dataWatches: ['/set'], existWatches: [], childWatches: [] },
    ).events,
    [],
  );
});

test.run();
