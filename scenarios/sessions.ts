/**
 * Sessions that come and go: short timeouts, clients that move, close and come back, ephemeral nodes above all;
 * followers paused for about a timeout, clients cut off. In three runs of four sessions are local ones at first, and
 * mostly those that create an ephemeral node are upgraded; passwords are made of a secret now and then, and little is
 * taken on at once.
 */
import { NO_FAULT } from '../src/plan/fault-menu.ts';
import type { Scenario } from '../src/plan/scenario.ts';
import { scenarioOf } from '../src/plan/shape.ts';
import { FIVE } from './five.ts';

const UPGRADING = { localSessionsEnabled: true, localSessionsUpgradingEnabled: true };
const SECRET = { sessionSecret: 'known to all servers' };

/** See the head of the file. */
export const sessions: Scenario = scenarioOf({
  ...FIVE,
  name: 'sessions',
  summary: 'sessions that expire, move, close and are upgraded; local sessions, throttles',
  expects: [
    'operation createSession', 'operation closeSession', 'operation setWatches', 'result OK',
    'result CONNECTIONLOSS', 'result NODEEXISTS', 'result SESSIONEXPIRED', 'result EPHEMERALONLOCALSESSION',
    'result THROTTLEDOP', 'sync DIFF',
  ],
  voters: [[3, 4], [5, 2], [1, 1]],
  observers: [[0, 3], [1, 1]],
  clients: [4, 16],
  operations: [15, 50],
  tickMs: [[200, 3], [500, 1]],
  safetyTicks: [40, 120],
  faults: {
    ...NO_FAULT, clientCut: 8, pause: 8, crash: 3, crashLeader: 2, isolate: 4, isolateLeader: 2, oneWay: 6, reset: 6,
    delay: 2, drift: 2,
  },
  faultCount: [2, 14],
  calmPercent: 10,
  shortSessionsPercent: 75,
  operationWeights: { ...FIVE.operationWeights, read: 15, setData: 10, ephemeral: 30, multi: 15, reconnect: 10, closeSession: 8 },
  focusPercent: [[0, 1], [80, 1]],
  service: [
    [SECRET, 2],
    [UPGRADING, 4],
    [{ ...UPGRADING, ...SECRET, globalOutstandingLimit: 4 }, 1],
    [{ localSessionsEnabled: true }, 1],
    [{ ...UPGRADING, requestThrottleMaxRequests: 2, throttledOpWaitTimeMs: 100 }, 1],
  ],
});
