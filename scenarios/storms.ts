/**
 * Watch storms: everybody watches everything, everybody changes it, and some do not read what they are sent, or come back from a
 * reconnect with all their watches at once.
 */
import { NO_FAULT } from '../src/plan/fault-menu.ts';
import type { Scenario } from '../src/plan/scenario.ts';
import { scenarioOf } from '../src/plan/shape.ts';
import { FIVE } from './five.ts';

/** See the head of the file. */
export const storms: Scenario = scenarioOf({
  ...FIVE,
  name: 'storms',
  summary: 'watches on everything, fired all the time; slow readers, reconnects',
  voters: [[3, 3], [5, 1]],
  clients: [4, 16],
  faults: { ...NO_FAULT, crash: 2, crashLeader: 2, reset: 6, clientCut: 4, pause: 2, stall: 2, delay: 2 },
  rareFaults: { slowReader: 6, drip: 4, longPause: 6, lateTimers: 4, lateData: 3, refuse: 2, flapping: 2 },
  rarePercent: 70,
  operationWeights: { ...FIVE.operationWeights, read: 15, watchStorm: 20, reconnect: 6 },
});
