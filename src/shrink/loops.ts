/**
 * The last thing that is made smaller of a run that breaks liveness: what of it is needed, which is all that one has to read.
 * That is up to the event from which on nothing can mend it any more, or until it has gone round in a circle once; how soon
 * that comes is a matter of luck, and of when and how long a fault is. So it is looked for when the plan is as small as it will
 * be. What a run needs is found as it is measured in the end: where another measure is followed, it is luck whether both agree.
 */
import { seedStream } from '../base/random.ts';
import type { Xoshiro } from '../base/random.ts';
import { lengthOf } from '../plan/plan-edits.ts';
import type { Plan } from '../plan/plan.ts';
import type { Chooser } from '../world/chooser.ts';
import type { FailingRun } from './failing-run.ts';
import { inPlaceOfFault, jump, shaken } from './jumps.ts';
import { neededOf } from './lost.ts';
import type { Needed } from './lost.ts';
import type { Shrinker } from './shrink.ts';
import { freshLuck } from './sparse.ts';
import { otherLuck } from './wander.ts';

/** So many tries in a row that came to nothing less are enough, */
const TRIES = 3000;
/** and so much of the time. */
const UNTIL = 0.9;
/** One try in so many looks for a circle and no dead end, where the best run goes round in one, and where it does not. */
const LOOPS_ONE_IN = 2;
const LOOPS_SELDOM_ONE_IN = 8;
/** One in so many has luck that is new throughout: any other mostly leads to what is known. */
const FRESH_ONE_IN = 2;
/** What is found needs at most so much of what was needed before. It is seen sooner that it needs more. */
const LESS = 0.8;

/** A fault comes to last for longer by less than so many bits of milliseconds: as soon by a few as by some seconds. */
const LONGER_BITS = 13;

/** See the head of the file. */
export async function needLess(shrinker: Shrinker): Promise<void> {
  const luck = seedStream(shrinker.best.plan.seed, `loops ${shrinker.runs}`);
  let needed = measured(shrinker, shrinker.best);
  for (let misses = 0; misses < TRIES && shrinker.elapsedMs < UNTIL * shrinker.forMs && !shrinker.isOver(); misses++) {
    if (needed === null || needed.length === 0) return;
    const isLoop = luck.below(needed.isLoop ? LOOPS_ONE_IN : LOOPS_SELDOM_ONE_IN) === 0;
    const plan = elsewhereInTime(shrinker, luck);
    const isFresh = luck.below(FRESH_ONE_IN) === 0;
    const chooser = isFresh ? freshLuck(`${shrinker.best.plan.seed}/loops/${shrinker.runs}`) : otherLuck(shrinker, luck);
    const atMost = Math.min(needed.length - 1, Math.floor(needed.length * LESS));
    const less = plan === null ? null : await within(shrinker, atMost, plan, chooser, isLoop);
    if (less === null) continue;
    needed = less;
    misses = 0;
  }
}

/**
 * Whether a plan that is no larger breaks liveness and needs at most so many steps for it: what it needs, or null. With `isLoop`
 * it must go round in a circle by then, and is left as soon as it is seen that it does not.
 */
async function within(
  shrinker: Shrinker, atMost: number, plan: Plan, chooser: Chooser, isLoop: boolean,
): Promise<Needed | null> {
  const run = await shrinker.another(plan, chooser, isLoop ? atMost : Infinity);
  if (run === null || measured(shrinker, run, atMost) === null) return null;
  // The measure halves its way to an event, so that it may matter where it begins: the measure of the whole has the last word.
  const needed = measured(shrinker, run);
  if (needed === null || needed.length > atMost) return null;
  shrinker.prefer(run);
  return needed;
}

function measured(shrinker: Shrinker, run: FailingRun, atMost: number = Infinity): Needed | null {
  return neededOf({ ...run, events: run.result.events }, shrinker.judges, atMost);
}

/** The best plan itself, or another that is no larger. */
function elsewhereInTime({ best, first }: Shrinker, luck: Xoshiro): Plan | null {
  const { plan } = best;
  const { length } = plan.faults;
  const other = length === 0 || luck.below(2) === 0 ? plan : inPlaceOfFault(plan, luck.below(length), luck);
  switch (luck.below(6)) {
    case 0:
      return plan;
    case 1:
      return jump({ best, first }, luck);
    case 2:
      return shaken(plan, luck);
    case 3:
      return shaken(other, luck);
    case 4:
      return longer(plan, luck);
    default:
      return longer(other, luck);
  }
}

/**
 * One fault lasts for longer. While the plan was made smaller it came to last no longer than it must; but with its end much
 * begins anew that could have gone its way.
 */
function longer(plan: Plan, luck: Xoshiro): Plan | null {
  const chosen = luck.below(Math.max(1, plan.faults.length));
  const { atMs = 0, fault } = plan.faults[chosen] ?? {};
  const length = fault === undefined ? null : lengthOf(fault);
  if (length === null) return null;
  const ms = length.ms + luck.below(1 << (1 + luck.below(LONGER_BITS)));
  const faults = plan.faults.map((planned, at) => (at === chosen ? { ...planned, fault: length.with(ms) } : planned));
  return { ...plan, faults, safetyMs: Math.max(plan.safetyMs, Math.ceil(atMs + ms)) };
}
