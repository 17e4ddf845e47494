/** Which run a command line names: a failure file, or a scenario and a seed. */
import { existsSync } from 'node:fs';
import { allProperties } from '../../properties/index.ts';
import { SCENARIOS } from '../../scenarios/index.ts';
import { UsageError } from '../command/command.ts';
import type { Given } from '../command/command.ts';
import type { Shell } from '../command/shell.ts';
import { named, seedText } from '../command/values.ts';
import type { Property } from '../history/judge.ts';
import { luckOf, planOf } from '../plan/lineage.ts';
import { readFailure } from '../run/failure.ts';
import type { Failure } from '../run/failure.ts';
import { judgesOf } from '../run/follow.ts';
import { recordRun } from '../run/record.ts';
import { readHashes } from './hashes.ts';

/** What is to be run again: a failure, or a scenario's seed as if it had been kept as one. */
export interface WhichRun {
  readonly failure: Failure;
  readonly isKept: boolean;
  readonly properties: readonly Property[];
  /** What the hash must be; null if nobody wrote it down. */
  readonly hash: string | null;
}

/**
 * The run that is named; `command` is who asks. A scenario's is judged by `judges`, and so goes on until one of those stops it.
 * Throws `UsageError` and `DecodeError`.
 */
export function whichRun(
  command: string, given: Given, shell: Shell, judges: readonly Property[] = allProperties,
): WhichRun {
  const [name, ...more] = given.names;
  if (name === undefined || more.length > 0) {
    throw new UsageError(`viv ${command} takes one failure file or one scenario`);
  };
  const wanted = given.text('hash');
  if (looksLikeFile(name)) {
    if (given.has('seed')) throw new UsageError('a failure file has its own seed: leave out --seed');
    const failure = readFailure(name);
    return { failure, isKept: true, properties: judgesOf(failure, allProperties), hash: wanted ?? failure.hash };
  }
  const scenario = named('scenario', name, SCENARIOS);
  const seed = seedText('seed', given.text('seed') ?? '1');
  const kept = given.has('mutant') ? null : readHashes(shell.root).get(scenario.name)?.[Number(seed) - 1] ?? null;
  const hash = wanted ?? kept;
  return { failure: keptRun(planOf(scenario, seed), judges), isKept: false, properties: judges, hash };
}

/** A seed's run as a failure file would have it, whether or not it fails. */
function keptRun(plan: Failure['plan'], judges: readonly Property[]): Failure {
  const { result, tape } = recordRun(plan, luckOf(plan.seed), judges);
  const held = { outcome: 'held' as const, property: '', sentence: '', steps: [], atMs: result.simulatedMs };
  return {
    format: 'vivarium failure', version: 2, plan, tape, verdict: result.finding ?? held, hash: result.hash, events: result.events,
  };
}

function looksLikeFile(name: string): boolean {
  if (name.endsWith('.json') || name.includes('/')) return true;
  return !SCENARIOS.some((scenario) => scenario.name === name) && existsSync(name);
}

