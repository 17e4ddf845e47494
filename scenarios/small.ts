/** All small worlds, for `viv explore`. */
import type { SmallScenario } from './small-plan.ts';
import { RECIPE_SCENARIOS } from './small-recipes.ts';
import { SCRIPTED_SCENARIOS } from './small-scripts.ts';
import { movesSmall, readsSmall, sameSmall, zabSmall } from './zab-small.ts';

/** The default first. */
export const SMALL_SCENARIOS: readonly SmallScenario[] = [
  zabSmall, readsSmall, movesSmall, sameSmall, ...SCRIPTED_SCENARIOS, ...RECIPE_SCENARIOS,
];
