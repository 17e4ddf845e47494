/**
 * The last thing that a shrinker tries: jumps. Leaving out one part after another ends where no single part can go, though
 * another run with far fewer might fail just as well, by other luck. So small plans are drawn at random, out of what is left and
 * out of what the failure began with, each is run with luck of its own, and one that fails in the same way is kept if it is
 * plainly smaller. When many jumps in a row have led nowhere, that is the end of it.
 */
import { seedStream } from '../base/random.ts';
import type { Xoshiro } from '../base/random.ts';
import { SeedChooser } from '../world/chooser.ts';
import type { Chooser } from '../world/chooser.ts';
import { jump } from './jumps.ts';
import type { Shrinker } from './shrink.ts';
import { SparseChooser } from './sparse.ts';

/** So many jumps in a row that led nowhere are enough, and so many more for each event and for each step of the best run. */
const PATIENCE = 800;
const PATIENCE_PER_EVENT = 4;
const PATIENCE_PER_STEP = 100;
/** And so is this share of the time that there is for everything. */
const SHARE = 0.4;

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
    if (await shrinker.improves(plan, otherLuck(shrinker, luck))) misses = 0;
    else misses++;
  }
}

/** The luck of the best run, quite another one, or either of what is usual with a few draws that are not. */
export function otherLuck(shrinker: Shrinker, luck: Xoshiro): Chooser {
  const seed = `${shrinker.best.plan.seed}/wander/${shrinker.runs}`;
  switch (luck.below(4)) {
    case 0:
      return shrinker.tapeChooser();
    case 1:
      return new SeedChooser(seed);
    case 2:
      return new SparseChooser(null, seed, rarity(shrinker, luck));
    default:
      return new SparseChooser(shrinker.tapeChooser(), seed, rarity(shrinker, luck));
  }
}

/** One draw in so many: any power of two, up to one draw in all. */
function rarity({ best }: Shrinker, luck: Xoshiro): number {
  const draws = best.tape.reduce((sum, [, values]) => sum + values.length, 1);
  return 2 << luck.below(31 - Math.clz32(draws) + 1);
}
