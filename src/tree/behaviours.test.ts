/**
 * What the original's own tests pin of node types, quotas and pending changes, on a tree with its leader's preparation.
 * The number that begins a name is the group's in the protocol's description, section 10.
 */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { ErrorCode, EventType } from '../wire/words.ts';
import { DataTree } from './data-tree.ts';
import { MAX_TTL_MS } from './ephemeral-owner.ts';
import { DEFAULT_PREPARE_OPTIONS } from './prepare.ts';
import { limitsPath, statsPath } from './quota.ts';
import { reapable } from './reaper.ts';
import {
  acl, ANYBODY, as, Bench, bytes, content, create, createContainer, createTtl, multi, remove, SESSION, set, text,
} from './testing.ts';
import { WatchTable } from './watches.ts';

const test = suite('tree/behaviours');

/** With hard limits enforced. */
function strict(): Bench {
  const bench = new Bench();
  bench.options = { ...DEFAULT_PREPARE_OPTIONS, enforceQuota: true };
  return bench;
}

/** As zkCli's setquota writes it: the parents, then limits and counts. */
function setQuota(bench: Bench, path: string, limits: string): void {
  for (let end = path.indexOf('/', 1); end >= 0; end = path.indexOf('/', end + 1))
    bench.write(create(`/zookeeper/quota${path.slice(0, end)}`));
  bench.write(create(`/zookeeper/quota${path}`));
  bench.write(create(limitsPath(path), 0, limits));
  bench.write(create(statsPath(path), 0, 'count=0,bytes=0'));
}

function counts(tree: DataTree, path: string): string | null {
  return text(tree.node(statsPath(path))?.data);
}

test('16 CreateContainerTest: nested containers go one by one, from below, as each becomes empty', () => {
  const bench = new Bench();
  for (const path of ['/c', '/c/c', '/c/c/c']) bench.write(createContainer(path));
  bench.write(create('/c/c/c/x'));
  bench.write(remove('/c/c/c/x'));
  const gone: string[][] = [];
  for (let due = reapable(bench.tree, 5000, 0); due.length > 0; due = reapable(bench.tree, 5000, 0)) {
    gone.push(due);
    for (const path of due) assert.is(bench.write({ kind: 'deleteContainer', path }).err, 0);
  }
  assert.equal(gone, [['/c/c/c'], ['/c/c'], ['/c']]);
});

test('16 CreateContainerTest: what the reaper asks for is looked at again', () => {
  const bench = new Bench();
  bench.write(createContainer('/c'));
  bench.write(create('/plain'));
  bench.write(create('/c/x'));
  const ask = (path: string): number => bench.write({ kind: 'deleteContainer', path }).err;
  assert.equal(
    [ask('/c'), ask('/plain'), ask('/none'), ask('/')],
    [ErrorCode.NOTEMPTY, ErrorCode.BADVERSION, ErrorCode.NONODE, ErrorCode.BADARGUMENTS],
  );
});

test('16 CreateTTLTest, EphemeralTypeTest: from 1 ms to 40 bits of them, and not at all where the types are off', () => {
  const bench = new Bench();
  assert.equal(
    [0, -1, MAX_TTL_MS + 1].map((ttl) => bench.write(createTtl('/t', ttl)).err),
    [-8, -8, -8],
  );
  assert.is(bench.write(createTtl('/least', 1)).err, 0);
  assert.is(bench.write(createTtl('/most', MAX_TTL_MS)).err, 0);
  assert.is(bench.write(createTtl('/t-', 5, 6)).path, '/t-0000000002');
  assert.equal(reapable(bench.tree, 10 ** 12, 0), ['/least', '/t-0000000002']);
  bench.options = { ...DEFAULT_PREPARE_OPTIONS, extendedTypesEnabled: false };
  assert.is(bench.write(createTtl('/off', 5)).err, ErrorCode.UNIMPLEMENTED);
  assert.is(bench.write(create('/off', 5)).err, ErrorCode.UNIMPLEMENTED);
  assert.is(bench.write(createContainer('/container')).err, 0, 'a container is no extended type');
});

test('17 EnforceQuotaTest: count and bytes, the node itself included; shrinking, and soft limits, refuse nothing', () => {
  const bench = strict();
  bench.write(create('/q', 0, 'ab'));
  setQuota(bench, '/q', 'count=1,bytes=1=;byteHardLimit=5;countHardLimit=3');
  assert.is(bench.write(create('/q/a', 0, 'abc')).err, 0, 'the soft limits are passed');
  assert.is(bench.write(create('/q/b', 0, 'a')).err, ErrorCode.QUOTAEXCEEDED, 'bytes');
  assert.is(bench.write(create('/q/b', 0, '')).err, 0);
  assert.is(bench.write(create('/q/c', 0, '')).err, ErrorCode.QUOTAEXCEEDED, 'count');
  assert.is(bench.write(set('/q', 'abcd')).err, ErrorCode.QUOTAEXCEEDED);
  assert.is(bench.write(set('/q', 'abcd', 7)).err, ErrorCode.QUOTAEXCEEDED, 'the quota comes before the version');
  assert.is(bench.write(set('/q', 'a')).err, 0);
  assert.is(bench.write(set('/q/b', 'x')).err, 0, 'what was freed can be used again');
  assert.is(bench.write(create('/outside', 0, 'a'.repeat(99))).err, 0);
  assert.is(bench.write(create('/qq', 0, 'a'.repeat(99))).err, 0, 'a name that begins alike is outside');
  assert.equal(
    bench.write(multi(remove('/q/a'), create('/q/c', 0, ''), create('/q/d', 0, ''))).results?.map((result) => {
      return result.kind === 'error' ? result.err : 0;
    }),
    [0, 0, ErrorCode.QUOTAEXCEEDED],
  );
  assert.is(counts(bench.tree, '/q'), 'count=3,bytes=5');
  bench.options = DEFAULT_PREPARE_OPTIONS;
  assert.is(bench.write(create('/q/c')).err, 0, 'nothing is refused unless limits are enforced');
});

