import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { allProperties } from '../../properties/index.ts';
import { SCENARIOS } from '../../scenarios/index.ts';
import type { Plan } from '../plan/plan.ts';
import { RecordingChooser, SeedChooser, TapeChooser } from '../world/chooser.ts';
import { unpackNames } from './align.ts';
import { decodeFailure } from './failure.ts';
import { recordedFailure } from './record.ts';
import { exitCodeOf, runPlan } from './run.ts';

const test = suite('run');

function planOf(name: string, seed: string): Plan {
  const scenario = SCENARIOS.find((candidate) => candidate.name === name);
  if (scenario === undefined) throw new Error(`there is no ${name}`);
  return scenario.plan(seed);
}

test('the same seed is the same run, judged or not', () => {
  for (const name of ['five', 'sync']) {
    const plan = planOf(name, '3');
    const one = runPlan(plan, new SeedChooser(plan.seed), { properties: allProperties });
    assert.equal(runPlan(plan, new SeedChooser(plan.seed), { properties: allProperties }), one);
    const unjudged = runPlan(plan, new SeedChooser(plan.seed), { properties: [] });
    if (one.outcome === 'held') assert.is(unjudged.hash, one.hash);
    assert.is.not(runPlan(plan, new SeedChooser('another'), { properties: [] }).hash, unjudged.hash);
  }
});

test('a tape, through JSON and with another seed behind it, is the same run', () => {
  const plan = planOf('five', '4');
  const recording = new RecordingChooser(new SeedChooser(plan.seed), { names: true });
  const result = runPlan(plan, recording, { properties: [], maxSteps: 5000 });
  const finding = { outcome: 'unknown' as const, property: 'budget', sentence: 'cut short', steps: [], atMs: 0 };
  const recorded = { result: { ...result, finding }, tape: recording.tape(), names: recording.names(), trail: '' };
  const failure = recordedFailure(plan, recorded, { judged: null, mutant: null });
  const kept = decodeFailure(JSON.parse(JSON.stringify(failure)));
  assert.equal(unpackNames(kept.names ?? { words: [], streams: [] }), recording.names());
  const chooser = new TapeChooser(kept.tape, 'unused');
  assert.is(runPlan(kept.plan, chooser, { properties: [], maxSteps: 5000 }).hash, result.hash);
  assert.is(chooser.missing, 0);
});

test('a run that is cut short is unknown, never held', () => {
  const plan = planOf('calm', '1');
  const result = runPlan(plan, new SeedChooser(plan.seed), { properties: allProperties, maxSteps: 500 });
  assert.is(result.outcome, 'unknown');
  assert.is(result.events, 500);
  assert.is(exitCodeOf(result), 6);
});

test.run();
