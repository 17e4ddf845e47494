import * as fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { fork } from '../base/fork.ts';
import { present } from '../base/invariant.ts';
import { NO_SESSION } from '../base/session-id.ts';
import { byCodeUnit, hashString } from '../base/strings.ts';
import { makeZxid } from '../base/zxid.ts';
import { OPEN_ACL_UNSAFE } from '../wire/words.ts';
import { NO_NODES, NodeTable, type NodeMap } from './node-table.ts';
import { bytes, content, text } from './testing.ts';
import { ZNode } from './znode.ts';

const test = suite('tree/node-table');

/** Paths of which some have one hash, so far as the table looks at it. */
const POOL = poolWithCollisions();

function poolWithCollisions(): string[] {
  const seen = new Map<number, string>();
  const pool: string[] = [];
  for (let i = 0; pool.length < 12; i++) {
    const path = `/p${i}`;
    const tag = hashString(path) & 0x3fff_ffff;
    const other = seen.get(tag);
    if (other !== undefined) pool.push(other, path);
    seen.set(tag, path);
  }
  return [...pool, '', '/', '/a', '/a/b', '/a/b/c', '/b', ...Array.from({ length: 20 }, (_, i) => `/n${i}`)];
}

function nodeAt(table: NodeTable, path: string, data: string): ZNode {
  return ZNode.created(table.stamp, path, bytes(data), OPEN_ACL_UNSAFE, makeZxid(1, 1), 5, NO_SESSION);
}

/** Adds or changes. */
function put(table: NodeTable, path: string, data: string): void {
  const node = table.get(path);
  if (node === undefined) table.add(nodeAt(table, path, data));
  else table.own(node).setData(bytes(data), 1, makeZxid(1, 2), 6);
}

function contentsOf(map: NodeMap): string[] {
  const found: string[] = [];
  map.forEach(({ path, data }) => found.push(`${path}=${text(data)}`));
  return found.sort(byCodeUnit);
}

function contentsOfModel(model: ReadonlyMap<string, string>): string[] {
  return [...model].map(([path, data]) => `${path}=${data}`).sort(byCodeUnit);
}

test('does what a Map does; every map that it shared stays as it was', () => {
  const step = fc.tuple(fc.constantFrom(...POOL), fc.constantFrom('put', 'put', 'delete', 'share', 'fork'));
  fc.assert(fc.property(fc.array(step, { maxLength: 120, size: 'max' }), (steps) => {
    let table = new NodeTable(NO_NODES);
    const model = new Map<string, string>();
    const shared: { map: NodeMap; contents: string[] }[] = [];
    for (const [index, [path, kind]] of steps.entries()) {
      if (kind === 'put') {
        put(table, path, `${index}`);
        model.set(path, `${index}`);
      } else if (kind === 'delete') {
        if (model.delete(path)) table.delete(path);
      } else if (kind === 'share') {
        shared.push({ map: table.share(), contents: contentsOfModel(model) });
      } else {
        const left = table;
        table = fork(table);
        put(left, path, 'seen by nobody');
      }
      assert.is(table.size, model.size);
      assert.is(text(table.get(path)?.data), model.get(path) ?? null);
    }
    for (const { map, contents } of shared) assert.equal(contentsOf(map), contents);
    assert.equal(contentsOf(table.share()), contentsOfModel(model));
  }), { seed: 4, numRuns: 300 });
});

test('grows to many and shrinks to none, in one content whatever the way there', () => {
  const paths = Array.from({ length: 30_000 }, (_, i) => `/directory-${i % 300}/node-${i}`);
  const table = new NodeTable(NO_NODES);
  for (const path of paths) table.add(nodeAt(table, path, path));
  const full = table.share();
  assert.is(full.size, paths.length);
  const backwards = new NodeTable(NO_NODES);
  for (const path of paths.toReversed()) backwards.add(nodeAt(backwards, path, path));
  assert.equal(content(full), content(backwards));
  for (const [index, path] of paths.entries()) {
    assert.ok(table.has(path));
    table.delete(path);
    assert.is(table.has(path), false);
    assert.is(table.size, paths.length - index - 1);
  }
  assert.ok(paths.every((path) => full.get(path)?.path === path));
  assert.equal(content(table), content(NO_NODES));
});

test('a node is changed in place until it is shared, and never after', () => {
  const table = new NodeTable(NO_NODES);
  table.add(nodeAt(table, '/a', 'one'));
  const node = present(table.get('/a'), 'just added');
  assert.is(table.own(node), node);
  const map = table.share();
  const copy = table.own(node);
  assert.is.not(copy, node);
  copy.setData(bytes('two'), 1, makeZxid(1, 2), 6);
  assert.is(table.get('/a'), copy);
  assert.is(table.own(copy), copy);
  assert.is(map.get('/a'), node);
  assert.is(text(node.data), 'one');
  const other = new NodeTable(map);
  assert.is.not(other.own(node), node, 'a table made of the map does not own it either');
});

test('a prefix of a path is found without making a string of it', () => {
  const table = new NodeTable(NO_NODES);
  for (const path of ['', '/a', '/a/b']) table.add(nodeAt(table, path, path));
  assert.is(table.prefix('/a/b/c', 4)?.path, '/a/b');
  assert.is(table.prefix('/a/b', 2)?.path, '/a');
  assert.is(table.prefix('/a', 0)?.path, '');
  assert.is(table.prefix('/a/x', 4), undefined);
});

test.run();
