/**
 * Joining the shards of campaigns: their journals added up as if one campaign had run it all, each run once, and all shards had
 * begun at the same time.
 */
import type { CorpusEntry } from './corpus.ts';
import type { FoundEntry, FoundJournal, JournalEntry, JournalHead } from './journal.ts';
import { Tally } from './tally.ts';
import type { Summary } from './tally.ts';

/** What several journals come to. */
export interface Merged {
  readonly summary: Summary;
  readonly entries: readonly JournalEntry[];
  /** The failing seeds, as a corpus has them. */
  readonly corpus: readonly CorpusEntry[];
}

/** Adds journals up. What was run twice counts once, and is told; so is a shard that is missing. */
export function mergeJournals(journals: readonly FoundJournal[]): Merged {
  const tally = new Tally();
  const seen = new Set<string>();
  const entries: JournalEntry[] = [];
  const corpus: CorpusEntry[] = [];
  let again = 0;
  for (const { path, tornLines } of journals) if (tornLines > 0) tally.remark(`${path}: torn lines skipped: ${tornLines}`);
  for (const { head, entry } of byTime(journals)) {
    const { scenario, seed, finding } = entry.result;
    const name = `${scenario} ${seed} ${head.mutant ?? ''}`;
    if (seen.has(name)) {
      if (!seed.endsWith('.json')) again++;
      continue;
    }
    seen.add(name);
    entries.push(entry);
    enter(tally, entry);
    tally.mark(entry.doneMs);
    const mutant = head.mutant === null ? {} : { mutant: head.mutant };
    if (finding !== null && entry.signature !== null) {
      corpus.push({ signature: entry.signature, property: finding.property, scenario, seed, ...mutant });
    }
  }
  if (again > 0) tally.remark(`runs that were in more than one journal, counted once: ${again}`);
  for (const remark of missingShards(journals)) tally.remark(remark);
  const elapsedMs = Math.max(0, ...journals.map((journal) => journal.elapsedMs));
  return { summary: tally.summary(elapsedMs, journals.length, false), entries, corpus };
}

/** The runs of all, in the order in which they were done; what was done at the same time, in the order of the journals. */
function byTime(journals: readonly FoundJournal[]): { readonly head: JournalHead; readonly entry: FoundEntry }[] {
  const all = journals.flatMap(({ head, entries }) => entries.map((entry) => ({ head, entry })));
  return all.sort((one, other) => one.entry.doneMs - other.entry.doneMs);
}

function enter(tally: Tally, { result, workMs, wasRunTwice, signature, file }: JournalEntry): void {
  if (result.finding?.property === 'worker') {
    tally.addLost(result.scenario, result.seed, result.finding.sentence);
    return;
  }
  tally.add(result, workMs, wasRunTwice, signature);
  if (result.finding !== null && file !== null) tally.written(result.finding, signature, file);
}

/** A sentence for each set of shards that is not complete. */
function missingShards(journals: readonly FoundJournal[]): string[] {
  const sets = new Map<number, Set<number>>();
  for (const { head: { shard } } of journals) {
    const found = sets.get(shard.of);
    if (found === undefined) sets.set(shard.of, new Set([shard.index]));
    else found.add(shard.index);
  }
  return [...sets].flatMap(([of, found]) => {
    const missing = Array.from({ length: of }, (_, index) => index + 1).filter((index) => !found.has(index));
    return missing.length === 0 ? [] : [`of ${of} shards, missing: ${missing.join(', ')}`];
  });
}
