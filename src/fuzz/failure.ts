/**
 * A failure on disk: plan and tape, so that it is the same run after generators, scenarios and streams have changed; what was
 * found; and what to compare a replay with. Read with suspicion: it may be torn, old, or not one at all.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Tape } from '../world/chooser.ts';
import { DecodeError, Fields, integer, list, refuse, text, word } from './decode.ts';
import type { Decoder } from './decode.ts';
import { decodePlan } from './plan-decoder.ts';
import type { Plan } from './plan.ts';
import type { RunResult } from './run.ts';
import type { Finding, Outcome } from './verdict.ts';

const FORMAT = 'vivarium failure';
/** Of the file's own layout; the plan in it has a version too. */
const FORMAT_VERSION = 1;

/** A failing run, complete. */
export interface Failure {
  readonly format: typeof FORMAT;
  readonly version: typeof FORMAT_VERSION;
  readonly plan: Plan;
  readonly tape: Tape;
  readonly verdict: Finding;
  readonly hash: string;
  readonly events: number;
}

/** What is to be kept of a run that did not hold. */
export function failureOf(plan: Plan, tape: Tape, result: RunResult): Failure {
  if (result.finding === null) throw new Error('a run that held is no failure');
  return {
    format: FORMAT, version: FORMAT_VERSION, plan, tape, verdict: result.finding, hash: result.hash, events: result.events,
  };
}

/** Writes it under `reports/failures/`; returns the path. Throws what the file system throws. */
export function writeFailure(reports: string, failure: Failure): string {
  const directory = join(reports, 'failures');
  mkdirSync(directory, { recursive: true });
  const path = join(directory, `${failure.plan.scenario}-${failure.plan.seed}.json`);
  writeFileSync(path, `${JSON.stringify(failure)}\n`);
  return path;
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
    const torn = content.startsWith(`{"format":"${FORMAT}"`);
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
    typeof json !== 'object' || json === null || !('format' in json) || json.format !== FORMAT
  ) refuse('', 'a failure file of vivarium');
  const fields = new Fields(json, '');
  fields.get('format', word([FORMAT]));
  const version = fields.get('version', integer(0));
  if (version !== FORMAT_VERSION) throw new DecodeError(
    `it is a failure of version ${version}, and this is version ${FORMAT_VERSION}`
  );
  const failure: Failure = {
    format: FORMAT,
    version: FORMAT_VERSION,
    plan: fields.get('plan', decodePlan),
    tape: fields.get('tape', decodeTape),
    verdict: fields.get('verdict', decodeFinding),
    hash: fields.get('hash', text),
    events: fields.get('events', integer(0)),
  };
  fields.end();
  return failure;
}

const decodeTape: Decoder<Tape> = list((value, path) => {
  if (!Array.isArray(value) || value.length !== 2) return refuse(path, 'a stream: its name and its draws');
  return [text(value[0], `${path}[0]`), list(integer(-0x8000_0000, 0xffff_ffff))(value[1], `${path}[1]`)];
});

const OUTCOMES: readonly Outcome[] = ['held', 'safety', 'liveness', 'crash', 'nondeterminism', 'unknown'];

const decodeFinding: Decoder<Finding> = (value, path) => {
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
