/** Values as users type them: seeds, durations, shards, names, places. Each refusal is one sentence. */
import { accessSync, constants, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { UsageError } from './command.ts';
import { unknownName } from './nearest.ts';

/** A whole number, 0 or more and `most` at most. */
export function wholeNumber(flag: string, given: string, most: number = Number.MAX_SAFE_INTEGER): number {
  const value = /^\d+$/.test(given) ? Number(given) : Number.NaN;
  if (!Number.isSafeInteger(value)) throw new UsageError(`--${flag} must be a whole number, not "${given}"`);
  if (value > most) throw new UsageError(`--${flag} must be at most ${most}`);
  return value;
}

/** The first of so many seeds in a row. */
export function firstSeed(flag: string, given: string, seeds: number): number {
  return wholeNumber(flag, given, Number.MAX_SAFE_INTEGER - seeds);
}

/** A seed: a whole number, perhaps with the changes of a campaign behind it (`17~3`). */
export function seedText(flag: string, given: string): string {
  const [first = '', ...changes] = given.split('~');
  wholeNumber(flag, first);
  for (const change of changes) wholeNumber(flag, change);
  return given;
}

/** A whole number, 1 or more and `most` at most. */
export function positiveNumber(flag: string, given: string, most?: number): number {
  const value = wholeNumber(flag, given, most);
  if (value === 0) throw new UsageError(`--${flag} must be at least 1`);
  return value;
}

const UNITS = new Map([['ms', 1], ['s', 1000], ['m', 60_000], ['h', 3_600_000]]);

/** What a timer of Node can wait for, in whole hours. */
const LONGEST_MS = 596 * 3_600_000;

/** `90s`, `10m`, `2h`, `500ms`; in milliseconds. */
export function duration(flag: string, given: string): number {
  const [, amount, unit] = /^(\d+)(ms|s|m|h)$/.exec(given) ?? [];
  const scale = UNITS.get(unit ?? '');
  if (amount === undefined || scale === undefined) throw new UsageError(
    `--${flag} must be a time such as 30s, 10m or 2h, not "${given}"`
  );
  const ms = Number(amount) * scale;
  if (ms === 0) throw new UsageError(`--${flag} must be longer than no time`);
  if (ms > LONGEST_MS) throw new UsageError(`--${flag} must be at most ${LONGEST_MS / 3_600_000}h: no timer goes further`);
  return ms;
}

/** `3/16`: the third of sixteen. */
export function shard(given: string): { index: number; of: number } {
  const [, index, of] = /^(\d+)\/(\d+)$/.exec(given) ?? [];
  const parsed = { index: Number(index), of: Number(of) };
  if (!(parsed.index >= 1 && parsed.index <= parsed.of && Number.isSafeInteger(parsed.of))) throw new UsageError(
    `--shard must be I/N with I in 1..N, such as 3/16, not "${given}"`
  );
  return parsed;
}

/** Where a file is to go: refused before the work that it is to hold, which may take a while, rather than after it. */
export function placeFor(what: string, given: string): string {
  const path = resolve(given);
  const folder = dirname(path);
  const why = whyNoPlace(path, folder);
  if (why !== null) throw new UsageError(`${why}: name another place for the ${what}`);
  return path;
}

function whyNoPlace(path: string, folder: string): string | null {
  try {
    if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true) return `there is no folder ${folder}`;
    const there = statSync(path, { throwIfNoEntry: false });
    if (there?.isDirectory() === true) return `${path} is a folder`;
    accessSync(there === undefined ? folder : path, constants.W_OK);
    return null;
  } catch (error) {
    return `${path} cannot be written (${error instanceof Error ? error.message : String(error)})`;
  }
}

/** Whichever of `known` is called `given`. */
export function named<T extends { readonly name: string }>(what: string, given: string, known: readonly T[]): T {
  const found = known.find(({ name }) => name === given);
  if (found === undefined) throw new UsageError(unknownName(what, given, known.map(({ name }) => name)));
  return found;
}
