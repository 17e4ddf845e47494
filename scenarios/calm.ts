/** Nothing goes wrong: quiet links, true clocks, no fault. Whatever is violated here is plain wrong, and cheap to understand. */
import { NO_FAULT } from '../src/plan/fault-menu.ts';
import type { Scenario } from '../src/plan/scenario.ts';
import { scenarioOf } from '../src/plan/shape.ts';
import { FIVE } from './five.ts';

/** See the head of the file. */
export const calm: Scenario = scenarioOf({
  ...FIVE,
  name: 'calm',
  summary: 'no fault at all: quiet links, true clocks, mixed clients',
  faults: NO_FAULT,
  faultCount: [0, 0],
  calmPercent: 100,
  tinyPercent: 0,
});
