/** Who is told of which event by a client, and who is forgotten then. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { ErrorCode, WatcherType } from '../wire/words.ts';
import type { WatchedType } from './watched-event.ts';
import { WatchTable } from './watch-table-face.ts';
import type { WatchKind } from './watch-table-face.ts';

const test = suite('client/watch table');
const TYPES: readonly WatchedType[] = ['NodeCreated', 'NodeDeleted', 'NodeDataChanged', 'NodeChildrenChanged'];
const listener = (): (() => void) => () => undefined;

test('which kind hears what, at the path and below; what fires once is forgotten', () => {
  const rows: readonly (readonly [kind: WatchKind, path: string, heard: readonly WatchedType[], stays: boolean])[] = [
    ['data', '/a', ['NodeCreated', 'NodeDeleted', 'NodeDataChanged'], false],
    ['exist', '/a', ['NodeCreated', 'NodeDeleted', 'NodeDataChanged'], false],
    ['child', '/a', ['NodeDeleted', 'NodeChildrenChanged'], false],
    ['persistent', '/a', TYPES, true],
    ['recursive', '/a', ['NodeCreated', 'NodeDeleted', 'NodeDataChanged'], true],
    ['recursive', '/a/b/c', ['NodeCreated', 'NodeDeleted', 'NodeDataChanged'], true],
    ['recursive', '/ab', [], true],
    ['persistent', '/a/b', [], true],
    ['data', '/', [], true],
  ];
  for (const [kind, path, heard, stays] of rows) {
    for (const type of TYPES) {
      const table = new WatchTable();
      const one = listener();
      table.add(kind, '/a', one);
      assert.is(table.fire(type, path).has(one), heard.includes(type), `${kind} ${path} ${type}`);
      assert.is(table.everybody().has(one), stays || !heard.includes(type), `${kind} ${path} ${type}, afterwards`);
    }
  }
});

test('a recursive watch at the root hears of everything; each callback is called once', () => {
  const table = new WatchTable();
  const one = listener();
  for (const kind of ['data', 'child', 'persistent'] as const) table.add(kind, '/x/y', one);
  table.add('recursive', '/', one);
  assert.equal([...table.fire('NodeDeleted', '/x/y')], [one]);
  assert.equal([...table.everybody(['recursive', 'persistent'])], [one]);
  assert.is(table.everybody(['data', 'child']).size, 0);
});

test('exists leaves a watch of another kind on what is not there, and none after an error', () => {
  const table = new WatchTable();
  const [there, absent, refused] = [listener(), listener(), listener()];
  table.addExists('/a', ErrorCode.OK, there);
  table.addExists('/a', ErrorCode.NONODE, absent);
  table.addExists('/a', ErrorCode.NOAUTH, refused);
  assert.equal([...table.everybody(['data'])], [there]);
  assert.equal([...table.everybody(['exist'])], [absent]);
  assert.not.ok(table.everybody().has(refused));
});

test('what each type of removeWatches takes back, and what is told of it', () => {
  const told: Record<WatchKind, WatchedType> = {
    data: 'DataWatchRemoved', exist: 'DataWatchRemoved', child: 'ChildWatchRemoved',
    persistent: 'PersistentWatchRemoved', recursive: 'PersistentWatchRemoved',
  };
  const kinds: readonly WatchKind[] = ['data', 'exist', 'child', 'persistent', 'recursive'];
  const rows: readonly (readonly [type: number, removed: readonly WatchKind[]])[] = [
    [WatcherType.Any, kinds], [WatcherType.Data, ['data', 'exist']], [WatcherType.Children, ['child']],
    [WatcherType.Persistent, ['persistent']], [WatcherType.PersistentRecursive, ['recursive']],
  ];
  for (const [type, removed] of rows) {
    const table = new WatchTable();
    const watchers = new Map(kinds.map((kind) => [kind, listener()] as const));
    for (const [kind, watcher] of watchers) table.add(kind, '/a', watcher);
    table.add('data', '/b', listener());
    assert.equal([...table.remove('/a', type)], removed.map((kind) => [told[kind], watchers.get(kind)]));
    assert.is(table.everybody().size, kinds.length - removed.length + 1);
    assert.equal(table.remove('/a', type), []);
  }
});

test('a callback is dropped alone; only the last one leaves nothing behind', () => {
  const table = new WatchTable();
  const [one, other] = [listener(), listener()];
  table.add('data', '/a', one);
  table.add('data', '/a', other);
  assert.is(table.drop('data', '/a', one), false);
  assert.is(table.drop('data', '/a', one), false, 'it is gone already');
  assert.is(table.drop('data', '/a', other), true);
  assert.is(table.drop('child', '/a', other), false);
  assert.is(table.fire('NodeDataChanged', '/a').size, 0);
});

test.run();
