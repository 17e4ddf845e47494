/**
 * Hunting many mutants within one budget of time. Most are found in the first seeds and a few take long, so everybody has a short
 * turn first, and what is left is shared by those who were not found, who go on where they stopped. Each turn has one worker, and
 * as many turns are under way as there are jobs: a mutant's seeds are then the same however many jobs there are.
 */
import { performance } from 'node:perf_hooks';
import { BundleError } from './bundle-error.ts';
import { huntMutant } from './mutant.ts';
import type { Mutant, MutantResult } from './mutant.ts';

/** How long to look for all of them together, and for each. */
export interface HuntOptions {
  readonly root: string;
  /** The worker's entry, from the root. */
  readonly worker: string;
  readonly budgetMs: number;
  /** For each; null: no more than its share. */
  readonly eachMs: number | null;
  /** Of each scenario of a mutant, at most. */
  readonly seeds: number;
  readonly from: number;
  readonly jobs: number;
  readonly signal: AbortSignal;
  /** A turn begins. */
  readonly onTurn: (mutant: Mutant) => void;
  /** A mutant is found, or given up. */
  readonly onResult: (result: MutantResult) => void;
}

/** What came of it: results in the order of `mutants`, and those that could not be planted, with the reason. */
export interface HuntSummary {
  readonly results: readonly MutantResult[];
  readonly unplanted: readonly (readonly [id: string, reason: string])[];
  readonly elapsedMs: number;
}

const ROUNDS = 4;
const LEAST_TURN_MS = 2000;

/** See the head of the file. */
export async function huntMutants(mutants: readonly Mutant[], options: HuntOptions): Promise<HuntSummary> {
  const began = performance.now();
  const leftMs = (): number => options.budgetMs - (performance.now() - began);
  const isOver = (): boolean => options.signal.aborted;
  const results = new Map<string, MutantResult>();
  const unplanted: (readonly [string, string])[] = [];
  let open = [...mutants];
  for (let round = 0; round < ROUNDS && open.length > 0 && leftMs() > 0 && !options.signal.aborted; round++) {
    const turnMs = Math.max(LEAST_TURN_MS, (leftMs() * Math.min(options.jobs, open.length)) / open.length);
    const waiting = [...open];
    const lane = async (): Promise<void> => {
      for (let mutant = waiting.shift(); mutant !== undefined; mutant = waiting.shift()) {
        if (isOver()) return;
        options.onTurn(mutant);
        try {
          const result = await takeTurn(mutant, results.get(mutant.id), turnMs, open.length, options);
          results.set(mutant.id, result);
          if (result.found) options.onResult(result);
        } catch (error) {
          if (!(error instanceof BundleError)) throw error;
          // A signal that comes to a whole group may end the bundler before it is heard here.
          await new Promise((resolve) => setImmediate(resolve));
          if (isOver()) return;
          unplanted.push([mutant.id, error.message]);
        }
      }
    };
    await Promise.all(Array.from({ length: Math.min(options.jobs, open.length) }, lane));
    open = open.filter(({ id }) => mayGoOn(results.get(id), options));
  }
  const told = mutants.map(({ id }) => results.get(id)).filter((result) => result !== undefined);
  for (const result of told) if (!result.found) options.onResult(result);
  return { results: told, unplanted, elapsedMs: performance.now() - began };
}

/** Neither found nor, where each has a limit, given all of its time. What could not be planted has no result. */
function mayGoOn(result: MutantResult | undefined, { eachMs }: HuntOptions): boolean {
  return result !== undefined && !result.found && (eachMs === null || result.elapsedMs < eachMs);
}

/** From where the last turn stopped; the result is of all turns together. */
async function takeTurn(
  mutant: Mutant, before: MutantResult | undefined, turnMs: number, open: number, options: HuntOptions,
): Promise<MutantResult> {
  const { root, worker, signal, eachMs } = options;
  const done = Math.floor((before?.seeds ?? 0) / mutant.scenarios.length);
  const seeds = options.seeds - done;
  const restMs = eachMs === null ? turnMs : Math.min(turnMs, eachMs - (before?.elapsedMs ?? 0));
  if (before !== undefined && seeds <= 0) return before;
  const jobs = Math.max(1, Math.floor(options.jobs / open));
  const result = await huntMutant(root, worker, mutant, { seeds, from: options.from + done, forMs: restMs, jobs, signal });
  return before === undefined ? result : {
    ...result,
    finding: result.finding ?? before.finding,
    run: result.run ?? before.run,
    seeds: before.seeds + result.seeds,
    simulatedMs: before.simulatedMs + result.simulatedMs,
    workMs: before.workMs + result.workMs,
    elapsedMs: before.elapsedMs + result.elapsedMs,
  };
}
