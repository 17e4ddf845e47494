/**
 * Faults that only some runs have, on top of the menu: they are drawn by themselves, so that adding one leaves the plans of all
 * other seeds as they were. Times are measured in ticks, as there.
 */
import fc from 'fast-check';
import type { Arbitrary } from 'fast-check';
import { HELD_MESSAGES } from '../world/fault.ts';
import type { Fault, HeldMessage, Target } from '../world/fault.ts';
import { duration } from './fault-menu.ts';
import type { PlannedFault } from './plan.ts';
import { record } from './scenario.ts';
import type { Draw } from './scenario.ts';

const DISHES = [
  'swizzle', 'rolling', 'flapping', 'hold', 'lateData', 'drip', 'slowReader', 'refuse', 'wallJump', 'lateTimers', 'longPause',
  'crashAfterSync', 'wipe', 'oldImage', 'clone',
] as const;
/** A dish of the rare menu. */
export type RareDish = (typeof DISHES)[number];

/** By weight; what is left out never happens. */
export type RareWeights = Partial<Readonly<Record<RareDish, number>>>;

/** Everything. */
export const EVERY_RARE_FAULT: RareWeights = {
  swizzle: 2, rolling: 2, flapping: 3, hold: 4, lateData: 3, drip: 2, slowReader: 2, refuse: 3, wallJump: 3, lateTimers: 2,
  longPause: 2, crashAfterSync: 4, wipe: 3, oldImage: 3, clone: 1,
};

/** What is wanted of them. */
export interface RareOrder {
  readonly weights: RareWeights;
  /** Of 100 runs, so many have some. */
  readonly percent: number;
  readonly tickMs: number;
  readonly safetyMs: number;
}

/** The rare faults of one run, in no order. */
export function drawRareFaults(draw: Draw, order: RareOrder): PlannedFault[] {
  const { weights, percent, tickMs, safetyMs } = order;
  if (!draw.percent('rare', percent)) return [];
  const dishes = DISHES.filter((dish) => (weights[dish] ?? 0) > 0 && !draw.percent(`rare/${dish}`, 50));
  if (dishes.length === 0) return [];
  const count = draw.integer('rare/count', 1, 8);
  const fault = fc.oneof(...dishes.map((dish) => ({ weight: weights[dish] ?? 0, arbitrary: dishArbitrary(dish, tickMs) })));
  const atMs = fc.integer({ min: Math.min(2 * tickMs, safetyMs), max: safetyMs });
  return draw.of('rare/faults', fc.array(record({ atMs, fault }), { minLength: count, maxLength: count }));
}

const anyServer: Arbitrary<Target> = fc.oneof(
  { weight: 3, arbitrary: fc.constant<Target>({ role: 'any' }) },
  { weight: 3, arbitrary: fc.constant<Target>({ role: 'leader' }) },
  { weight: 3, arbitrary: fc.constant<Target>({ role: 'follower' }) },
);
const anyNode: Arbitrary<Target> = fc.oneof(
  { weight: 3, arbitrary: anyServer }, { weight: 1, arbitrary: fc.constant<Target>({ role: 'client' }) },
);
const mostlyClient: Arbitrary<Target> = fc.oneof(
  { weight: 3, arbitrary: fc.constant<Target>({ role: 'client' }) }, { weight: 1, arbitrary: anyServer },
);

/** What a leader says, and what is said to it. */
const HELD_BY_LEADER: readonly HeldMessage[] = ['PROPOSAL', 'COMMIT', 'INFORM', 'NEWLEADER', 'UPTODATE', 'LEADERINFO', 'PING'];
const HELD_BY_OTHERS: readonly HeldMessage[] = HELD_MESSAGES.filter((kind) => !HELD_BY_LEADER.includes(kind));

const HOUR_MS = 3_600_000;

function dishArbitrary(dish: RareDish, tickMs: number): Arbitrary<Fault> {
  const forMs = duration(tickMs);
  const downMs = fc.integer({ min: 1, max: 6 * tickMs });
  switch (dish) {
    case 'swizzle':
      return record({ kind: fc.constant('swizzle'), forMs: fc.integer({ min: tickMs, max: 12 * tickMs }) });
    case 'rolling':
      return record({ kind: fc.constant('rolling'), eachMs: fc.integer({ min: tickMs, max: 8 * tickMs }) });
    case 'flapping': {
      const periodMs = fc.integer({ min: Math.ceil(tickMs / 10), max: 2 * tickMs });
      return record({ kind: fc.constant('flapping'), target: anyServer, periodMs, forMs: longer(tickMs) });
    }
    case 'hold':
      return hold(tickMs);
    case 'lateData':
      return record({ kind: fc.constant('lateData'), target: anyNode, delayMs: fc.integer({ min: tickMs, max: 12 * tickMs }) });
    case 'drip': {
      const gapMs = fc.integer({ min: 1, max: Math.ceil(tickMs / 5) });
      return record({ kind: fc.constant('drip'), target: anyNode, gapMs, forMs });
    }
    case 'slowReader':
      return record({ kind: fc.constant('slowReader'), target: mostlyClient, forMs: longer(tickMs) });
    case 'refuse': {
      const answer = fc.constantFrom<'refuse' | 'hang'>('refuse', 'hang');
      return record({ kind: fc.constant('refuse'), target: anyServer, answer, forMs: longer(tickMs) });
    }
    case 'wallJump': {
      const near = fc.integer({ min: -2 * tickMs, max: 2 * tickMs });
      const byMs = fc.oneof(near, fc.integer({ min: -24 * HOUR_MS, max: 24 * HOUR_MS }));
      return record({ kind: fc.constant('wallJump'), target: anyServer, byMs });
    }
    case 'lateTimers':
      return record({ kind: fc.constant('lateTimers'), target: anyNode, forMs });
    case 'longPause':
      // Sessions last 2 to 20 ticks: from a tenth of the shortest to three times the longest.
      return record({
        kind: fc.constant('pause'), target: anyNode, forMs: fc.integer({ min: Math.ceil(tickMs / 5), max: 60 * tickMs }),
      });
    case 'crashAfterSync': {
      const afterEffects = fc.nat({ max: 3 });
      return record({ kind: fc.constant('crash'), target: anyServer, afterEffects, after: fc.constant('sync'), downMs });
    }
    case 'wipe':
      return record({ kind: fc.constant('wipe'), target: anyServer, downMs });
    case 'oldImage':
      return record({
        kind: fc.constant('oldImage'), target: anyServer, ageMs: fc.integer({ min: tickMs, max: 30 * tickMs }), downMs,
      });
    case 'clone':
      return record({ kind: fc.constant('clone'), target: anyServer, downMs });
  }
}

function hold(tickMs: number): Arbitrary<Fault> {
  const kind = fc.constant('hold' as const);
  const forMs = longer(tickMs);
  return fc.oneof(
    record({ kind, target: fc.constant<Target>({ role: 'leader' }), message: fc.constantFrom(...HELD_BY_LEADER), forMs }),
    record({ kind, target: fc.constant<Target>({ role: 'follower' }), message: fc.constantFrom(...HELD_BY_OTHERS), forMs }),
    record({ kind, target: fc.constant<Target>({ role: 'any' }), message: fc.constantFrom(...HELD_MESSAGES), forMs }),
  );
}

/** Long enough to be met by something that happens now and then. */
function longer(tickMs: number): Arbitrary<number> {
  return fc.integer({ min: tickMs, max: 16 * tickMs });
}
