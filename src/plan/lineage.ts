/**
 * Seeds with a lineage: `17~3~9` is the plan of seed 17, changed in the third way, and that changed in the ninth. A plan that
 * brought something new is changed further like this, and the seed alone says how, so that it runs, replays and is kept like any
 * other. Every other change keeps the luck of seed 17 as well: then the run is the same until the change is felt.
 */
import { seedStream } from '../base/random.ts';
import type { Xoshiro } from '../base/random.ts';
import { SeedChooser } from '../world/chooser.ts';
import type { Fault, Target, TargetRole } from '../world/fault.ts';
import { lengthOf, withClient } from './plan-edits.ts';
import type { Plan, PlannedFault } from './plan.ts';
import type { Scenario } from './scenario.ts';

const MARK = '~';
/** Changes upon changes; after so many a plan has little in common with its seed. */
export const LINEAGE_MAX = 6;

/** The plan of a seed, with its changes. */
export function planOf(scenario: Scenario, seed: string): Plan {
  const [first = '', ...changes] = seed.split(MARK);
  let plan = scenario.plan(first);
  for (const change of changes) plan = changed(plan, `${plan.seed}${MARK}${change}`);
  return plan;
}

/** The luck of a seed: its own, or that of the seed at its root. */
export function luckOf(seed: string): SeedChooser {
  const parts = seed.split(MARK);
  const [root = ''] = parts;
  return new SeedChooser(parts.length > 1 && Number(parts.at(-1)) % 2 === 0 ? root : seed);
}

/** The seed of a change of another; null when it has been changed often enough. */
export function childOf(seed: string, change: number): string | null {
  return seed.split(MARK).length > LINEAGE_MAX ? null : `${seed}${MARK}${change}`;
}

/** One to three small changes, a function of the new seed alone. */
function changed(plan: Plan, seed: string): Plan {
  const luck = seedStream(seed, 'change');
  let next: Plan = { ...plan, seed };
  for (let left = 1 + luck.below(3); left > 0; left--) next = CHANGES[luck.below(CHANGES.length)]?.(next, luck) ?? next;
  return next;
}

type Change = (plan: Plan, luck: Xoshiro) => Plan;

const CHANGES: readonly Change[] = [
  function moveFault(plan, luck) {
    return onFault(plan, luck, ({ atMs, fault }) => [{ atMs: within(plan, atMs + near(luck, plan)), fault }]);
  },
  function repeatFault(plan, luck) {
    return onFault(plan, luck, (planned) => [
      planned, { ...planned, atMs: within(plan, planned.atMs + 1 + luck.below(8 * plan.knobs.tickTimeMs)) },
    ]);
  },
  function dropFault(plan, luck) {
    return onFault(plan, luck, () => []);
  },
  function stretchFault(plan, luck) {
    return onFault(plan, luck, ({ atMs, fault }) => {
      const length = lengthOf(fault);
      if (length === null) return [{ atMs, fault }];
      return [{ atMs, fault: length.with(Math.max(1, Math.floor((length.ms * (1 + luck.below(16))) / 4))) }];
    });
  },
  function retarget(plan, luck) {
    return onFault(plan, luck, ({ atMs, fault }) => [{ atMs, fault: withTarget(fault, luck) }]);
  },
  function hurry(plan, luck) {
    return onClient(plan, luck, (operations, at) => operations.map((operation, index) => {
      return index > at && index <= at + 8 ? { ...operation, afterMs: 0, waitForReply: false } : operation;
    }));
  },
  function aimAtFault(plan, luck) {
    const planned = plan.faults[luck.below(Math.max(1, plan.faults.length))];
    if (planned === undefined) return plan;
    return onClient(plan, luck, (operations, at) => {
      const beforeMs = operations.slice(0, at).reduce((sum, { afterMs }) => sum + afterMs, 0);
      const waitMs = Math.max(0, planned.atMs - beforeMs - luck.below(plan.knobs.tickTimeMs));
      return operations.map((operation, index) => (index === at ? { ...operation, afterMs: waitMs } : operation));
    });
  },
  function repeatOperations(plan, luck) {
    return onClient(plan, luck, (operations, at) => {
      const some = operations.slice(at, at + 6).filter(({ request }) => !JSON.stringify(request).includes('$'));
      return [...operations, ...some];
    });
  },
];

function onFault(plan: Plan, luck: Xoshiro, change: (planned: PlannedFault) => PlannedFault[]): Plan {
  const chosen = luck.below(Math.max(1, plan.faults.length));
  const faults = plan.faults.flatMap((planned, index) => (index === chosen ? change(planned) : [planned]));
  return { ...plan, faults: faults.sort((one, other) => one.atMs - other.atMs) };
}

type Operations = Plan['clients'][number]['operations'];

function onClient(plan: Plan, luck: Xoshiro, change: (operations: Operations, at: number) => Operations): Plan {
  const index = luck.below(Math.max(1, plan.clients.length));
  const client = plan.clients[index];
  if (client === undefined || client.operations.length === 0) return plan;
  return withClient(plan, index, { ...client, operations: change(client.operations, luck.below(client.operations.length)) });
}

function within(plan: Plan, atMs: number): number {
  return Math.max(0, Math.min(plan.safetyMs, atMs));
}

function near(luck: Xoshiro, plan: Plan): number {
  const reach = 4 * plan.knobs.tickTimeMs;
  return luck.below(2 * reach + 1) - reach;
}

const ROLES: readonly TargetRole[] = ['leader', 'leader', 'follower', 'any'];

function withTarget(fault: Fault, luck: Xoshiro): Fault {
  if (!('target' in fault) || 'node' in fault.target || fault.target.role === 'client') return fault;
  const target: Target = { role: ROLES[luck.below(ROLES.length)] ?? 'any' };
  return { ...fault, target };
}
