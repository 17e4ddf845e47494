/**
 * The jumps of a shrinker: each draws, out of the best run so far or out of the one that it began with, another plan that may be
 * much smaller, or as small and of another kind. Nearly all of them are none that fail; that is found out elsewhere.
 */
import type { Xoshiro } from '../base/random.ts';
import type { ClientScript, ScriptedOperation } from '../client/script.ts';
import { lengthOf, momentsOf, sooner, withClient, withOperations, withServers } from '../plan/plan-edits.ts';
import type { Plan, PlannedFault } from '../plan/plan.ts';
import type { Fault, Target } from '../world/fault.ts';
import type { SchedulerPlan } from '../world/scheduler.ts';
import type { FailingRun } from './failing-run.ts';

/** Where a jump may begin. */
export interface Footing {
  readonly best: FailingRun;
  readonly first: FailingRun;
}

/** Another plan, drawn by `luck`; null where the jump that was drawn is none. */
export function jump(footing: Footing, luck: Xoshiro): Plan | null {
  return JUMPS[luck.below(JUMPS.length)]?.(footing, luck) ?? null;
}

type Jump = (footing: Footing, luck: Xoshiro) => Plan | null;

/** Each is as likely as any other. */
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
  ({ best }, luck) => shaken(best.plan, luck),
  ({ best }, luck) => shaken(best.plan, luck),
  ({ best }, luck) => shaken(fewerServers(best.plan, luck), luck),
  ({ first }, luck) => shaken(fewServers(sample(first.plan, luck), luck), luck),
  ({ best }, luck) => restless(best.plan, luck),
  ({ best }, luck) => reconnecting(thinned(best.plan, luck, 2), luck),
  ({ best }, luck) => restless(thinned(best.plan, luck, 1 + luck.below(4)), luck),
  ({ best }, luck) => restless(fewServers(best.plan, luck), luck),
  ({ best }, luck) => limited(thinned(best.plan, luck, 1 + luck.below(4)), luck),
  ({ best }, luck) => together(best.plan, luck),
  ({ best }, luck) => restless(together(best.plan, luck), luck),
  ({ best }, luck) => restless(together(fewServers(best.plan, luck), luck), luck),
  ({ best }, luck) => lasting(best.plan, luck),
  ({ best }, luck) => sketch(best.plan, luck),
  ({ best }, luck) => patient(best.plan, luck),
  ({ best }, luck) => patient(hurried(best.plan, luck), luck),
];

/** One in `oneIn` of the parts is left out, by chance. */
function thinned(plan: Plan, luck: Xoshiro, oneIn: number): Plan {
  const stays = (): boolean => luck.below(oneIn + 1) > 0;
  const clients = plan.clients.filter(stays).map((client) => {
    return withOperations(client, client.operations.map((_, at) => at).filter(stays));
  });
  return { ...plan, clients, faults: plan.faults.filter(stays) };
}

/** Without one of the servers, chosen by chance; what was to strike it may strike another instead. */
function fewerServers(plan: Plan, luck: Xoshiro): Plan {
  const ids = plan.members.map(({ id }) => id);
  if (ids.length < 2) return plan;
  const lost = luck.below(ids.length);
  const kept = ids.filter((_, at) => at !== lost);
  const isMoved = luck.below(2) === 0;
  const faults = plan.faults.map((planned) => {
    return isMoved && nodeOf(planned.fault) === ids[lost] ? moved(planned, kept, luck) : planned;
  });
  return withServers({ ...plan, faults }, kept) ?? plan;
}

/** Without so many of the servers that at most three are left. */
function fewServers(plan: Plan, luck: Xoshiro): Plan {
  let next = plan;
  const wanted = 1 + luck.below(3);
  for (let tries = 0; next.members.length > wanted && tries < plan.members.length; tries++) next = fewerServers(next, luck);
  return next;
}

/** Some faults come at another time, last for another time, or strike another. */
export function shaken(plan: Plan, luck: Xoshiro): Plan | null {
  if (plan.faults.length === 0) return null;
  const moments = momentsOf(plan);
  const ids = plan.members.map(({ id }) => id);
  const faults = plan.faults.flatMap((planned): PlannedFault[] => {
    if (luck.below(5) === 0) return [];
    let next = planned;
    if (luck.below(2) === 0) next = { ...next, atMs: momentNear(moments, plan, luck) };
    if (luck.below(3) === 0) next = moved(next, ids, luck);
    const length = lengthOf(next.fault);
    if (length !== null && luck.below(3) === 0) {
      next = { ...next, fault: length.with(luck.below(2) === 0 ? luck.below(Math.floor(length.ms) + 1) : luck.below(MOMENT_MS)) };
    }
    return [next];
  });
  return { ...plan, faults: faults.sort((one, other) => one.atMs - other.atMs) };
}

