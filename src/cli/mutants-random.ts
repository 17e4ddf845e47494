/** `viv mutants --random N`: a sample of edits that nobody chose, which of them were noticed, and which survived. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Given } from '../command/command.ts';
import type { Shell } from '../command/shell.ts';
import { duration, positiveNumber, wholeNumber } from '../command/values.ts';
import type { SampleResult } from '../fuzz/random-mutants.ts';
import { decimal, duration as inWords } from '../report/format.ts';
import { EXIT_CODES } from '../run/verdict.ts';
import { WORKER, jobsGiven } from './fuzz.ts';

/** Few, but different: most of what is noticed at all is noticed in the first seeds. */
const SCENARIOS = ['churn', 'sync', 'races', 'disk', 'observers'] as const;
const DEFAULT_SEEDS = 6;
const DEFAULT_EACH = '30s';

/** Runs the sample; 0 unless it was interrupted, for survivors are questions. */
export async function randomMutants(given: Given, shell: Shell): Promise<number> {
  // The compiler is loaded here and nowhere else.
  const { drawSample, examineEdit } = await import('../fuzz/random-mutants.ts');
  const count = positiveNumber('random', given.text('random') ?? '0');
  const sample = await drawSample(shell.root, WORKER, count, wholeNumber('from', given.text('from') ?? '1'));
  const options = {
    root: shell.root,
    worker: WORKER,
    scenarios: SCENARIOS,
    seeds: positiveNumber('seeds', given.text('seeds') ?? String(DEFAULT_SEEDS)),
    forMs: duration('for', given.text('for') ?? DEFAULT_EACH),
    signal: shell.signal,
  };
  const results: SampleResult[] = [];
  const waiting = [...sample];
  const lane = async (): Promise<void> => {
    for (let edit = waiting.shift(); edit !== undefined; edit = waiting.shift()) {
      shell.status(`${results.length} of ${sample.length}; ${edit.file}:${edit.line} ${edit.what}`);
      const result = await examineEdit(edit, options);
      if (shell.signal.aborted) waiting.length = 0;
      else results.push(result);
      if (!given.has('json') && !shell.signal.aborted) shell.out(lineOf(result));
    }
  };
  await Promise.all(Array.from({ length: jobsGiven(given) }, lane));
  shell.status('');
  report(results, shell);
  if (given.has('json')) shell.out(JSON.stringify(results, null, 2));
  else shell.out(scoreOf(results));
  return shell.signal.aborted ? EXIT_CODES.unknown : 0;
}

function lineOf({ file, line, what, isRun, noticed, seeds, run }: SampleResult): string {
  const place = `${file}:${line} ${what}`;
  if (!isRun) return `${place}: it is no program`;
  if (noticed === null) return `${place}: SURVIVES ${decimal(seeds)} seeds`;
  return `${place}: noticed by ${noticed}${run === null ? '' : ` after ${decimal(seeds)} seeds (${run})`}`;
}

function scoreOf(results: readonly SampleResult[]): string {
  const counted = results.filter(({ isRun }) => isRun);
  const noticed = counted.filter((result) => result.noticed !== null).length;
  const workMs = counted.reduce((sum, result) => sum + result.workMs, 0);
  const share = counted.length === 0 ? 0 : Math.round((noticed * 100) / counted.length);
  return `${noticed} of ${counted.length} noticed (${share} %), in ${inWords(workMs)} on one core`;
}

function report(results: readonly SampleResult[], shell: Shell): void {
  try {
    mkdirSync(shell.reports, { recursive: true });
    writeFileSync(join(shell.reports, 'mutants-random.json'), `${JSON.stringify(results, null, 2)}\n`);
  } catch (error) {
    shell.err(`viv: the report could not be written: ${error instanceof Error ? error.message : String(error)}`);
  }
}
