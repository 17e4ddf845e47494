/**
 * The journal of a campaign: every run with its result, written while the campaign goes on, so that one that was interrupted or
 * killed goes on where it was, and the shards of one campaign can be joined. The first line says which campaign it is; each
 * further line holds a batch of runs. A line that is torn costs the runs in it, which are then run again.
 */
import { appendFileSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { DecodeError, Fields, boolean, integer, list, text, word } from '../plan/decode.ts';
import type { Decoder } from '../plan/decode.ts';
import { decodeResult } from '../run/result-decoder.ts';
import type { RunResult } from '../run/run.ts';

const FORMAT = 'vivarium journal';
const VERSION = 1;

/** Which campaign a journal is of. */
export interface JournalHead {
  readonly scenarios: readonly string[];
  readonly from: number;
  /** null: as many as time allowed. */
  readonly seeds: number | null;
  readonly shard: { readonly index: number; readonly of: number };
  /** The bug that was planted; null for none. */
  readonly mutant: string | null;
  /** Whether plans that brought something new were changed further. */
  readonly feedback: boolean;
}

/** One run, and what was made of it. */
export interface JournalEntry {
  readonly result: RunResult;
  readonly workMs: number;
  readonly wasRunTwice: boolean;
  /** Of a failure; null of a run that held. */
  readonly signature: string | null;
  /** The failure file; null where none was written. */
  readonly file: string | null;
}

/** A run as a journal has it. */
export interface FoundEntry extends JournalEntry {
  /** How long the campaign had been going on when it was on disk. */
  readonly doneMs: number;
}

/** A journal as it was found. */
export interface FoundJournal {
  readonly path: string;
  readonly head: JournalHead;
  /** In the order in which they ended. */
  readonly entries: readonly FoundEntry[];
  /** How long the campaign had been going on. */
  readonly elapsedMs: number;
  /** Lines that could not be read. */
  readonly tornLines: number;
}

const FLUSH_EVERY_MS = 1000;

/** Where the journal of a shard is. */
export function journalPath(reports: string, { index, of }: JournalHead['shard']): string {
  return join(reports, `journal-${index}-of-${of}.jsonl`);
}

/** Writes one. Throws what the file system throws. */
export class Journal {
  private readonly path: string;
  private waiting: JournalEntry[] = [];
  private flushedAtMs = 0;

  /** Begins a new journal, or goes on with one that is there. */
  constructor(path: string, head: JournalHead, goesOn: boolean) {
    this.path = path;
    if (goesOn) {
      // A torn last line must not take the next one with it.
      if (!readFileSync(path, 'utf8').endsWith('\n')) appendFileSync(path, '\n');
      return;
    }
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, `${JSON.stringify({ format: FORMAT, version: VERSION, ...head })}\n`);
  }

  /** Keeps a run; it is on disk within a second, or when `flush` is called. */
  add(entry: JournalEntry, elapsedMs: number): void {
    this.waiting.push(entry);
    if (elapsedMs - this.flushedAtMs >= FLUSH_EVERY_MS) this.flush(elapsedMs);
  }

  flush(elapsedMs: number): void {
    this.flushedAtMs = elapsedMs;
    if (this.waiting.length === 0) return;
    const runs = this.waiting.map(({ result }) => `${result.scenario} ${result.seed}`);
    const packed = deflateRawSync(JSON.stringify(this.waiting)).toString('base64');
    appendFileSync(this.path, `${JSON.stringify({ elapsedMs: Math.round(elapsedMs), runs, packed })}\n`);
    this.waiting = [];
  }
}

/** Reads a journal; throws `DecodeError` when there is none or when it is not one. */
export function readJournal(path: string): FoundJournal {
  let content: string;
  try {
    content = readFileSync(path, 'utf8');
  } catch (error) {
    throw new DecodeError(`${path} cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  }
  const [first = '', ...lines] = content.split('\n').filter((line) => line !== '');
  let head: JournalHead;
  try {
    head = decodeHead(JSON.parse(first), '');
  } catch (error) {
    const why = error instanceof DecodeError ? error.message : 'its first line is no JSON';
    throw new DecodeError(`${path} is no journal of a campaign: ${why}`);
  }
  const entries: FoundEntry[] = [];
  let [elapsedMs, tornLines] = [0, 0];
  for (const line of lines) {
    try {
      const fields = new Fields(JSON.parse(line), '');
      const packed = Buffer.from(fields.get('packed', text), 'base64');
      const batch = list(decodeEntry)(JSON.parse(inflateRawSync(packed).toString('utf8')), 'runs');
      const doneMs = fields.get('elapsedMs', integer(0));
      elapsedMs = Math.max(elapsedMs, doneMs);
      entries.push(...batch.map((entry) => ({ ...entry, doneMs })));
    } catch {
      // Torn by a kill, or by hand: whatever is wrong with it, its runs are not known.
      tornLines++;
    }
  }
  return { path, head, entries, elapsedMs, tornLines };
}

/** The journals in a directory, by name. Throws `DecodeError` when it cannot be read. */
export function journalsIn(directory: string): string[] {
  try {
    const names = readdirSync(directory).filter((name) => /^journal-\d+-of-\d+\.jsonl$/.test(name));
    return names.sort((one, other) => (one < other ? -1 : 1)).map((name) => join(directory, name));
  } catch (error) {
    throw new DecodeError(`${directory} cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** Why one campaign is not the continuation of another, in a sentence; null if it is. */
export function differenceOf(found: JournalHead, wanted: JournalHead): string | null {
  const parts: readonly (readonly [what: string, was: unknown, is: unknown])[] = [
    ['scenarios', found.scenarios.join(' '), wanted.scenarios.join(' ')], ['first seed', found.from, wanted.from],
    ['seeds', found.seeds, wanted.seeds], ['mutant', found.mutant, wanted.mutant], ['feedback', found.feedback, wanted.feedback],
    ['shard', `${found.shard.index}/${found.shard.of}`, `${wanted.shard.index}/${wanted.shard.of}`],
  ];
  const different = parts.find(([, was, is]) => was !== is);
  if (different === undefined) return null;
  const [what, was, is] = different;
  return `it is of a campaign with other ${what} (${String(was)}, not ${String(is)})`;
}

const decodeHead: Decoder<JournalHead> = (value, path) => {
  const fields = new Fields(value, path);
  fields.get('format', word([FORMAT]));
  const version = fields.get('version', integer(0));
  if (version !== VERSION) throw new DecodeError(`it is of version ${version}, and this is version ${VERSION}`);
  return {
    scenarios: fields.get('scenarios', list(text)),
    from: fields.get('from', integer(0)),
    seeds: fields.get('seeds', nullable(integer(1))),
    shard: fields.get('shard', (inner, innerPath) => {
      const shard = new Fields(inner, innerPath);
      return { index: shard.get('index', integer(1)), of: shard.get('of', integer(1)) };
    }),
    mutant: fields.get('mutant', nullable(text)),
    feedback: fields.get('feedback', boolean),
  };
};

const decodeEntry: Decoder<JournalEntry> = (value, path) => {
  const fields = new Fields(value, path);
  return {
    result: fields.get('result', decodeResult),
    workMs: fields.get('workMs', (inner, innerPath) => (typeof inner === 'number' ? inner : integer(0)(inner, innerPath))),
    wasRunTwice: fields.get('wasRunTwice', boolean),
    signature: fields.get('signature', nullable(text)),
    file: fields.get('file', nullable(text)),
  };
};

function nullable<T>(decoder: Decoder<T>): Decoder<T | null> {
  return (value, path) => (value === null ? null : decoder(value, path));
}
