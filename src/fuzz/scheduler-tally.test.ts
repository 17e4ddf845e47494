/** Sums over schedulers, the bound of pct, and faults that never had an effect. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Finding } from '../run/verdict.ts';
import type { SchedulerReport } from '../world/scheduler.ts';
import { ineffectiveFaults, PATIENCE } from './ineffective.ts';
import { SchedulerTally, runBound } from './scheduler-tally.ts';

const test = suite('scheduler tally');

const finding: Finding = { outcome: 'safety', property: 'agreement', sentence: 's', steps: [], atMs: 0 };

function report(kind: SchedulerReport['kind'], depth = 0, chains = 0): SchedulerReport {
  return { kind, decisions: 100, deviations: 7, depth, chains };
}

test('says which scheduler found what', () => {
  const tally = new SchedulerTally();
  tally.add({ scheduler: report('uniform'), finding: null });
  tally.add({ scheduler: report('uniform'), finding });
  tally.add({ scheduler: report('starve'), finding: null });
  assert.equal(tally.sums(), [
    { kind: 'starve', seeds: 1, decisions: 100, deviations: 7, failing: 0, found: [] },
    { kind: 'uniform', seeds: 2, decisions: 200, deviations: 14, failing: 1, found: ['agreement'] },
  ]);
  assert.equal(tally.bounds(), []);
});

test('the bound of pct: 1 / (w² n^(d − 1)) a run, and more with every run', () => {
  assert.is(runBound(1, 10, 100), 0.01);
  assert.ok(Math.abs(runBound(3, 10, 100) - 1e-6) < 1e-15);
  const tally = new SchedulerTally();
  for (let run = 0; run < 100; run++) tally.add({ scheduler: report('pct', 1, 10), finding: null });
  const [bound] = tally.bounds();
  assert.is(bound?.runs, 100);
  assert.ok(Math.abs((bound?.probability ?? 0) - (1 - 0.99 ** 100)) < 1e-9);
});

test('a fault that fires often and never has an effect is a defect', () => {
  const rows = [
    { name: 'hold', fired: PATIENCE, effective: 0 },
    { name: 'drip', fired: PATIENCE - 1, effective: 0 },
    { name: 'crash', fired: 1000, effective: 1 },
    { name: 'clone', fired: 1000, effective: 0 },
  ];
  assert.equal(ineffectiveFaults(rows), [`the fault hold fired ${PATIENCE} times and never had an effect`]);
});

test.run();
