/**
 * How much of a run that breaks liveness is needed. It never ends by itself, and most of it is waiting. Where luck cannot mend
 * it any more it is a dead end, and what counts is all up to the event with which it became one; where luck may lead out at any
 * time it is a livelock, and what counts is the stem and the first loop. This is the measure, and what a shrinker goes by too:
 * it asks for fewer of the same futures where it has many runs to ask for, and only whether less is needed than before.
 */
import type { Property } from '../history/judge.ts';
import type { Event, NodeId } from '../io/event.ts';
import type { Fact } from '../io/fact.ts';
import type { Plan } from '../plan/plan.ts';
import { AligningChooser } from '../run/align.ts';
import type { TapeNames } from '../run/align.ts';
import { forked } from '../run/follow.ts';
import { runPlan } from '../run/run.ts';
import type { Tape } from '../world/chooser.ts';
import type { TraceSink } from '../world/trace.ts';
import { LengthSink } from './length-sink.ts';
import { Recurrence } from './recurrence.ts';

/** Futures that are tried of a prefix, and how many of them may recover where it is still said that none does. */
const FUTURES = 20;
const MAY_RECOVER = 2;

/** A run that breaks liveness. */
export interface LostRun {
  readonly plan: Plan;
  readonly tape: Tape;
  readonly names: TapeNames;
  readonly events: number;
}

/** An event, by its number, and when it happened. */
interface Moment {
  readonly step: number;
  readonly timeMs: number;
}

/** Before everything. */
export const BEGINNING: Moment = { step: 0, timeMs: 0 };

/** Events between two steps that count: how many those are by then, and the last of these events. */
interface Stretch {
  readonly length: number;
  readonly last: Moment;
}

/**
 * Whether the future number `index` after an event recovers, though it has as much time from there as the run had when it healed.
 * They are the same ones for whoever asks.
 */
export function recovers(run: LostRun, after: Moment, index: number, judges: readonly Property[]): boolean {
  const { plan, tape, names, events } = run;
  const sinceHealingMs = Math.max(0, after.timeMs - plan.safetyMs);
  // Judges ask what is settled by half of the tail.
  const patient = { ...plan, tailMs: plan.tailMs + 2 * sinceHealingMs };
  const { chooser, trace } = forked(new AligningChooser(tape, names, 'zero'), after.step, `${plan.seed}/future/${index}`);
  try {
    const { finding } = runPlan(patient, chooser, { properties: judges, trace, maxSteps: Math.max(events, 1000) * 20 });
    return !judges.some(({ name }) => name === finding?.property);
  } catch {
    // A plan that cannot be run with that luck does not fail in the same way.
    return true;
  }
}

/** Whether nearly all futures after an event fail in the same way. */
function isDeadEnd(run: LostRun, after: Moment, judges: readonly Property[]): boolean {
  let left = MAY_RECOVER;
  for (let index = 0; index < FUTURES; index++) if (recovers(run, after, index, judges) && left-- === 0) return false;
  return true;
}

/** What a violation of liveness needs. */
export interface Needed {
  /** As people count, see `length.ts`. */
  readonly length: number;
  /** It goes round in a circle, out of which luck may lead; else it is a dead end, or neither. */
  readonly isLoop: boolean;
}

/**
 * What a violation of liveness needs; null if that is more than `atMost` steps, which is found out sooner. A dead end ends with
 * the first event from which on futures fail, 0 where they do from the beginning; a livelock with the one that closes the first
 * loop. All of the run where it is neither.
 */
export function neededOf(run: LostRun, judges: readonly Property[], atMost: number = Infinity): Needed | null {
  const known = new Map<number, boolean>();
  const isLost = (moment: Moment): boolean => {
    const isDead = known.get(moment.step) ?? isDeadEnd(run, moment, judges);
    known.set(moment.step, isDead);
    return isDead;
  };
  const { stretches, loopLength } = observe(run, judges);
  const within = stretches.slice(0, stretches.findLastIndex(({ length }) => length <= atMost) + 1);
  const [bound, end] = [within.at(-1), stretches.at(-1)];
  if (bound === undefined || end === undefined) return null;
  const lasso = { length: loopLength ?? end.length, isLoop: loopLength !== null };
  // Of most runs more is needed, and few futures are enough to see it. Where they are lost by then, they still are at the end.
  if (lasso.length > atMost && !isLost(bound.last)) return null;
  if (!isLost(end.last)) return lasso.length <= atMost ? lasso : null;
  if (isLost(BEGINNING)) return { length: 0, isLoop: false };
  const length = isLost(bound.last) ? firstLost(within, isLost) : Infinity;
  return length <= atMost ? { length, isLoop: false } : null;
}

/** How long it is to the first stretch at whose end futures are lost. They are at the end of the last one. */
function firstLost(stretches: readonly Stretch[], isLost: (moment: Moment) => boolean): number {
  let [low, high] = [-1, stretches.length - 1];
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (isLost(stretches[middle]?.last ?? BEGINNING)) high = middle;
    else low = middle;
  }
  return stretches[high]?.length ?? 0;
}

function observe(
  run: LostRun, judges: readonly Property[],
): { readonly stretches: readonly Stretch[]; readonly loopLength: number | null } {
  const { plan, tape, names } = run;
  const observer = new Observer(plan);
  runPlan(plan, new AligningChooser(tape, names, 'zero'), { properties: judges, trace: observer });
  const stretches = observer.stretches();
  return { stretches, loopLength: observer.loopLength };
}

/** Sees a run go by; `stretches` and `loopLength` are for when it is over. */
class Observer implements TraceSink {
  loopLength: number | null = null;
  private readonly past: Stretch[] = [];
  private open: Stretch = { length: 0, last: BEGINNING };
  private moment: Moment = BEGINNING;
  private readonly steps: LengthSink;
  private readonly recurrence: Recurrence;
  private closedAt = 0;

  constructor(plan: Plan) {
    this.steps = new LengthSink(plan.members.map(({ id }) => id));
    this.recurrence = new Recurrence(plan);
  }

  event(step: number, timeUs: number, node: NodeId, event: Event): void {
    this.endEvent();
    this.moment = { step, timeMs: Math.floor(timeUs / 1000) };
    this.steps.event(step, timeUs, node, event);
  }

  fact(fact: Fact, node: NodeId, timeMs: number, step: number): void {
    this.steps.fact(fact, node, timeMs, step);
    this.recurrence.fact(fact, node, timeMs, step);
  }

  stretches(): readonly Stretch[] {
    this.endEvent();
    return [...this.past, this.open];
  }

  /** All that the event under way brought about has been stated. */
  private endEvent(): void {
    const { length } = this.steps;
    if (length !== this.open.length) this.past.push(this.open);
    this.open = { length, last: this.moment };
    if (this.recurrence.step === this.closedAt) return;
    this.closedAt = this.recurrence.step;
    this.loopLength = this.closedAt === 0 ? null : length;
  }
}
