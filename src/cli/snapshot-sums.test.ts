/** What is below each node of a snapshot, and where two snapshots differ, on trees that can be counted by hand. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { NO_SESSION } from '../base/session-id.ts';
import { ZXID_ZERO } from '../base/zxid.ts';
import type { SnapshotNode } from '../wire/transactions.ts';
import { depthOf, differenceLines, differences, sizeLines, summaryLines, summaryOf, sumsOf } from './snapshot-sums.ts';
import type { NodeSum } from './snapshot-sums.ts';

const test = suite('cli/snapshot sums');

function tree(...nodes: readonly (readonly [path: string, bytes: number])[]): ReadonlyMap<string, NodeSum> {
  const stat = {
    czxid: ZXID_ZERO, mzxid: ZXID_ZERO, pzxid: ZXID_ZERO, ctime: 0, mtime: 0, version: 0, cversion: 0, aversion: 0,
    ephemeralOwner: NO_SESSION,
  };
  return sumsOf(nodes.map(([path, bytes]): SnapshotNode => {
    return { path, data: bytes === 0 ? null : new Uint8Array(bytes), aclId: 1, stat };
  }));
}

const LEFT = tree(['', 0], ['/b', 1], ['/b/y', 10], ['/b/x', 20], ['/b/x/deep', 40], ['/a', 3]);
const RIGHT = tree(['', 0], ['/b', 1], ['/b/x', 25], ['/b/x/deep', 40], ['/a', 3], ['/c', 7]);

test('a summary tells of everything that has children, parents first', () => {
  const all = summaryOf(LEFT, '/', 0) ?? [];
  assert.equal(summaryLines(all), [
    ' /', '   children: 5', '   data: 74',
    '-- /b', '--   children: 3', '--   data: 71',
    '---- /b/x', '----   children: 1', '----   data: 60',
  ]);
  assert.equal((summaryOf(LEFT, '/', 1) ?? []).map(({ path }) => path), ['/', '/b']);
  assert.equal(summaryLines(summaryOf(LEFT, '/b', 0) ?? []).slice(0, 4), [' /b', '   children: 3', '   data: 71', '-- /b/x']);
  assert.equal(summaryOf(LEFT, '/b/y', 0), []);
  assert.is(summaryOf(LEFT, '/none', 0), null);
});

test('a comparison tells what differs, level by level', () => {
  assert.equal(differenceLines(differences(LEFT, RIGHT, 0, 0), depthOf(LEFT, RIGHT)), [
    'Analysis for depth 0',
    'Node / found in both trees. Delta: 2 bytes, 0 descendants',
    'Analysis for depth 1',
    'Node /b found in both trees. Delta: -5 bytes, -1 descendants',
    'Node /c found only in right tree. Descendant size: 7. Descendant count: 0',
    'Analysis for depth 2',
    'Node /b/x found in both trees. Delta: 5 bytes, 0 descendants',
    'Node /b/y found only in left tree. Descendant size: 10. Descendant count: 0',
    'Analysis for depth 3',
    'All layers compared.',
  ]);
  assert.equal(differences(LEFT, RIGHT, 5, 1).map(({ path }) => path), ['/c', '/b/y']);
  assert.equal(differences(LEFT, RIGHT, 100, 0).map(({ path }) => path), ['/b']);
  assert.equal(differences(LEFT, LEFT, 0, 0), []);
});

test('the size of a snapshot', () => {
  assert.equal(sizeLines(RIGHT), [
    'Node count: 6', 'Total size: 76', 'Max depth: 4', 'Count of nodes at depth 0: 1', 'Count of nodes at depth 1: 3',
    'Count of nodes at depth 2: 1', 'Count of nodes at depth 3: 1',
  ]);
});

test.run();
