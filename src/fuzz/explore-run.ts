/**
 * One exploration, as plain data in and out: what is searched and how, and what came of it. Whoever drives it looks at the clock.
 */
import { CrashPoints } from '../explore/crash-points.ts';
import { ACT_NAMES, type Badness, Space } from '../explore/space.ts';
import type { Bounds } from '../explore/space.ts';
import { type Manner, oddsOfMiss, Search, type Status } from '../explore/search.ts';
import { allProperties } from '../../properties/index.ts';
import type { Property } from '../history/judge.ts';
import { TapeChooser } from '../world/chooser.ts';
import { subjectOf } from './exploration.ts';
import type { Failure } from './failure.ts';
import type { Plan } from './plan.ts';
import { PATH_MAX, realize } from './realize.ts';
import { recordedFailure, recordRun } from './record.ts';
import type { Finding, Outcome } from './verdict.ts';

/** What to explore. */
export interface Exploration {
  readonly plan: Plan;
  readonly bounds: Bounds;
  readonly manner: Manner;
  /** Names; null: all. */
  readonly properties: readonly string[] | null;
  /** The bug that is planted; null: none. */
  readonly mutant: string | null;
}

/** What came of it, so far or in the end. */
export interface Explored {
  readonly scenario: string;
  readonly servers: number;
  readonly clients: number;
  readonly operations: number;
  readonly bounds: Bounds;
  readonly manner: Manner;
  readonly status: Status | 'interrupted';
  readonly outcome: Outcome;
  readonly distinct: number;
  readonly generated: number;
  /** Steps that led beyond a bound on epochs or rounds. */
  readonly bounded: number;
  /** Steps that the reduction left out, and what share of all they were. */
  readonly slept: number;
  readonly reductionPercent: number;
  readonly depth: number;
  readonly waiting: number;
  readonly widest: number;
  readonly bytesPerState: number;
  readonly oddsOfMiss: number;
  /** Steps of real code that were made; all others were looked up. */
  readonly steps: number;
  readonly cells: number;
  readonly panels: number;
  readonly taken: readonly (readonly [string, number])[];
  readonly neverTaken: readonly string[];
  readonly messages: readonly string[];
  readonly situations: readonly string[];
  readonly elapsedMs: number;
  readonly processorMs: number;
  /** Of processor time. */
  readonly statesPerSecond: number;
  readonly finding: Finding | null;
  /** Of the counterexample: steps of the grain, and of all one by one from nothing. */
  readonly pathLength: number;
  readonly stepCount: number;
}

/** How long it took, on the wall and of the processor. */
export interface Times {
  readonly elapsedMs: number;
  readonly processorMs: number;
  /** States that were there before. */
  readonly before: number;
}

/** Makes the search; refusals are `DecodeError`s. */
export function searchOf({ plan, bounds, manner, properties }: Exploration): Search {
  const space = new Space(subjectOf(plan, bounds, propertiesNamed(properties)));
  return new Search(space, manner);
}

function propertiesNamed(names: readonly string[] | null): readonly Property[] {
  return names === null ? allProperties : allProperties.filter(({ name }) => names.includes(name));
}

/** What the search has come to. */
export function exploredSoFar(exploration: Exploration, search: Search, times: Times, interrupted: boolean): Explored {
  const { plan, bounds, manner } = exploration;
  const { space, visited, found } = search;
  const taken = ACT_NAMES.map((name, kind): [string, number] => [name, space.taken[kind] ?? 0]).slice(1);
  const finding = found === null ? null : findingOf(search);
  const status = interrupted && search.status === 'going' ? 'interrupted' : search.status;
  return {
    scenario: plan.scenario, servers: plan.members.length, clients: plan.clients.length,
    operations: plan.clients[0]?.operations.length ?? 0, bounds, manner, status,
    outcome: finding?.outcome ?? (status === 'exhausted' ? 'held' : 'unknown'),
    distinct: visited.count, generated: search.generated, bounded: search.bounded,
    slept: search.slept, reductionPercent: (search.slept * 100) / (search.generated + search.slept),
    depth: search.depth, waiting: search.waiting, widest: Math.max(...search.levels),
    bytesPerState: visited.bytes / visited.count, oddsOfMiss: oddsOfMiss(visited.count),
    steps: space.cells.steps, cells: space.cells.cells.length, panels: space.panels.juries.length,
    taken: taken.filter(([, count]) => count > 0),
    neverTaken: taken.filter(([, count]) => count === 0).map(([name]) => name),
    messages: space.cells.messageKinds(), situations: space.panels.situations(),
    elapsedMs: times.elapsedMs, processorMs: times.processorMs,
    statesPerSecond: ((visited.count - times.before) * 1000) / Math.max(1, times.processorMs),
    finding, pathLength: found?.path.length ?? 0, stepCount: found?.steps.length ?? 0,
  };
}

function findingOf(search: Search): Finding | null {
  return search.found === null ? null : findingIn(search.found.badness);
}

/** What is bad, as a finding. */
export function findingIn({ violation, broken }: Badness): Finding {
  if (violation !== null) {
    const { kind, property, sentence, atMs } = violation;
    return { outcome: kind, property, sentence, steps: [], atMs };
  }
  const sentence = broken === null ? 'something broke' : `process ${broken.node} failed: ${broken.message}`;
  return { outcome: 'crash', property: 'crash', sentence, steps: [], atMs: 0 };
}

/** Exhaustive crash points of a plan. */
export function crashPointsOf(exploration: Exploration): CrashPoints {
  const bounds = { ...exploration.bounds, crashes: 1, timeouts: 0, partitions: 0, epochs: 8, rounds: 16 };
  return new CrashPoints(new Space(subjectOf(exploration.plan, bounds, propertiesNamed(exploration.properties))));
}

/** The counterexample as a failure file; a sentence instead, if the world does not confirm it. */
export function failureFrom(exploration: Exploration, search: Search): Failure | string {
  return search.found === null ? 'there is no counterexample' : failureOn(exploration, search.space, search.found);
}

/** The failure file of steps that lead to something bad. */
export function failureOn(
  exploration: Exploration, space: Space, found: { readonly steps: readonly number[]; readonly badness: Badness },
): Failure | string {
  if (found.steps.length > PATH_MAX) return `the way there has ${found.steps.length} steps, and ${PATH_MAX} can be replayed`;
  const { properties: judged, mutant } = exploration;
  const { plan, tape } = realize(exploration.plan, space, found.steps);
  const recorded = recordRun(plan, new TapeChooser(tape, plan.seed), propertiesNamed(judged));
  if (recorded.result.finding !== null) return recordedFailure(plan, recorded, { judged, mutant });
  return `the explorer found a breach of ${findingIn(found.badness).property}, and the world does not confirm it`;
}
