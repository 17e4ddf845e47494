/**
 * The expected hashes: ten seeds of each scenario, kept in the repository. They change when a scenario, a generator, the world
 * or the
 * service changes what happens, and whoever changes it renews them on purpose; they never change by themselves.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { SCENARIOS } from '../../scenarios/index.ts';
import type { Shell } from '../command/shell.ts';
import { DecodeError, Fields, list, text } from '../plan/decode.ts';
import type { Scenario } from '../plan/scenario.ts';
import { runPlan } from '../run/run.ts';
import { SeedChooser } from '../world/chooser.ts';

const FILE = 'scenarios/hashes.json';
/** So many seeds of each scenario, from 1. */
export const SEEDS_KEPT = 10;

/** The hash of a run. Properties are judged elsewhere: a judge cannot change what happens. */
export function hashOf(scenario: Scenario, seed: string): string {
  const plan = scenario.plan(seed);
  return runPlan(plan, new SeedChooser(plan.seed), { properties: [] }).hash;
}

/** Hashes by scenario, in the order of the seeds. */
export function readHashes(root: string): Map<string, readonly string[]> {
  const path = resolve(root, FILE);
  let json: unknown;
  try {
    json = JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    throw new DecodeError(`${FILE} cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  }
  const fields = new Fields(json, '');
  return new Map(SCENARIOS.filter(({ name }) => fields.has(name)).map(({ name }) => [name, fields.get(name, list(text))]));
}

/** Writes them anew. */
export function updateHashes(isJson: boolean, shell: Shell): number {
  const hashes = Object.fromEntries(SCENARIOS.map((scenario) => {
    shell.status(scenario.name);
    return [scenario.name, Array.from({ length: SEEDS_KEPT }, (_, index) => hashOf(scenario, String(index + 1)))];
  }));
  writeFileSync(resolve(shell.root, FILE), `${JSON.stringify(hashes, null, 2)}\n`);
  if (isJson) shell.out(JSON.stringify({ file: FILE, hashes }, null, 2));
  else shell.out(`${FILE}: ${SEEDS_KEPT} seeds of each of ${SCENARIOS.length} scenarios`);
  return 0;
}
