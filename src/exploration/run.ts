/**
 * One exploration, as plain data in and out: what is searched and how, and what came of it. Whoever drives it looks at the
 * clock.
 */
import { allProperties } from '../../properties/index.ts';
import { ACT_NAMES } from '../explore/action.ts';
import { CrashPoints, type Share } from '../explore/crash-points.ts';
import {
  type Counterexample, type Manner, oddsOfMiss, Search, type SharedKeeperMaker, type Status,
} from '../explore/search.ts';
import { type Badness, Space } from '../explore/space.ts';
import type { Bounds } from '../explore/subject.ts';
import type { Property } from '../history/judge.ts';
import type { NodeId } from '../io/event.ts';
import { type Plan, serverIds } from '../plan/plan.ts';
import type { Failure } from '../run/failure.ts';
import { recordedFailure, recordRun } from '../run/record.ts';
import type { Finding, Outcome } from '../run/verdict.ts';
import { subjectOf } from './bridge.ts';
import { PATH_MAX, realize } from './realize.ts';
import { CalmAfter } from './steering.ts';

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

/** Why a search that could have gone on was ended: somebody wanted that, or the heap is nearly full. */
export type Cut = 'interrupted' | 'heap';

/** What came of it, so far or in the end. */
export interface Explored {
  readonly scenario: string;
  readonly servers: number;
  readonly clients: number;
  readonly operations: number;
  readonly bounds: Bounds;
  readonly manner: Manner;
  readonly jobs: number;
  readonly status: Status | Cut;
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
  /** Cores that searched. */
  readonly jobs: number;
}

/** Makes the search; refusals are `DecodeError`s. */
export function searchOf(exploration: Exploration, shared: SharedKeeperMaker | null = null): Search {
  return new Search(spaceOf(exploration), exploration.manner, shared);
}

function spaceOf({ plan, bounds, manner, properties }: Exploration): Space {
  return new Space(subjectOf(plan, bounds, propertiesNamed(properties), manner.symmetry));
}

function propertiesNamed(names: readonly string[] | null): readonly Property[] {
  return names === null ? allProperties : allProperties.filter(({ name }) => names.includes(name));
}

/** What one search, or several together, have come to: plain data, so that those of several can be added up. */
export interface Tally {
  readonly status: Status;
  readonly distinct: number;
  readonly bytes: number;
  readonly generated: number;
  readonly bounded: number;
  readonly slept: number;
  readonly depth: number;
  readonly waiting: number;
  readonly widest: number;
  readonly steps: number;
  readonly cells: number;
  readonly panels: number;
  /** By kind of action. */
  readonly taken: readonly number[];
  readonly messages: readonly string[];
  readonly situations: readonly string[];
  readonly found: Counterexample | null;
}

/** What the search has come to. */
export function tallyOf(search: Search): Tally {
  const { space, keeper, status, generated, bounded, slept, depth, waiting, found } = search;
  return {
    status, distinct: keeper.count, bytes: keeper.bytes, generated, bounded, slept, depth, waiting,
    widest: Math.max(...search.levels),
    steps: space.cells.steps, cells: space.cells.cells.length, panels: space.panels.count, taken: space.taken.slice(),
    messages: space.cells.messageKinds(), situations: space.panels.situations(), found,
  };
}

/** The same in the words of a result. */
export function exploredSoFar(exploration: Exploration, tally: Tally, times: Times, cut: Cut): Explored {
  const { plan, bounds, manner } = exploration;
  const { found, distinct, generated, bounded, slept, depth, waiting, widest } = tally;
  const { steps, cells, panels, messages, situations } = tally;
  const taken = ACT_NAMES.map((name, kind): [string, number] => [name, tally.taken[kind] ?? 0]).slice(1);
  const finding = found === null ? null : findingIn(found.badness);
  const status = tally.status === 'going' ? cut : tally.status;
  return {
    scenario: plan.scenario, servers: plan.members.length, clients: plan.clients.length,
    operations: plan.clients[0]?.operations.length ?? 0, bounds, manner, jobs: times.jobs, status,
    outcome: finding?.outcome ?? (status === 'exhausted' ? 'held' : 'unknown'),
    distinct, generated, bounded, slept, reductionPercent: (slept * 100) / (generated + slept), depth, waiting, widest,
    bytesPerState: tally.bytes / distinct, oddsOfMiss: oddsOfMiss(distinct), steps, cells, panels,
    taken: taken.filter(([, count]) => count > 0),
    neverTaken: taken.filter(([, count]) => count === 0).map(([name]) => name),
    messages, situations, elapsedMs: times.elapsedMs, processorMs: times.processorMs,
    statesPerSecond: ((distinct - times.before) * 1000) / Math.max(1, times.processorMs),
    finding, pathLength: found?.path.length ?? 0, stepCount: found?.steps.length ?? 0,
  };
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

/** Exhaustive crash points of a plan, or a share of them. */
export function crashPointsOf(exploration: Exploration, share?: Share): CrashPoints {
  const bounds = { ...exploration.bounds, crashes: 1, timeouts: 0, partitions: 0, epochs: 8, rounds: 16 };
  return new CrashPoints(new Space(subjectOf(exploration.plan, bounds, propertiesNamed(exploration.properties))), share);
}

/** The counterexample as a failure file; a sentence instead, if the world does not confirm it. */
export function failureFrom(exploration: Exploration, found: Counterexample | null): Failure | string {
  return found === null ? 'there is no counterexample' : failureOn(exploration, spaceOf(exploration), found);
}

/** Steps that lead to something bad. */
type Found = Pick<Counterexample, 'steps' | 'badness'> & Partial<Counterexample>;

/**
 * The failure file of steps that lead to something bad. Where a fair schedule that made no progress is too long, or shows nothing
 * in the world, the world goes on by itself from where it began. Who stays dead is lost for good.
 */
export function failureOn(exploration: Exploration, space: Space, found: Found): Failure | string {
  const { steps, badness, schedule = null } = found;
  const dead = schedule?.dead ?? [];
  const plan = dead.length === 0 ? exploration.plan : { ...exploration.plan, core: aliveOf(exploration.plan, dead) };
  const ways = schedule === null ? [steps] : [steps, steps.slice(0, steps.length - schedule.steps)];
  const fit = ways.filter(({ length }) => length <= PATH_MAX);
  for (const way of fit) {
    const failure = failureOf({ ...exploration, plan }, space, way);
    if (failure !== null) return failure;
  }
  if (fit.length === 0) return `the way there has ${steps.length} steps, and ${PATH_MAX} can be replayed`;
  return `the explorer found a breach of ${findingIn(badness).property}, and the world does not confirm it`;
}

function failureOf(exploration: Exploration, space: Space, steps: readonly number[]): Failure | null {
  const { properties: judged, mutant } = exploration;
  const { plan, tape } = realize(exploration.plan, space, steps);
  const recorded = recordRun(plan, new CalmAfter(tape), propertiesNamed(judged));
  return recorded.result.finding === null ? null : recordedFailure(plan, recorded, { judged, mutant });
}

function aliveOf(plan: Plan, dead: readonly NodeId[]): NodeId[] {
  return serverIds(plan).filter((id) => !dead.includes(id));
}
