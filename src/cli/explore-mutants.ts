/**
 * Planted bugs, found by exhaustive search: `explore-hunts.ts` says where each is looked for. Breadth first, so the depth is that
 * of a shortest counterexample at its grain.
 */
import { fork } from 'node:child_process';
import { MUTANTS } from '../../properties/mutants/index.ts';
import { invariant } from '../base/invariant.ts';
import { UsageError } from '../command/command.ts';
import { unknownName } from '../command/nearest.ts';
import type { Shell } from '../command/shell.ts';
import type { Exploration } from '../exploration/run.ts';
import { bundleWorker } from '../fuzz/bundle.ts';
import type { Mutant } from '../fuzz/mutant.ts';
import { decimal, table } from '../report/format.ts';
import { type Hunt, HUNTS, NOT_HUNTED } from './explore-hunts.ts';
import type { ExploreAnswer, ExploreRequest, WorkerAnswer } from './explore-worker.ts';

/** What forked processes run. */
export const WORKER = 'src/cli/explore-worker.ts';

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
    const request = { exploration: { ...exploration, mutant: mutant.id }, forMs, share: null };
    const came = await askWorker(bundle.script, request, shell.signal);
    invariant(came.kind === 'explored', 'a worker that is asked to search has searched');
    return came.answer;
  } finally {
    bundle.remove();
  }
}

/** Asks a process of its own. Rejects if that ends without an answer. */
export function askWorker(script: string, request: ExploreRequest, signal: AbortSignal): Promise<WorkerAnswer> {
  return new Promise((resolve, reject) => {
    const child = fork(script, [], { execArgv: ['--enable-source-maps', '--max-semi-space-size=64'], signal });
    child.once('message', (answer: WorkerAnswer) => { resolve(answer); });
    child.once('error', reject);
    child.once('exit', (code) => { reject(new Error(`the process that explored ended (${code ?? 'a signal'}) unanswered`)); });
    child.send(request);
  });
}

/** A hunt, and what came of it. */
export interface Hunted {
  readonly hunt: Hunt;
  readonly mutant: Mutant;
  readonly answer: ExploreAnswer;
}

/** The hunts for these mutants; for none named, all that there are. */
export function huntsFor(names: readonly string[]): readonly Hunt[] {
  const wanted = names.map((name) => mutantNamed(name).id);
  for (const id of wanted) {
    const why = NOT_HUNTED.get(id);
    if (why !== undefined) throw new UsageError(`${id} is not looked for: ${why}`);
    if (!HUNTS.some((hunt) => hunt.id === id)) throw new UsageError(`${id} is not looked for: it is of a tier above 2`);
  }
  return wanted.length === 0 ? HUNTS : HUNTS.filter(({ id }) => wanted.includes(id));
}

/**
 * Goes through hunts, so many at a time; the results are in their order, and of those that were over when it was interrupted.
 * `explorationOf` makes sense of their flags.
 */
export async function huntTogether(
  hunts: readonly Hunt[], jobs: number, forMs: number, shell: Shell, explorationOf: (flags: readonly string[]) => Exploration,
): Promise<Hunted[]> {
  const left = [...hunts.entries()];
  const done: (Hunted | undefined)[] = [];
  const work = async (): Promise<void> => {
    for (let next = left.shift(); next !== undefined && !shell.signal.aborted; next = left.shift()) {
      const [index, hunt] = next;
      shell.status(`${hunt.id}, ${left.length} to come`);
      const mutant = mutantNamed(hunt.id);
      const properties = hunt.judges === 'all' ? null : mutant.breaks;
      const exploration = { ...explorationOf(hunt.flags.split(' ')), properties };
      done[index] = { hunt, mutant, answer: await exploreMutant(exploration, mutant, forMs, shell) };
    }
  };
  await Promise.all(Array.from({ length: jobs }, async () => {
    try {
      await work();
    } catch (error) {
      if (!shell.signal.aborted) throw error;
    }
  }));
  shell.status('');
  return done.flatMap((one) => (one === undefined ? [] : [one]));
}

/** One line a mutant, and one for each that is found without the world confirming it or, if all were wanted, not looked for. */
export function mutantTable(rows: readonly Hunted[], isWhole: boolean): string[] {
  const found = rows.filter(({ answer: { explored } }) => explored.finding !== null);
  const unconfirmed = found.flatMap(({ hunt, answer: { kept } }) => (typeof kept === 'string' ? [`  ${hunt.id}: ${kept}`] : []));
  return [
    ...table([
      ['mutant', 'tier', 'found by', 'depth', 'published', 'one by one', 'distinct', 'seconds'],
      ...rows.map(({ hunt, mutant, answer: { explored } }) => [
        mutant.id, String(mutant.tier), explored.finding?.property ?? `NOT FOUND (${explored.status})`,
        explored.finding === null ? '' : String(explored.pathLength), hunt.published ?? '',
        explored.finding === null ? '' : String(explored.stepCount),
        decimal(explored.distinct), (explored.elapsedMs / 1000).toFixed(1),
      ]),
    ]),
    `${found.length} of ${rows.length} found, ${found.length - unconfirmed.length} of them confirmed by a run of the world`,
    ...unconfirmed,
    ...(isWhole && NOT_HUNTED.size > 0 ? ['not looked for:', ...[...NOT_HUNTED].map(([id, why]) => `  ${id}: ${why}`)] : []),
  ];
}