/** Faults and operations that belong together are so close to each other, in milliseconds. */
const MOMENT_MS = 200;

/** Close to something else that happens, or anywhere. */
function momentNear(moments: readonly number[], plan: Plan, luck: Xoshiro): number {
  if (moments.length === 0 || luck.below(3) === 0) return luck.below(Math.floor(plan.safetyMs) + 1);
  const moment = moments[luck.below(moments.length)] ?? 0;
  const reach = luck.below(2) === 0 ? 4 : MOMENT_MS;
  return Math.max(0, Math.min(plan.safetyMs, Math.floor(moment) + luck.below(2 * reach + 1) - reach));
}

function nodeOf(fault: Fault): number {
  return 'target' in fault && 'node' in fault.target ? fault.target.node : 0;
}

/** The same fault on one of `ids`, if it is one that strikes one server. */
function moved(planned: PlannedFault, ids: readonly number[], luck: Xoshiro): PlannedFault {
  const { fault } = planned;
  if (!('target' in fault) || nodeOf(fault) > LAST_SERVER) return planned;
  const target: Target = { node: ids[luck.below(ids.length)] ?? 1 };
  return { ...planned, fault: { ...fault, target } };
}

/** Ids beyond this one are those of clients. */
const LAST_SERVER = 255;

/**
 * Without one of its faults, but restless, or with a client that reconnects, or with a milder fault in its place: what the fault
 * was there for may have been an order of events that other luck brings about as well, or a connection that breaks.
 */
export function inPlaceOfFault(plan: Plan, index: number, luck: Xoshiro): Plan {
  const some = { ...plan, faults: plan.faults.filter((_, at) => at !== index) };
  const without = luck.below(2) === 0 ? some : fewServers(some, luck);
  switch (luck.below(3)) {
    case 0:
      return restless(without, luck, false);
    case 1:
      return reconnecting(without, luck);
    default:
      return milder(plan, index, luck);
  }
}

/** A plainer or milder fault on the same server or on another, at about the same time, and perhaps with one client less. */
function milder(plan: Plan, index: number, luck: Xoshiro): Plan {
  const struck = nodeOf(plan.faults[index]?.fault ?? NO_FAULT);
  const isSame = struck > 0 && struck <= LAST_SERVER && luck.below(2) === 0;
  const target: Target = { node: isSame ? struck : plan.members[luck.below(plan.members.length)]?.id ?? 1 };
  const fault = MILDER[luck.below(MILDER.length)]?.(target, 1 + luck.below(MOMENT_MS)) ?? NO_FAULT;
  const faults = plan.faults.map((planned, at): PlannedFault => {
    if (at !== index) return planned;
    return { atMs: Math.max(0, Math.min(plan.safetyMs, planned.atMs + luck.below(NEAR_MS) - NEAR_MS / 2)), fault };
  });
  const lost = luck.below(2) === 0 ? luck.below(plan.clients.length + 1) : plan.clients.length;
  const clients = plan.clients.filter((_, at) => at !== lost);
  return { ...plan, clients, faults: faults.sort((one, other) => one.atMs - other.atMs) };
}

const NO_FAULT: Fault = { kind: 'reset', target: { node: 1 } };

/** A server dies, is not heard of for a moment, by all or by one, or by clients; or no more than a connection is lost. */
const MILDER: readonly ((target: Target, forMs: number) => Fault)[] = [
  (target, downMs) => ({ kind: 'crash', target, downMs }),
  (target, forMs) => ({ kind: 'partition', shape: 'isolate', target, forMs }),
  (target, forMs) => ({ kind: 'stall', target, forMs }),
  (target, forMs) => ({ kind: 'clientCut', target, forMs }),
  (target) => ({ kind: 'reset', target }),
];

/** A client reconnects, instead of one of its operations or after all of them. */
function reconnecting(plan: Plan, luck: Xoshiro): Plan {
  const index = luck.below(plan.clients.length + 1);
  const client = plan.clients[index];
  if (client === undefined) return plan;
  const chosen = luck.below(client.operations.length + 1);
  const reconnect: ScriptedOperation = {
    afterMs: client.operations[chosen]?.afterMs ?? luck.below(NEAR_MS),
    waitForReply: luck.below(2) === 0,
    request: { kind: 'reconnect' },
  };
  const operations = [...client.operations.slice(0, chosen), reconnect, ...client.operations.slice(chosen + 1)];
  return withClient(plan, index, { ...client, operations });
}

