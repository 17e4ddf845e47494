import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { AddWatchMode, EventType, WatcherType } from '../wire/words.ts';
import { zxid } from './fake-io.ts';
import { SET_WATCHES_LENGTH, WatchRegistrations } from './watch-registrations.ts';

const test = suite('watch registrations');

function everything(): WatchRegistrations {
  const watches = new WatchRegistrations();
  watches.noteReply({ kind: 'getData', path: '/p', watch: true }, 0);
  watches.noteReply({ kind: 'exists', path: '/p', watch: true }, -101);
  watches.noteReply({ kind: 'getChildren2', path: '/p', watch: true }, 0);
  watches.noteReply({ kind: 'addWatch', path: '/p', mode: AddWatchMode.PERSISTENT }, 0);
  watches.noteReply({ kind: 'addWatch', path: '/p', mode: AddWatchMode.PERSISTENT_RECURSIVE }, 0);
  return watches;
}

function names(watches: WatchRegistrations): string {
  return (['data', 'exist', 'child', 'persistent', 'recursive'] as const).filter((list) => watches[list].size > 0).join(' ');
}

test('only an answer that left a watch on the server registers one', () => {
  const table: ['exists' | 'getData' | 'getChildren', boolean, number, string][] = [
    ['exists', true, 0, 'data'],
    ['exists', true, -101, 'exist'],
    ['exists', true, -102, ''],
    ['exists', false, 0, ''],
    ['getData', true, 0, 'data'],
    ['getData', true, -101, ''],
    ['getData', false, 0, ''],
    ['getChildren', true, 0, 'child'],
    ['getChildren', true, -101, ''],
    ['getChildren', false, 0, ''],
  ];
  for (const [kind, watch, err, left] of table) {
    const watches = new WatchRegistrations();
    watches.noteReply({ kind, path: '/p', watch }, err);
    assert.is(names(watches), left, `${kind} ${watch} ${err}`);
  }
});

test('an event uses up what it answers', () => {
  const table: [number, string][] = [
    [EventType.NodeCreated, 'child persistent recursive'],
    [EventType.NodeDataChanged, 'child persistent recursive'],
    [EventType.NodeDeleted, 'persistent recursive'],
    [EventType.NodeChildrenChanged, 'data exist persistent recursive'],
  ];
  for (const [type, left] of table) {
    const watches = everything();
    watches.noteEvent(type, '/p');
    assert.is(names(watches), left);
    const others = everything();
    others.noteEvent(type, '/other');
    assert.is(names(others), 'data exist child persistent recursive');
  }
});

test('removeWatches removes its own kind, and only when the server agreed', () => {
  const table: [number, number, string][] = [
    [WatcherType.Data, 0, 'child persistent recursive'],
    [WatcherType.Children, 0, 'data exist persistent recursive'],
    [WatcherType.Persistent, 0, 'data exist child recursive'],
    [WatcherType.PersistentRecursive, 0, 'data exist child persistent'],
    [WatcherType.Any, 0, ''],
    [WatcherType.Any, -121, 'data exist child persistent recursive'],
  ];
  for (const [watcherType, err, left] of table) {
    const watches = everything();
    watches.noteReply({ kind: 'removeWatches', path: '/p', watcherType }, err);
    assert.is(names(watches), left);
  }
});

test('persistent watches need the newer request', () => {
  const watches = everything();
  assert.equal(watches.renewals(zxid(3)), [
    {
      kind: 'setWatches2',
      relativeZxid: zxid(3),
      dataWatches: ['/p'],
      existWatches: ['/p'],
      childWatches: ['/p'],
      persistentWatches: ['/p'],
      persistentRecursiveWatches: ['/p'],
    },
  ]);
  watches.clear();
  assert.equal(watches.renewals(zxid(3)), []);
});

test('many watches travel in several requests, none too long, none lost (ZOOKEEPER-706)', () => {
  const watches = new WatchRegistrations();
  const count = 3000;
  for (let index = 0; index < count; index += 1) {
    const path = `/${String(index).padStart(99, '0')}`;
    watches.noteReply({ kind: index % 2 === 0 ? 'getData' : 'getChildren', path, watch: true }, 0);
  }
  const seen = new Set<string>();
  const requests = watches.renewals(zxid(1));
  assert.is(requests.length, 3);
  for (const request of requests) {
    if (request.kind !== 'setWatches') throw new Error('the older form suffices');
    const paths = [...request.dataWatches, ...request.childWatches];
    assert.ok(paths.join('').length <= SET_WATCHES_LENGTH);
    for (const path of paths) seen.add(path);
  }
  assert.is(seen.size, count);
});

test.run();
