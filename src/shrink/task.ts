/**
 * One row of the shrinker's table, made by a process of its own in which a bug is planted: the first failing run is looked for,
 * the one that is known from before first of all, and shrunk within so much time of the processor. Before and after, the length
 * is counted as people count when they describe a trigger.
 */
import type { Property } from '../history/judge.ts';
import type { Scenario } from '../plan/scenario.ts';
import { examine } from '../run/examine.ts';
import type { Failure } from '../run/failure.ts';
import type { ShrinkSize } from './failing-run.ts';
import type { ShrinkEnd } from './outcome.ts';

/** What to look for. Plain data. */
export interface Hunt {
  readonly mutant: string;
  /** Names of the properties that are judged. */
  readonly breaks: readonly string[];
  readonly scenarios: readonly string[];
  /** `scenario seed` of a run that failed once; null where none is known. */
  readonly known: string | null;
  /** At most so many seeds of each scenario. */
  readonly seeds: number;
}

/** A failing run. Plain data. */
export interface Found {
  readonly failure: Failure;
  /** `scenario seed`. */
  readonly run: string;
}

/** How large a run is, and how long as people count. */
export interface MeasuredSize extends ShrinkSize {
  readonly length: number;
}

/** What came of it. Plain data. */
export interface ShrinkRow {
  readonly mutant: string;
  readonly property: string;
  /** The run that was shrunk, `scenario seed`. */
  readonly run: string;
  readonly before: MeasuredSize;
  readonly after: MeasuredSize;
  readonly runs: number;
  /** Time of the processor that shrinking took. */
  readonly cpuMs: number;
  readonly end: ShrinkEnd;
  /** The smaller failure. */
  readonly file: string;
}

/** The first failing run, judged by the property that it violates alone; null when no seed failed. `onSeed` hears of each. */
export function find(
  hunt: Hunt, scenarios: readonly Scenario[], properties: readonly Property[], onSeed: () => void,
): Found | null {
  const judges = properties.filter(({ name }) => hunt.breaks.includes(name));
  for (const run of runsOf(hunt)) {
    onSeed();
    const [name, seed = ''] = run.split(' ');
    const scenario = scenarios.find((each) => each.name === name);
    if (scenario === undefined) continue;
    const { failure } = examine(scenario, seed, false, judges);
    if (failure !== null && hunt.breaks.includes(failure.verdict.property)) {
      return { failure: { ...failure, judged: [failure.verdict.property], mutant: hunt.mutant }, run };
    }
  }
  return null;
}

function* runsOf({ known, seeds, scenarios }: Hunt): Generator<string> {
  if (known !== null) yield known;
  for (let seed = 1; seed <= seeds; seed++) for (const scenario of scenarios) yield `${scenario} ${seed}`;
}