/** Links or disks of uneven speed, or another order of events, perhaps instead of faults that bring such orders about. */
function restless(plan: Plan, luck: Xoshiro, isFaultless: boolean = luck.below(2) === 0): Plan {
  const scheduler = SCHEDULERS[luck.below(SCHEDULERS.length)] ?? TIMED;
  const { network, disk } = plan.settings;
  const jitterUs = JITTERS_US[luck.below(JITTERS_US.length)] ?? 0;
  const isDisk = luck.below(2) === 0;
  const settings = {
    ...plan.settings,
    network: isDisk ? network : { ...network, latency: { ...network.latency, jitterUs } },
    disk: isDisk ? { ...disk, sync: { ...disk.sync, jitterUs } } : disk,
  };
  const faults = isFaultless ? [] : plan.faults;
  // Beyond the time in which faults may happen all is in the order of time.
  const safetyMs = Math.max(plan.safetyMs, (momentsOf(plan).at(-1) ?? 0) + MOMENT_MS);
  return { ...plan, settings, scheduler, faults, safetyMs };
}

/** One operation comes when something else does, and perhaps everybody starts at once. */
function together(plan: Plan, luck: Xoshiro): Plan {
  const moments = momentsOf(plan);
  const index = luck.below(plan.clients.length + 1);
  const client = plan.clients[index];
  if (client === undefined || client.operations.length === 0) return plan;
  const chosen = luck.below(client.operations.length);
  const toMs = (moments[luck.below(moments.length)] ?? 0) + luck.below(NEAR_MS) - NEAR_MS / 4;
  const beforeMs = client.operations.slice(0, chosen).reduce((sum, { afterMs }) => sum + afterMs, 0);
  const operations = client.operations.map((operation, at) => {
    return at === chosen ? { ...operation, afterMs: Math.max(0, Math.floor(toMs - beforeMs)) } : operation;
  });
  const next = withClient(plan, index, { ...client, operations });
  return luck.below(2) === 0 ? next : { ...next, settings: { ...next.settings, startStaggerMs: 0 } };
}

/** What happens at about the same time does so within so many milliseconds. */
const NEAR_MS = 12;

const TIMED: SchedulerPlan = { kind: 'timed' };
const SCHEDULERS: readonly SchedulerPlan[] = [
  TIMED,
  TIMED,
  { kind: 'uniform', windowMs: 2 },
  { kind: 'uniform', windowMs: 10 },
  { kind: 'pct', windowMs: 2, depth: 1, decisions: 300 },
  { kind: 'pct', windowMs: 10, depth: 1, decisions: 300 },
  { kind: 'pct', windowMs: 10, depth: 2, decisions: 300 },
];
const JITTERS_US: readonly number[] = [0, 300, 2000, 20_000];

/** Peace begins earlier, and faults after that do not happen. */
function calmed(plan: Plan, luck: Xoshiro): Plan {
  const safetyMs = luck.below(2) === 0 ? plan.faults.at(0)?.atMs ?? 0 : luck.below(Math.floor(plan.safetyMs) + 1);
  return { ...plan, safetyMs, faults: plan.faults.filter(({ atMs }) => atMs < safetyMs) };
}

/** What happens after so many transactions, if it happens in this run at all, happens after fewer. */
function limited(plan: Plan, luck: Xoshiro): Plan {
  const { snapCount, commitLogCount } = plan.knobs;
  const lower = (limit: number): number => (limit > LIMIT_MAX ? limit : 2 + luck.below(Math.max(1, limit - 1)));
  return { ...plan, knobs: { ...plan.knobs, snapCount: lower(snapCount), commitLogCount: lower(commitLogCount) } };
}

/** A limit beyond this one is never reached. */
const LIMIT_MAX = 1000;

/** Nobody waits for anything but answers. */
function hasty(plan: Plan): Plan {
  const clients = plan.clients.map((client) => {
    return { ...client, operations: client.operations.map((operation) => ({ ...operation, afterMs: 0 })) };
  });
  return { ...plan, clients };
}

