/**
 * The corpus: seeds that failed lately, a line each, in an order of their own, so that two branches that both found something
 * merge without a conflict. A campaign runs them before anything fresh; those that hold again are taken out. A line that cannot
 * be read is told and skipped.
 */
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { DecodeError, Fields, text } from '../plan/decode.ts';
import type { Decoder } from '../plan/decode.ts';

/** One seed that failed. */
export interface CorpusEntry {
  readonly signature: string;
  readonly property: string;
  readonly scenario: string;
  readonly seed: string;
  /** The bug that was planted; left out: none. */
  readonly mutant?: string;
}

/** So many seeds are kept of one signature. */
const SEEDS_KEPT = 3;

/** What a corpus file holds. */
export interface FoundCorpus {
  readonly entries: readonly CorpusEntry[];
  /** A sentence for each line that was skipped. */
  readonly remarks: readonly string[];
}

/** Reads one; a file that is not there is an empty corpus. */
export function readCorpus(path: string): FoundCorpus {
  let content: string;
  try {
    content = readFileSync(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return { entries: [], remarks: [] };
    throw new DecodeError(`${path} cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  }
  const entries: CorpusEntry[] = [];
  const remarks: string[] = [];
  for (const [index, line] of content.split('\n').entries()) {
    if (line === '') continue;
    try {
      entries.push(decodeEntry(JSON.parse(line), ''));
    } catch (error) {
      const why = error instanceof DecodeError ? error.message : 'it is torn or no JSON';
      remarks.push(`${path}, line ${index + 1} is skipped: ${why}`);
    }
  }
  return { entries, remarks };
}

/** Writes one, whole or not at all. Throws what the file system throws. */
export function writeCorpus(path: string, entries: readonly CorpusEntry[]): void {
  mkdirSync(dirname(path), { recursive: true });
  const passing = `${path}.new`;
  writeFileSync(passing, tidied(entries).map((entry) => `${lineOf(entry)}\n`).join(''));
  renameSync(passing, path);
}

/** Sorted, each once, and of each signature no more than a few. */
export function tidied(entries: readonly CorpusEntry[]): CorpusEntry[] {
  const byLine = new Map(entries.map((entry) => [lineOf(entry), entry]));
  const sorted = [...byLine].sort(([one], [other]) => (one < other ? -1 : 1));
  const kept = new Map<string, number>();
  return sorted.flatMap(([, entry]) => {
    const before = kept.get(entry.signature) ?? 0;
    kept.set(entry.signature, before + 1);
    return before < SEEDS_KEPT ? [entry] : [];
  });
}

function lineOf({ signature, property, scenario, seed, mutant }: CorpusEntry): string {
  return JSON.stringify({ signature, property, scenario, seed, ...(mutant === undefined ? {} : { mutant }) });
}

const decodeEntry: Decoder<CorpusEntry> = (value, path) => {
  const fields = new Fields(value, path);
  const entry = {
    signature: fields.get('signature', text),
    property: fields.get('property', text),
    scenario: fields.get('scenario', text),
    seed: fields.get('seed', text),
    ...fields.maybe('mutant', text),
  };
  fields.end();
  return entry;
};
