/**
 * The default: five voters, now and then one, three or seven, up to twenty clients, and everything that can go wrong. What this
 * scenario does not provoke often enough, another one does on purpose.
 */
import { EVERY_FAULT } from '../src/plan/fault-menu.ts';
import { EVERY_RARE_FAULT } from '../src/plan/rare-faults.ts';
import type { Scenario } from '../src/plan/scenario.ts';
import {
  OVERTAKING, QUICK, QUICK_SYNC, SLOW_SYNC, USUAL_COUNTER_LIMIT, USUAL_OPERATIONS, WIDE, scenarioOf,
} from '../src/plan/shape.ts';
import type { ScenarioShape } from '../src/plan/shape.ts';

/** The shape that the other scenarios vary. */
export const FIVE: ScenarioShape = {
  name: 'five',
  summary: 'the default: five voters (sometimes 1, 3 or 7), up to twenty clients, every fault',
  voters: [[5, 12], [3, 5], [7, 2], [1, 1]],
  observers: [[0, 9], [1, 1]],
  clients: [1, 20],
  operations: [8, 40],
  tickMs: [[200, 3], [500, 3], [1000, 2], [2000, 2]],
  safetyTicks: [20, 80],
  faults: EVERY_FAULT,
  faultCount: [1, 20],
  calmPercent: 8,
  leaveOutPercent: 50,
  stormPercent: 25,
  rareFaults: EVERY_RARE_FAULT,
  rarePercent: 40,
  steeredPercent: 30,
  tinyPercent: 10,
  snapCount: [[10, 2], [50, 2], [100_000, 1]],
  commitLogCount: [[500, 2], [20, 1], [3, 1]],
  snapshotSizePercent: [[33, 2], [-1, 1], [1000, 1]],
  counterLimit: USUAL_COUNTER_LIMIT,
  operationWeights: USUAL_OPERATIONS,
  focusPercent: [[0, 1], [50, 2], [80, 1]],
  latency: [[QUICK, 4], [OVERTAKING, 2], [WIDE, 1]],
  sync: [[QUICK_SYNC, 2], [SLOW_SYNC, 1]],
};

/** See the head of the file. */
export const five: Scenario = scenarioOf(FIVE);
