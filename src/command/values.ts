/** Values as users type them: seeds, durations, shards, names, places. Each refusal is one sentence. */
import { statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { UsageError } from './command.ts';
import { unknownName } from './nearest.ts';

/** A whole number, 0 or more. */
export function wholeNumber(flag: string, given: string): number {
  const value = /^\d+$/.test(given) ? Number(given) : Number.NaN;
  if (!Number.isSafeInteger(value)) throw new UsageError(`--${flag} must be a whole number, not "${given}"`);
  return value;
}

/** A seed: a whole number, perhaps with the changes of a campaign behind it (`17~3`). */
export function seedText(flag: string, given: string): string {
  const [first = '', ...changes] = given.split('~');
  wholeNumber(flag, first);
  for (const change of changes) wholeNumber(flag, change);
  return given;
}

/** A whole number, 1 or more. */
export function positiveNumber(flag: string, given: string): number {
  const value = wholeNumber(flag, given);
  if (value === 0) throw new UsageError(`--${flag} must be at least 1`);
  return value;
}

const UNITS = new Map([['ms', 1], ['s', 1000], ['m', 60_000], ['h', 3_600_000]]);

/** `90s`, `10m`, `2h`, `500ms`; in milliseconds. */
export function duration(flag: string, given: string): number {
  const [, amount, unit] = /^(\d+)(ms|s|m|h)$/.exec(given) ?? [];
  const scale = UNITS.get(unit ?? '');
  if (amount === undefined || scale === undefined) throw new UsageError(
    `--${flag} must be a time such as 30s, 10m or 2h, not "${given}"`
  );
  return Number(amount) * scale;
}

/** `3/16`: the third of sixteen. */
export function shard(given: string): { index: number; of: number } {
  const [, index, of] = /^(\d+)\/(\d+)$/.exec(given) ?? [];
  const parsed = { index: Number(index), of: Number(of) };
  if (!(parsed.index >= 1 && parsed.index <= parsed.of)) throw new UsageError(
    `--shard must be I/N with I in 1..N, such as 3/16, not "${given}"`
  );
  return parsed;
}

/** Where a file is to go: refused before the work that it is to hold, which may take a while, rather than after it. */
export function placeFor(what: string, given: string): string {
  const path = resolve(given);
  const folder = dirname(path);
  const isFolder = statSync(folder, { throwIfNoEntry: false })?.isDirectory() === true;
  if (!isFolder) throw new UsageError(`there is no folder ${folder}: name another place for the ${what}`);
  return path;
}

/** Whichever of `known` is called `given`. */
export function named<T extends { readonly name: string }>(what: string, given: string, known: readonly T[]): T {
  const found = known.find(({ name }) => name === given);
  if (found === undefined) throw new UsageError(unknownName(what, given, known.map(({ name }) => name)));
  return found;
}
