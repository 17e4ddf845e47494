/** `viv start`, which is `npm start`: half a minute of fuzzing with everything on, a summary, and a page to open. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Command } from '../command/command.ts';
import type { Shell } from '../command/shell.ts';
import { duration } from '../command/values.ts';
import type { Summary } from '../fuzz/tally.ts';
import { summaryPage } from '../report/page.ts';
import { campaignReport } from '../report/text.ts';
import { EXIT_CODES } from '../run/verdict.ts';
import { campaign, jobsGiven } from './fuzz.ts';
import { folderFor } from './keep.ts';

const DEFAULT_TIME = '30s';

/** The first thing that somebody runs. */
export const start: Command = {
  name: 'start',
  summary: 'fuzzes a five-server ensemble for half a minute and writes a page to open',
  usage: '[--for 30s] [--jobs J]',
  isNameless: true,
  flags: [
    { name: 'for', value: 'TIME', help: `how long (${DEFAULT_TIME})` },
    { name: 'jobs', value: 'J', help: 'worker processes (one a processor)' },
    { name: 'reports', value: 'DIR', help: 'where the page goes (reports/)' },
  ],
  async run(given, shell) {
    const reports = resolve(given.text('reports') ?? shell.reports);
    const forMs = duration('for', given.text('for') ?? DEFAULT_TIME);
    const jobs = jobsGiven(given);
    if (given.has('reports')) folderFor(reports);
    if (!given.has('json')) shell.out(
      `fuzzing the scenario five for ${given.text('for') ?? DEFAULT_TIME}; Ctrl-C shows what there is`
    );
    const summary = await campaign(shell, {
      scenarios: ['five'], from: 1, seeds: null, forMs, shard: { index: 1, of: 1 }, properties: null, reports,
      signal: shell.signal,
    }, jobs, !given.has('json'));
    if (given.has('json')) shell.out(JSON.stringify(summary, null, 2));
    else for (const line of campaignReport(summary)) shell.out(line);
    writeLatest(shell, reports, summary);
    return EXIT_CODES[summary.outcome];
  },
};

function writeLatest(shell: Shell, reports: string, summary: Summary): void {
  const directory = resolve(reports, 'latest');
  try {
    mkdirSync(directory, { recursive: true });
    writeFileSync(resolve(directory, 'summary.json'), `${JSON.stringify(summary, null, 2)}\n`);
    writeFileSync(resolve(directory, 'index.html'), summaryPage(summary, shell.root));
    shell.err(`a page to open: ${resolve(directory, 'index.html')}`);
  } catch (error) {
    shell.err(`the page could not be written to ${directory}: ${error instanceof Error ? error.message : String(error)}`);
  }
}
