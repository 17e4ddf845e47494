/**
 * Correlated power loss: all servers at once, again and again, under load. A crash of everybody is not five crashes of one: only
 * here no replica is left that remembers what the disks do not (Alagappan et al., OSDI 2016).
 */
import { NO_FAULT } from '../src/plan/fault-menu.ts';
import type { Scenario } from '../src/plan/scenario.ts';
import { QUICK_SYNC, SLOW_SYNC, scenarioOf } from '../src/plan/shape.ts';
import { FIVE } from './five.ts';

/** See the head of the file. */
export const power: Scenario = scenarioOf({
  ...FIVE,
  name: 'power',
  summary: 'all servers lose power at once, again and again, while clients write',
  voters: [[5, 2], [3, 3], [1, 1]],
  faults: { ...NO_FAULT, crashAll: 6, crash: 2, crashLeader: 2, slowSync: 2, reset: 1 },
  faultCount: [2, 10],
  rareFaults: { crashAfterSync: 4, wipe: 1, oldImage: 1 },
  calmPercent: 0,
  leaveOutPercent: 25,
  stormPercent: 30,
  sync: [[QUICK_SYNC, 1], [SLOW_SYNC, 2]],
  operationWeights: { ...FIVE.operationWeights, read: 15, setData: 40 },
});
