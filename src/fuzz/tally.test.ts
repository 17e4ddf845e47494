import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { NO_COUNTS } from '../history/counters.ts';
import { SEEDS_TO_REACH } from '../plan/reach.ts';
import type { RunResult } from '../run/run.ts';
import type { Finding } from '../run/verdict.ts';
import { Tally, silentProperties, speedOf } from './tally.ts';
import type { Summary } from './tally.ts';

const test = suite('tally');

const lost: Finding = { outcome: 'safety', property: 'no-lost-committed', sentence: 'server 1 lost 2:7', steps: [9], atMs: 5 };

function result(seed: string, finding: Finding | null): RunResult {
  return {
    scenario: 'five',
    seed,
    outcome: finding?.outcome ?? 'held',
    finding,
    hash: '0',
    events: 100,
    simulatedMs: 2000,
    counts: { ...NO_COUNTS, elections: 2, syncs: [['DIFF', 3]], errors: [['OK', 5]] },
    situations: [['torn-tail', 2]],
    faults: [{ name: 'crash', fired: 2, effective: 1 }],
    scheduler: { kind: 'timed', decisions: 0, deviations: 0, depth: 0, chains: 0 },
    properties: [
      { property: 'sync', kind: 'safety', promise: 'p', verdict: 'held', judged: 7, exempted: [['late', 1]], violations: [] },
    ],
  };
}

test('adds up what runs counted', () => {
  const tally = new Tally();
  tally.add(result('1', null), 4, false);
  tally.add(result('2', null), 6, true);
  const summary = tally.summary(20, 2, false);
  assert.is(summary.seeds, 2);
  assert.is(summary.runTwice, 1);
  assert.is(summary.outcome, 'held');
  assert.equal(summary.counts.syncs, [['DIFF', 6]]);
  assert.is(summary.counts.elections, 4);
  assert.equal(summary.faults, [{ name: 'crash', fired: 4, effective: 2 }]);
  assert.equal(summary.situations.find(({ id }) => id === 'torn-tail'), {
    id: 'torn-tail', sentence: 'A server recovers over a torn end of its log.', runs: 2, times: 4,
  });
  assert.ok(summary.situations.some(({ id, runs }) => id === 'roll-over-under-load' && runs === 0));
  assert.equal(summary.properties, [{ property: 'sync', promise: 'p', judged: 14, exempted: [['late', 2]], violations: 0 }]);
  assert.equal(speedOf(summary), { eventsPerSecond: 20_000, simulatedPerReal: 400 });
});

test('names the properties that judged nothing', () => {
  const [judged] = result('1', null).properties;
  const silent = { ...result('1', null).properties[0], property: 'mute', judged: 0 };
  const tally = new Tally();
  tally.add({ ...result('1', null), properties: judged === undefined ? [] : [judged, { ...judged, ...silent }] }, 1, false);
  assert.equal(silentProperties(tally.summary(1, 1, false)), ['mute']);
});

test('keeps one failure of each kind, and all of its seeds', () => {
  const tally = new Tally();
  tally.add(result('1', lost), 1, false);
  tally.add(result('2', { ...lost, sentence: 'server 4 lost 3:1' }), 1, false);
  tally.add(result('3', { ...lost, property: 'agreement' }), 1, false);
  tally.written(lost, null, 'a.json');
  tally.written({ ...lost, sentence: 'server 4 lost 3:1' }, null, 'b.json');
  const { failures, outcome } = tally.summary(1, 1, false);
  assert.is(outcome, 'safety');
  assert.equal(failures.map(({ finding, seeds, file }) => [finding.property, seeds, file]), [
    ['no-lost-committed', ['five 1', 'five 2'], 'a.json'],
    ['agreement', ['five 3'], null],
  ]);
});

test('a seed that killed its worker is a crash with a name', () => {
  const tally = new Tally();
  tally.addLost('five', '7', 'the worker died of it (SIGKILL)');
  const summary = tally.summary(1, 1, true);
  assert.is(summary.outcome, 'crash');
  assert.is(summary.interrupted, true);
  assert.equal(summary.remarks, ['five 7: the worker died of it (SIGKILL)']);
});

test('a campaign that ran nothing has shown nothing', () => {
  assert.is(new Tally().summary(1, 1, true).outcome, 'unknown');
});

test('a campaign that never reached what it was there to reach has not held', () => {
  const campaign = (...names: string[]): Summary => {
    const tally = new Tally(new Map([['five', ['event NodeCreated', 'sync SNAP']]]));
    const run = result('1', null);
    const reached = names.map((name) => [name, 1] as const);
    for (let seed = 0; seed < SEEDS_TO_REACH; seed++) tally.add({ ...run, counts: { ...run.counts, reached } }, 1, false);
    return tally.summary(1, 1, false);
  };
  const poor = campaign('sync SNAP');
  assert.is(poor.outcome, 'unknown');
  assert.equal(poor.never, ['event NodeCreated in 200 seeds of five, which is there to reach it']);
  assert.equal(poor.counts.reached, [['sync SNAP', SEEDS_TO_REACH]]);
  const rich = campaign('event NodeCreated', 'sync SNAP');
  assert.is(rich.outcome, 'held');
  assert.equal(rich.never, []);
});

test('a property that needs a scenario is silent only where that scenario ran', () => {
  const properties = [{ property: 'recipes', promise: 'p', judged: 0, exempted: [], violations: 0 }];
  assert.equal(silentProperties({ scenarios: ['five'], properties }), []);
  assert.equal(silentProperties({ scenarios: ['five', 'recipes'], properties }), ['recipes']);
});

test.run();
