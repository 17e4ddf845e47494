/** The comparison with Apache ZooKeeper: its client does to a server what it is told to, and its table says what was found. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { bench } from '../cli/bench.ts';
import { Given, UsageError } from '../command/command.ts';
import { processShell } from '../command/shell.ts';
import { TestClient, TestEnsemble } from '../serve/serve-testing.ts';
import { chosenLoads } from './apache-only.ts';
import { comparisonLines, median, medianRate } from './apache-report.ts';
import type { Comparison, Rate } from './apache-report.ts';
import { FULL, loadsOf } from './apache.ts';
import { resultOf } from './load-job.ts';
import type { ThroughputJob } from './load-job.ts';
import { fanOut, firstAnswer, Probe } from './load-watch.ts';
import { clear, fill, nodePath, throughput } from './load-work.ts';

const test = suite('cli/bench-apache');

function rate(opsPerSecond: number, p99Ms: number): Rate {
  return { opsPerSecond, p50Ms: p99Ms / 2, p99Ms, clientBusy: 0.5 };
}

const COMPARISON: Comparison = {
  machine: { processors: 2, node: 'v20', java: 'openjdk 17' }, isQuick: false, whyEnded: null,
  anew: { apache: 0, ours: 0 }, whyNoApache: null,
  rates: [
    { servers: 1, operation: 'get', bytes: 100, inFlight: 256, apache: rate(1000, 10), ours: rate(1500, 5) },
    { servers: 3, operation: 'set', bytes: 1024, inFlight: 1, apache: rate(1000, 10), ours: rate(1499, 5.1) },
  ],
  costs: [
    { servers: 1, what: 'start', unit: 'ms', apache: 800, ours: 200, target: 0.25 },
    { servers: 1, what: 'memory', unit: 'MB', apache: 300, ours: 151, target: 0.5 },
    { servers: 1, what: 'idle', unit: 'MB', apache: 70, ours: 60, target: null },
  ],
};

test('medians, and percentiles of what took how long', () => {
  assert.equal([median([]), median([5]), median([9, 1]), median([3, 1, 2])], [0, 5, 1, 2]);
  assert.is(medianRate([rate(1, 30), rate(3, 10), rate(2, 20)]).opsPerSecond, 2);
  assert.is(medianRate([rate(1, 30), rate(3, 10), rate(2, 20)]).p99Ms, 20);
  const times = Float64Array.from({ length: 200 }, (_, index) => 200 - index);
  const { operations, p50Ms, p99Ms, maxMs, busy } = resultOf(times, 100, 25);
  assert.equal([operations, p50Ms, p99Ms, maxMs, busy], [200, 101, 199, 200, 0.25]);
  assert.equal(resultOf(new Float64Array(0), 0, 0).p99Ms, 0);
});

test('the table counts what reached its target, and only where there is something to compare with', () => {
  const lines = comparisonLines(COMPARISON).join('\n');
  assert.match(lines, /1 {8}get +100 +256 +1,000 +5.00 +10.00 +1,500 +2.50 +5.00 +1.50 +0.50 +0.50/);
  assert.match(lines, /1.5 times the operations a second: 1 of 2 loads/);
  assert.match(lines, /0.5 times the 99th percentile: 1 of 2 loads/);
  assert.match(lines, /start, failover and memory: 1 of 2 targets/);
  const alone = comparisonLines({
    ...COMPARISON, whyNoApache: 'there is no java', whyEnded: 'interrupted', anew: { apache: 2, ours: 0 },
    rates: COMPARISON.rates.map((row) => ({ ...row, apache: null })), costs: [],
  }).join('\n');
  assert.match(alone, /there is no java; what follows is ours alone/);
  assert.match(alone, /ended early \(interrupted\)/);
  assert.match(alone, /begun anew, .*: 2 loads of Apache, 0 of ours/);
  assert.not.match(alone, /of 2 loads/);
});

test('what cannot be asked for is refused with a sentence', async () => {
  const shell = processShell();
  type Flags = readonly (readonly [string, string | true])[];
  const refused = async (names: string[], flags: Flags, expected: RegExp): Promise<void> => {
    try {
      await bench.run(new Given(names, new Map(flags), names), shell);
      assert.unreachable();
    } catch (error) {
      assert.instance(error, UsageError);
      assert.match(error instanceof Error ? error.message : '', expected);
    }
  };
  await refused(['apache', 'tree'], [], /measured by itself/);
  await refused(['apache'], [['for', '5s']], /--for is not for viv bench apache/);
  await refused(['tree'], [['quick', true]], /--quick is for viv bench apache/);
  await refused(['tree'], [['only', '1']], /--only is for viv bench apache/);
  for (const name of ['1:set:100:16,4', '1:put', '1:set:1024', '', '1:set:100:16:1']) {
    await refused(['apache'], [['quick', true], ['only', name]], /none is called "/);
  }
  await refused(['apach'], [], /apache/);
});

test('loads are chosen by name, in the order of the table', () => {
  const all = loadsOf(FULL);
  assert.is(all.length, 48);
  const chosen = chosenLoads('3:create:1024:16,1:set:100,*:get:100:1', all);
  assert.equal(chosen.map(({ servers, operation, bytes, inFlight }) => `${servers} ${operation} ${bytes} ${inFlight}`), [
    '1 get 100 1', '1 set 100 1', '1 set 100 16', '1 set 100 256', '3 get 100 1', '3 create 1024 16',
  ]);
  assert.equal(chosenLoads('*', all), all);
});

test('the client makes, loads and removes nodes, and tells how a change reached watchers', async () => {
  const ensemble = await TestEnsemble.start(1);
  const servers = [ensemble.clientPort(1)];
  const client = new TestClient(servers);
  const children = async (path: string): Promise<number> => {
    const outcome = await client.ask({ kind: 'getChildren', path, watch: false });
    return outcome.kind === 'reply' && outcome.response?.kind === 'getChildren' ? outcome.response.children.length : -1;
  };
  try {
    await ensemble.serving();
    await firstAnswer(servers, () => false);
    await fill(servers, '/some', 500, 100);
    assert.is(await children('/some'), 500);
    const last = await client.ask({ kind: 'getData', path: nodePath('/some', 499), watch: false });
    assert.is(last.kind === 'reply' && last.response?.kind === 'getData' ? last.response.data?.length : -1, 100);
    const job: ThroughputJob = {
      kind: 'throughput', servers, operation: 'mixed', root: '/some', count: 500, size: 10, sessions: 3, inFlight: 9, warmMs: 5,
      forMs: 50,
    };
    for (const operation of ['get', 'set', 'mixed'] as const) {
      const result = await throughput({ ...job, operation });
      assert.ok(result.elapsedMs > 0 && result.maxMs >= result.p50Ms, 'times make sense');
    }
    await throughput({ ...job, operation: 'create', root: '/new' });
    assert.is(await children('/new'), -1, 'what was made is removed');
    await clear(servers, '/some', 500);
    assert.is(await children('/some'), -1);
    const watched = await fanOut(servers, '/watched', 5, 4);
    assert.is(watched.operations, 4);
    await throughput({ ...job, operation: 'get' }).then(
      () => { assert.unreachable('nodes that are not there'); },
      (error: unknown) => { assert.match(String(error), /refused with the code -101/); },
    );
  } finally {
    await client.stop();
    await ensemble.stop();
  }
});

test('a probe tells how long nothing could be written', async () => {
  const ensemble = await TestEnsemble.start(3);
  try {
    const leader = await ensemble.leader();
    await ensemble.serving();
    const others = ensemble.ids.filter((id) => id !== leader).map((id) => ensemble.clientPort(id));
    const probe = await Probe.start(others);
    const sinceNs = process.hrtime.bigint();
    await ensemble.kill(leader);
    const { elapsedMs } = await probe.stop(sinceNs);
    assert.ok(elapsedMs > 0 && elapsedMs <= Number(process.hrtime.bigint() - sinceNs) / 1e6);
  } finally {
    await ensemble.stop();
  }
});

test.run();
