/** A failing run as a shrinker keeps it, and how large it is: as people count, and as one number by which runs are compared. */
import { sizeOf } from '../plan/plan-edits.ts';
import type { PlanSize } from '../plan/plan-edits.ts';
import type { Plan } from '../plan/plan.ts';
import type { TapeNames } from '../run/align.ts';
import type { RunResult } from '../run/run.ts';
import { sentenceShape } from '../run/verdict.ts';
import type { Finding } from '../run/verdict.ts';
import type { Tape } from '../world/chooser.ts';
import { STEP_COST, partsCost } from './course.ts';
import type { Moments } from './moments.ts';

/** How large a failing run is. `draws`: those that are not zero. */
export interface ShrinkSize extends PlanSize {
  readonly events: number;
  readonly draws: number;
}

/** A tape and the names of its draws. */
export interface NamedTape {
  readonly tape: Tape;
  readonly names: TapeNames;
}

/** A failing run. */
export interface FailingRun extends NamedTape {
  readonly plan: Plan;
  readonly result: RunResult;
  readonly moments: Moments;
  /**
   * In the steps that people count, see `length.ts`. Most of a run that breaks liveness is waiting; such a run counts as the
   * longer, the more often its plan recovers with other luck: what trigger is it that only sometimes ends in no way back?
   */
  readonly length: number;
}

/** What an event of a run that breaks liveness is worth. */
const WAITING_COST = 0.05;

/** Counts. */
export function sizeOfRun({ plan, tape, result }: FailingRun): ShrinkSize {
  const draws = tape.reduce((sum, [, values]) => sum + values.filter((value) => value !== 0).length, 0);
  return { ...sizeOf(plan), events: result.events, draws };
}

/**
 * What a reader has to go through: events, and above all steps and parts of the plan, each of which asks why it is there. Of
 * what breaks liveness most events are waiting, of which nobody reads much.
 */
export function costOf({ plan, result, length }: FailingRun): number {
  const events = result.outcome === 'liveness' ? result.events * WAITING_COST : result.events;
  return events + STEP_COST * length + partsCost(plan);
}

/** What a judge says of a process that broke off. */
const INVARIANT_BROKEN = 'broke an invariant';

/** The same promise is broken; where something broke off, by the same complaint: a plan that cannot be run is no smaller one. */
export function isSame(wanted: Finding, found: Finding): boolean {
  if (wanted.property !== found.property || wanted.outcome !== found.outcome) return false;
  const isComplaint = wanted.property === 'crash' || found.sentence.includes(INVARIANT_BROKEN);
  return !isComplaint || sentenceShape(wanted.sentence) === sentenceShape(found.sentence);
}
