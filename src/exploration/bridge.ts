/**
 * The bridge between plans and the explorer: which plans can be explored, what of a plan is searched, and how a path that was
 * found becomes a plan and a tape again (`realize.ts`).
 */
import { patienceOf, type RecipeKind, type RecipeTurn } from '../client/recipe.ts';
import { freeze } from '../explore/print.ts';
import type { Bounds, Subject } from '../explore/subject.ts';
import { SYMMETRIC_MAX } from '../explore/symmetry.ts';
import type { Property } from '../history/judge.ts';
import { DecodeError } from '../plan/decode.ts';
import type { Plan } from '../plan/plan.ts';
import { expectationsOf, nodesOf } from '../run/run.ts';
import { UNTIMED } from '../world/settings.ts';

/** What the explorer searches of a plan. Throws a `DecodeError` that says why it cannot. */
export function subjectOf(plan: Plan, bounds: Bounds, properties: readonly Property[], symmetry = false): Subject {
  const why = whyUnfit(plan);
  if (why !== null) throw new DecodeError(`${plan.scenario} cannot be explored: ${why}`);
  return {
    nodes: nodesOf(plan),
    properties: properties.filter(({ kind }) => kind === 'safety'),
    expectations: freeze({ ...expectationsOf(plan), heals: false, mayHalt: (bounds.diskFaults ?? 0) + (bounds.rot ?? 0) > 0 }),
    bounds,
    symmetry,
  };
}

/** Why the clients of a plan cannot be taken for one another, in half a sentence; null if they can. */
export function whyAsymmetric({ clients }: Plan): string | null {
  if (clients.length < 2) return 'there are not two of them';
  if (clients.length > SYMMETRIC_MAX) return `${clients.length} can be named in too many ways; at most ${SYMMETRIC_MAX} are`;
  const [first] = clients.map((client) => JSON.stringify(client));
  return clients.every((client) => JSON.stringify(client) === first) ? null : 'they do not all do the same at the same servers';
}

/** Why a plan cannot be explored, in half a sentence; null if it can. */
export function whyUnfit(plan: Plan): string | null {
  if (plan.faults.length > 0) return 'its plan has faults at fixed times, and exploring takes every fault at every time';
  if (plan.clients.some(({ operations }) => operations.some(({ afterMs }) => afterMs > 0))) {
    return 'its clients wait for the clock between operations, and exploring has no clock';
  }
  if (plan.clients.some(({ recipe }) => recipe?.turns.some((turn) => waits(recipe.kind, turn)) === true)) {
    return 'its clients wait and hold by the clock, and exploring has no clock';
  }
  if (JSON.stringify(plan.settings) !== JSON.stringify(UNTIMED)) return 'its links and disks are timed, and exploring is untimed';
  return null;
}

/**
 * Whether a turn takes time by itself. Who produces holds nothing: there it says how urgent what is produced is. Of a site it
 * says how it votes, besides how long it waits for others.
 */
function waits(kind: RecipeKind, { afterMs, holdMs }: RecipeTurn): boolean {
  return afterMs > 0 || (kind === 'site' ? patienceOf(holdMs) > 0 : holdMs > 0 && kind !== 'urgentProducer');
}
