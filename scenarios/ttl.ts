/**
 * Nodes that go by themselves: containers whose last child went, nodes with a time to live, and a reaper that looks for
 * them every few ticks, under clocks that drift and jump and leaders that change between its looking and its deleting.
 */
import type { ScriptedRequest } from '../src/client/script.ts';
import { NO_FAULT } from '../src/plan/fault-menu.ts';
import { scenarioWithMoves } from '../src/plan/moves.ts';
import type { Move, Turn } from '../src/plan/moves.ts';
import type { Scenario } from '../src/plan/scenario.ts';
import type { ScenarioShape } from '../src/plan/shape.ts';
import { CreateFlag } from '../src/wire/words.ts';
import { FIVE } from './five.ts';

const REAPING = { extendedTypesEnabled: true, containerCheckIntervalMs: 500 };

const SHAPE: ScenarioShape = {
  ...FIVE,
  name: 'ttl',
  summary: 'containers and nodes with a time to live, reaped under drifting clocks and changing leaders',
  expects: [
    'operation createTTL', 'operation createContainer', 'operation deleteContainer', 'operation check',
    'result UNIMPLEMENTED', 'result BADARGUMENTS', 'result NONODE', 'result NOTEMPTY',
  ],
  voters: [[3, 4], [5, 1], [1, 1]],
  observers: [[0, 4], [1, 1]],
  clients: [1, 4],
  operations: [8, 25],
  tickMs: [[200, 3], [500, 1]],
  safetyTicks: [30, 100],
  faults: { ...NO_FAULT, crash: 4, crashLeader: 8, crashAll: 1, reset: 3, pause: 3, isolateLeader: 6, drift: 6 },
  faultCount: [0, 12],
  rareFaults: { wallJump: 6, lateTimers: 3, longPause: 3, lateData: 2, hold: 2 },
  rarePercent: 60,
  calmPercent: 15,
  snapCount: [[10, 3], [50, 1], [100_000, 1]],
  service: [
    [REAPING, 4],
    [{ ...REAPING, containerMaxNeverUsedIntervalMs: 2000 }, 3],
    [{ ...REAPING, containerCheckIntervalMs: 200, containerMaxPerMinute: 300 }, 2],
    [{ containerCheckIntervalMs: 1000 }, 1],
  ],
};

function container({ pick }: Turn): string {
  return `/h${pick % 2}/k${(pick >> 1) % 2}`;
}

function mortal({ pick }: Turn): string {
  return `/h${pick % 2}/t${(pick >> 1) % 3}`;
}

function birth(turn: Turn): ScriptedRequest {
  const { pick, variant, value: data } = turn;
  const ttlMs = variant < 5 ? variant - 1 : 1 + (pick % (variant < 60 ? 1500 : 10_000));
  if (variant < 70) return { kind: 'createTTL', path: mortal(turn), data, ttlMs };
  const flags = CreateFlag.PERSISTENT_SEQUENTIAL_WITH_TTL;
  if (variant < 90) return { kind: 'createTTL', path: `/h${pick % 2}/ts-`, data, ttlMs, flags };
  if (variant < 95) return { kind: 'createTTL', path: mortal(turn), data, ttlMs, flags: CreateFlag.PERSISTENT };
  return { kind: 'create', path: mortal(turn), data, flags: CreateFlag.PERSISTENT_WITH_TTL };
}

/** A container, and a child in it now and then: what is used and then empty goes. */
function box(turn: Turn): ScriptedRequest[] {
  const { variant, value: data } = turn;
  const path = container(turn);
  const make: ScriptedRequest = variant < 90
    ? { kind: 'createContainer', path, data }
    : variant < 95
      ? { kind: 'create', path, data, flags: CreateFlag.CONTAINER }
      : { kind: 'createContainer', path, data, flags: CreateFlag.PERSISTENT };
  if (variant % 3 === 0) return [make];
  const child: ScriptedRequest = { kind: 'create', path: `${path}/c`, data: `${data}'` };
  return variant % 3 === 1 ? [make, child] : [make, child, { kind: 'delete', path: `${path}/c` }];
}

function inside(turn: Turn): ScriptedRequest {
  const { variant, pick, value: data } = turn;
  const path = variant < 60 ? `${container(turn)}/c` : `${mortal(turn)}/c`;
  if (variant % 2 === 0) return { kind: 'delete', path };
  return { kind: 'create', path, data, flags: pick % 3 === 0 ? CreateFlag.EPHEMERAL : CreateFlag.PERSISTENT };
}

function several(turn: Turn): ScriptedRequest {
  const { pick, variant, value: data } = turn;
  const path = container(turn);
  if (variant < 40) return { kind: 'multi', ops: [
    { kind: 'createContainer', path, data }, { kind: 'create', path: `${path}/c`, data: `${data}'` },
  ] };
  if (variant < 80) return { kind: 'multi', ops: [
    { kind: 'createTTL', path: mortal(turn), ttlMs: 1 + (pick % 1000), data }, { kind: 'check', path },
  ] };
  return { kind: 'multi', ops: [{ kind: 'delete', path: `${path}/c` }, { kind: 'delete', path }] };
}

const MOVES: readonly Move[] = [
  { weight: 18, make: (turn) => [birth(turn)] },
  { weight: 18, make: box },
  { weight: 14, make: (turn) => [inside(turn)] },
  { weight: 8, make: (turn) => [several(turn)] },
  // A change gives it its whole time again.
  { weight: 10, make: (turn) => [
    { kind: 'setData', path: turn.variant < 80 ? mortal(turn) : container(turn), data: turn.value },
  ] },
  { weight: 8, make: (turn) => [
    { kind: 'exists', path: turn.variant < 50 ? mortal(turn) : container(turn), watch: turn.variant % 2 === 0 },
  ] },
  { weight: 5, make: (turn) => [{ kind: 'getChildren2', path: container(turn), watch: turn.variant < 50 }] },
  { weight: 4, make: (turn) => [{ kind: 'getChildren', path: `/h${turn.pick % 2}` }] },
  { weight: 3, make: () => [{ kind: 'reconnect' }] },
  { weight: 1, make: () => [{ kind: 'closeSession' }] },
];

/** See the head of the file. */
export const ttl: Scenario = scenarioWithMoves(SHAPE, { moves: MOVES, clients: [2, 6], count: [10, 50] });
