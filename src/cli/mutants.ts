/** `viv mutants`: plants each known bug, and says whether, by what and how fast it was noticed. */
import { MUTANTS } from '../../properties/mutants/index.ts';
import { BundleError } from '../fuzz/bundle.ts';
import { huntMutant } from '../fuzz/mutant.ts';
import type { MutantResult } from '../fuzz/mutant.ts';
import { EXIT_CODES } from '../fuzz/verdict.ts';
import { decimal, duration as inWords, table } from '../report/format.ts';
import { UsageError } from './command.ts';
import type { Command } from './command.ts';
import { WORKER, jobsGiven } from './fuzz.ts';
import { unknownName } from './nearest.ts';
import { duration, positiveNumber, wholeNumber } from './values.ts';

const DEFAULT_SEEDS = 3000;
const DEFAULT_TIME = '3m';

/** Proof that the harness would notice. */
export const mutants: Command = {
  name: 'mutants',
  summary: 'plants each known bug, says whether, how and how fast it was found',
  usage: '[ID...] [--tier T] [--seeds N] [--for 3m] [--jobs J]',
  flags: [
    { name: 'tier', value: 'T', help: 'only those that take so many faults: 0 to 4' },
    { name: 'seeds', value: 'N', help: `at most so many seeds of each of its scenarios (${DEFAULT_SEEDS})` },
    { name: 'from', value: 'S', help: 'the first seed (1)' },
    { name: 'for', value: 'TIME', help: `at most so long for each (${DEFAULT_TIME})` },
    { name: 'jobs', value: 'J', help: 'worker processes (one a processor)' },
  ],
  notes: [
    ...MUTANTS.map(({ id, title }) => `${id.padEnd(20)} ${title}`),
    '',
    'Exit 0 only if every one is found by a property that it breaks; 6 if one is not, 4 if one cannot be planted.',
  ],
  async run(given, shell) {
    const tier = given.text('tier');
    const usual = tier === undefined ? MUTANTS : MUTANTS.filter((mutant) => mutant.tier === wholeNumber('tier', tier));
    const chosen = given.names.length === 0 ? usual : given.names.map((name) => {
      const found = MUTANTS.find(({ id }) => id === name);
      if (found === undefined) throw new UsageError(unknownName('mutant', name, MUTANTS.map(({ id }) => id)));
      return found;
    });
    const budget = {
      seeds: positiveNumber('seeds', given.text('seeds') ?? String(DEFAULT_SEEDS)),
      from: wholeNumber('from', given.text('from') ?? '1'),
      forMs: duration('for', given.text('for') ?? DEFAULT_TIME),
      jobs: jobsGiven(given),
      signal: shell.signal,
    };
    const results: MutantResult[] = [];
    let unplanted = 0;
    for (const mutant of chosen) {
      if (shell.signal.aborted) break;
      shell.status(`${mutant.id}: ${mutant.title}`);
      try {
        const result = await huntMutant(shell.root, WORKER, mutant, budget);
        results.push(result);
        if (!given.has('json')) shell.out(lineOf(result));
      } catch (error) {
        if (!(error instanceof BundleError)) throw error;
        unplanted++;
        shell.err(`viv: the mutant ${mutant.id} cannot be planted: ${error.message}`);
      }
    }
    shell.status('');
    if (given.has('json')) shell.out(JSON.stringify(results, null, 2));
    else for (const line of summaryOf(results, chosen.length)) shell.out(line);
    if (unplanted > 0) return EXIT_CODES.crash;
    return results.length === chosen.length && results.every(({ found }) => found) ? 0 : EXIT_CODES.unknown;
  },
};

function lineOf(result: MutantResult): string {
  const effort = `${decimal(result.seeds)} seeds, ${inWords(result.elapsedMs)}`;
  if (result.found) return `${result.id}: found by ${result.finding?.property ?? ''} after ${effort} (${result.run ?? ''})`;
  const other = result.finding === null ? '' : `; only ${result.finding.property} noticed something (${result.run ?? ''})`;
  return `${result.id}: NOT FOUND in ${effort}${other}`;
}

function summaryOf(results: readonly MutantResult[], asked: number): string[] {
  const found = results.filter((result) => result.found).length;
  const times = results.map(({ elapsedMs }) => elapsedMs).sort((one, other) => one - other);
  const rows = results.map(({ id, tier, found: isFound, finding, seeds, elapsedMs }) => [
    id, String(tier), isFound ? (finding?.property ?? '') : 'NOT FOUND', decimal(seeds), (elapsedMs / 1000).toFixed(1),
  ]);
  return [
    ...table([['mutant', 'tier', 'found by', 'seeds', 'seconds'], ...rows]),
    `${found} of ${asked} found; median ${inWords(times[Math.floor(times.length / 2)] ?? 0)}`,
  ];
}
