/**
 * What a worker does with one seed: run it, time it, run some of them twice to see that the same seed is the same run, and run a
 * failing one once more with the tape running, so that its failure can be kept.
 */
import { performance } from 'node:perf_hooks';
import type { Property } from '../history/judge.ts';
import { RecordingChooser, SeedChooser } from '../world/chooser.ts';
import { divergence } from './divergence.ts';
import { NO_COUNTS } from './counters.ts';
import { failureOf } from './failure.ts';
import type { Failure } from './failure.ts';
import type { Plan } from './plan.ts';
import { runPlan } from './run.ts';
import type { RunResult } from './run.ts';
import type { Scenario } from './scenario.ts';
import type { Finding } from './verdict.ts';

/** What is known of a seed afterwards; travels from worker to campaign as plain data. */
export interface Examined {
  readonly result: RunResult;
  /** What the first run of it took. */
  readonly workMs: number;
  readonly wasRunTwice: boolean;
  /** Present when the run did not hold. */
  readonly failure: Failure | null;
}

/** Runs one seed of a scenario. */
export function examine(scenario: Scenario, seed: string, twice: boolean, properties: readonly Property[]): Examined {
  const plan = scenario.plan(seed);
  const began = performance.now();
  let result = runOrCrash(plan, properties);
  const workMs = performance.now() - began;
  if (twice && runOrCrash(plan, properties).hash !== result.hash) result = withFinding(result, divergence(plan, properties));
  return { result, workMs, wasRunTwice: twice, failure: result.finding === null ? null : record(plan, result, properties) };
}

function withFinding(result: RunResult, finding: Finding): RunResult {
  return { ...result, outcome: finding.outcome, finding };
}

/** A harness that throws is a finding like another: the campaign goes on. */
function runOrCrash(plan: Plan, properties: readonly Property[]): RunResult {
  try {
    return runPlan(plan, new SeedChooser(plan.seed), { properties });
  } catch (error) {
    return crashed(plan, error);
  }
}

function crashed(plan: Plan, error: unknown): RunResult {
  const said = error instanceof Error ? (error.stack ?? error.message).split('\n').slice(0, 3).join(' ') : String(error);
  const finding: Finding = { outcome: 'crash', property: 'harness', sentence: `the run threw: ${said}`, steps: [], atMs: 0 };
  return {
    scenario: plan.scenario, seed: plan.seed, outcome: 'crash', finding, hash: '', events: 0, simulatedMs: 0,
    counts: NO_COUNTS, situations: [], faults: [],
    scheduler: { kind: plan.scheduler?.kind ?? 'timed', decisions: 0, deviations: 0, depth: 0, chains: 0 }, properties: [],
  };
}

function record(plan: Plan, result: RunResult, properties: readonly Property[]): Failure {
  const chooser = new RecordingChooser(new SeedChooser(plan.seed));
  try {
    runPlan(plan, chooser, { properties });
  } catch {
    // The finding already says that it throws; the tape up to there is what there is to keep.
  }
  return failureOf(plan, chooser.tape(), result);
}

