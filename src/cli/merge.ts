/** `viv merge`: the shards of a campaign as one. */
import { copyFileSync, existsSync, writeFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { UsageError } from '../command/command.ts';
import type { Command } from '../command/command.ts';
import type { Shell } from '../command/shell.ts';
import { readCorpus, writeCorpus } from '../fuzz/corpus.ts';
import { journalsIn, readJournal } from '../fuzz/journal.ts';
import { mergeJournals } from '../fuzz/merge.ts';
import type { Merged } from '../fuzz/merge.ts';
import { summaryPage } from '../report/page.ts';
import { campaignReport } from '../report/text.ts';
import { EXIT_CODES } from '../run/verdict.ts';
import { checkCiFiles, CI_FLAGS, writeCiFiles } from './ci-files.ts';
import { folderFor } from './keep.ts';

/** Shards joined. */
export const merge: Command = {
  name: 'merge',
  summary: 'joins the shards of a campaign into one report',
  usage: 'DIR... [--out DIR]',
  flags: [
    { name: 'out', value: 'DIR', help: 'write summary.json, index.html, corpus.jsonl and the failures there' },
    ...CI_FLAGS,
  ],
  notes: [
    'DIR is what viv fuzz --reports DIR wrote: every journal in it is added up, whole or of a campaign that was killed.',
    'A run that is in two of them counts once, and is told.',
  ],
  run(given, shell) {
    if (given.names.length === 0) throw new UsageError('viv merge takes the directories that viv fuzz --reports wrote');
    const directories = given.names.map((name) => resolve(name));
    const paths = directories.flatMap((directory) => {
      const found = journalsIn(directory);
      if (found.length === 0) throw new UsageError(`there is no journal of a campaign in ${directory}`);
      return found;
    });
    const merged = mergeJournals(paths.map(readJournal));
    const out = given.text('out');
    // Files may be wanted in the folder that is made here.
    if (out !== undefined) folderFor(join(resolve(out), 'failures'));
    checkCiFiles(given);
    if (out !== undefined) writeMerged(resolve(out), directories, merged, shell);
    writeCiFiles(given, merged.summary, shell);
    if (given.has('json')) shell.out(JSON.stringify(merged.summary, null, 2));
    else for (const line of campaignReport(merged.summary)) shell.out(line);
    return Promise.resolve(EXIT_CODES[merged.summary.outcome]);
  },
};

function writeMerged(out: string, directories: readonly string[], { summary, corpus }: Merged, shell: Shell): void {
  try {
    writeFileSync(join(out, 'summary.json'), `${JSON.stringify(summary, null, 2)}\n`);
    writeFileSync(join(out, 'index.html'), summaryPage(summary, shell.root));
    const older = directories.flatMap((directory) => readCorpus(join(directory, 'corpus.jsonl')).entries);
    writeCorpus(join(out, 'corpus.jsonl'), [...older, ...corpus]);
    for (const { file } of summary.failures) {
      // A shard that ran elsewhere names a path of its own machine; its file lies in one of the directories here.
      const name = basename(file ?? '');
      const places = directories.map((directory) => join(directory, 'failures', name));
      const found = places.find((place) => file !== null && existsSync(place));
      if (found !== undefined) copyFileSync(found, join(out, 'failures', name));
    }
  } catch (error) {
    throw new UsageError(`${out} cannot be written: ${error instanceof Error ? error.message : String(error)}`);
  }
  shell.err(`written: ${join(out, 'summary.json')}, index.html, corpus.jsonl, failures/`);
}
