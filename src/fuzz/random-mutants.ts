/**
 * A sample of single edits over the rooms in which the protocol lives, each run for a few seeds with everybody judging. It asks
 * what the catalogue of known bugs cannot: what would the harness notice that nobody has thought of? The share that is noticed is
 * an answer of its own kind, lower than the truth, since many edits change nothing that anybody was promised.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Draw } from '../plan/scenario.ts';
import { BundleError } from './bundle-error.ts';
import { bundleWorker } from './bundle.ts';
import { runCampaign } from './campaign.ts';
import { operatorEdits, sourceEdit } from './operators.ts';
import type { OperatorEdit } from './operators.ts';
import { ForkPool } from './pool.ts';

/** Where edits are made. */
const ROOMS = ['src/zab/', 'src/server/', 'src/storage/'] as const;
/** A run that has not ended so long after its time was up never will. */
const HANG_MS = 120_000;

/** How each edit is examined. */
export interface SampleOptions {
  readonly root: string;
  /** The worker's entry, from the root. */
  readonly worker: string;
  readonly scenarios: readonly string[];
  /** Of each scenario. */
  readonly seeds: number;
  readonly forMs: number;
  readonly signal: AbortSignal;
}

/** What became of one edit. `noticed`: by which property, or `hang` where a run never ends; null: by none. */
export interface SampleResult {
  readonly file: string;
  readonly line: number;
  readonly what: string;
  /** Whether the edit is a program: one that is none cannot be noticed, and does not count. */
  readonly isRun: boolean;
  readonly noticed: string | null;
  /** What was said, and in which run. */
  readonly sentence: string;
  readonly run: string | null;
  readonly seeds: number;
  readonly workMs: number;
}

/** `count` different edits of what the worker is made of, a function of `seed` and of the sources. */
export async function drawSample(root: string, worker: string, count: number, seed: number): Promise<OperatorEdit[]> {
  const whole = await bundleWorker(root, worker);
  whole.remove();
  const files = whole.sources.filter((file) => ROOMS.some((room) => file.startsWith(room))).sort((a, b) => (a < b ? -1 : 1));
  const places = files.flatMap((file) => operatorEdits(file, read(root, file)));
  const draw = new Draw(`mutants/${seed}`);
  const sample: OperatorEdit[] = [];
  for (let drawn = 0; sample.length < Math.min(count, places.length); drawn++) {
    const place = places[draw.integer(`place/${drawn}`, 0, places.length - 1)];
    if (place !== undefined && !sample.includes(place)) sample.push(place);
  }
  return sample;
}

/** Runs one edit until somebody notices, or nobody does. */
export async function examineEdit(edit: OperatorEdit, options: SampleOptions): Promise<SampleResult> {
  const { root, worker, scenarios, seeds, forMs } = options;
  const { file, line, what } = edit;
  const place = { file, line, what, isRun: true };
  const hang = AbortSignal.timeout(forMs + HANG_MS);
  const signal = AbortSignal.any([options.signal, hang]);
  let script: Awaited<ReturnType<typeof bundleWorker>>;
  try {
    script = await bundleWorker(root, worker, [sourceEdit(edit, read(root, file))]);
  } catch (error) {
    if (!(error instanceof BundleError)) throw error;
    return { ...place, isRun: false, noticed: null, sentence: error.message, run: null, seeds: 0, workMs: 0 };
  }
  try {
    const summary = await runCampaign(new ForkPool(script.script, 1, ['--enable-source-maps']), {
      scenarios, from: 1, seeds, forMs, shard: { index: 1, of: 1 }, properties: null, stopWhen: () => true, reports: null, signal,
    });
    const failure = summary.failures[0];
    const ran = { seeds: summary.seeds, workMs: summary.workMs, run: failure?.seeds[0] ?? null };
    if (failure !== undefined) return { ...place, ...ran, noticed: failure.finding.property, sentence: failure.finding.sentence };
    return { ...place, ...ran, noticed: hang.aborted ? 'hang' : null, sentence: hang.aborted ? 'a run does not end' : '' };
  } finally {
    script.remove();
  }
}

function read(root: string, file: string): string {
  return readFileSync(join(root, file), 'utf8');
}
