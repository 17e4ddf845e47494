/**
 * What a campaign runs next: failures that must stay fixed, then seeds that failed lately, then fresh ones. With a time limit
 * each scenario gets the same share of it, because a scenario whose runs are long would else starve the others; with a number of
 * seeds each gets so many. With feedback every other run is a change of a plan that brought something new.
 */
import type { RunResult } from '../run/run.ts';
import type { CorpusEntry } from './corpus.ts';
import { Parents } from './parents.ts';
import type { Job } from './pool.ts';

/** One in so many seeds is run twice. */
export const TWICE_EVERY = 20;

/** What decides which seeds are run. */
export interface AgendaOptions {
  readonly scenarios: readonly string[];
  /** The first seed. */
  readonly from: number;
  /** So many seeds of each scenario; null for as many as time allows. */
  readonly seeds: number | null;
  /** No new seed is begun after so long; null for no limit. */
  readonly forMs: number | null;
  /** Of every `of` seeds, run the one numbered `index`, from 1. */
  readonly shard: { readonly index: number; readonly of: number };
  /** The only properties to judge; null for all. */
  readonly properties: readonly string[] | null;
  /** Failure files that must hold, first of all; left out: none. */
  readonly regressions?: readonly string[];
  /** Seeds that failed lately, before the fresh ones; left out: none. */
  readonly lately?: readonly CorpusEntry[];
  /** Runs that are done already, as `scenario seed`; left out: none. */
  readonly done?: ReadonlySet<string>;
  /** Whether plans that bring something new are changed further; left out: no. */
  readonly feedback?: boolean;
}

/** The jobs of a campaign, one after the other. */
export class Agenda {
  private readonly options: AgendaOptions;
  private readonly elapsedMs: () => number;
  private readonly first: Job[];
  private readonly handedOut: Set<string>;
  /** How many fresh seeds of each scenario have been looked at. */
  private readonly cursors: Map<string, number> = new Map();
  /** Time that the runs of each scenario took. */
  private readonly workMs: Map<string, number> = new Map();
  private readonly parents: Parents = new Parents();
  private turn = 0;
  private changesTurn = false;

  constructor(options: AgendaOptions, elapsedMs: () => number) {
    this.options = options;
    this.elapsedMs = elapsedMs;
    this.handedOut = new Set(options.done ?? []);
    const isMine = (_: unknown, index: number): boolean => index % options.shard.of === options.shard.index - 1;
    const { properties } = options;
    const kept = (options.regressions ?? []).filter(isMine).map((file): Job => {
      return { scenario: '', seed: file, twice: false, properties, file };
    });
    const lately = (options.lately ?? []).filter(({ scenario, seed }) => {
      return options.scenarios.includes(scenario) && this.isOfShard(seed) && this.isNew(scenario, seed);
    });
    this.first = [...kept, ...lately.map(({ scenario, seed }) => this.job(scenario, seed))];
  }

  /** The next job; undefined when there is none. */
  next(): Job | undefined {
    const { forMs } = this.options;
    if (forMs !== null && this.elapsedMs() >= forMs) return undefined;
    const first = this.first.shift();
    if (first !== undefined) return first;
    if (this.options.feedback === true && this.changesTurn) {
      const changed = this.change();
      if (changed !== undefined) {
        this.changesTurn = false;
        return changed;
      }
    }
    this.changesTurn = true;
    return this.fresh();
  }

  /** Takes what came of a run, and what it took. */
  learn(result: RunResult, workMs: number): void {
    const { scenario } = result;
    this.workMs.set(scenario, (this.workMs.get(scenario) ?? 0) + workMs);
    if (this.options.feedback === true && this.options.scenarios.includes(scenario)) this.parents.learn(result);
  }

  private fresh(): Job | undefined {
    const { seeds, from, shard, scenarios } = this.options;
    for (let tries = 0; tries < scenarios.length;) {
      const scenario = this.whose();
      const cursor = this.cursors.get(scenario) ?? 0;
      const index = cursor * shard.of + shard.index - 1;
      if (seeds !== null && index >= seeds) {
        tries++;
        this.turn++;
        continue;
      }
      this.cursors.set(scenario, cursor + 1);
      this.turn++;
      const seed = String(from + index);
      if (this.isNew(scenario, seed)) return this.job(scenario, seed);
    }
    return undefined;
  }

  /** The scenario whose turn it is: by time where time is the limit, else one after the other. */
  private whose(): string {
    const { scenarios, seeds } = this.options;
    const inTurn = scenarios[this.turn % scenarios.length] ?? '';
    if (seeds !== null) return inTurn;
    const worked = (scenario: string): number => this.workMs.get(scenario) ?? 0;
    return scenarios.reduce((least, scenario) => (worked(scenario) < worked(least) ? scenario : least), inTurn);
  }

  /** A change of a plan that is worth one. */
  private change(): Job | undefined {
    const child = this.parents.next();
    return child !== null && this.isNew(child.scenario, child.seed) ? this.job(child.scenario, child.seed) : undefined;
  }

  private isNew(scenario: string, seed: string): boolean {
    const name = `${scenario} ${seed}`;
    if (this.handedOut.has(name)) return false;
    this.handedOut.add(name);
    return true;
  }

  private isOfShard(seed: string): boolean {
    const { from, seeds, shard } = this.options;
    const index = Number(seed.split('~')[0]) - from;
    if (index < 0 || (seeds !== null && index >= seeds)) return shard.index === 1;
    return index % shard.of === shard.index - 1;
  }

  private job(scenario: string, seed: string): Job {
    const twice = Number(seed.split('~')[0]) % TWICE_EVERY === 0;
    return { scenario, seed, twice, properties: this.options.properties };
  }
}
