/**
 * The last thing that a shrinker tries: jumps. Leaving out one part after another ends where no single part can go, though
 * another run with far fewer might fail just as well, by other luck. So small plans are drawn at random, out of what is left and
 * out of what the failure began with, each is run with luck of its own, and one that fails in the same way is kept if it is
 * plainly smaller. When many jumps in a row have led nowhere, that is the end of it.
 */
import { seedStream } from '../base/random.ts';
import type { Xoshiro } from '../base/random.ts';
import { SeedChooser } from '../world/chooser.ts';
import { lengthOf, momentsOf, sooner, withClient, withOperations, withServers } from './plan-edits.ts';
import type { Plan } from './plan.ts';
import type { Shrinker } from './shrink.ts';

/** So many jumps in a row that led nowhere are enough, and as many more as the best run has events. */
const PATIENCE = 400;
/** And so is this share of the time that there is for everything. */
const SHARE = 0.3;

/** Jumps until nothing comes of it; see the head of the file. */
export async function wander(shrinker: Shrinker): Promise<void> {
  const luck = seedStream(shrinker.best.plan.seed, `wander ${shrinker.runs}`);
  const until = shrinker.elapsedMs + SHARE * shrinker.forMs;
  for (let misses = 0; misses < PATIENCE + shrinker.best.result.events && shrinker.elapsedMs < until && !shrinker.isOver();) {
    const plan = JUMPS[luck.below(JUMPS.length)]?.(shrinker, luck) ?? null;
    if (plan === null) {
      misses++;
      continue;
    }
    const isOwnTape = luck.below(3) === 0;
    const chooser = isOwnTape ? shrinker.tapeChooser() : new SeedChooser(`${plan.seed}/wander/${shrinker.runs}`);
    if (await shrinker.improves(plan, chooser)) misses = 0;
    else misses++;
  }
}

/** Another plan, or null where the jump is none. */
type Jump = (shrinker: Shrinker, luck: Xoshiro) => Plan | null;

const JUMPS: readonly Jump[] = [
  ({ best }, luck) => thinned(best.plan, luck, 1 + luck.below(5)),
  ({ best }, luck) => thinned(fewerServers(best.plan, luck), luck, 1 + luck.below(8)),
  ({ best }, luck) => fewerServers(best.plan, luck),
  ({ best }, luck) => hurried(best.plan, luck),
  ({ best }, luck) => hurried(thinned(best.plan, luck, 2), luck),
  ({ best }) => best.plan,
  ({ best }, luck) => timed(thinned(best.plan, luck, 4)),
  ({ best }, luck) => shorterFaults(best.plan, luck),
  ({ best }, luck) => calmed(thinned(best.plan, luck, 1 + luck.below(3)), luck),
  ({ first }, luck) => sample(first.plan, luck),
  ({ first }, luck) => hasty(fewerServers(sample(first.plan, luck), luck)),
  ({ first, best }, luck) => {
    const plan = withServers({ ...first.plan, settings: best.plan.settings }, best.plan.members.map(({ id }) => id));
    return plan === null ? null : sample(plan, luck);
  },
  ({ best }, luck) => hasty(thinned(best.plan, luck, 2)),
];

/** One in `oneIn` of the parts is left out, by chance. */
function thinned(plan: Plan, luck: Xoshiro, oneIn: number): Plan {
  const stays = (): boolean => luck.below(oneIn + 1) > 0;
  const clients = plan.clients.filter(stays).map((client) => {
    return withOperations(client, client.operations.map((_, at) => at).filter(stays));
  });
  return { ...plan, clients, faults: plan.faults.filter(stays) };
}

/** Without one of the servers, chosen by chance. */
function fewerServers(plan: Plan, luck: Xoshiro): Plan {
  const ids = plan.members.map(({ id }) => id);
  if (ids.length < 2) return plan;
  const lost = luck.below(ids.length);
  return withServers(plan, ids.filter((_, at) => at !== lost)) ?? plan;
}

/** Peace begins earlier, and faults after that do not happen. */
function calmed(plan: Plan, luck: Xoshiro): Plan {
  const safetyMs = luck.below(2) === 0 ? plan.faults.at(0)?.atMs ?? 0 : luck.below(Math.floor(plan.safetyMs) + 1);
  return { ...plan, safetyMs, faults: plan.faults.filter(({ atMs }) => atMs < safetyMs) };
}

/** Nobody waits for anything but answers. */
function hasty(plan: Plan): Plan {
  const clients = plan.clients.map((client) => {
    return { ...client, operations: client.operations.map((operation) => ({ ...operation, afterMs: 0 })) };
  });
  return { ...plan, clients };
}

/** In the order of time. */
function timed(plan: Plan): Plan {
  return plan.scheduler === undefined ? plan : { ...plan, scheduler: { kind: 'timed' } };
}

/** Part of the time before some moment is taken out, or one client does not wait at all. */
function hurried(plan: Plan, luck: Xoshiro): Plan {
  const moments = momentsOf(plan);
  const at = luck.below(moments.length + 1);
  const [before, moment] = [moments[at - 1] ?? 0, moments[at]];
  if (moment !== undefined && luck.below(2) === 0) return sooner(plan, moment, luck.below(Math.floor(moment - before) + 1));
  const index = luck.below(plan.clients.length + 1);
  const client = plan.clients[index];
  if (client === undefined) return plan;
  const operations = client.operations.map((operation, which) => (which === 0 ? operation : { ...operation, afterMs: 0 }));
  return withClient(plan, index, { ...client, operations });
}

/** One fault is shorter, or comes sooner. */
function shorterFaults(plan: Plan, luck: Xoshiro): Plan | null {
  if (plan.faults.length === 0) return null;
  const chosen = luck.below(plan.faults.length);
  const faults = plan.faults.map((planned, index) => {
    if (index !== chosen) return planned;
    const length = lengthOf(planned.fault);
    if (length === null || luck.below(2) === 0) return { ...planned, atMs: luck.below(Math.floor(planned.atMs) + 1) };
    return { ...planned, fault: length.with(luck.below(Math.floor(length.ms) + 1)) };
  });
  return { ...plan, faults: faults.sort((one, other) => one.atMs - other.atMs) };
}

/** A few clients of a plan, a few operations in a row of each, and at most two faults; nobody waits long for the beginning. */
function sample(plan: Plan, luck: Xoshiro): Plan {
  const clients = Array.from({ length: Math.min(plan.clients.length, 1 + luck.below(3)) }, () => {
    return plan.clients[luck.below(plan.clients.length)];
  }).filter((client) => client !== undefined).map((client) => {
    const [count, from] = [1 + luck.below(8), luck.below(client.operations.length + 1)];
    const kept = client.operations.map((_, at) => at).filter((at) => at < 2 || (at >= from && at < from + count));
    const some = withOperations(client, kept);
    return { ...some, operations: some.operations.map((each) => ({ ...each, afterMs: Math.min(each.afterMs, 400) })) };
  });
  const kept = luck.below(3);
  const faults = plan.faults.filter(() => luck.below(plan.faults.length) < kept);
  const early = Math.max(0, (faults[0]?.atMs ?? 0) - 1500);
  return { ...plan, clients, faults: faults.map(({ atMs, fault }) => ({ atMs: atMs - early, fault })) };
}
