/**
 * Which scheduler a run has: most go by time, with the latencies of the plan; some try orders that no latency would bring about.
 * Windows are short against a tick, so that what they make late is an order of events and not a timeout, but for a few.
 */
import fc from 'fast-check';
import type { SchedulerPlan } from '../world/scheduler.ts';
import { record } from './scenario.ts';
import type { Draw } from './scenario.ts';

/** What a scheduler is drawn for. */
export interface SchedulerOrder {
  /** Of 100 runs, so many do not go by time. */
  readonly percent: number;
  readonly tickMs: number;
  readonly safetyMs: number;
  readonly servers: number;
}

/** Of a run, a victim is starved for so much at most, in percent. */
const STARVED_PERCENT_MAX = 20;

type Steered = Exclude<SchedulerPlan['kind'], 'timed'>;

/** undefined: by time. */
export function drawScheduler(draw: Draw, order: SchedulerOrder): SchedulerPlan | undefined {
  if (!draw.percent('scheduler/steered', order.percent)) return undefined;
  const kind = draw.weighted<Steered>('scheduler', [['uniform', 3], ['pct', 4], ['starve', 2], ['delay-bounded', 2]]);
  const windowMs = draw.weighted('scheduler/window', [
    [2, 2], [10, 3], [Math.ceil(order.tickMs / 20), 2], [Math.ceil(order.tickMs / 4), 1],
  ]);
  const decisions = draw.weighted('scheduler/decisions', [[300, 1], [1000, 2], [4000, 2]]);
  switch (kind) {
    case 'uniform':
      return { kind, windowMs };
    case 'pct':
      return { kind, windowMs, depth: draw.integer('scheduler/depth', 1, 4), decisions };
    case 'delay-bounded':
      return { kind, windowMs, delays: draw.integer('scheduler/delays', 1, 40), decisions };
    case 'starve':
      return starvation(draw, order);
  }
}

function starvation(draw: Draw, { safetyMs, servers }: SchedulerOrder): SchedulerPlan {
  const count = draw.integer('scheduler/windows', 1, 4);
  const longest = Math.floor((safetyMs * STARVED_PERCENT_MAX) / 100 / count);
  const window = record({
    victim: fc.integer({ min: 1, max: servers }),
    fromMs: fc.integer({ min: 0, max: safetyMs - longest }),
    forMs: fc.integer({ min: 1, max: Math.max(1, longest) }),
  });
  return { kind: 'starve', windows: draw.of('scheduler/starved', fc.array(window, { minLength: count, maxLength: count })) };
}
