/** `viv mutants`: plants each known bug, and says whether, by what and how fast it was noticed. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { MUTANTS } from '../../properties/mutants/index.ts';
import { UsageError } from '../command/command.ts';
import type { Command, Given } from '../command/command.ts';
import type { Shell } from '../command/shell.ts';
import { duration, named, positiveNumber, wholeNumber } from '../command/values.ts';
import { huntMutants } from '../fuzz/mutant-hunt.ts';
import type { HuntSummary } from '../fuzz/mutant-hunt.ts';
import { readTable, regressions, TABLE_FILE, writeTable } from '../fuzz/mutant-table.ts';
import type { TableRow } from '../fuzz/mutant-table.ts';
import type { Mutant, MutantResult } from '../fuzz/mutant.ts';
import { DecodeError } from '../plan/decode.ts';
import { decimal, duration as inWords, table } from '../report/format.ts';
import { EXIT_CODES } from '../run/verdict.ts';
import { WORKER, jobsGiven } from './fuzz.ts';
import { compareFeedback } from './mutants-feedback.ts';
import { randomMutants } from './mutants-random.ts';
import { shrinkMutants } from './mutants-shrink.ts';

const DEFAULT_SEEDS = 3000;
/** What is done instead of the usual hunt. */
const INSTEAD = ['shrink', 'feedback', 'random'];
const DEFAULT_BUDGET = '10m';

/** Proof that the harness would notice. */
export const mutants: Command = {
  name: 'mutants',
  summary: 'plants each known bug, says whether, how and how fast it was found',
  usage: '[ID...] [--tier T] [--budget 10m] [--seeds N] [--jobs J] | --shrink [ID...] [--for 60s] | --random N [--from S]',
  flags: [
    { name: 'tier', value: 'T', help: 'only those that take so many faults: 0 to 4', notWith: ['random'] },
    { name: 'budget', value: 'TIME', help: `for all of them together (${DEFAULT_BUDGET})`, notWith: INSTEAD },
    { name: 'for', value: 'TIME', help: 'at most so long for each (no limit but the budget)', notWith: ['feedback'] },
    { name: 'seeds', value: 'N', help: `at most so many seeds of each of its scenarios (${DEFAULT_SEEDS})` },
    { name: 'from', value: 'S', help: 'the first seed (1); of --random, the seed of the sample', notWith: ['shrink'] },
    { name: 'jobs', value: 'J', help: 'worker processes (one a processor)' },
    { name: 'renew', help: `writes what was found to ${TABLE_FILE}`, notWith: INSTEAD },
    {
      name: 'shrink', help: 'instead, shrink a failing run of each for at most --for, and compare with its trigger',
      notWith: ['feedback', 'random'],
    },
    { name: 'out', value: 'FILE', help: 'of --shrink: write the table there as well', needs: ['shrink'] },
    {
      name: 'feedback', help: 'instead, how many runs it takes with the feedback of viv fuzz and without',
      notWith: ['random'],
    },
    { name: 'bases', value: 'N', help: 'of --feedback: from so many first seeds (5)', needs: ['feedback'] },
    { name: 'random', value: 'N', help: 'instead, N random edits of operators and statements: which are noticed?' },
  ],
  notes: [
    ...MUTANTS.map(({ id, title }) => `${id.padEnd(24)} ${title}`),
    '',
    `The result goes to reports/mutants.md and .json, and is held to ${TABLE_FILE}.`,
    'Exit 0 only if every one is found by a property that it breaks; 6 if one is not, 4 if one cannot be planted.',
  ],
  run(given, shell) {
    const [first] = given.names;
    for (const flag of ['random', 'tier']) {
      if (given.has(flag) && first !== undefined) throw new UsageError(`--${flag} chooses for itself: leave out ${first}`);
    }
    return given.has('random') ? randomMutants(given, shell) : knownMutants(given, shell);
  },
};

async function knownMutants(given: Given, shell: Shell): Promise<number> {
  const tier = given.text('tier');
  const usual = tier === undefined ? MUTANTS : mutantsOfTier(tier);
  const chosen = given.names.length === 0 ? usual : given.names.map((name) => mutantCalled(name));
  const before = committedTable(shell);
  if (given.has('feedback')) return compareFeedback(chosen, given, shell);
  if (given.has('shrink')) return shrinkMutants(chosen, before, given, shell);
  const isJson = given.has('json');
  const summary = await hunt(chosen, given, shell, isJson ? () => undefined : (result) => shell.out(lineOf(result)));
  const missed = regressions(before, summary.results);
  writeReports(summary, missed, chosen.length, shell);
  if (given.has('renew') && !shell.signal.aborted) writeTable(shell.root, before, summary.results);
  if (isJson) shell.out(JSON.stringify(summary.results, null, 2));
  else for (const line of [...tableOf(summary.results), sumOf(summary, chosen.length)]) shell.out(line);
  for (const [id, reason] of summary.unplanted) shell.err(`viv: the mutant ${id} cannot be planted: ${reason}`);
  for (const sentence of missed) shell.err(`viv: ${sentence}`);
  if (summary.unplanted.length > 0) return EXIT_CODES.crash;
  const isComplete = summary.results.length === chosen.length && summary.results.every(({ found }) => found);
  return isComplete ? 0 : EXIT_CODES.unknown;
}

