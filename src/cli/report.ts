/** `viv report`: a failure as a page to open: it is run again with everything recorded. */
import { writeFileSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { allProperties } from '../../properties/index.ts';
import { readFailure } from '../fuzz/failure.ts';
import { EXIT_CODES } from '../fuzz/verdict.ts';
import { runPage } from '../report/page-html.ts';
import { recordRun } from '../report/page-run.ts';
import type { PageModel } from '../report/page-model.ts';
import { describeFinding } from '../report/text.ts';
import { TapeChooser } from '../world/chooser.ts';
import { UsageError } from './command.ts';
import type { Command, Given } from './command.ts';
import type { Shell } from './shell.ts';

/** A page of one run. */
export const report: Command = {
  name: 'report',
  summary: 'a failure as a page to open: one HTML file that needs no network',
  usage: 'FILE [--out PAGE.html]',
  flags: [{ name: 'out', value: 'PAGE.html', help: 'where the page goes (beside FILE, with .html for .json)' }],
  notes: ['FILE is a failure that a campaign kept, reports/failures/SCENARIO-SEED.json. docs/page.md says how to read the page.'],
  async run(given, shell) {
    const [file, ...more] = given.names;
    if (file === undefined || more.length > 0) throw new UsageError('viv report takes one failure file');
    const failure = readFailure(file);
    shell.status(`running ${failure.plan.scenario} ${failure.plan.seed} again`);
    const { result, model } = recordRun(failure.plan, new TapeChooser(failure.tape, failure.plan.seed), {
      properties: allProperties, hash: failure.hash, commands: [`viv replay ${file}`, `viv replay ${file} --verbose`],
    });
    const page = resolve(given.text('out') ?? `${file.replace(/\.json$/, '')}.html`);
    await writePage(shell, page, model);
    const { finding } = result;
    if (given.has('json')) shell.out(JSON.stringify({ page, events: result.events, hash: result.hash, finding }, null, 2));
    else shell.out(`${basename(page)}: ${finding === null ? 'this run holds now' : describeFinding(finding)}`);
    shell.err(`a page to open: ${page}`);
    if (model.isAsRecorded) return 0;
    shell.err(`viv: the page shows another run than ${file} had: the code has changed since, or the run is not deterministic`);
    return EXIT_CODES.nondeterminism;
  },
};

/** Makes the page and writes it; a file that cannot be written is the user's to know. */
export async function writePage(shell: Shell, page: string, model: PageModel): Promise<void> {
  const html = await runPage(model, shell.root);
  shell.status('');
  try {
    writeFileSync(page, html);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new UsageError(`the page could not be written: ${why}; name another place with a path that can be`);
  }
}

/** The value of `--report`, as a path; undefined if it was not given. */
export function pageGiven(given: Given): string | undefined {
  const page = given.text('report');
  return page === undefined ? undefined : resolve(page);
}
