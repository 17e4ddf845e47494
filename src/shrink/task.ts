/**
 * One row of the shrinker's table, made in a process of its own in which a bug is planted: the first failing run is looked for,
 * the one that is known from before first of all, and shrunk within so much time of the processor. Before and after, the length
 * is counted as people count when they describe a trigger.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Property } from '../history/judge.ts';
import type { Scenario } from '../plan/scenario.ts';
import { examine } from '../run/examine.ts';
import { textOf } from '../run/failure.ts';
import type { Failure } from '../run/failure.ts';
import type { ShrinkSize } from './failing-run.ts';
import { lengthOf } from './length.ts';
import { shrink } from './shrink.ts';

/** What to look for and how long to shrink it. Plain data. */
export interface ShrinkTask {
  readonly mutant: string;
  /** Names of the properties that are judged. */
  readonly breaks: readonly string[];
  readonly scenarios: readonly string[];
  /** `scenario seed` of a run that failed once; null where none is known. */
  readonly known: string | null;
  /** At most so many seeds of each scenario. */
  readonly seeds: number;
  /** Milliseconds of the processor for shrinking. */
  readonly forMs: number;
  /** Where the failure goes, as found and as shrunk. */
  readonly reports: string;
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
  readonly isMinimal: boolean;
  /** The smaller failure. */
  readonly file: string;
}

/** Finds and shrinks; null when no seed failed. */
export async function findAndShrink(
  task: ShrinkTask, scenarios: readonly Scenario[], properties: readonly Property[],
): Promise<ShrinkRow | null> {
  const judges = properties.filter(({ name }) => task.breaks.includes(name));
  const found = firstFailure(task, scenarios, judges);
  if (found === null) return null;
  const { failure, run } = found;
  mkdirSync(task.reports, { recursive: true });
  writeFileSync(join(task.reports, `${task.mutant}.json`), textOf(failure));
  const now = processorClock();
  const shrunk = await shrink(failure, {
    properties: judges, forMs: task.forMs, signal: new AbortController().signal, now,
  });
  const cpuMs = now();
  const file = join(task.reports, `${task.mutant}.shrunk.json`);
  writeFileSync(file, textOf(shrunk.failure));
  return {
    mutant: task.mutant,
    property: shrunk.failure.verdict.property,
    run,
    before: { ...shrunk.from, length: lengthOf(failure, judges) },
    after: { ...shrunk.to, length: lengthOf(shrunk.failure, judges) },
    runs: shrunk.runs,
    cpuMs: Math.round(cpuMs),
    isMinimal: shrunk.isMinimal,
    file,
  };
}

/** To ask how much of the processor was used costs more than a small run's event: so often, in milliseconds, it is asked. */
const ASKED_EVERY_MS = 5;

/** Milliseconds of the processor from now on, as far as they are known. */
function processorClock(): () => number {
  const began = process.cpuUsage();
  let askedMs = performance.now();
  let usedMs = 0;
  return () => {
    const nowMs = performance.now();
    if (nowMs - askedMs < ASKED_EVERY_MS) return usedMs;
    askedMs = nowMs;
    const { user, system } = process.cpuUsage(began);
    usedMs = (user + system) / 1000;
    return usedMs;
  };
}

function firstFailure(
  task: ShrinkTask, scenarios: readonly Scenario[], judges: readonly Property[],
): { readonly failure: Failure; readonly run: string } | null {
  for (const run of runsOf(task)) {
    const [name, seed = ''] = run.split(' ');
    const scenario = scenarios.find((each) => each.name === name);
    if (scenario === undefined) continue;
    const { failure } = examine(scenario, seed, false, judges);
    if (failure !== null && task.breaks.includes(failure.verdict.property)) {
      return { failure: { ...failure, judged: [failure.verdict.property], mutant: task.mutant }, run };
    }
  }
  return null;
}

function* runsOf({ known, seeds, scenarios }: ShrinkTask): Generator<string> {
  if (known !== null) yield known;
  for (let seed = 1; seed <= seeds; seed++) for (const scenario of scenarios) yield `${scenario} ${seed}`;
}
