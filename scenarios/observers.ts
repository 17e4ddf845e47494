/** Three voters and two observers, who must see everything and decide nothing: neither an election nor a quorum is theirs. */
import type { Scenario } from '../src/plan/scenario.ts';
import { scenarioOf } from '../src/plan/shape.ts';
import { FIVE } from './five.ts';

/** See the head of the file. */
export const observers: Scenario = scenarioOf({
  ...FIVE,
  name: 'observers',
  summary: 'three voters and two observers, every fault',
  voters: [[3, 5], [5, 1]],
  observers: [[2, 5], [1, 1], [3, 1]],
  calmPercent: 5,
});
