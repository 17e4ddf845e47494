/**
 * Watches of every kind: left by reads, persistent and recursive ones, removed by type, asked about, carried from
 * server to server with setWatches and setWatches2, fired by single changes and by several of one multi, and by storms
 * of them.
 */
import type { ScriptedRequest } from '../src/client/script.ts';
import { NO_FAULT } from '../src/plan/fault-menu.ts';
import { scenarioWithMoves } from '../src/plan/moves.ts';
import type { Move, Turn } from '../src/plan/moves.ts';
import type { Scenario } from '../src/plan/scenario.ts';
import type { ScenarioShape } from '../src/plan/shape.ts';
import { AddWatchMode, CreateFlag } from '../src/wire/words.ts';
import { FIVE } from './five.ts';

const SHAPE: ScenarioShape = {
  ...FIVE,
  name: 'watches',
  summary: 'one-shot, persistent and recursive watches, fired, removed and carried along',
  expects: [
    'operation addWatch', 'operation checkWatches', 'operation removeWatches', 'operation setWatches',
    'operation setWatches2', 'operation exists', 'operation getData', 'operation getChildren',
    'operation getChildren2', 'operation getAllChildrenNumber', 'operation getEphemerals', 'operation multiRead',
    'operation sync', 'result NOWATCHER', 'result MARSHALLINGERROR', 'result NOCHILDRENFOREPHEMERALS',
    'result SESSIONMOVED', 'event NodeCreated', 'event NodeDeleted', 'event NodeDataChanged',
    'event NodeChildrenChanged', 'event NodeCreated missed', 'event NodeDataChanged missed',
    'event NodeChildrenChanged missed',
  ],
  voters: [[3, 4], [5, 1], [1, 1]],
  observers: [[0, 4], [1, 1]],
  clients: [1, 4],
  operations: [8, 20],
  tickMs: [[200, 3], [500, 1]],
  safetyTicks: [30, 80],
  faults: { ...NO_FAULT, crash: 4, crashLeader: 3, reset: 8, clientCut: 6, pause: 2, stall: 3, delay: 2, isolateLeader: 2 },
  faultCount: [0, 12],
  rareFaults: { slowReader: 5, drip: 3, lateData: 3, flapping: 2, refuse: 2, hold: 2 },
  calmPercent: 15,
  operationWeights: { ...FIVE.operationWeights, read: 20, watchStorm: 8, ephemeral: 10, reconnect: 4, closeSession: 3 },
};

/** A small forest: `/h0` and `/h1` with children and grandchildren. */
function node({ pick }: Turn): string {
  const top = `/h${pick % 2}`;
  const depth = (pick >> 1) % 4;
  const child = `${top}/w${(pick >> 3) % 2}`;
  return depth === 0 ? top : depth < 3 ? child : `${child}/x`;
}

function change(turn: Turn): ScriptedRequest {
  const path = node(turn);
  const { variant, value: data } = turn;
  if (variant < 40) return { kind: 'create', path, data, ...(variant < 8 ? { flags: CreateFlag.EPHEMERAL } : {}) };
  if (variant < 70) return { kind: 'setData', path, data };
  return { kind: 'delete', path };
}

/** What is deleted and made again with one zxid fires several watches with it. */
function changes({ pick, variant, value: data }: Turn): ScriptedRequest {
  const top = `/h${pick % 2}`;
  const child = `${top}/w${(pick >> 3) % 2}`;
  if (variant < 40) return { kind: 'multi', ops: [
    { kind: 'create', path: child, data }, { kind: 'setData', path: top, data: `${data}'` },
  ] };
  if (variant < 70) return { kind: 'multi', ops: [
    { kind: 'setData', path: child, data }, { kind: 'delete', path: child },
  ] };
  return { kind: 'multi', ops: [{ kind: 'delete', path: child }, { kind: 'create', path: child, data }] };
}

function watching(turn: Turn): ScriptedRequest {
  const path = node(turn);
  const kinds = ['exists', 'getData', 'getChildren', 'getChildren2'] as const;
  return { kind: kinds[turn.variant % kinds.length] ?? 'exists', path, watch: true };
}

function staying(turn: Turn): ScriptedRequest {
  const path = turn.variant % 12 === 0 ? '/' : node(turn);
  if (turn.variant === 99) return { kind: 'addWatch', path, mode: 2 };
  return { kind: 'addWatch', path, mode: turn.variant < 50 ? AddWatchMode.PERSISTENT : AddWatchMode.PERSISTENT_RECURSIVE };
}

/** One in a hundred is of a type that there is not. */
function watcherType(variant: number): number {
  return variant === 0 ? 0 : 1 + (variant % 5);
}

function dismissing(turn: Turn): ScriptedRequest {
  const kind = turn.variant % 3 === 0 ? 'checkWatches' : 'removeWatches';
  return { kind, path: node(turn), watcherType: watcherType(turn.variant) };
}

const MOVES: readonly Move[] = [
  { weight: 30, make: (turn) => [change(turn)] },
  { weight: 8, make: (turn) => [changes(turn)] },
  { weight: 20, make: (turn) => [watching(turn)] },
  { weight: 10, make: (turn) => [staying(turn)] },
  { weight: 10, make: (turn) => [dismissing(turn)] },
  // Leaves a watch and asks about it, so that there is one to find.
  { weight: 4, make: (turn) => [
    watching(turn), { kind: 'checkWatches', path: node(turn), watcherType: watcherType(turn.variant) },
  ] },
  { weight: 6, make: () => [{ kind: 'reconnect' }] },
  { weight: 4, make: (turn) => [{ kind: 'getData', path: node(turn) }, change(turn), { kind: 'reconnect' }] },
  { weight: 3, make: (turn) => [{ kind: 'sync', path: node(turn) }, { kind: 'getChildren2', path: node(turn) }] },
  { weight: 3, make: (turn) => [{ kind: 'getAllChildrenNumber', path: turn.variant < 50 ? '/' : node(turn) }] },
  { weight: 3, make: (turn) => [{ kind: 'getEphemerals', path: turn.variant < 50 ? '/' : '/h0' }] },
  { weight: 2, make: (turn) => [
    { kind: 'multiRead', ops: [{ kind: 'getData', path: node(turn) }, { kind: 'getChildren', path: '/h0' }] },
  ] },
  { weight: 1, make: () => [{ kind: 'closeSession' }] },
];

/** See the head of the file. */
export const watches: Scenario = scenarioWithMoves(SHAPE, { moves: MOVES, clients: [2, 6], count: [10, 50] });
