/**
 * How a run goes while it is tried: its length so far, where it begins to repeat itself, and whether it is already known to be
 * too large, so that nobody need see its end. Nearly all runs of a shrinker are in vain; what they cost is what shrinking costs.
 */
import type { Event, NodeId } from '../io/event.ts';
import type { Fact } from '../io/fact.ts';
import { sizeOf } from '../plan/plan-edits.ts';
import type { Plan } from '../plan/plan.ts';
import type { TraceSink } from '../world/trace.ts';
import { LengthSink } from './length.ts';
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
  /** After how many steps the run began to repeat itself; null if it never did, or nobody asked. */
  loopLength: number | null = null;
  private events = 0;
  private readonly steps: LengthSink;
  private readonly recurrence: Recurrence | null;
  private readonly tick: (timeUs: number) => void;

  /** `tick` hears the time of each event. */
  constructor(plan: Plan, isForLiveness: boolean, tick: (timeUs: number) => void) {
    this.recurrence = isForLiveness ? new Recurrence() : null;
    this.partsCost = partsCost(plan);
    this.steps = new LengthSink(plan.members.map(({ id }) => id));
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
    if (this.recurrence === null) return;
    const before = this.recurrence.step;
    this.recurrence.fact(fact, node, step);
    if (this.recurrence.step === before) return;
    this.loopLength = this.recurrence.step === 0 ? null : this.length;
  }

  /** Whether it is already larger than that. Steps do not count before the ensemble is formed: then they begin anew. */
  isBeyond({ maxLength, maxCost }: Limits): boolean {
    const { length, formedAt } = this.steps;
    if (formedAt === 0) return false;
    return length > maxLength || this.events + STEP_COST * length + this.partsCost >= maxCost;
  }
}
