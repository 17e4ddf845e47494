/**
 * What a campaign of `viv fuzz` finds on disk and leaves there: the journal, by which it is resumed and merged; the corpus of
 * seeds that failed lately; the failures that must stay fixed. A disk that will not take them is told; the campaign goes on
 * without.
 */
import { existsSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { UsageError } from '../command/command.ts';
import type { Given } from '../command/command.ts';
import type { Shell } from '../command/shell.ts';
import type { CampaignOptions } from '../fuzz/campaign.ts';
import { readCorpus, writeCorpus } from '../fuzz/corpus.ts';
import type { CorpusEntry } from '../fuzz/corpus.ts';
import { Journal, differenceOf, journalPath, readJournal } from '../fuzz/journal.ts';
import type { JournalHead } from '../fuzz/journal.ts';
import type { Finding } from '../run/verdict.ts';

/** The books of one campaign. */
export interface Books {
  /** What the campaign is to know of them. */
  readonly options: Partial<CampaignOptions>;
  /** A run is over. */
  ran(scenario: string, seed: string, finding: Finding | null, signature: string | null): void;
  /** Writes what is to be written; sentences for what could not be, and for what was skipped. */
  close(): string[];
}

/** Opens them as the flags say. Throws `UsageError` where the user has to decide something. */
export function openBooks(given: Given, shell: Shell, options: CampaignOptions): Books {
  const reports = options.reports ?? shell.reports;
  const path = resolve(given.text('corpus') ?? join(reports, 'corpus.jsonl'));
  const { entries, remarks: skipped } = readCorpus(path);
  for (const remark of skipped) shell.err(remark);
  const mine = entries.filter(({ mutant }) => mutant === options.mutant);
  const seeds = new Map(mine.map((entry) => [`${entry.scenario} ${entry.seed}`, entry]));
  const changed = new Map<string, CorpusEntry | null>();
  const isFresh = given.has('fresh') || options.mutant !== undefined;
  const [journal, remarks] = openJournal(given, reports, options);
  const ran: Books['ran'] = (scenario, seed, finding, signature) => {
    const name = `${scenario} ${seed}`;
    if (finding === null) {
      if (seeds.has(name)) changed.set(name, null);
    } else if (signature !== null) {
      const mutant = options.mutant === undefined ? {} : { mutant: options.mutant };
      changed.set(name, { signature, property: finding.property, scenario, seed, ...mutant });
    }
  };
  // A campaign that was killed had no time to write its corpus.
  for (const { result: { scenario, seed, finding }, signature } of journal.resumed?.entries ?? []) {
    ran(scenario, seed, finding, signature);
  }
  return {
    ran,
    options: {
      ...journal, lately: given.has('fresh') ? [] : mine, regressions: isFresh ? [] : regressionsOf(shell.root),
    },
    close() {
      if (changed.size === 0) return remarks;
      const isKept = (entry: CorpusEntry): boolean =>
        entry.mutant !== options.mutant || !changed.has(`${entry.scenario} ${entry.seed}`);
      const kept = entries.filter(isKept);
      const fresh = [...changed.values()].filter((entry) => entry !== null);
      try {
        writeCorpus(path, [...kept, ...fresh]);
        return remarks;
      } catch (error) {
        return [...remarks, `the corpus could not be written: ${error instanceof Error ? error.message : String(error)}`];
      }
    },
  };
}

function openJournal(given: Given, reports: string, options: CampaignOptions): [Partial<CampaignOptions>, string[]] {
  const head: JournalHead = {
    scenarios: options.scenarios, from: options.from, seeds: options.seeds, shard: options.shard,
    mutant: options.mutant ?? null, feedback: options.feedback === true,
  };
  const path = journalPath(reports, options.shard);
  if (given.has('resume')) {
    if (!existsSync(path)) throw new UsageError(`there is nothing to resume: ${path} is not there`);
    const found = readJournal(path);
    const difference = differenceOf(found.head, head);
    if (difference !== null) throw new UsageError(`${path} cannot be resumed: ${difference}`);
    const torn = found.tornLines === 0 ? [] : [`${path}: torn lines skipped: ${found.tornLines}; their seeds were run again`];
    return [{ journal: new Journal(path, head, true), resumed: found }, torn];
  }
  try {
    return [{ journal: new Journal(path, head, false) }, []];
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return [{}, [`there is no journal, so this campaign cannot be resumed: ${why}`]];
  }
}

function regressionsOf(root: string): string[] {
  const directory = join(root, 'scenarios/regressions');
  if (!existsSync(directory)) return [];
  const files = readdirSync(directory).filter((name) => name.endsWith('.json')).sort((one, other) => (one < other ? -1 : 1));
  return files.map((name) => join(directory, name));
}
