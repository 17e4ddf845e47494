/**
 * How the mutants fared when somebody last wrote it down: properties/mutants/table.json, which a later hunt is held to. A mutant
 * that was found then and is not found now is a harness that has become blunter, or a mutant that has become harmless; both want
 * somebody to look.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DecodeError, Fields, integer, list, text } from '../plan/decode.ts';
import type { Decoder } from '../plan/decode.ts';
import type { MutantResult } from './mutant.ts';

/** Where the table is, from the root. */
export const TABLE_FILE = 'properties/mutants/table.json';

/** One mutant that was found: by what, in which run, and what that took; times in milliseconds. */
export interface TableRow {
  readonly id: string;
  readonly property: string;
  readonly run: string;
  readonly scheduler: string;
  readonly seeds: number;
  readonly simulatedMs: number;
  readonly workMs: number;
  readonly events: number;
}

/** The table of the repository at `root`; throws `DecodeError` where it is none. */
export function readTable(root: string): readonly TableRow[] {
  let json: unknown;
  try {
    json = JSON.parse(readFileSync(join(root, TABLE_FILE), 'utf8'));
  } catch (error) {
    throw new DecodeError(`${TABLE_FILE} cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  }
  return list(decodeRow)(json, '');
}

/** Writes down what was found, in the order given; what was not hunted stays as it is. */
export function writeTable(root: string, before: readonly TableRow[], results: readonly MutantResult[]): void {
  const rows = new Map(before.map((row) => [row.id, row]));
  for (const result of results) {
    const row = rowOf(result);
    if (row === null) {
      if (isLongEnough(result, rows.get(result.id))) rows.delete(result.id);
    } else rows.set(row.id, row);
  }
  const sorted = [...rows.values()].sort((one, other) => (one.id < other.id ? -1 : 1));
  writeFileSync(join(root, TABLE_FILE), `[\n${sorted.map((row) => `  ${JSON.stringify(row)}`).join(',\n')}\n]\n`);
}

/** A sentence for each mutant that the table has found and these results, after as many seeds, have not. */
export function regressions(before: readonly TableRow[], results: readonly MutantResult[]): string[] {
  const missed = new Map(results.filter(({ found }) => !found).map((result) => [result.id, result]));
  return before.flatMap(({ id, property, run, seeds }) => {
    const result = missed.get(id);
    if (result === undefined || result.seeds < seeds) return [];
    return [
      `${id} was found by ${property} after ${seeds} seeds (${run}), and is not found in ${result.seeds} now: ` +
        'give it more time, or find out whether the harness is blunter or the mutant harmless',
    ];
  });
}

/** Fewer seeds than it took show nothing but a lack of time. */
function isLongEnough({ seeds }: MutantResult, row: TableRow | undefined): boolean {
  return row === undefined || seeds >= row.seeds;
}

function rowOf({ id, found, finding, run, scheduler, seeds, simulatedMs, workMs, events }: MutantResult): TableRow | null {
  if (!found || finding === null || run === null) return null;
  const { property } = finding;
  return {
    id, property, run, scheduler: scheduler ?? 'timed', seeds,
    simulatedMs: Math.round(simulatedMs), workMs: Math.round(workMs), events,
  };
}

const decodeRow: Decoder<TableRow> = (value, path) => {
  const fields = new Fields(value, path);
  const row: TableRow = {
    id: fields.get('id', text),
    property: fields.get('property', text),
    run: fields.get('run', text),
    scheduler: fields.get('scheduler', text),
    seeds: fields.get('seeds', integer(1)),
    simulatedMs: fields.get('simulatedMs', integer(0)),
    workMs: fields.get('workMs', integer(0)),
    events: fields.get('events', integer(0)),
  };
  fields.end();
  return row;
};