test('17 QuorumQuotaTest, 54 DataTreeTest: who starts again counts what the others count', () => {
  const bench = new Bench();
  for (const path of ['/q', '/q/in', '/q/in/a']) bench.write(create(path, 0, 'xy'));
  setQuota(bench, '/q', 'count=9,bytes=-1');
  setQuota(bench, '/q/in', 'count=9,bytes=-1');
  bench.write(create('/q/in/b', 0, 'xyz'));
  bench.write(remove('/q/in/a'));
  assert.equal(
    ['/q', '/q/in'].map((path) => counts(bench.tree, path)),
    ['count=3,bytes=7', 'count=2,bytes=5'],
  );
  const again = DataTree.fromImage(bench.tree.image([]));
  assert.equal(content(again), content(bench.tree));
  assert.is(again.quotaPrefix('/q/in/b'), '/q/in');
  bench.write(remove(limitsPath('/q/in')));
  assert.is(
    DataTree.fromImage(bench.tree.image([])).quotaPrefix('/q/in/b'),
    '/q',
    '57 PathTrieTest: the next one above',
  );
});

test('54 DataTreeTest: a version wraps as an int does, and −1 is then a version like any other', () => {
  const bench = new Bench();
  bench.write(create('/v'));
  const at = { clientId: SESSION, cxid: 0, zxid: bench.lastZxid, time: 0 };
  bench.tree.apply(at, { kind: 'setData', path: '/v', data: null, version: 0x7fff_ffff });
  assert.is(bench.write(set('/v', 'x')).stat?.version, -0x8000_0000);
  bench.tree.apply(at, { kind: 'setData', path: '/v', data: null, version: -2 });
  assert.is(bench.write(set('/v', 'x', -2)).stat?.version, -1);
  assert.is(bench.write(set('/v', 'x', 5)).err, ErrorCode.BADVERSION);
  assert.is(bench.write(set('/v', 'x', -1)).stat?.version, 0);
});

test('54 PrepRequestProcessorTest: a refused multi leaves no trace in what is pending', () => {
  const bench = new Bench();
  bench.write(create('/p'));
  bench.propose(set('/p', 'pending'));
  bench.propose(multi(create('/p/a'), set('/p', 'undone', 1), remove('/none')));
  assert.equal(bench.propose(create('/p/s-', 2)).kind === 'create' ? bench.log.at(-1)?.body : null, {
    kind: 'create',
    path: '/p/s-0000000000',
    data: bytes('d'),
    acl: [acl(31, 'world', 'anyone')],
    ephemeral: false,
    parentCVersion: 1,
  });
  assert.is(bench.propose(set('/p', 'next', 1)).kind, 'setData');
  bench.commit();
  assert.is(text(bench.tree.node('/p')?.data), 'next');
});

test('54 PrepRequestProcessorTest: a list that is pending already decides', () => {
  const bench = new Bench();
  bench.write(create('/p'));
  bench.propose({ kind: 'setACL', path: '/p', acl: [acl(31, 'ip', '10.0.0.1')], version: -1 });
  assert.equal(bench.propose(create('/p/x'), ANYBODY), { kind: 'error', err: ErrorCode.NOAUTH });
  assert.is(bench.propose(create('/p/x'), as({ scheme: 'ip', id: '10.0.0.1' })).kind, 'create');
});

test("54 DataTreeTest: what happens to the root is told of '/', and a watch at '' hears nothing", () => {
  const watches = new WatchTable();
  watches.add('/', 'child', 1);
  watches.add('', 'child', 2);
  assert.equal(watches.trigger(EventType.NodeChildrenChanged, '/'), [1]);
});

test('55 ReferenceCountedACLCacheTest: the lists that a tree keeps are those that its nodes use, each as often', () => {
  const bench = new Bench();
  const [mine, other] = [[acl(31, 'ip', '10.0.0.1')], [acl(1, 'world', 'anyone')]];
  bench.write(create('/a', 0, 'd', mine));
  bench.write(create('/b', 0, 'd', mine));
  bench.write(create('/c', 0, 'd', other));
  const uses = (): number[] =>
    bench.tree.acls
      .values()
      .map((entry) => entry.uses)
      .sort((a, b) => a - b);
  // One use more than one would think: /zookeeper/config is readable for everybody.
  assert.equal(uses(), [2, 2]);
  bench.write({ kind: 'setACL', path: '/c', acl: mine, version: -1 }, as({ scheme: 'super', id: '' }));
  assert.equal(uses(), [1, 3]);
  for (const path of ['/a', '/b', '/c']) bench.write(remove(path));
  assert.equal(uses(), [1]);
});

test.run();
