/**
 * What a worker does with one seed: run it, time it, run some of them twice to see that the same seed is the same run, and run a
 * failing one once more with the tape running, so that its failure can be kept.
 */
import { performance } from 'node:perf_hooks';
import { basename } from 'node:path';
import { NO_COUNTS } from '../history/counters.ts';
import type { Property } from '../history/judge.ts';
import { luckOf, planOf } from '../plan/lineage.ts';
import type { Plan } from '../plan/plan.ts';
import type { Scenario } from '../plan/scenario.ts';
import { RecordingChooser } from '../world/chooser.ts';
import { divergence } from './divergence.ts';
import { readFailure } from './failure.ts';
import type { Failure } from './failure.ts';
import { follow } from './follow.ts';
import { TrailSink, recordedFailure } from './record.ts';
import { runPlan } from './run.ts';
import type { RunOptions, RunResult } from './run.ts';
import { SignatureSink } from './signature.ts';
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
  const plan = planOf(scenario, seed);
  const began = performance.now();
  let result = runOrCrash(plan, properties);
  const workMs = performance.now() - began;
  if (twice && runOrCrash(plan, properties).hash !== result.hash) result = withFinding(result, divergence(plan, properties));
  return { result, workMs, wasRunTwice: twice, failure: result.finding === null ? null : record(plan, result, properties) };
}

/** Runs a kept failure again, by its tape: it must hold. Its seed is told as the name of the file. */
export function examineKept(file: string, properties: readonly Property[]): Examined {
  const failure = readFailure(file);
  const began = performance.now();
  const seed = basename(file);
  const { result } = follow({ ...failure, trail: '' }, { properties });
  const kept = result.finding === null ? null : { ...failure, verdict: result.finding };
  return { result: { ...result, seed }, workMs: performance.now() - began, wasRunTwice: false, failure: kept };
}

function withFinding(result: RunResult, finding: Finding): RunResult {
  return { ...result, outcome: finding.outcome, finding };
}

/** A harness that throws is a finding like another: the campaign goes on. */
function runOrCrash(plan: Plan, properties: readonly Property[]): RunResult {
  try {
    return runPlan(plan, luckOf(plan.seed), { properties });
  } catch (error) {
    return crashed(plan, error);
  }
}

function crashed(plan: Plan, error: unknown): RunResult {
  const said = error instanceof Error ? (error.stack ?? error.message).split('\n').slice(0, 3).join(' ') : String(error);
  const finding: Finding = { outcome: 'crash', property: 'harness', sentence: `the run threw: ${said}`, steps: [], atMs: 0 };
  return noResult(plan.scenario, plan.seed, finding, plan.scheduler?.kind);
}

/** The result of a run that came to none. */
export function noResult(
  scenario: string, seed: string, finding: Finding, scheduler: RunResult['scheduler']['kind'] = 'timed',
): RunResult {
  return {
    scenario, seed, outcome: 'crash', finding, hash: '', events: 0, simulatedMs: 0,
    counts: NO_COUNTS, situations: [], faults: [],
    scheduler: { kind: scheduler, decisions: 0, deviations: 0, depth: 0, chains: 0 }, properties: [],
  };
}

function record(plan: Plan, result: RunResult, properties: readonly Property[]): Failure {
  const chooser = new RecordingChooser(luckOf(plan.seed), { names: true });
  const trail = new TrailSink();
  const signature = new SignatureSink();
  const trace = bothOf(trail, signature);
  try {
    runPlan(plan, chooser, { properties, trace });
  } catch {
    // The finding already says that it throws; the tape up to there is what there is to keep.
  }
  const circumstances = { judged: null, mutant: null };
  const recorded = { result, tape: chooser.tape(), names: chooser.names(), trail: trail.packed() };
  const failure = recordedFailure(plan, recorded, circumstances);
  return result.finding === null ? failure : { ...failure, signature: signature.signature(result.finding) };
}

/** One trace for two. */
function bothOf(trail: TrailSink, signature: SignatureSink): NonNullable<RunOptions['trace']> {
  return {
    event: (step, timeUs, node, event) => {
      trail.event(step, timeUs, node, event);
      signature.event(step, timeUs, node, event);
    },
    fact: (...args) => { signature.fact(...args); },
  };
}