function mutantsOfTier(given: string): readonly Mutant[] {
  const found = MUTANTS.filter(({ tier }) => tier === wholeNumber('tier', given));
  if (found.length === 0) throw new UsageError(`no mutant is of tier ${given}; the tiers are 0 to 4`);
  return found;
}

function mutantCalled(name: string): Mutant {
  const known = MUTANTS.map((mutant) => ({ name: mutant.id, mutant }));
  return named('mutant', name, known).mutant;
}

function hunt(
  chosen: readonly Mutant[], given: Given, shell: Shell, onResult: (result: MutantResult) => void,
): Promise<HuntSummary> {
  const each = given.text('for');
  let found = 0;
  return huntMutants(chosen, {
    root: shell.root,
    worker: WORKER,
    budgetMs: duration('budget', given.text('budget') ?? DEFAULT_BUDGET),
    eachMs: each === undefined ? null : duration('for', each),
    seeds: positiveNumber('seeds', given.text('seeds') ?? String(DEFAULT_SEEDS)),
    from: wholeNumber('from', given.text('from') ?? '1'),
    jobs: jobsGiven(given),
    signal: shell.signal,
    onTurn: ({ id, title }) => shell.status(`${found} of ${chosen.length} found; ${id}: ${title}`),
    onResult: (result) => {
      if (result.found) found++;
      onResult(result);
    },
  }).finally(() => shell.status(''));
}

/** Without a table there is nothing to be held to. */
function committedTable(shell: Shell): readonly TableRow[] {
  try {
    return readTable(shell.root);
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    shell.err(`viv: ${error.message}`);
    return [];
  }
}

function lineOf(result: MutantResult): string {
  const effort = `${decimal(result.seeds)} seeds, ${inWords(result.elapsedMs)}`;
  if (result.found) return `${result.id}: found by ${result.finding?.property ?? ''} after ${effort} (${result.run ?? ''})`;
  const other = result.finding === null ? '' : `; only ${result.finding.property} noticed something (${result.run ?? ''})`;
  return `${result.id}: NOT FOUND in ${effort}${other}`;
}

const HEADING = ['mutant', 'tier', 'found by', 'run', 'scheduler', 'seeds', 'simulated s', 'core s', 'events'];

function rowsOf(results: readonly MutantResult[]): string[][] {
  return results.map((result) => [
    result.id,
    String(result.tier),
    result.found ? (result.finding?.property ?? '') : 'NOT FOUND',
    result.found ? (result.run ?? '') : '',
    result.scheduler ?? '',
    decimal(result.seeds),
    decimal(Math.round(result.simulatedMs / 1000)),
    (result.workMs / 1000).toFixed(1),
    decimal(result.events),
  ]);
}

function tableOf(results: readonly MutantResult[]): string[] {
  return results.length === 0 ? [] : table([HEADING, ...rowsOf(results)]);
}

/** Median and worst are of the time on a core of those that were found: the machine's other work does not count. */
function sumOf({ results, elapsedMs }: HuntSummary, asked: number): string {
  const found = results.filter((result) => result.found).sort((one, other) => one.workMs - other.workMs);
  const said = `${found.length} of ${asked} found in ${inWords(elapsedMs)}`;
  const median = found[Math.floor(found.length / 2)];
  const worst = found.at(-1);
  if (median === undefined || worst === undefined) return said;
  return `${said}; on one core median ${inWords(median.workMs)}, worst ${inWords(worst.workMs)} (${worst.id})`;
}

function writeReports(summary: HuntSummary, missed: readonly string[], asked: number, shell: Shell): void {
  const row = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  const lines = [
    '# Mutants', '', `${sumOf(summary, asked)}.`, '', ...missed.map((sentence) => `- ${sentence}`), '',
    row(HEADING), row(HEADING.map(() => '---')), ...rowsOf(summary.results).map(row), '',
  ];
  try {
    mkdirSync(shell.reports, { recursive: true });
    writeFileSync(join(shell.reports, 'mutants.md'), lines.join('\n'));
    writeFileSync(join(shell.reports, 'mutants.json'), `${JSON.stringify({ ...summary, regressions: missed }, null, 2)}\n`);
  } catch (error) {
    shell.err(`viv: the report could not be written: ${error instanceof Error ? error.message : String(error)}`);
  }
}
