/**
 * Which event decided that a run fails: after each of some prefixes, how many fresh futures fail? Where that share jumps, what
 * happened in between is the culprit; the jump is narrowed down by halving (the critical transition of Killian et al., 2007).
 * The last prefix from which a future still passes gives the nearest passing schedule; beside it stand the parts of the plan
 * without which it never fails.
 */
import type { Property } from '../history/judge.ts';
import { luckOf } from '../plan/lineage.ts';
import { withClient, withOperations } from '../plan/plan-edits.ts';
import type { Plan } from '../plan/plan.ts';
import type { Failure } from './failure.ts';
import { futureChooser } from './follow.ts';
import { runPlan } from './run.ts';

/** How many of the futures after an event break the same property. */
export interface Likelihood {
  readonly afterStep: number;
  readonly failing: number;
  /** The first luck with which the run passes; null where every future fails. */
  readonly passing: string | null;
}

/** Why a run fails. */
export interface Explanation {
  readonly futures: number;
  /** Ascending by event. */
  readonly curve: readonly Likelihood[];
  /** The event at which the share of failing futures rises most, and the shares before and after; null if it never rises. */
  readonly decisive: { readonly step: number; readonly before: number; readonly after: number } | null;
  /** The last prefix with a future that passes; null where every future of the plan fails. */
  readonly lastPassing: Likelihood | null;
  /** Parts of the plan without any one of which it passes, as people read them. */
  readonly needed: readonly string[];
}

const FIRST_PREFIXES = 6;

/** Explains a failure by running futures of it; `isOver` ends it early with what is known by then. */
export function explain(failure: Failure, properties: readonly Property[], count: number, isOver: () => boolean): Explanation {
  const known = new Map<number, Likelihood>();
  const at = (step: number): Likelihood => {
    let found = known.get(step);
    if (found === undefined) known.set(step, found = likelihood(failure, step, count, properties));
    return found;
  };
  const last = (failure.verdict.steps.at(-1) ?? failure.events) - 1;
  for (let index = 0; index <= FIRST_PREFIXES && !isOver(); index++) at(Math.max(0, Math.floor((last * index) / FIRST_PREFIXES)));
  let jump = steepest(known);
  while (jump !== null && jump.to.afterStep - jump.from.afterStep > 1 && !isOver()) {
    at(Math.floor((jump.from.afterStep + jump.to.afterStep) / 2));
    jump = steepest(known);
  }
  const curve = [...known.values()].sort((one, other) => one.afterStep - other.afterStep);
  const decisive = jump === null ? null : { step: jump.to.afterStep, before: jump.from.failing, after: jump.to.failing };
  return {
    futures: count, curve, decisive, lastPassing: curve.findLast(({ passing }) => passing !== null) ?? null,
    needed: neededParts(failure, properties, count, isOver),
  };
}

/** How many of `count` fresh futures after an event break the same property. */
export function likelihood(failure: Failure, afterStep: number, count: number, properties: readonly Property[]): Likelihood {
  let failing = 0;
  let passing: string | null = null;
  for (let index = 1; index <= count; index++) {
    const luck = `${failure.plan.seed}/future/${index}`;
    const { chooser, trace } = futureChooser(failure, afterStep, luck);
    const { finding } = runPlan(failure.plan, chooser, { properties, trace, maxSteps: Math.max(failure.events, 1000) * 20 });
    if (finding?.property === failure.verdict.property) failing++;
    else passing ??= luck;
  }
  return { afterStep, failing, passing };
}

/** The neighbouring prefixes with the greatest rise between them; null where there is none. */
function steepest(known: ReadonlyMap<number, Likelihood>): { readonly from: Likelihood; readonly to: Likelihood } | null {
  const curve = [...known.values()].sort((one, other) => one.afterStep - other.afterStep);
  let best: { from: Likelihood; to: Likelihood } | null = null;
  for (const [index, to] of curve.entries()) {
    const from = curve[index - 1];
    if (from === undefined || to.failing <= from.failing) continue;
    if (best === null || to.failing - from.failing > best.to.failing - best.from.failing) best = { from, to };
  }
  return best;
}

const PARTS_MAX = 12;

/** Only of a plan that is small already: what happens to none of a few tapes when one part is missing, needed that part. */
function neededParts(
  failure: Failure, properties: readonly Property[], count: number, isOver: () => boolean,
): string[] {
  const parts = partsOf(failure.plan);
  if (parts.length > PARTS_MAX) return [];
  return parts.filter(({ without }) => {
    for (let index = 0; index < count && !isOver(); index++) {
      const luck = luckOf(`${failure.plan.seed}/without/${index}`);
      const { finding } = runPlan(without, luck, { properties, maxSteps: Math.max(failure.events, 1000) * 20 });
      if (finding?.property === failure.verdict.property) return false;
    }
    return !isOver();
  }).map(({ name }) => name);
}

interface Part {
  readonly name: string;
  readonly without: Plan;
}

function partsOf(plan: Plan): Part[] {
  const faults = plan.faults.map((planned, index): Part => {
    const name = `the ${planned.fault.kind} at ${planned.atMs} ms`;
    return { name, without: { ...plan, faults: plan.faults.filter((_, at) => at !== index) } };
  });
  const operations = plan.clients.flatMap((client, index) => client.operations.map(({ request }, at): Part => {
    const kept = client.operations.map((_, which) => which).filter((which) => which !== at);
    const what = 'path' in request ? `${request.kind} of ${request.path}` : request.kind;
    const name = `the ${what} by client ${1001 + index}`;
    return { name, without: withClient(plan, index, withOperations(client, kept)) };
  }));
  return [...faults, ...operations];
}
