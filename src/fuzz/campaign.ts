/**
 * A campaign: many seeds of some scenarios over a pool of workers, until there are enough of them or time is up or somebody has
 * seen enough. Which seed is run twice depends on the seed alone, so a campaign's verdict does not depend on how many workers it
 * had. Whatever goes wrong around it (a dead worker, a full disk) is said in the summary and does not take the verdict away.
 */
import { performance } from 'node:perf_hooks';
import { writeFailure } from './failure.ts';
import type { JobReport, NextJob, Pool } from './pool.ts';
import type { RunResult } from './run.ts';
import { Tally } from './tally.ts';
import type { Summary } from './tally.ts';
import type { Finding } from './verdict.ts';

/** One in so many seeds is run twice. */
export const TWICE_EVERY = 20;
/** So many failure files are written of one kind of failure; the summary lists the other seeds. */
export const FILES_PER_FAILURE = 20;

/** What to run, and for how long. */
export interface CampaignOptions {
  readonly scenarios: readonly string[];
  /** The first seed. */
  readonly from: number;
  /** So many seeds of each scenario; null for as many as time allows. */
  readonly seeds: number | null;
  /** No new seed is begun after so long; null for no limit. */
  readonly forMs: number | null;
  /** Of every `of` seeds, run the one numbered `index`, from 1. */
  readonly shard: { readonly index: number; readonly of: number };
  /** The only properties to judge; null for all. */
  readonly properties: readonly string[] | null;
  /** Ends the campaign at the first finding for which it is true. */
  readonly stopWhen?: (finding: Finding) => boolean;
  /** Where failure files go; null writes none. */
  readonly reports: string | null;
  /** Ends the campaign at once; what is known by then is the summary. */
  readonly signal: AbortSignal;
  /** Called with every run, in order of arrival. */
  readonly onRun?: (result: RunResult) => void;
  /** Called after every result. */
  readonly progress?: (tally: Tally, elapsedMs: number) => void;
}

/** What decides which seeds are run. */
export type JobOptions = Pick<CampaignOptions, 'scenarios' | 'from' | 'seeds' | 'forMs' | 'shard' | 'properties'>;

/** Runs a campaign. Never rejects because of what a seed did. */
export async function runCampaign(pool: Pool, options: CampaignOptions): Promise<Summary> {
  const began = performance.now();
  const elapsedMs = (): number => performance.now() - began;
  const tally = new Tally();
  const enough = new AbortController();
  const signal = AbortSignal.any([options.signal, enough.signal]);
  const report = (said: JobReport): void => {
    if (signal.aborted) return;
    take(tally, said, options.reports);
    tally.mark(elapsedMs());
    if (said.kind === 'examined') options.onRun?.(said.examined.result);
    const finding = said.kind === 'examined' ? said.examined.result.finding : null;
    if (finding !== null && options.stopWhen?.(finding) === true) enough.abort();
    options.progress?.(tally, elapsedMs());
  };
  await pool.run(jobsOf(options, elapsedMs), report, signal);
  return tally.summary(elapsedMs(), pool.jobs, options.signal.aborted);
}

/** Seed after seed, every scenario of one seed before the next seed. */
export function jobsOf(options: JobOptions, elapsedMs: () => number): NextJob {
  const { scenarios, from, seeds, forMs, shard, properties } = options;
  let next = 0;
  return () => {
    if (forMs !== null && elapsedMs() >= forMs) return undefined;
    const index = Math.floor(next / scenarios.length) * shard.of + shard.index - 1;
    const scenario = scenarios[next % scenarios.length];
    if (scenario === undefined || (seeds !== null && index >= seeds)) return undefined;
    next++;
    const seed = from + index;
    return { scenario, seed: String(seed), twice: seed % TWICE_EVERY === 0, properties };
  };
}

function take(tally: Tally, said: JobReport, reports: string | null): void {
  if (said.kind === 'died') {
    tally.addLost(said.job.scenario, said.job.seed, said.sentence);
    return;
  }
  const { result, workMs, wasRunTwice, failure } = said.examined;
  tally.add(result, workMs, wasRunTwice);
  if (failure === null || reports === null || tally.seedsLike(failure.verdict) > FILES_PER_FAILURE) return;
  try {
    tally.written(failure.verdict, writeFailure(reports, failure));
  } catch (error) {
    tally.remark(`failures could not be kept in ${reports}: ${error instanceof Error ? error.message : String(error)}`);
  }
}