/** In the order of time. */
function timed(plan: Plan): Plan {
  return plan.scheduler === undefined ? plan : { ...plan, scheduler: TIMED };
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

/** Sessions last for longer: fewer of them expire on the way, and fewer pings keep them alive. */
function patient(plan: Plan, luck: Xoshiro): Plan {
  const factor = 1 + luck.below(PATIENCE_MAX * 10) / 10;
  const clients = plan.clients.map((client) => ({ ...client, sessionTimeoutMs: Math.floor(client.sessionTimeoutMs * factor) }));
  const maxSessionTimeoutMs = Math.max(plan.knobs.maxSessionTimeoutMs, ...clients.map((client) => client.sessionTimeoutMs));
  return { ...plan, clients, knobs: { ...plan.knobs, maxSessionTimeoutMs } };
}

/** So many times longer, about. */
const PATIENCE_MAX = 4;

/** One fault lasts for longer, perhaps instead of all others: they may have been there to renew it. */
function lasting(plan: Plan, luck: Xoshiro): Plan | null {
  const chosen = plan.faults[luck.below(plan.faults.length + 1)];
  const length = chosen === undefined ? null : lengthOf(chosen.fault);
  if (chosen === undefined || length === null) return null;
  const longest = Math.max(length.ms, Math.floor(plan.safetyMs - chosen.atMs));
  const longer = { ...chosen, fault: length.with(length.ms + luck.below(longest - Math.floor(length.ms) + 1)) };
  const isAlone = luck.below(2) === 0;
  const faults = plan.faults.flatMap((planned) => (planned === chosen ? [longer] : isAlone ? [] : [planned]));
  return { ...plan, faults };
}

/**
 * A sketch of what most failures come to: one fault of the plan, not long after the beginning, and one or two clients, each at a
 * server of its own, that ask for a thing while it lasts or about when it ends. Kinds are the plan's, times and places are drawn.
 */
export function sketch(plan: Plan, luck: Xoshiro): Plan {
  const some = luck.below(3) === 0 ? fewServers(plan, luck) : plan;
  const ids = some.members.map(({ id }) => id);
  const chosen = ofAnyKind(some.faults, luck);
  const atMs = SKETCH_MS + luck.below(SKETCH_MS);
  const length = chosen === undefined ? null : lengthOf(chosen.fault);
  const { initLimit, syncLimit, tickTimeMs } = plan.knobs;
  const longest = 2 * (initLimit + syncLimit) * tickTimeMs;
  const forMs = luck.below(3) === 0 ? Math.floor(length?.ms ?? 0) : luck.below(longest + 1);
  const faults = chosen === undefined ? [] : [struck({ atMs, fault: length?.with(forMs) ?? chosen.fault }, ids, luck)];
  const clients = Array.from({ length: 1 + luck.below(2) }, () => some.clients[luck.below(some.clients.length + 1)]);
  const sketched = clients.filter((client) => client !== undefined).map((client) => {
    const whenMs = luck.below(3) > 0 ? atMs + luck.below(forMs + 1) : near([atMs, atMs + forMs], luck);
    const servers = luck.below(4) === 0 ? client.servers : [ids[luck.below(ids.length)] ?? 1];
    const { sessionTimeoutMs } = client;
    const patient = luck.below(2) === 0 ? Math.max(sessionTimeoutMs, some.knobs.maxSessionTimeoutMs) : sessionTimeoutMs;
    return { ...asking(client, whenMs, luck), servers, sessionTimeoutMs: patient };
  });
  return { ...some, clients: sketched, faults, safetyMs: atMs + forMs + SKETCH_MS };
}

/** One of the faults, each kind as likely as any other, or none. */
function ofAnyKind(faults: readonly PlannedFault[], luck: Xoshiro): PlannedFault | undefined {
  const kinds = [...new Set(faults.map(({ fault }) => fault.kind))];
  const kind = kinds[luck.below(kinds.length + 1)];
  const some = faults.filter(({ fault }) => fault.kind === kind);
  return some[luck.below(Math.max(1, some.length))];
}

/** A client that asks for one or two things of its script, or plainly reads, or plainly writes. */
function asking(client: ClientScript, whenMs: number, luck: Xoshiro): ClientScript {
  const chosen = luck.below(client.operations.length + 1);
  const own = withOperations(client, luck.below(2) === 0 ? [chosen] : [chosen, chosen + 1]);
  const plain = PLAIN[luck.below(PLAIN.length)] ?? null;
  const operations = plain === null ? own.operations : [{ afterMs: 0, waitForReply: true, request: plain }];
  return { ...own, operations: operations.map((operation, at) => ({ ...operation, afterMs: at === 0 ? whenMs : 0 })) };
}

const PLAIN: readonly (ScriptedOperation['request'] | null)[] = [
  null,
  null,
  { kind: 'exists', path: '/', watch: false },
  { kind: 'setData', path: '/', data: '' },
];

/** By then there is a leader, as a rule. */
const SKETCH_MS = 1000;

/** The leader of the time, or one of `ids`; who is struck by role stays so. */
function struck(planned: PlannedFault, ids: readonly number[], luck: Xoshiro): PlannedFault {
  const { fault } = planned;
  if (luck.below(2) === 0 || !('target' in fault) || nodeOf(fault) > LAST_SERVER) return moved(planned, ids, luck);
  return { ...planned, fault: { ...fault, target: { role: 'leader' } } };
}

/** Shortly before or after one of the moments. */
function near(moments: readonly number[], luck: Xoshiro): number {
  return Math.max(0, (moments[luck.below(moments.length)] ?? 0) + luck.below(2 * MOMENT_MS + 1) - MOMENT_MS);
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
