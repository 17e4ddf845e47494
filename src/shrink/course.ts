/**
 * How a run goes while it is tried: its length so far, and whether it is already known to be too large, so that nobody need see
 * its end. Nearly all runs of a shrinker are in vain; what they cost is what shrinking costs.
 */
import type { Event, NodeId } from '../io/event.ts';
import type { Fact } from '../io/fact.ts';
import { sizeOf } from '../plan/plan-edits.ts';
import type { Plan } from '../plan/plan.ts';
import type { TraceSink } from '../world/trace.ts';
import { LengthSink } from './length-sink.ts';
import { Recurrence } from './recurrence.ts';

/** What a run may come to; beyond that nothing is made of it. */
export interface Limits {
  readonly maxSteps: number;
  /** In the steps that people count. */
  readonly maxLength: number;
  readonly maxCost: number;
}

/** A part of a plan is worth so many events, */
const PART_COST = 10;
/** and so is a step that people count. */
export const STEP_COST = 10;

/** What the parts of a plan cost, whatever the run. */
export function partsCost(plan: Plan): number {
  const { servers, clients, operations, faults } = sizeOf(plan);
  return PART_COST * (servers + clients + operations + 2 * faults);
}

/** Hand it to `runPlan` as its trace. */
export class Course implements TraceSink {
  readonly partsCost: number;
  private events = 0;
  private readonly steps: LengthSink;
  private readonly recurrence: Recurrence | null;
  private readonly maxLoop: number;
  private timeMs = 0;
  /** The last event that stated anything and by which there were no more than `maxLoop` steps. */
  private lastWithin = 0;
  private readonly tick: (timeUs: number) => void;

  /** `tick` hears the time of each event; `maxLoop`: of a run that is to go round in a circle, how soon, see `isStraight`. */
  constructor(plan: Plan, tick: (timeUs: number) => void, maxLoop: number = Infinity) {
    this.partsCost = partsCost(plan);
    this.steps = new LengthSink(plan.members.map(({ id }) => id));
    this.maxLoop = maxLoop;
    this.recurrence = maxLoop === Infinity ? null : new Recurrence(plan);
    this.tick = tick;
  }

  get length(): number {
    return this.steps.length;
  }

  event(step: number, timeUs: number, node: NodeId, event: Event): void {
    this.events = step;
    this.tick(timeUs);
    this.steps.event(step, timeUs, node, event);
  }

  fact(fact: Fact, node: NodeId, timeMs: number, step: number): void {
    this.steps.fact(fact, node, timeMs, step);
    if (this.length <= this.maxLoop) this.lastWithin = step;
    this.recurrence?.fact(fact, node, timeMs, step);
    this.timeMs = timeMs;
  }

  /** Whether it is already larger than that. Steps do not count before the ensemble is formed: then they begin anew. */
  isBeyond({ maxLength, maxCost }: Limits): boolean {
    const { length, formedAt } = this.steps;
    if (formedAt === 0) return false;
    return length > maxLength || this.events + STEP_COST * length + this.partsCost >= maxCost;
  }

  /**
   * Whether it is no run that goes round in a circle within `maxLoop` steps: none is closed by then, or when progress is owed.
   */
  isStraight(): boolean {
    if (this.recurrence === null || this.steps.formedAt === 0) return false;
    const { step, owedMs } = this.recurrence;
    return this.length > this.maxLoop ? step === 0 || step > this.lastWithin : step === 0 && this.timeMs >= owedMs;
  }
}
