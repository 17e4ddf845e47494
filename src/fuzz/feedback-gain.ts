/**
 * What feedback is worth: for each of some planted bugs and from each of some first seeds, how many runs it takes until the bug
 * is noticed, once with fresh seeds alone and once with changes of plans that did something rare among them. One worker a
 * campaign, so that the numbers of runs are functions of the seeds.
 */
import { bundleWorker } from './bundle.ts';
import { runCampaign } from './campaign.ts';
import type { Mutant } from './mutant.ts';
import { ForkPool } from './pool.ts';

/** One campaign until the bug was noticed, or until there were enough runs. */
export interface Trial {
  readonly found: boolean;
  readonly runs: number;
  /** Time that the runs took, milliseconds. */
  readonly workMs: number;
}

/** The two campaigns from one first seed. */
export interface GainRow {
  readonly mutant: string;
  readonly from: number;
  readonly fresh: Trial;
  readonly feedback: Trial;
}

/** What to compare. */
export interface GainOptions {
  readonly root: string;
  readonly worker: string;
  /** The first seeds of the campaigns. */
  readonly bases: readonly number[];
  /** A campaign ends after so many runs. */
  readonly runsMax: number;
  readonly jobs: number;
  readonly signal: AbortSignal;
  readonly onRow: (row: GainRow) => void;
}

/** All rows, in the order of mutants and bases; fewer if it was interrupted. Throws `BundleError`. */
export async function measureGain(mutants: readonly Mutant[], options: GainOptions): Promise<readonly GainRow[]> {
  const tasks = mutants.flatMap((mutant) => options.bases.map((from) => ({ mutant, from })));
  const rows = new Map<string, GainRow>();
  const waiting = [...tasks];
  const isOver = (): boolean => options.signal.aborted;
  const lane = async (): Promise<void> => {
    for (let task = waiting.shift(); task !== undefined && !isOver(); task = waiting.shift()) {
      const { mutant, from } = task;
      const bundle = await bundleWorker(options.root, options.worker, mutant.edits);
      try {
        const fresh = await trial(bundle.script, mutant, from, false, options);
        const feedback = await trial(bundle.script, mutant, from, true, options);
        if (isOver()) return;
        const row = { mutant: mutant.id, from, fresh, feedback };
        rows.set(`${mutant.id} ${from}`, row);
        options.onRow(row);
      } finally {
        bundle.remove();
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(options.jobs, tasks.length) }, lane));
  return tasks.map(({ mutant, from }) => rows.get(`${mutant.id} ${from}`)).filter((row) => row !== undefined);
}

async function trial(
  script: string, { scenarios, breaks }: Mutant, from: number, feedback: boolean, { runsMax, signal }: GainOptions,
): Promise<Trial> {
  const enough = new AbortController();
  let [runs, found] = [0, false];
  const { workMs } = await runCampaign(new ForkPool(script, 1, ['--enable-source-maps']), {
    scenarios, from, feedback,
    seeds: runsMax,
    forMs: null,
    shard: { index: 1, of: 1 },
    properties: breaks,
    stopWhen: ({ property }) => breaks.includes(property),
    reports: null,
    signal: AbortSignal.any([signal, enough.signal]),
    onRun: ({ finding }) => {
      runs++;
      found ||= finding !== null && breaks.includes(finding.property);
      if (runs >= runsMax) enough.abort();
    },
  });
  return { found, runs, workMs };
}

/** How many times fewer runs feedback took, in the geometric mean over the rows, and the factor by which that is uncertain. */
export interface Gain {
  readonly factor: number;
  /** The true factor is between `factor / uncertainty` and `factor * uncertainty`, nineteen times out of twenty. */
  readonly uncertainty: number;
  /** In how many rows feedback took fewer runs, and in how many more. */
  readonly sooner: number;
  readonly later: number;
}

/** Sums rows up by `measure`; a campaign that found nothing counts with all that it did, which is too little. */
export function gainOf(rows: readonly GainRow[], measure: (trial: Trial) => number): Gain {
  const logs = rows.map(({ fresh, feedback }) => Math.log(Math.max(1, measure(fresh)) / Math.max(1, measure(feedback))));
  const mean = logs.reduce((sum, log) => sum + log, 0) / Math.max(1, logs.length);
  const variance = logs.reduce((sum, log) => sum + (log - mean) ** 2, 0) / Math.max(1, logs.length - 1);
  return {
    factor: Math.exp(mean),
    uncertainty: Math.exp(1.96 * Math.sqrt(variance / Math.max(1, logs.length))),
    sooner: logs.filter((log) => log > 0).length,
    later: logs.filter((log) => log < 0).length,
  };
}
