/**
 * Disks that lie, fail and fill up: bits that flip, sectors that come back as others or as zeros, EIO and ENOSPC in any call,
 * with crashes among them, since what is on a disk matters to whoever starts again. An atlas keeps a majority of the voters'
 * disks whole.
 */
import { NO_FAULT } from '../src/plan/fault-menu.ts';
import type { Scenario } from '../src/plan/scenario.ts';
import { scenarioOf } from '../src/plan/shape.ts';
import { FIVE } from './five.ts';

/** See the head of the file. */
export const disk: Scenario = scenarioOf({
  ...FIVE,
  name: 'disk',
  summary: 'disks rot, fail and fill up while servers crash and clients write',
  expects: [
    'operation setData', 'result BADVERSION', 'sync SNAP', 'sync TRUNC', 'sync TRUNC+DIFF',
  ],
  voters: [[3, 4], [5, 3], [1, 1]],
  faults: { ...NO_FAULT, bitRot: 8, diskError: 6, diskFull: 4, crash: 8, crashLeader: 3, crashAll: 2, slowSync: 1, isolate: 1 },
  faultCount: [4, 24],
  calmPercent: 0,
  leaveOutPercent: 20,
  snapCount: [[10, 3], [50, 2], [100_000, 1]],
  operationWeights: { ...FIVE.operationWeights, read: 20, setData: 35 },
});
