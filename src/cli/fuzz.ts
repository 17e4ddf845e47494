/** `viv fuzz`: a campaign over seeds of one or more scenarios. */
import { writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import { SCENARIOS } from '../../scenarios/index.ts';
import type { Command, Given } from '../command/command.ts';
import type { Shell } from '../command/shell.ts';
import { duration, firstSeed, named, placeFor, positiveNumber, shard } from '../command/values.ts';
import { bundleWorker } from '../fuzz/bundle.ts';
import { runCampaign } from '../fuzz/campaign.ts';
import type { CampaignOptions } from '../fuzz/campaign.ts';
import type { Mutant } from '../fuzz/mutant.ts';
import { ForkPool } from '../fuzz/pool.ts';
import type { Summary, Tally } from '../fuzz/tally.ts';
import { SEEDS_TO_REACH } from '../plan/reach.ts';
import { decimal, duration as inWords } from '../report/format.ts';
import { summaryPage } from '../report/page.ts';
import { campaignReport } from '../report/text.ts';
import type { RunResult } from '../run/run.ts';
import { EXIT_CODES } from '../run/verdict.ts';
import { openBooks } from './books.ts';
import { checkCiFiles, CI_FLAGS, writeCiFiles } from './ci-files.ts';
import { folderFor } from './keep.ts';
import { mutantNamed } from './planted.ts';
import { pageGiven } from './report.ts';

/** The worker's entry, from the root of the repository. */
export const WORKER = 'src/cli/worker.ts';
const DEFAULT_SEEDS = 200;
/** Each job is a process: more of them than any machine has use for are a slip of the finger. */
const JOBS_MAX = 512;

/** Seeds, and what they find. */
export const fuzz: Command = {
  name: 'fuzz',
  summary: 'runs many seeds and tells the distinct failures',
  usage: '[SCENARIO...] [--seeds N] [--from S] [--for 10m] [--jobs J] [--shard I/N] [--resume] [--feedback]',
  flags: [
    { name: 'seeds', value: 'N', help: `so many seeds of each scenario (${DEFAULT_SEEDS}, or no limit with --for)` },
    { name: 'from', value: 'S', help: 'the first seed (1)' },
    { name: 'for', value: 'TIME', help: 'begin no new seed after so long: 30s, 10m, 2h; every scenario gets the same share' },
    { name: 'jobs', value: 'J', help: 'worker processes (one a processor)' },
    { name: 'shard', value: 'I/N', help: 'only the Ith of every N seeds; viv merge joins the shards' },
    { name: 'resume', help: 'go on with the campaign of the same arguments that was interrupted or killed' },
    { name: 'feedback', help: 'every other run is a change of a plan that did something rare' },
    { name: 'quiet', value: 'N', help: 'stop when N runs in a row did nothing that no run did before' },
    { name: 'fresh', help: 'neither failures that must stay fixed nor seeds that failed lately first' },
    { name: 'mutant', value: 'ID', help: 'with this bug planted, judged by the properties that it breaks' },
    { name: 'corpus', value: 'FILE', help: 'seeds that failed lately (DIR/corpus.jsonl)' },
    { name: 'reports', value: 'DIR', help: 'where failures, corpus and journal are kept (reports/)' },
    { name: 'report', value: 'PAGE.html', help: 'write a page of the campaign, to open in a browser' },
    ...CI_FLAGS,
    { name: 'hashes', value: 'FILE', help: 'one line a seed: scenario, seed, trace hash; the same however many jobs there were' },
  ],
  notes: [
    `Scenarios: ${SCENARIOS.map(({ name }) => name).join(', ')}; without a name, five.`,
    'A failing seed is kept in DIR/failures/SCENARIO-SEED.json, for viv replay, viv shrink and viv explain.',
    `What a scenario is there to reach and has not reached in ${SEEDS_TO_REACH} seeds or more is told as NEVER: exit code 6.`,
  ],
  async run(given, shell) {
    const planted = given.text('mutant');
    const mutant = planted === undefined ? undefined : mutantNamed(planted);
    const options = campaignOptions(given, shell, mutant);
    const jobs = jobsGiven(given);
    // Files may be wanted in the folder of reports.
    if (given.has('reports') && !given.has('resume')) folderFor(options.reports ?? shell.reports);
    const page = pageGiven(given);
    checkCiFiles(given);
    const hashFile = given.text('hashes');
    const file = hashFile === undefined ? undefined : placeFor('hashes', hashFile);
    const books = openBooks(given, shell, options);
    const hashes: string[] = [];
    const onRun = ({ scenario, seed, hash, finding }: RunResult, signature: string | null): void => {
      hashes.push(`${scenario} ${seed} ${hash}\n`);
      books.ran(scenario, seed, finding, signature);
    };
    const summary = await campaign(shell, { ...options, ...books.options, onRun }, jobs, !given.has('json'), mutant);
    for (const remark of books.close()) shell.err(remark);
    writeCiFiles(given, summary, shell);
    if (file !== undefined) writeHashes(file, hashes, shell);
    writeCampaignPage(page, summary, shell);
    if (given.has('json')) shell.out(JSON.stringify(summary, null, 2));
    else for (const line of campaignReport(summary)) shell.out(line);
    return EXIT_CODES[summary.outcome];
  },
};

function writeCampaignPage(page: string | undefined, summary: Summary, shell: Shell): void {
  if (page === undefined) return;
  try {
    writeFileSync(page, summaryPage(summary, shell.root));
    shell.err(`a page to open: ${page}`);
  } catch (error) {
    shell.err(`the page could not be written: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** Sorted, so that two campaigns over the same seeds write the same file. */
function writeHashes(file: string, hashes: string[], shell: Shell): void {
  try {
    writeFileSync(file, hashes.sort((a, b) => (a < b ? -1 : 1)).join(''));
  } catch (error) {
    shell.err(`the hashes could not be written: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function campaignOptions(given: Given, shell: Shell, mutant: Mutant | undefined): CampaignOptions {
  const usual = mutant?.scenarios ?? ['five'];
  const names = given.names.length === 0 ? usual : given.names.map((name) => named('scenario', name, SCENARIOS).name);
  const [seeds, from, forTime, part, reports] = [
    given.text('seeds'), given.text('from'), given.text('for'), given.text('shard'), given.text('reports'),
  ];
  const count = seeds === undefined ? (forTime === undefined ? DEFAULT_SEEDS : null) : positiveNumber('seeds', seeds);
  return {
    scenarios: names,
    from: firstSeed('from', from ?? '1', count ?? 0),
    seeds: count,
    forMs: forTime === undefined ? null : duration('for', forTime),
    shard: part === undefined ? { index: 1, of: 1 } : shard(part),
    properties: mutant?.breaks ?? null,
    ...(mutant === undefined ? { expects: new Map(SCENARIOS.map(({ name, expects = [] }) => [name, expects])) } : {}),
    ...(mutant === undefined ? {} : { mutant: mutant.id }),
    ...(given.text('quiet') === undefined ? {} : { quietRuns: positiveNumber('quiet', given.text('quiet') ?? '') }),
    feedback: given.has('feedback'),
    reports: reports === undefined ? shell.reports : resolve(reports),
    signal: shell.signal,
  };
}

/** The value of `--jobs`, or as many as there are processors. */
export function jobsGiven(given: Given): number {
  const jobs = given.text('jobs');
  return jobs === undefined ? availableParallelism() : positiveNumber('jobs', jobs, JOBS_MAX);
}

/** Bundles a worker, runs the campaign with progress, and removes the bundle. */
export async function campaign(
  shell: Shell, options: CampaignOptions, jobs: number, talks: boolean, mutant?: Mutant,
): Promise<Summary> {
  const bundle = await bundleWorker(shell.root, WORKER, mutant?.edits);
  try {
    const progress = talks ? progressOf(shell, options) : undefined;
    return await runCampaign(
      new ForkPool(bundle.script, jobs, ['--enable-source-maps']),
      { ...options, ...(progress === undefined ? {} : { progress }) },
    );
  } finally {
    shell.status('');
    bundle.remove();
  }
}

const LINE_EVERY_MS = 10_000;
const STATUS_EVERY_MS = 200;

/** A line that changes on a terminal; elsewhere a plain one now and then. */
function progressOf(shell: Shell, options: CampaignOptions): (tally: Tally, elapsedMs: number) => void {
  const { seeds } = options;
  let next = shell.isTerminal ? 0 : LINE_EVERY_MS;
  return (tally, elapsedMs) => {
    if (elapsedMs < next) return;
    next = elapsedMs + (shell.isTerminal ? STATUS_EVERY_MS : LINE_EVERY_MS);
    const goal = seeds === null ? '' : ` of ${decimal(Math.ceil(seeds / options.shard.of) * options.scenarios.length)}`;
    const time = options.forMs === null ? inWords(elapsedMs) : `${inWords(elapsedMs)} of ${inWords(options.forMs)}`;
    const failures = tally.distinctFailures === 0 ? 'no failure' : `${tally.distinctFailures} distinct failures`;
    const line = `${decimal(tally.done)}${goal} seeds, ${time}, simulated ${inWords(tally.simulated)}, ${failures}`;
    if (shell.isTerminal) shell.status(line);
    else shell.err(line);
  };
}
