/**
 * Cuts of every shape: one server or the leader alone, one direction only, halves, a ring in which nobody sees everybody, two
 * halves
 * with a bridge, clients cut off or left with a stale minority. Most real partition failures need one isolated node.
 */
import { NO_FAULT } from '../src/plan/fault-menu.ts';
import type { Scenario } from '../src/plan/scenario.ts';
import { scenarioOf } from '../src/plan/shape.ts';
import { FIVE } from './five.ts';

/** See the head of the file. */
export const partitions: Scenario = scenarioOf({
  ...FIVE,
  name: 'partitions',
  summary: 'cuts of every shape: isolated leaders, one-way links, halves, rings, bridges',
  voters: [[5, 4], [3, 3], [7, 1]],
  faults: {
    ...NO_FAULT,
    isolate: 4,
    isolateLeader: 6,
    oneWay: 4,
    split: 4,
    ringOrBridge: 4,
    clientCut: 2,
    delay: 2,
    reset: 4,
    stall: 3,
    crash: 1,
  },
  faultCount: [2, 16],
  rareFaults: { swizzle: 4, rolling: 4, flapping: 4, hold: 2, lateData: 4, drip: 2, refuse: 2 },
  calmPercent: 0,
  leaveOutPercent: 30,
});
