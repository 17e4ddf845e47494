/**
 * The shrinker's table: for each mutant a failing run is found and shrunk, in a process of its own with the bug planted in it,
 * one after the other or as many at once as there are jobs.
 */
import { fork } from 'node:child_process';
import { bundleWorker } from '../fuzz/bundle.ts';
import type { Mutant } from '../fuzz/mutant.ts';
import type { ShrinkRow, ShrinkTask } from './task.ts';

/** How to make it. */
export interface ShrinkTableOptions {
  readonly root: string;
  /** The entry of the process that shrinks, from the root. */
  readonly worker: string;
  /** `scenario seed` of a run of a mutant that failed once, if any is known. */
  readonly known: (id: string) => string | null;
  readonly seeds: number;
  /** Time of the processor for each, milliseconds. */
  readonly forMs: number;
  readonly reports: string;
  readonly jobs: number;
  readonly signal: AbortSignal;
  readonly onRow: (mutant: Mutant, row: ShrinkRow | null) => void;
  /** A mutant has no row because its process died, with the reason; the others are still tried. */
  readonly onDeath: (mutant: Mutant, reason: string) => void;
}

/** The process that shrinks is gone. */
class ShrinkDeath extends Error {
  override readonly name = 'ShrinkDeath';
}

/** Rows in the order of `mutants`; those of which no failing run was found have none. Throws `BundleError`. */
export async function makeShrinkTable(mutants: readonly Mutant[], options: ShrinkTableOptions): Promise<readonly ShrinkRow[]> {
  const rows = new Map<string, ShrinkRow>();
  const waiting = [...mutants];
  const isOver = (): boolean => options.signal.aborted;
  const lane = async (): Promise<void> => {
    for (let mutant = waiting.shift(); mutant !== undefined && !isOver(); mutant = waiting.shift()) {
      try {
        const row = await rowOf(mutant, options);
        if (isOver()) return;
        if (row !== null) rows.set(mutant.id, row);
        options.onRow(mutant, row);
      } catch (error) {
        if (!(error instanceof ShrinkDeath)) throw error;
        options.onDeath(mutant, error.message);
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(options.jobs, mutants.length) }, lane));
  return mutants.map(({ id }) => rows.get(id)).filter((row) => row !== undefined);
}

async function rowOf({ id, edits, breaks, scenarios }: Mutant, options: ShrinkTableOptions): Promise<ShrinkRow | null> {
  const { root, worker, known, seeds, forMs, reports, signal } = options;
  const bundle = await bundleWorker(root, worker, edits);
  try {
    return await ask(bundle.script, { mutant: id, breaks, scenarios, known: known(id), seeds, forMs, reports }, signal);
  } finally {
    bundle.remove();
  }
}

/** The answer of a process that is there for this one task; null when it had none. */
function ask(script: string, task: ShrinkTask, signal: AbortSignal): Promise<ShrinkRow | null> {
  return new Promise((resolve, reject) => {
    const child = fork(script, [], { execArgv: ['--enable-source-maps'], serialization: 'advanced' });
    const stop = (): void => void child.kill('SIGKILL');
    let answer: ShrinkRow | null = null;
    signal.addEventListener('abort', stop, { once: true });
    child.on('message', (row: ShrinkRow | null) => {
      answer = row;
      child.disconnect();
    });
    child.on('error', reject);
    child.on('exit', (code) => {
      signal.removeEventListener('abort', stop);
      if (code === 0 || signal.aborted) resolve(answer);
      else reject(new ShrinkDeath(`shrinking the failure of ${task.mutant} ended with exit code ${code ?? 'none'}`));
    });
    child.send(task, () => {
      // A process that is gone says so by its exit.
    });
  });
}
