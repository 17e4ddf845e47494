/**
 * A failure on disk: plan and tape, so that it is the same run after generators, scenarios and streams have changed; what was
 * found; and what to compare a replay with. Read with suspicion: it may be torn, old, or not one at all.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DecodeError, Fields, integer, list, refuse, text, word } from '../plan/decode.ts';
import type { Decoder } from '../plan/decode.ts';
import { decodePlan } from '../plan/plan-decoder.ts';
import type { Plan } from '../plan/plan.ts';
import type { Tape } from '../world/chooser.ts';
import type { PackedNames } from './align.ts';
import { OUTCOMES } from './verdict.ts';
import type { Finding } from './verdict.ts';

/** What the first field of every failure file says. */
export const FAILURE_FORMAT = 'vivarium failure';
/**
 * Of the file's own layout; the plan in it has a version too. Version 1 had neither names nor a trail: it is still read, and
 * replays without realignment.
 */
export const FAILURE_VERSION = 2;

/** A failing run, complete. */
export interface Failure {
  readonly format: typeof FAILURE_FORMAT;
  readonly version: typeof FAILURE_VERSION;
  readonly plan: Plan;
  readonly tape: Tape;
  readonly verdict: Finding;
  readonly hash: string;
  readonly events: number;
  /** The names of the draws of the tape. */
  readonly names?: PackedNames;
  /** Two bytes an event, in base64: which event it was. */
  readonly trail?: string;
  /** Property and causal shape: failures with one signature are most likely one bug. */
  readonly signature?: string;
  /** The only properties that were judged; left out: all. */
  readonly judged?: readonly string[];
  /** The bug that was planted into the code; left out: none. */
  readonly mutant?: string;
}

/** Writes it under `reports/failures/`; returns the path. Throws what the file system throws. */
export function writeFailure(reports: string, failure: Failure): string {
  const directory = join(reports, 'failures');
  mkdirSync(directory, { recursive: true });
  const path = join(directory, `${failure.plan.scenario}-${failure.plan.seed}.json`);
  writeFileSync(path, textOf(failure));
  return path;
}

/** A failure as a file has it: one line of JSON. */
export function textOf(failure: Failure): string {
  return `${JSON.stringify(failure)}\n`;
}

/** Reads one; every way in which it can be unfit is a `DecodeError` that says so. */
export function readFailure(path: string): Failure {
  let content: string;
  try {
    content = readFileSync(path, 'utf8');
  } catch (error) {
    throw new DecodeError(`${path} cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  }
  let json: unknown;
  try {
    json = JSON.parse(content);
  } catch {
    const torn = content.startsWith(`{"format":"${FAILURE_FORMAT}"`);
    throw new DecodeError(
      torn ? `${path} is torn: it ends before the failure does` : `${path} is not a failure file: it is no JSON`,
    );
  }
  try {
    return decodeFailure(json);
  } catch (error) {
    if (error instanceof DecodeError) throw new DecodeError(`${path}: ${error.message}`);
    throw error;
  }
}

/** Checks the JSON of a failure. */
export function decodeFailure(json: unknown): Failure {
  if (
    typeof json !== 'object' || json === null || !('format' in json) || json.format !== FAILURE_FORMAT
  ) refuse('', 'a failure file of vivarium');
  const fields = new Fields(json, '');
  fields.get('format', word([FAILURE_FORMAT]));
  const version = fields.get('version', integer(0));
  if (version < 1 || version > FAILURE_VERSION) throw new DecodeError(
    `it is a failure of version ${version}, and this reads versions 1 to ${FAILURE_VERSION}`
  );
  const failure: Failure = {
    format: FAILURE_FORMAT,
    version: FAILURE_VERSION,
    plan: fields.get('plan', decodePlan),
    tape: fields.get('tape', decodeTape),
    verdict: fields.get('verdict', decodeFinding),
    hash: fields.get('hash', text),
    events: fields.get('events', integer(0)),
    ...fields.maybe('names', decodeNames),
    ...fields.maybe('trail', decodeTrail),
    ...fields.maybe('signature', text),
    ...fields.maybe('judged', list(text)),
    ...fields.maybe('mutant', text),
  };
  fields.end();
  return failure;
}

const decodeNames: Decoder<PackedNames> = (value, path) => {
  const fields = new Fields(value, path);
  const names: PackedNames = { words: fields.get('words', list(text)), streams: fields.get('streams', list(decodeRuns)) };
  fields.end();
  return names;
};

const decodeRuns: Decoder<PackedNames['streams'][number]> = (value, path) => {
  if (!Array.isArray(value) || value.length !== 2) return refuse(path, 'a stream: its name and its runs');
  return [text(value[0], `${path}[0]`), list(integer(0))(value[1], `${path}[1]`)];
};

const decodeTrail: Decoder<string> = (value, path) => {
  const trail = text(value, path);
  return /^[A-Za-z0-9+/]*={0,2}$/.test(trail) ? trail : refuse(path, 'base64');
};

const decodeTape: Decoder<Tape> = list((value, path) => {
  if (!Array.isArray(value) || value.length !== 2) return refuse(path, 'a stream: its name and its draws');
  return [text(value[0], `${path}[0]`), list(integer(-0x8000_0000, 0xffff_ffff))(value[1], `${path}[1]`)];
});

/** Checks the JSON of a finding. */
export const decodeFinding: Decoder<Finding> = (value, path) => {
  const fields = new Fields(value, path);
  const finding: Finding = {
    outcome: fields.get('outcome', word(OUTCOMES)),
    property: fields.get('property', text),
    sentence: fields.get('sentence', text),
    steps: fields.get('steps', list(integer(0))),
    atMs: fields.get('atMs', integer(0)),
  };
  fields.end();
  return finding;
};
