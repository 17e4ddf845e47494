/**
 * Synchronization of every kind: short committed logs and frequent snapshots, so that a learner that was away needs a SNAP;
 * leaders
 * isolated with writes in flight, so that their proposals are skipped and a TRUNC follows; long absences and short ones. The
 * report counts DIFF, TRUNC, TRUNC+DIFF and SNAP; a run of this scenario without them is a poor one.
 */
import { NO_FAULT } from '../src/plan/fault-menu.ts';
import type { Scenario } from '../src/plan/scenario.ts';
import { OVERTAKING, QUICK, WIDE, scenarioOf } from '../src/plan/shape.ts';
import { FIVE } from './five.ts';

/** See the head of the file. */
export const sync: Scenario = scenarioOf({
  ...FIVE,
  name: 'sync',
  summary: 'learners that were away: DIFF, TRUNC, TRUNC+DIFF and SNAP, all often',
  voters: [[3, 3], [5, 3]],
  clients: [3, 12],
  operations: [20, 60],
  tickMs: [[200, 3], [500, 3]],
  safetyTicks: [40, 120],
  faults: { ...NO_FAULT, crash: 6, crashLeader: 6, isolate: 5, isolateLeader: 14, pause: 3, split: 4, slowSync: 2, crashAll: 1 },
  faultCount: [4, 14],
  rareFaults: { wipe: 4, oldImage: 4, clone: 2, hold: 4, crashAfterSync: 2, lateData: 2 },
  calmPercent: 0,
  leaveOutPercent: 25,
  snapCount: [[6, 2], [12, 2], [40, 1], [100_000, 1]],
  commitLogCount: [[2, 1], [6, 1], [20, 2], [500, 3]],
  snapshotSizePercent: [[33, 1], [-1, 2], [1000, 2]],
  operationWeights: { ...FIVE.operationWeights, read: 15, setData: 45 },
  focusPercent: [[80, 1]],
  latency: [[QUICK, 1], [OVERTAKING, 1], [WIDE, 2]],
});
