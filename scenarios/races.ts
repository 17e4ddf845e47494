/**
 * Session races: sessions move, end and expire while their ephemeral nodes are being made and while somebody else wants the same
 * names; timeouts are short, pauses are about as long, and clocks do as they like.
 */
import { NO_FAULT } from '../src/plan/fault-menu.ts';
import type { Scenario } from '../src/plan/scenario.ts';
import { scenarioOf } from '../src/plan/shape.ts';
import { FIVE } from './five.ts';

/** See the head of the file. */
export const races: Scenario = scenarioOf({
  ...FIVE,
  name: 'races',
  summary: 'sessions that move, close and expire under their own ephemeral nodes',
  voters: [[3, 3], [5, 1]],
  clients: [3, 12],
  faults: { ...NO_FAULT, crash: 2, crashLeader: 3, reset: 6, clientCut: 4, pause: 5, stall: 2, isolateLeader: 2, drift: 2 },
  rareFaults: { longPause: 6, lateTimers: 4, wallJump: 4, refuse: 4, lateData: 4, slowReader: 2, hold: 2 },
  rarePercent: 70,
  operationWeights: { ...FIVE.operationWeights, read: 15, ephemeral: 15, sessionRace: 20, reconnect: 6, closeSession: 4 },
});
