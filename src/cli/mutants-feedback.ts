/** `viv mutants --feedback`: does feedback find planted bugs sooner than fresh seeds alone? */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Given } from '../command/command.ts';
import type { Shell } from '../command/shell.ts';
import { positiveNumber, wholeNumber } from '../command/values.ts';
import { gainOf, measureGain } from '../fuzz/feedback-gain.ts';
import type { Gain, GainRow, Trial } from '../fuzz/feedback-gain.ts';
import type { Mutant } from '../fuzz/mutant.ts';
import { decimal, table } from '../report/format.ts';
import { EXIT_CODES } from '../run/verdict.ts';
import { WORKER, jobsGiven } from './fuzz.ts';

const DEFAULT_RUNS = 400;
const DEFAULT_BASES = 5;
const DEFAULT_FROM = 100_001;
/** Bases are so far apart that no campaign comes to the seeds of the next. */
const APART = 100_000;

/** Makes the comparison; 0 unless it was interrupted, for any answer is one. */
export async function compareFeedback(chosen: readonly Mutant[], given: Given, shell: Shell): Promise<number> {
  const from = wholeNumber('from', given.text('from') ?? String(DEFAULT_FROM));
  const count = positiveNumber('bases', given.text('bases') ?? String(DEFAULT_BASES));
  const asked = chosen.length * count;
  let done = 0;
  shell.status(`0 of ${asked} compared`);
  const rows = await measureGain(chosen, {
    root: shell.root,
    worker: WORKER,
    bases: Array.from({ length: count }, (_, index) => from + index * APART),
    runsMax: positiveNumber('seeds', given.text('seeds') ?? String(DEFAULT_RUNS)),
    jobs: jobsGiven(given),
    signal: shell.signal,
    onRow: (row) => {
      shell.status(`${++done} of ${asked} compared`);
      const { mutant, fresh, feedback } = row;
      if (given.has('json')) return;
      shell.out(`${mutant} from ${row.from}: ${said(fresh)} fresh, ${said(feedback)} with feedback`);
    },
  }).finally(() => shell.status(''));
  report(rows, shell);
  if (given.has('json')) shell.out(JSON.stringify(rows, null, 2));
  else for (const line of linesOf(rows)) shell.out(line);
  return rows.length === asked ? 0 : EXIT_CODES.unknown;
}

function said({ found, runs }: Trial): string {
  return found ? decimal(runs) : `not in ${decimal(runs)}`;
}

/** Of each mutant the mean runs and seconds of both, then all together. */
function linesOf(rows: readonly GainRow[]): string[] {
  if (rows.length === 0) return [];
  const ids = [...new Set(rows.map(({ mutant }) => mutant))];
  const cells = ids.map((id) => {
    const own = rows.filter(({ mutant }) => mutant === id);
    const mean = (measure: (row: GainRow) => number): string => {
      return (own.reduce((sum, row) => sum + measure(row), 0) / own.length).toFixed(1);
    };
    const missed = (trialOf: (row: GainRow) => Trial): string => String(own.filter((row) => !trialOf(row).found).length);
    return [
      id, mean(({ fresh }) => fresh.runs), mean(({ feedback }) => feedback.runs),
      mean(({ fresh }) => fresh.workMs / 1000), mean(({ feedback }) => feedback.workMs / 1000),
      missed(({ fresh }) => fresh), missed(({ feedback }) => feedback),
    ];
  });
  const heading = ['mutant', 'runs fresh', 'runs feedback', 'core s fresh', 'core s feedback', 'missed fresh', 'missed feedback'];
  return [
    ...table([heading, ...cells]),
    gainLine('runs', gainOf(rows, ({ runs }) => runs)),
    gainLine('time on a core', gainOf(rows, ({ workMs }) => workMs)),
  ];
}

function gainLine(what: string, { factor, uncertainty, sooner, later }: Gain): string {
  const between = `${(factor / uncertainty).toFixed(2)} to ${(factor * uncertainty).toFixed(2)}`;
  return `${what}: feedback is ${factor.toFixed(2)} times as quick (19 times out of 20 ${between}); ` +
    `sooner in ${sooner} campaigns, later in ${later}`;
}

function report(rows: readonly GainRow[], shell: Shell): void {
  try {
    mkdirSync(shell.reports, { recursive: true });
    writeFileSync(join(shell.reports, 'feedback.json'), `${JSON.stringify(rows, null, 2)}\n`);
  } catch (error) {
    shell.err(`viv: the report could not be written: ${error instanceof Error ? error.message : String(error)}`);
  }
}
