/**
 * Clients of a scenario that is about one part of the service: scripts made of the moves that it names, each a few requests that
 * belong together. They come beside the ordinary clients, and their luck is their own, so that they change nothing in those.
 */
import fc from 'fast-check';
import type { ClientScript, ScriptedOperation, ScriptedRequest } from '../client/script.ts';
import type { Plan } from './plan.ts';
import { Draw, record } from './scenario.ts';
import type { Scenario } from './scenario.ts';
import { drawPlan } from './shape.ts';
import type { ScenarioShape } from './shape.ts';

/** The luck of one move, and where it stands. */
export interface Turn {
  /** Which of these clients. */
  readonly client: number;
  /** The index of its first request, for `$k` in later ones. */
  readonly index: number;
  /** 0..65535, for paths. */
  readonly pick: number;
  /** 0..99, for variants. */
  readonly variant: number;
  /** Text that nobody else writes. */
  readonly value: string;
}

/** One kind of move: its weight against the others, and its requests. The first has its pace, the others follow at once. */
export interface Move {
  readonly weight: number;
  make(turn: Turn): readonly ScriptedRequest[];
}

/** Which moves, by how many clients, how many each. */
export interface MoveOrder {
  readonly moves: readonly Move[];
  readonly clients: readonly [minimum: number, maximum: number];
  readonly count: readonly [minimum: number, maximum: number];
  /** What each of them does first. */
  opening?(client: number): readonly ScriptedRequest[];
}

/** The scenario of a shape whose plans have such clients too. */
export function scenarioWithMoves(shape: ScenarioShape, order: MoveOrder): Scenario {
  const { name, summary, expects = [] } = shape;
  return {
    name,
    summary,
    expects,
    plan: (seed): Plan => {
      const plan = drawPlan(shape, seed);
      return { ...plan, clients: [...plan.clients, ...drawMovers(new Draw(`${name}/${seed}/movers`), plan, order)] };
    },
  };
}

/** A run of 65,536 parts. */
const PLACES = 0x1_0000;
/** Of 100 moves, so many come about a fault, where there are faults, */
const ABOUT_FAULT_PERCENT = 40;
/** so many follow upon the move before, */
const AT_ONCE_PERCENT = 30;
/** and so many wait for all answers to what was asked before. */
const WAIT_PERCENT = 30;

interface Stroke {
  readonly move: Move;
  readonly pick: number;
  readonly variant: number;
  readonly place: number;
  readonly aboutFault: boolean;
  readonly atOnce: boolean;
  readonly wait: boolean;
}

function drawMovers(draw: Draw, plan: Plan, order: MoveOrder): ClientScript[] {
  const count = draw.integer('clients', order.clients[0], order.clients[1]);
  const weights = order.moves.filter((_, index) => index === 0 || !draw.percent(`left-out/${index}`, 15));
  return Array.from({ length: count }, (_, client) => drawMover(draw, plan, { ...order, moves: weights }, client));
}

function drawMover(draw: Draw, plan: Plan, order: MoveOrder, client: number): ClientScript {
  const chance = (percent: number): fc.Arbitrary<boolean> => fc.nat({ max: 99 }).map((drawn) => drawn < percent);
  const length = draw.integer(`${client}/count`, order.count[0], order.count[1]);
  const stroke: fc.Arbitrary<Stroke> = record({
    move: fc.oneof(...order.moves.map((move) => ({ weight: move.weight, arbitrary: fc.constant(move) }))),
    pick: fc.nat({ max: 0xffff }),
    variant: fc.nat({ max: 99 }),
    place: fc.nat({ max: PLACES - 1 }),
    aboutFault: chance(plan.faults.length === 0 ? 0 : ABOUT_FAULT_PERCENT),
    atOnce: chance(AT_ONCE_PERCENT),
    wait: chance(WAIT_PERCENT),
  });
  const strokes = draw.of(`${client}/strokes`, fc.array(stroke, { minLength: length, maxLength: length }));
  const { tickTimeMs } = plan.knobs;
  const isShort = draw.percent(`${client}/short`, 30);
  return {
    servers: plan.members.map(({ id }) => id),
    sessionTimeoutMs: draw.integer(`${client}/timeout`, (isShort ? 2 : 5) * tickTimeMs, (isShort ? 3 : 20) * tickTimeMs),
    operations: write(strokes, plan, order, client),
    closeAtEnd: draw.percent(`${client}/close`, 20),
  };
}

function write(strokes: readonly Stroke[], plan: Plan, order: MoveOrder, client: number): ScriptedOperation[] {
  const operations: ScriptedOperation[] = [];
  const push = (requests: readonly ScriptedRequest[], afterMs: number, wait: boolean): void => {
    for (const [index, request] of requests.entries()) {
      operations.push({ afterMs: index === 0 ? afterMs : 0, waitForReply: wait && index === 0, request });
    }
  };
  push(order.opening?.(client) ?? [], 0, false);
  let nowMs = 0;
  for (const { stroke, atMs } of inOrder(strokes, plan)) {
    const { move, pick, variant, wait } = stroke;
    const index = operations.length;
    push(move.make({ client, index, pick, variant, value: `m${client}#${index}` }), atMs - nowMs, wait);
    nowMs = atMs;
  }
  return operations;
}

function inOrder(strokes: readonly Stroke[], plan: Plan): { readonly stroke: Stroke; readonly atMs: number }[] {
  const timed: { stroke: Stroke; atMs: number }[] = [];
  for (const stroke of strokes) {
    const last = timed.at(-1);
    timed.push({ stroke, atMs: stroke.atOnce && last !== undefined ? last.atMs : timeOf(stroke, plan) });
  }
  return timed.sort((one, other) => one.atMs - other.atMs);
}

/** Anywhere in the run but the end of its tail, or from shortly before a fault to a few ticks after it. */
function timeOf({ aboutFault, place, pick }: Stroke, { faults, safetyMs, tailMs, knobs }: Plan): number {
  const fault = faults[pick % Math.max(1, faults.length)];
  const spanMs = safetyMs + Math.floor(tailMs / 3);
  if (!aboutFault || fault === undefined) return Math.floor((spanMs * place) / PLACES);
  return Math.max(0, fault.atMs - knobs.tickTimeMs + Math.floor((6 * knobs.tickTimeMs * place) / PLACES));
}
