/**
 * Planted bugs, found by exhaustive search: which small world shows each, within which bounds. Breadth first, so the depth is
 * that of a shortest counterexample at its grain.
 */
import { fork } from 'node:child_process';
import { MUTANTS } from '../../properties/mutants/index.ts';
import { bundleWorker } from '../fuzz/bundle.ts';
import type { Exploration } from '../fuzz/explore-run.ts';
import type { Mutant } from '../fuzz/mutant.ts';
import { decimal, table } from '../report/format.ts';
import { UsageError } from './command.ts';
import type { ExploreAnswer, ExploreRequest } from './explore-worker.ts';
import { unknownName } from './nearest.ts';
import type { Shell } from './shell.ts';

const WORKER = 'src/cli/explore-worker.ts';

/** Where each is looked for: a scenario and flags of `viv explore`. */
export const HUNTS: ReadonlyMap<string, string> = new Map([
  ['canary', 'zab-small --start serving --ops 1 --crashes 0 --timeouts 0'],
  ['apply-on-proposal', 'zab-small --start serving --ops 1 --crashes 0 --timeouts 0'],
  ['zk-1863', 'reads-small --start serving --crashes 0 --timeouts 0'],
  ['zk-417', 'moves-small --start serving --crashes 0 --timeouts 0'],
  ['failed-sync', 'zab-small --start serving --ops 1 --crashes 1 --timeouts 0 --disk-faults 1'],
  ['zk-1144', 'zab-small --servers 1 --clients 0 --ops 0 --crashes 0 --timeouts 0 --start nothing --liveness'],
  ['zk-1156', 'zab-small --start proposed --crashes 2 --timeouts 0 --epochs 3 --rounds 3'],
  ['zk-2845', 'zab-small --start proposed --crashes 2 --timeouts 0 --epochs 3 --rounds 3'],
]);

/** The mutant of that name. */
export function mutantNamed(name: string): Mutant {
  const found = MUTANTS.find(({ id }) => id === name);
  if (found === undefined) throw new UsageError(unknownName('mutant', name, MUTANTS.map(({ id }) => id)));
  return found;
}

/** Explores with a bug planted, in a process of its own. */
export async function exploreMutant(
  exploration: Exploration, mutant: Mutant, forMs: number, shell: Shell,
): Promise<ExploreAnswer> {
  const bundle = await bundleWorker(shell.root, WORKER, mutant.edits);
  try {
    return await ask(bundle.script, { exploration: { ...exploration, mutant: mutant.id }, forMs }, shell.signal);
  } finally {
    bundle.remove();
  }
}

function ask(script: string, request: ExploreRequest, signal: AbortSignal): Promise<ExploreAnswer> {
  return new Promise((resolve, reject) => {
    const child = fork(script, [], { execArgv: ['--enable-source-maps', '--max-semi-space-size=64'], signal });
    child.once('message', (answer: ExploreAnswer) => { resolve(answer); });
    child.once('error', reject);
    child.once('exit', (code) => { reject(new Error(`the process that explored ended (${code ?? 'a signal'}) unanswered`)); });
    child.send(request);
  });
}

/** One line a mutant. */
export function mutantTable(rows: readonly { readonly mutant: Mutant; readonly answer: ExploreAnswer }[]): string[] {
  return table([
    ['mutant', 'tier', 'found by', 'depth', 'one by one', 'distinct', 'seconds'],
    ...rows.map(({ mutant, answer: { explored } }) => [
      mutant.id, String(mutant.tier), explored.finding?.property ?? `NOT FOUND (${explored.status})`,
      explored.finding === null ? '' : String(explored.pathLength), explored.finding === null ? '' : String(explored.stepCount),
      decimal(explored.distinct), (explored.elapsedMs / 1000).toFixed(1),
    ]),
  ]);
}
