/**
 * Quotas that come, change and go while nodes are made, grow, shrink and are deleted under them: limits that refuse and
 * limits that only warn, counts that clients write over, pipelined writes that would pass a limit together.
 */
import type { ScriptedRequest } from '../src/client/script.ts';
import { NO_FAULT } from '../src/plan/fault-menu.ts';
import { scenarioWithMoves } from '../src/plan/moves.ts';
import type { Move, Turn } from '../src/plan/moves.ts';
import type { Scenario } from '../src/plan/scenario.ts';
import type { ScenarioShape } from '../src/plan/shape.ts';
import { FIVE } from './five.ts';

const SHAPE: ScenarioShape = {
  ...FIVE,
  name: 'quota',
  summary: 'hard and soft quotas, set, changed and dropped under load',
  expects: [
    'operation create2', 'operation multi', 'operation setData', 'result QUOTAEXCEEDED',
    'result RUNTIMEINCONSISTENCY',
  ],
  voters: [[3, 4], [5, 1], [1, 1]],
  observers: [[0, 4], [1, 1]],
  clients: [1, 4],
  operations: [8, 25],
  tickMs: [[200, 3], [500, 1]],
  safetyTicks: [30, 80],
  faults: { ...NO_FAULT, crash: 5, crashLeader: 4, crashAll: 2, reset: 4, pause: 2, isolate: 2, isolateLeader: 4 },
  faultCount: [0, 10],
  calmPercent: 20,
  snapCount: [[10, 3], [50, 1], [100_000, 1]],
  service: [[{ enforceQuota: true }, 4], [{}, 1]],
};

const QUOTA = '/zookeeper/quota';
const TOPS = 2;

function top({ pick }: Turn): string {
  return `/h${pick % TOPS}`;
}

function limitsText({ pick, variant }: Turn): string {
  const soft = `count=${2 + (pick % 8)},bytes=${20 + (pick % 100)}`;
  if (variant < 25) return soft;
  const byteHardLimit = variant < 55 ? -1 : 10 + (pick >> 4) % 120;
  const countHardLimit = variant >= 55 && variant < 70 ? -1 : 1 + (pick >> 8) % 8;
  return `${soft}=;byteHardLimit=${byteHardLimit};countHardLimit=${countHardLimit}`;
}

/** As setquota does it: parents first, then the counts, then the limits. */
function impose(turn: Turn): ScriptedRequest[] {
  const subject = turn.variant % 10 === 0 ? `${top(turn)}/q0` : top(turn);
  return [
    ...(subject === top(turn) ? [] : [{ kind: 'create', path: `${QUOTA}${top(turn)}` } as const]),
    { kind: 'create', path: `${QUOTA}${subject}` },
    { kind: 'create', path: `${QUOTA}${subject}/zookeeper_stats`, data: 'count=0,bytes=0' },
    { kind: 'create', path: `${QUOTA}${subject}/zookeeper_limits`, data: limitsText(turn) },
  ];
}

function lift(turn: Turn): ScriptedRequest[] {
  const both: ScriptedRequest[] = [
    { kind: 'delete', path: `${QUOTA}${top(turn)}/zookeeper_limits` },
    { kind: 'delete', path: `${QUOTA}${top(turn)}/zookeeper_stats` },
  ];
  return turn.variant < 30 ? both.slice(0, 1) : turn.variant < 40 ? both.slice(1) : both;
}

function padded({ value, pick }: Turn): string {
  return value + '.'.repeat(pick % 40);
}

function fill(turn: Turn): ScriptedRequest {
  const { pick, variant } = turn;
  const child = `${top(turn)}/q${(pick >> 2) % 4}`;
  const data = padded(turn);
  if (variant < 30) return { kind: 'create', path: child, data };
  if (variant < 40) return { kind: 'create', path: `${child}/r${pick % 2}`, data };
  if (variant < 50) return { kind: 'create', path: `${top(turn)}/s-`, data, flags: variant < 45 ? 2 : 3 };
  if (variant < 75) return { kind: 'setData', path: variant < 65 ? child : top(turn), data };
  return { kind: 'delete', path: variant < 92 ? child : `${child}/r${pick % 2}` };
}

function several(turn: Turn): ScriptedRequest {
  const { pick, variant } = turn;
  const child = `${top(turn)}/q${pick % 4}`;
  const data = padded(turn);
  if (variant < 50) {
    return { kind: 'multi', ops: [
      { kind: 'create', path: child, data }, { kind: 'create', path: `${child}/r0`, data: `${data}'` },
    ] };
  }
  return { kind: 'multi', ops: [
    { kind: 'delete', path: child }, { kind: 'create', path: child, data },
    { kind: 'setData', path: top(turn), data: `${data}'` },
  ] };
}

const MOVES: readonly Move[] = [
  { weight: 40, make: (turn) => [fill(turn)] },
  { weight: 8, make: (turn) => impose(turn) },
  { weight: 6, make: (turn) => [
    { kind: 'setData', path: `${QUOTA}${top(turn)}/zookeeper_limits`, data: limitsText(turn) },
  ] },
  { weight: 2, make: (turn) => [
    { kind: 'setData', path: `${QUOTA}${top(turn)}/zookeeper_stats`, data: 'count=1,bytes=1' },
  ] },
  { weight: 3, make: (turn) => lift(turn) },
  { weight: 8, make: (turn) => [several(turn)] },
  { weight: 10, make: (turn) => [
    { kind: 'getData', path: `${QUOTA}${top(turn)}/zookeeper_stats`, watch: turn.variant < 50 },
  ] },
  { weight: 3, make: (turn) => [{ kind: 'getAllChildrenNumber', path: top(turn) }] },
  { weight: 3, make: () => [{ kind: 'reconnect' }] },
  { weight: 1, make: () => [{ kind: 'closeSession' }] },
];

/** See the head of the file. */
export const quota: Scenario = scenarioWithMoves(SHAPE, {
  moves: MOVES,
  clients: [2, 6],
  count: [10, 50],
  opening: (client) => impose({ client, index: 0, pick: client, variant: 80, value: '' }),
});
