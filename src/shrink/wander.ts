/**
 * The last thing that a shrinker tries: jumps. Leaving out one part after another ends where no single part can go, though
 * another run with far fewer might fail just as well, by other luck. So small plans are drawn at random, out of what is left and
 * out of what the failure began with, each is run with luck of its own, and one that fails in the same way is kept if it is
 * plainly smaller. When many jumps in a row have led nowhere, that is the end of it.
 */
import { seedStream } from '../base/random.ts';
import type { Xoshiro } from '../base/random.ts';
import { sizeOf } from '../plan/plan-edits.ts';
import type { Chooser } from '../world/chooser.ts';
import { costOf } from './failing-run.ts';
import { jump, sketch } from './jumps.ts';
import type { Shrinker } from './shrink.ts';
import { SparseChooser, freshLuck } from './sparse.ts';

/** So many jumps in a row that led nowhere are enough, and so many more for each event and for each step of the best run. */
const PATIENCE = 2500;
const PATIENCE_PER_EVENT = 4;
const PATIENCE_PER_STEP = 100;
/** One that led to what costs less by this share makes up for all before it; by less, for as much less of them. */
const MUCH = 0.05;
/** And so is this share of the time that there is for everything. */
const SHARE = 0.25;

/** Jumps until nothing comes of it; see the head of the file. */
export async function wander(shrinker: Shrinker): Promise<void> {
  const luck = seedStream(shrinker.best.plan.seed, `wander ${shrinker.runs}`);
  const until = shrinker.elapsedMs + SHARE * shrinker.forMs;
  const patience = (): number => {
    const { result, length } = shrinker.best;
    return PATIENCE + PATIENCE_PER_EVENT * result.events + PATIENCE_PER_STEP * length;
  };
  for (let misses = 0; misses < patience() && shrinker.elapsedMs < until && !shrinker.isOver();) {
    const plan = jump(shrinker, luck);
    if (plan === null) {
      misses++;
      continue;
    }
    const before = costOf(shrinker.best);
    misses++;
    if (!await shrinker.improves(plan, otherLuck(shrinker, luck))) continue;
    const gain = 1 - costOf(shrinker.best) / before;
    misses *= 1 - Math.min(1, gain / MUCH);
  }
}

/** A plan with more than so many parts is large; and so many sketches of it in a row that do not fail are enough. */
const MANY_PARTS = 8;
const SKETCHES = 20_000;
const SKETCH_SHARE = 0.35;
const FIRST_SKETCHES = 2000;
const FIRST_SKETCH_SHARE = 0.1;
/** So many events a sketch may have in any case. */
const SKETCH_EVENTS = 300;

/**
 * Of a plan that is still large, sketches with as good as nothing in them: where one part after another
 * could not be left out since each changed the luck of all others, it is quicker to begin with little. Where one fails others
 * may, and some of them are smaller.
 */
export function sketches(shrinker: Shrinker): Promise<void> {
  return sketched(shrinker, SKETCHES, SKETCH_SHARE);
}

/** Not so many of them, before a large plan is gone through part by part, which takes long: some bugs are easily hit. */
export function firstSketches(shrinker: Shrinker): Promise<void> {
  return sketched(shrinker, FIRST_SKETCHES, FIRST_SKETCH_SHARE);
}

async function sketched(shrinker: Shrinker, tries: number, share: number): Promise<void> {
  const { best, first } = shrinker;
  const { clients, operations, faults } = sizeOf(best.plan);
  if (clients + operations + faults <= MANY_PARTS) return;
  const luck = seedStream(best.plan.seed, `sketches ${shrinker.runs}`);
  const until = shrinker.elapsedMs + share * shrinker.forMs;
  const all = { ...first.plan, knobs: best.plan.knobs, settings: best.plan.settings };
  for (let misses = 0; misses < tries && shrinker.elapsedMs < until && !shrinker.isOver(); misses++) {
    const plan = sketch(luck.below(3) === 0 ? all : best.plan, luck);
    const seed = `${plan.seed}/sketch/${shrinker.runs}`;
    const chooser = luck.below(2) === 0 ? freshLuck(seed) : new SparseChooser(null, seed, rarity(shrinker, luck));
    // Most sketches that fail at all do so early, and most do not fail; but what never recovers takes its time.
    const halvings = best.result.outcome === 'liveness' ? luck.below(2) : 1 + luck.below(5);
    const maxSteps = Math.max(SKETCH_EVENTS, best.result.events >> halvings);
    if (await shrinker.improves(plan, chooser, maxSteps)) misses = 0;
  }
}

/** The luck of the best run, quite another one, or either of what is usual with a few draws that are not. */
export function otherLuck(shrinker: Shrinker, luck: Xoshiro): Chooser {
  const seed = `${shrinker.best.plan.seed}/wander/${shrinker.runs}`;
  switch (luck.below(5)) {
    case 0:
      return shrinker.tapeChooser();
    case 1:
      return freshLuck(seed);
    case 2:
      return new SparseChooser(null, seed, rarity(shrinker, luck));
    case 3:
      return new SparseChooser(shrinker.momentChooser(), seed, rarity(shrinker, luck));
    default:
      return new SparseChooser(shrinker.tapeChooser(), seed, rarity(shrinker, luck));
  }
}

/** One draw in so many: any power of two, up to one draw in all. */
function rarity({ best }: Shrinker, luck: Xoshiro): number {
  const draws = best.tape.reduce((sum, [, values]) => sum + values.length, 1);
  return 2 << luck.below(31 - Math.clz32(draws) + 1);
}
