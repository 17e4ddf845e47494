/** `viv report`: a failure as a page to open: it is run again with everything recorded. */
import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import { allProperties } from '../../properties/index.ts';
import { UsageError } from '../command/command.ts';
import type { Command, Given } from '../command/command.ts';
import type { Shell } from '../command/shell.ts';
import { placeFor } from '../command/values.ts';
import { bundleWorker } from '../fuzz/bundle.ts';
import type { Mutant } from '../fuzz/mutant.ts';
import { temporaryFolder } from '../host/temporary-folder.ts';
import { runPage } from '../report/page-html.ts';
import { isPageModel } from '../report/page-model.ts';
import type { PageModel } from '../report/page-model.ts';
import { recordPage } from '../report/page-run.ts';
import { describeFinding } from '../report/text.ts';
import { readFailure } from '../run/failure.ts';
import type { Failure } from '../run/failure.ts';
import { chooserOf, judgesOf } from '../run/follow.ts';
import { EXIT_CODES } from '../run/verdict.ts';
import { mutantNamed } from './planted.ts';

/** What is bundled with a mutant planted. */
const RECORDING = 'src/cli/recording.ts';

/** A page of one run. */
export const report: Command = {
  name: 'report',
  summary: 'a failure as a page to open: one HTML file that needs no network',
  usage: 'FILE [--out PAGE.html] [--mutant ID]',
  flags: [
    { name: 'out', value: 'PAGE.html', help: 'where the page goes (beside FILE, with .html for .json)' },
    { name: 'mutant', value: 'ID', help: 'run it with this bug planted (a failure file that says so needs no flag)' },
  ],
  notes: ['FILE is a failure that a campaign kept, reports/failures/SCENARIO-SEED.json. docs/page.md says how to read the page.'],
  async run(given, shell) {
    const [file, ...more] = given.names;
    if (file === undefined || more.length > 0) throw new UsageError('viv report takes one failure file');
    const failure = readFailure(file);
    const page = placeFor('page', given.text('out') ?? `${file.replace(/\.json$/, '')}.html`);
    shell.status(`running ${failure.plan.scenario} ${failure.plan.seed} again`);
    const model = await modelOf(file, failure, mutantOf(given, failure), shell);
    await writePage(shell, page, model);
    const { finding, hash, isAsRecorded } = model;
    if (given.has('json')) shell.out(JSON.stringify({ page, events: model.events.process.length, hash, finding }, null, 2));
    else shell.out(`${basename(page)}: ${finding === null ? 'this run holds' : describeFinding(finding)}`);
    shell.err(`a page to open: ${page}`);
    if (isAsRecorded) return 0;
    shell.err(`viv: the page shows another run than ${file} had: the code has changed since, or the run is not deterministic`);
    return EXIT_CODES.nondeterminism;
  },
};

/** The mutant that is asked for, or the one that the failure says it was found with. */
function mutantOf(given: Given, failure: Failure): Mutant | undefined {
  const id = given.text('mutant') ?? failure.mutant;
  return id === undefined ? undefined : mutantNamed(id);
}

async function modelOf(file: string, failure: Failure, mutant: Mutant | undefined, shell: Shell): Promise<PageModel> {
  const commands = [`viv replay ${file}`, `viv replay ${file} --verbose`];
  if (mutant !== undefined) return plantedModel(file, mutant, shell);
  const context = { properties: judgesOf(failure, allProperties), hash: failure.hash, commands };
  return recordPage(failure.plan, chooserOf(failure), context).model;
}

/** The document of a run with a mutant planted, recorded by a child. */
async function plantedModel(file: string, mutant: Mutant, shell: Shell): Promise<PageModel> {
  const bundle = await bundleWorker(shell.root, RECORDING, mutant.edits);
  const folder = temporaryFolder('vivarium-');
  const out = join(folder.path, 'document.json');
  try {
    const command = `viv replay ${file} --mutant ${mutant.id}`;
    const argv = ['--enable-source-maps', bundle.script, file, mutant.breaks.join(','), out, command];
    await promisify(execFile)(process.execPath, argv, { signal: shell.signal });
    const json: unknown = JSON.parse(readFileSync(out, 'utf8'));
    if (!isPageModel(json)) throw new Error('the recording is no document of a page');
    return json;
  } finally {
    bundle.remove();
    folder.remove();
  }
}

/** Makes the page and writes it; a file that cannot be written is the user's to know. */
export async function writePage(shell: Shell, page: string, model: PageModel): Promise<void> {
  const html = await runPage(model, shell.root);
  shell.status('');
  try {
    writeFileSync(page, html);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new UsageError(`the page could not be written (${why}): name another place for it`);
  }
}

/** The value of `--report`, as a path; undefined if it was not given. */
export function pageGiven(given: Given): string | undefined {
  const page = given.text('report');
  return page === undefined ? undefined : placeFor('page', page);
}
