/**
 * Other orders of events than that of their times. Whatever is due within a window from the earliest may go next; who goes is
 * the scheduler's choice, and time moves on to the chosen one, so that what was passed over is late, by the window at most, and
 * nothing is ever early. What must stay in order does: what comes out of one end of a connection, the requests for one file, and
 * everything that is no process's event. Once the world has healed, all is timed again.
 *
 * uniform: any of them, evenly. pct: probabilistic concurrency testing for message passing (Ozkan et al., OOPSLA 2018): every
 * chain (the messages of one process to another; the disk and the timers of one process) has a drawn priority, and at depth − 1
 * drawn decisions the chain that is on falls below all others. starve: a victim hears nothing for a while. delay-bounded: the
 * order of time but for so many deviations (Emmi et al., POPL 2011).
 */
import type { NodeId } from '../io/event.ts';
import type { Stream } from './chooser.ts';
import { Due, Schedule, type Scheduled } from './heap.ts';
import type { Host } from './host.ts';
import type { Link } from './link.ts';

/** Who is passed over, and when. Times in milliseconds. */
export interface Starvation {
  readonly victim: NodeId;
  readonly fromMs: number;
  readonly forMs: number;
}

/** A scheduler, as plain JSON. `decisions`: among how many the points of change, or the deviations, are drawn. */
export type SchedulerPlan =
  | { readonly kind: 'timed' }
  | { readonly kind: 'uniform'; readonly windowMs: number }
  | { readonly kind: 'pct'; readonly windowMs: number; readonly depth: number; readonly decisions: number }
  | { readonly kind: 'starve'; readonly windows: readonly Starvation[] }
  | { readonly kind: 'delay-bounded'; readonly windowMs: number; readonly delays: number; readonly decisions: number };

export type SchedulerKind = SchedulerPlan['kind'];

/** What a scheduler did. */
export interface SchedulerReport {
  readonly kind: SchedulerKind;
  /** How often it had a choice, and how often it did not take the earliest. */
  readonly decisions: number;
  readonly deviations: number;
  /** For pct: the depth and the chains that there were; else 0. */
  readonly depth: number;
  readonly chains: number;
}

/** The order of time. */
export const TIMED: SchedulerPlan = Object.freeze({ kind: 'timed' });

/** So many events are looked at, at most: a burst does not make every choice expensive. */
const CANDIDATES_MAX = 16;
const PRIORITIES = 0x4000_0000;

/** Orders by a plan, with luck where the plan leaves it. */
export class SteeredSchedule extends Schedule {
  readonly plan: SchedulerPlan;
  readonly luck: Stream;
  /** The order of time from now on. */
  isCalm = false;
  decisions = 0;
  deviations = 0;
  /** Priorities of pct by chain; the highest goes first. */
  readonly priorities: Map<Link | Host, number> = new Map();
  /** Decisions at which pct lowers a chain, or at which delay-bounded deviates; ascending. */
  readonly points: number[] = [];

  constructor(plan: SchedulerPlan, luck: Stream) {
    super();
    this.plan = plan;
    this.luck = luck;
    const count = plan.kind === 'pct' ? plan.depth - 1 : plan.kind === 'delay-bounded' ? plan.delays : 0;
    const range = plan.kind === 'pct' || plan.kind === 'delay-bounded' ? plan.decisions : 1;
    for (let i = 0; i < count; i++) this.points.push(1 + luck.below(range, 'point'));
    this.points.sort((a, b) => a - b);
  }

  get report(): SchedulerReport {
    const { plan, decisions, deviations } = this;
    const depth = plan.kind === 'pct' ? plan.depth : 0;
    return { kind: plan.kind, decisions, deviations, depth, chains: this.priorities.size };
  }

  override take(): Scheduled | undefined {
    const { plan } = this;
    if (this.isCalm || plan.kind === 'timed') return super.take();
    if (plan.kind === 'starve') return this.takeStarving(plan.windows);
    const first = this.pop();
    if (first === undefined || !isEventOfProcess(first)) return this.moveTo(first);
    const eligible = this.eligible(first, plan.windowMs * 1000);
    let chosen = first;
    if (eligible.length > 1) {
      this.decisions++;
      const index = this.choose(eligible);
      if (index > 0) this.deviations++;
      chosen = eligible[index] ?? first;
      for (const entry of eligible) if (entry !== chosen) this.rise(entry);
    }
    return this.moveTo(chosen);
  }

