/**
 * Crash after crash, election after election: servers die in recovery, in elections and in synchronization, between two effects
 * of one event as often as not, and leaders before all others. Epochs are short here, and so are logs.
 */
import { NO_FAULT } from '../src/plan/fault-menu.ts';
import type { Scenario } from '../src/plan/scenario.ts';
import { QUICK_SYNC, SLOW_SYNC, scenarioOf } from '../src/plan/shape.ts';
import { FIVE } from './five.ts';

/** See the head of the file. */
export const churn: Scenario = scenarioOf({
  ...FIVE,
  name: 'churn',
  summary: 'crash after crash, election after election',
  voters: [[3, 4], [5, 3]],
  tickMs: [[200, 3], [500, 2], [1000, 1]],
  faults: { ...NO_FAULT, crash: 8, crashLeader: 8, crashAll: 2, pause: 2, isolateLeader: 2, slowSync: 3 },
  faultCount: [10, 40],
  rareFaults: { crashAfterSync: 6, wipe: 2, oldImage: 2, clone: 1, longPause: 1, hold: 1 },
  calmPercent: 0,
  leaveOutPercent: 25,
  stormPercent: 60,
  sync: [[QUICK_SYNC, 1], [SLOW_SYNC, 2]],
});
