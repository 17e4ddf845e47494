/**
 * What each scheduler did in a campaign and what it found, and for pct the bound that so many runs give: a bug of depth d shows
 * in one run with a probability of at least 1 / (w² · n^(d − 1)), of w chains and n decisions, if its events fall within the
 * window.
 */
import type { RunResult } from '../run/run.ts';
import type { SchedulerKind } from '../world/scheduler.ts';

/** One scheduler over a whole campaign. */
export interface SchedulerSum {
  readonly kind: SchedulerKind;
  readonly seeds: number;
  readonly decisions: number;
  readonly deviations: number;
  /** The failures that its seeds had, by property, and how many seeds had one. */
  readonly failing: number;
  readonly found: readonly string[];
}

/** After all runs of pct at one depth: the least probability that a bug of that depth has shown. */
export interface DepthBound {
  readonly depth: number;
  readonly runs: number;
  readonly probability: number;
}

interface Row {
  seeds: number;
  decisions: number;
  deviations: number;
  failing: number;
  readonly found: Set<string>;
}

/** Adds up. */
export class SchedulerTally {
  private readonly rows: Map<SchedulerKind, Row> = new Map();
  /** By depth: the runs, and the logarithm of the probability that all of them missed. */
  private readonly depths: Map<number, { runs: number; missed: number }> = new Map();

  add({ scheduler, finding }: Pick<RunResult, 'scheduler' | 'finding'>): void {
    const row = this.rows.get(scheduler.kind) ?? { seeds: 0, decisions: 0, deviations: 0, failing: 0, found: new Set() };
    this.rows.set(scheduler.kind, row);
    row.seeds++;
    row.decisions += scheduler.decisions;
    row.deviations += scheduler.deviations;
    if (finding !== null) {
      row.failing++;
      row.found.add(finding.property);
    }
    if (scheduler.kind !== 'pct' || scheduler.chains === 0) return;
    const depth = this.depths.get(scheduler.depth) ?? { runs: 0, missed: 0 };
    this.depths.set(scheduler.depth, depth);
    depth.runs++;
    depth.missed += Math.log1p(-runBound(scheduler.depth, scheduler.chains, scheduler.decisions));
  }

  sums(): SchedulerSum[] {
    return [...this.rows].map(([kind, { found, ...row }]) => ({ kind, ...row, found: [...found].sort(byName) })).sort(
      (one, other) => byName(one.kind, other.kind),
    );
  }

  bounds(): DepthBound[] {
    const bounds = [...this.depths].map(([depth, { runs, missed }]) => ({ depth, runs, probability: -Math.expm1(missed) }));
    return bounds.sort((one, other) => one.depth - other.depth);
  }
}

/** What one run gives. Certainty is not to be had. */
export function runBound(depth: number, chains: number, decisions: number): number {
  return Math.min(1 - Number.EPSILON, 1 / (chains ** 2 * Math.max(1, decisions) ** (depth - 1)));
}

function byName(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}