  private moveTo(entry: Scheduled | undefined): Scheduled | undefined {
    if (entry !== undefined && entry.time > this.nowUs) this.nowUs = entry.time;
    return entry;
  }

  /** Takes out the events that may go next; `first` among them, the earliest first. */
  private eligible(first: Scheduled, windowUs: number): Scheduled[] {
    const horizonUs = first.time + windowUs;
    const seen: Scheduled[] = [first];
    const eligible: Scheduled[] = [first];
    const passed: Scheduled[] = [];
    while (seen.length < CANDIDATES_MAX && this.nextTime() <= horizonUs) {
      const entry = this.pop();
      if (entry === undefined) break;
      if (!isEventOfProcess(entry)) {
        passed.push(entry);
        break;
      }
      (seen.some((earlier) => mustPrecede(earlier, entry)) ? passed : eligible).push(entry);
      seen.push(entry);
    }
    for (const entry of passed) this.rise(entry);
    return eligible;
  }

  private choose(eligible: readonly Scheduled[]): number {
    const { plan, luck, points } = this;
    if (plan.kind === 'uniform') return luck.below(eligible.length, 'next');
    let isPoint = false;
    while (points[0] !== undefined && points[0] <= this.decisions) {
      points.shift();
      isPoint = true;
    }
    if (plan.kind !== 'pct') return isPoint ? 1 + luck.below(eligible.length - 1, 'deviation') : 0;
    const chosen = this.mostUrgent(eligible);
    const chain = chainOf(eligible[chosen]);
    // Each point lowers below all before it, and those begin above the depth.
    if (isPoint && chain !== null) this.priorities.set(chain, points.length);
    return chosen;
  }

  private mostUrgent(eligible: readonly Scheduled[]): number {
    let best = 0;
    let bestPriority = -1;
    for (const [index, entry] of eligible.entries()) {
      const priority = this.priorityOf(entry);
      if (priority <= bestPriority) continue;
      best = index;
      bestPriority = priority;
    }
    return best;
  }

  private priorityOf(entry: Scheduled): number {
    const chain = chainOf(entry);
    if (chain === null) return PRIORITIES * 2;
    let priority = this.priorities.get(chain);
    if (priority === undefined) {
      priority = PRIORITIES + this.luck.below(PRIORITIES, 'priority');
      this.priorities.set(chain, priority);
    }
    return priority;
  }

  /** In the order of time, but what is for a victim waits for the end of its window. */
  private takeStarving(windows: readonly Starvation[]): Scheduled | undefined {
    for (;;) {
      const first = this.pop();
      if (first === undefined || !isEventOfProcess(first)) return this.moveTo(first);
      const atUs = Math.max(first.time, this.nowUs);
      const node = receiverOf(first);
      let untilUs = 0;
      for (const { victim, fromMs, forMs } of windows) {
        const endUs = (fromMs + forMs) * 1000;
        if (victim === node && atUs >= fromMs * 1000 && atUs < endUs) untilUs = Math.max(untilUs, endUs);
      }
      if (untilUs === 0) return this.moveTo(first);
      this.decisions++;
      this.deviations++;
      first.time = untilUs;
      this.rise(first);
    }
  }
}

/** Whether it is something that a process hears of, or what becomes one; all else keeps its time. */
function isEventOfProcess(entry: Scheduled): boolean {
  switch (entry.kind) {
    case Due.message:
    case Due.opening:
    case Due.opened:
    case Due.closing:
    case Due.timer:
    case Due.disk:
      return true;
    default:
      return false;
  }
}

function mustPrecede(earlier: Scheduled, later: Scheduled): boolean {
  if (later.end !== null) return earlier.end === later.end;
  if (later.request === null) return false;
  return earlier.request !== null && earlier.host === later.host && earlier.request.file === later.request.file;
}

function chainOf(entry: Scheduled | undefined): Link | Host | null {
  return entry?.end?.link ?? entry?.host ?? entry?.timer?.host ?? null;
}

function receiverOf(entry: Scheduled): NodeId {
  return entry.end?.link.to.node ?? entry.host?.node ?? entry.timer?.host.node ?? 0;
}
