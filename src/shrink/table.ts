/**
 * The shrinker's table: for each mutant a failing run is found and shrunk, in a process of its own with the bug planted in it,
 * one after the other or as many at once as there are jobs.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { bundleWorker } from '../fuzz/bundle.ts';
import type { Mutant } from '../fuzz/mutant.ts';
import { textOf } from '../run/failure.ts';
import type { Failure } from '../run/failure.ts';
import type { ShrinkRow } from './task.ts';
import { ShrinkDeath, ShrinkProcess, shrinkWatched } from './watch.ts';
import type { WatchOptions } from './watch.ts';

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
  /** Where failures go, as found and as shrunk. */
  readonly reports: string;
  readonly jobs: number;
  readonly signal: AbortSignal;
  readonly onRow: (mutant: Mutant, row: ShrinkRow | null) => void;
  /** A run did not end, or its process died, with the reason: the row is of what there was by then, or there is none. */
  readonly onTrouble: (mutant: Mutant, reason: string) => void;
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
        if (!isOver()) options.onTrouble(mutant, error.message);
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(options.jobs, mutants.length) }, lane));
  return mutants.map(({ id }) => rows.get(id)).filter((row) => row !== undefined);
}

async function rowOf(mutant: Mutant, options: ShrinkTableOptions): Promise<ShrinkRow | null> {
  const { root, worker, signal } = options;
  const bundle = await bundleWorker(root, worker, mutant.edits);
  try {
    return await shrunkRow(mutant, options, { script: bundle.script, nodeFlags: ['--enable-source-maps'], signal });
  } finally {
    bundle.remove();
  }
}

async function shrunkRow(mutant: Mutant, options: ShrinkTableOptions, watch: WatchOptions): Promise<ShrinkRow | null> {
  const child = new ShrinkProcess(watch);
  try {
    return await askForRow(child, mutant, options, watch);
  } finally {
    await child.end();
  }
}

/** All of one process, which is quicker at it the longer it runs; but for what is measured once it is lost. */
async function askForRow(
  child: ShrinkProcess, mutant: Mutant, options: ShrinkTableOptions, watch: WatchOptions,
): Promise<ShrinkRow | null> {
  const { id, breaks, scenarios } = mutant;
  const { known, seeds, forMs, reports, signal } = options;
  const found = await child.find({ mutant: id, breaks, scenarios, known: known(id), seeds });
  if (found === null) return null;
  mkdirSync(reports, { recursive: true });
  writeFileSync(join(reports, `${id}.json`), textOf(found.failure));
  const { shrunk, trouble } = await shrinkWatched(child, { failure: found.failure, forMs, clock: 'processor' }, watch);
  if (signal.aborted) return null;
  if (trouble !== null) options.onTrouble(mutant, trouble);
  if (shrunk === null) return null;
  const { failure, from, to, runs, elapsedMs, end } = shrunk;
  const file = join(reports, `${id}.shrunk.json`);
  writeFileSync(file, textOf(failure));
  const [before = 0, after = 0] = await lengthsOf([found.failure, failure], child, watch);
  return {
    mutant: id,
    property: failure.verdict.property,
    run: found.run,
    before: { ...from, length: before },
    after: { ...to, length: after },
    runs,
    cpuMs: Math.round(elapsedMs),
    end,
    file,
  };
}

async function lengthsOf(failures: readonly Failure[], child: ShrinkProcess, watch: WatchOptions): Promise<readonly number[]> {
  const worker = child.isThere ? child : new ShrinkProcess(watch);
  const lengths: number[] = [];
  try {
    for (const failure of failures) lengths.push(await worker.measure(failure));
    return lengths;
  } finally {
    await worker.end();
  }
}
