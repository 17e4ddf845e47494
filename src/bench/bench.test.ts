import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { joinedReports } from '../cli/bench.ts';
import { youngGeneration } from '../host/young-generation.ts';
import { encodeSnapshot } from '../wire/snapshot-codec.ts';
import { atLeast, atMost, known, measurementLines } from './bars.ts';
import { recover } from './snapshot.ts';
import { benchTree, Feed, plant, treePaths } from './tree.ts';

const test = suite('cli/bench');

test('a bar is reached above 1, whichever way it points', () => {
  assert.is(atLeast('s', 'rate', 300, 'a second', 200).ofBar, 1.5);
  assert.is(atMost('s', 'cost', 10, 'ms', 20).ofBar, 2);
  assert.is(known('s', 'size', 10, 'MB').ofBar, null);
  assert.is(measurementLines([known('s', 'size', 10, 'MB')]).length, 2);
  assert.equal(measurementLines([]), []);
});

test('the reports of sections become one', () => {
  assert.is(joinedReports(['{ "nodes": 3 }']), '{ "nodes": 3 }', 'a single one stays as it is');
  assert.equal(JSON.parse(joinedReports(['{"a":[1],"b":[]}', '{"a":[],"b":[2]}', '{"a":[3]}'])), { a: [1, 3], b: [2] });
});

test('the tree of a bench has the size asked for, and every operation is measured', () => {
  for (const nodes of [1, 102, 1000]) {
    const { directories, leaves } = treePaths(nodes);
    assert.is(directories.length + leaves.length, nodes);
  }
  const measured = benchTree(500, 4);
  const operations = ['create', 'delete', 'setData', 'getData', 'getChildren'];
  assert.equal(measured.map(({ what }) => what), [
    ...operations.slice(0, 4), 'getChildren of 100', ...operations.map((operation) => `${operation}, as against a plain Map`),
  ]);
  for (const { value } of measured) assert.ok(value > 0 && Number.isFinite(value));
});

test('a directory with a snapshot is started from', () => {
  const directory = mkdtempSync(join(tmpdir(), 'vivarium-test-'));
  const feed = new Feed();
  plant(feed, 3000, youngGeneration());
  writeFileSync(join(directory, `snapshot.${feed.tree.lastProcessedZxid.toString(16)}`), encodeSnapshot(feed.tree.image([])));
  try {
    assert.is(recover(directory).nodes, 3004);
  } finally {
    rmSync(directory, { recursive: true });
  }
});

test.run();
