import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { ErrorCode } from '../wire/words.ts';
import { breaksHardLimit, formatLimits, formatStats, parseQuota, quotaSubject } from './quota.ts';
import { Bench, bytes, create, remove, set, text } from './testing.ts';

const test = suite('tree/quota');

/** A bench with `/q` under quota, as zkCli's setquota makes it. */
function underQuota(limits: string): Bench {
  const bench = new Bench();
  for (const path of ['/q', '/zookeeper/quota/q']) bench.write(create(path, 0, 'ab'));
  bench.write(create('/zookeeper/quota/q/zookeeper_limits', 0, limits));
  bench.write(create('/zookeeper/quota/q/zookeeper_stats', 0, 'count=0,bytes=0'));
  return bench;
}

function stats(bench: Bench): string | null {
  return text(bench.tree.node('/zookeeper/quota/q/zookeeper_stats')?.data);
}

test('17 the text, both ways', () => {
  const limits = { count: 5, bytes: 10, countHardLimit: -1, byteHardLimit: 7 };
  assert.is(text(formatLimits(limits)), 'count=5,bytes=10=;byteHardLimit=7;countHardLimit=-1');
  assert.equal(parseQuota(formatLimits(limits)), limits);
  assert.equal(parseQuota(bytes('count=5,bytes=10')), { count: 5, bytes: 10, countHardLimit: -1, byteHardLimit: -1 });
  assert.equal(parseQuota(bytes('nonsense;=,x')), { count: -1, bytes: -1, countHardLimit: -1, byteHardLimit: -1 });
  assert.equal(parseQuota(null).count, -1);
  assert.is(text(formatStats(3, 9)), 'count=3,bytes=9');
});

test('17 only hard limits refuse, and only growth', () => {
  const none = { count: 1, bytes: 1, countHardLimit: -1, byteHardLimit: -1 };
  const used = { ...none, count: 4, bytes: 10 };
  assert.not.ok(breaksHardLimit(none, used, 1, 100));
  assert.not.ok(breaksHardLimit({ ...none, countHardLimit: 5 }, used, 1, 0));
  assert.ok(breaksHardLimit({ ...none, countHardLimit: 4 }, used, 1, 0));
  assert.ok(breaksHardLimit({ ...none, byteHardLimit: 12 }, used, 0, 3));
  assert.not.ok(breaksHardLimit({ ...none, byteHardLimit: 5 }, used, 0, -1));
});

test('the root and /zookeeper have none', () => {
  assert.is(quotaSubject('/zookeeper/quota/a/b/zookeeper_limits'), '/a/b');
  assert.is(quotaSubject('/zookeeper/quota/zookeeper_limits'), null);
  assert.is(quotaSubject('/zookeeper/quota/zookeeper/x/zookeeper_limits'), null);
});

test('17 counts follow the subtree, the node itself included, and move no version', () => {
  const bench = underQuota('count=9,bytes=9');
  assert.is(stats(bench), 'count=1,bytes=2');
  bench.write(create('/q/a', 0, 'xyz'));
  bench.write(create('/q/a/b', 0, ''));
  assert.is(stats(bench), 'count=3,bytes=5');
  bench.write(set('/q/a', 'x'));
  bench.write(remove('/q/a/b'));
  bench.write(create('/other', 0, 'zzz'));
  assert.is(stats(bench), 'count=2,bytes=3');
  assert.is(bench.tree.stat('/zookeeper/quota/q/zookeeper_stats')?.version, 0);
  bench.write(remove('/zookeeper/quota/q/zookeeper_limits'));
  bench.write(create('/q/c'));
  assert.is(stats(bench), 'count=3,bytes=4', 'counts are kept without limits too: a replay could not tell since when');
});

test('17 a hard limit holds for pipelined writes together, when it is enforced', () => {
  const bench = underQuota('count=-1,bytes=-1=;byteHardLimit=6;countHardLimit=3');
  assert.is(bench.write(create('/q/free')).err, ErrorCode.OK);
  assert.is(bench.write(create('/q/free2')).err, ErrorCode.OK);
  assert.is(bench.write(create('/q/free3')).err, ErrorCode.OK, 'enforceQuota is off');
  bench.write(remove('/q/free3'));
  bench.write(remove('/q/free2'));
  bench.options = { ...bench.options, enforceQuota: true };
  assert.is(bench.propose(create('/q/last', 0, '')).kind, 'create');
  assert.equal(bench.propose(create('/q/over', 0, '')), { kind: 'error', err: ErrorCode.QUOTAEXCEEDED });
  assert.equal(
    bench.propose(set('/q/last', 'toolong', 77)), { kind: 'error', err: ErrorCode.QUOTAEXCEEDED }, 'quota before version',
  );
  assert.equal(bench.propose(set('/q/last', 'ok')).kind, 'setData');
  bench.commit();
});

test.run();
