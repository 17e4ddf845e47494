/**
 * Smaller plans out of a plan, each still a plan: without some faults, clients, operations or servers; with plainer requests and
 * quieter machines; with less time between two things that happen. None of them says whether the result still fails.
 */
import type { ClientScript, ScriptedOperation, ScriptedRequest } from '../client/script.ts';
import { DEFAULT_CONFIG } from '../server/config.ts';
import type { Fault } from '../world/fault.ts';
import { DEFAULT_SETTINGS } from '../world/settings.ts';
import type { Plan, PlannedFault } from './plan.ts';

/** How large a plan is, as people count. `operations`: of scripts, and turns of recipes. */
export interface PlanSize {
  readonly servers: number;
  readonly clients: number;
  readonly operations: number;
  readonly faults: number;
}

/** Counts. */
export function sizeOf(plan: Plan): PlanSize {
  return {
    servers: plan.members.length + (plan.reconfig?.spares.length ?? 0),
    clients: plan.clients.length,
    operations: plan.clients.reduce((sum, { operations, recipe }) => sum + operations.length + (recipe?.turns.length ?? 0), 0),
    faults: plan.faults.length,
  };
}

/** Whether an operation names the path that operation `index` returned. */
function refersTo(request: ScriptedRequest, found: (index: number) => void): void {
  for (const [, digits] of JSON.stringify(request).matchAll(/\$(\d+)/g)) found(Number(digits));
}

function renumbered(request: ScriptedRequest, numbers: ReadonlyMap<number, number>): ScriptedRequest {
  const path = (text: string): string => text.replace(/\$(\d+)/g, (whole, digits: string) => {
    const number = numbers.get(Number(digits));
    return number === undefined ? whole : `$${number}`;
  });
  if (request.kind === 'multi') return { ...request, ops: request.ops.map((op) => ({ ...op, path: path(op.path) })) };
  if (request.kind === 'multiRead') return { ...request, ops: request.ops.map((op) => ({ ...op, path: path(op.path) })) };
  return 'path' in request ? { ...request, path: path(request.path) } : request;
}

/**
 * A script with only some of its operations, by index. What is left keeps its time; what named the path of an operation that is
 * gone is gone too.
 */
export function withOperations(script: ClientScript, kept: readonly number[]): ClientScript {
  const wanted = new Set(kept);
  const numbers = new Map<number, number>();
  const operations: ScriptedOperation[] = [];
  let waitedMs = 0;
  for (const [index, operation] of script.operations.entries()) {
    waitedMs += operation.afterMs;
    let stays = wanted.has(index);
    refersTo(operation.request, (other) => {
      if (!numbers.has(other)) stays = false;
    });
    if (!stays) continue;
    numbers.set(index, operations.length);
    operations.push({ ...operation, afterMs: waitedMs, request: renumbered(operation.request, numbers) });
    waitedMs = 0;
  }
  return { ...script, operations };
}

/** A plan with a client's script replaced. */
export function withClient(plan: Plan, index: number, script: ClientScript): Plan {
  return { ...plan, clients: plan.clients.map((client, at) => (at === index ? script : client)) };
}

/** A plan whose faults name no server that is not there. */
export function withServers(plan: Plan, ids: readonly number[]): Plan | null {
  const isThere = (id: number): boolean => ids.includes(id);
  const members = plan.members.filter(({ id }) => isThere(id));
  if (!members.some(({ role }) => role === 'participant')) return null;
  const clients = plan.clients.map((client) => {
    const servers = client.servers.filter(isThere);
    return { ...client, servers: servers.length === 0 ? members.map(({ id }) => id) : servers };
  });
  return { ...plan, members, clients, faults: plan.faults.filter(({ fault }) => targets(fault).every(isThere)) };
}

/** The servers that a fault names by number. */
function targets(fault: Fault): number[] {
  if (!('target' in fault) || !('node' in fault.target)) return [];
  return fault.target.node > 255 ? [] : [fault.target.node];
}

/** Plans that never take a snapshot for the number or the size of transactions, or never end an epoch for want of zxids. */
export function withoutLimits(plan: Plan): Plan[] {
  const { knobs } = plan;
  const unlimited = [
    { snapCount: NEVER, snapshotSizePercent: -1, txnLogSizeLimitInKb: -1 },
    { counterLimit: DEFAULT_CONFIG.counterLimit },
  ];
  return unlimited.map((some): Plan => ({ ...plan, knobs: { ...knobs, ...some } }))
    .filter((other) => JSON.stringify(other.knobs) !== JSON.stringify(knobs));
}

/** So many transactions are in no run. */
const NEVER = 1_000_000;

/** A plan whose machines and links do nothing unusual. Each change by itself; those that change nothing are left out. */
export function quieter(plan: Plan): Plan[] {
  const { settings } = plan;
  const { network, disk, clock } = settings;
  const edits: Partial<Plan['settings']>[] = [
    { encode: false },
    { startStaggerMs: 0 },
    { network: { ...network, halfOpenPercent: 0 } },
    { network: { ...network, latency: { ...network.latency, tailOneIn: 0 } } },
    { network: { ...network, latency: { ...DEFAULT_SETTINGS.network.latency, jitterUs: 0, tailOneIn: 0 } } },
    { disk: { ...disk, cacheSurvivesPercent: 0 } },
    { disk: { ...disk, sync: { ...DEFAULT_SETTINGS.disk.sync, jitterUs: 0, tailOneIn: 0 } } },
    { clock: { ...clock, driftPpmMax: 0, wallSkewMs: 0, timerLateUs: 0 } },
  ];
  const quiet = edits.map((edit): Plan => ({ ...plan, settings: { ...settings, ...edit } }))
    .filter((other) => JSON.stringify(other.settings) !== JSON.stringify(settings));
  const isTimed = plan.scheduler === undefined || plan.scheduler.kind === 'timed';
  return isTimed ? quiet : [{ ...plan, scheduler: { kind: 'timed' } }, ...quiet];
}

/** What the root will do as well for as any other node. */
const PLACELESS: ReadonlySet<ScriptedRequest['kind']> = new Set([
  'setData', 'getData', 'exists', 'getChildren', 'getChildren2', 'sync',
]);

/** What changes nothing, */
const READS: ReadonlySet<ScriptedRequest['kind']> = new Set([
  'getData', 'exists', 'getChildren', 'getChildren2', 'getACL', 'getEphemerals', 'getAllChildrenNumber', 'whoAmI', 'multiRead',
]);
/** and what is no request to the tree. */
const TURNS: ReadonlySet<ScriptedRequest['kind']> = new Set(['closeSession', 'reconnect', 'addAuth', 'sync']);

/** Plainer ways to ask for something like it, plainest first. */
export function plainer(operation: ScriptedOperation): ScriptedOperation[] {
  const { request } = operation;
  const plain: ScriptedRequest[] = [];
  if (!READS.has(request.kind) && !TURNS.has(request.kind)) {
    plain.push({ kind: 'exists', path: '/', watch: false });
    // It goes to the leader and comes back, which is sometimes all that a write was there for.
    plain.push({ kind: 'sync', path: '/' });
  }
  if (request.kind === 'multi') {
    for (const op of request.ops) if (op.kind !== 'check') plain.push(op);
    if (request.ops.length > 1) {
      for (const skipped of request.ops) plain.push({ ...request, ops: request.ops.filter((op) => op !== skipped) });
    }
  }
  if (request.kind === 'reconfig') plain.push(...smallerReconfigs(request));
  if (request.kind === 'create2') plain.push({ ...request, kind: 'create' });
  if ('flags' in request && request.flags !== 0) plain.push({ ...request, flags: 0 });
  if ('watch' in request && request.watch) plain.push({ ...request, watch: false });
  if ('version' in request && request.version !== -1) plain.push({ ...request, version: -1 });
  if (PLACELESS.has(request.kind) && 'path' in request && request.path !== '/') plain.push({ ...request, path: '/' });
  if ('data' in request && request.data !== '') plain.push({ ...request, data: '' });
  const operations = plain.map((other) => ({ ...operation, request: other }));
  if (!operation.waitForReply) operations.push({ ...operation, waitForReply: true });
  return operations;
}

/** With one server less among those that join, leave or are to be all members. */
function smallerReconfigs(request: Extract<ScriptedRequest, { readonly kind: 'reconfig' }>): ScriptedRequest[] {
  const { joining = [], leaving = [], members } = request;
  const lines = members?.split(',') ?? [];
  const without = <T>(list: readonly T[], least: number): T[][] => {
    return list.length <= least ? [] : list.map((_, skipped) => list.filter((_one, at) => at !== skipped));
  };
  return [
    ...without(lines, 1).map((kept): ScriptedRequest => ({ ...request, members: kept.join(',') })),
    ...without(joining, leaving.length > 0 ? 0 : 1).map((kept): ScriptedRequest => ({ ...request, joining: kept })),
    ...without(leaving, joining.length > 0 ? 0 : 1).map((kept): ScriptedRequest => ({ ...request, leaving: kept })),
  ];
}

type Stopping = Extract<Fault, { readonly kind: 'diskFull' | 'diskError' | 'wipe' | 'oldImage' | 'clone' }>;

/** What stops a server, sooner or later, by what happens to its disk. */
function isStopping(fault: Fault): fault is Stopping {
  return ['diskFull', 'diskError', 'wipe', 'oldImage', 'clone'].includes(fault.kind);
}

/** A server that only stops is down for so long, if nothing else says for how long. */
const STOPPED_MS = 100;

/** Simpler faults instead of one, simplest first. */
export function simpler(fault: Fault): Fault[] {
  const simple: Fault[] = [];
  if (fault.kind === 'power') return simple;
  if (isStopping(fault)) {
    simple.push({ kind: 'crash', target: fault.target, downMs: lengthOf(fault)?.ms ?? STOPPED_MS });
  }
  if (fault.kind === 'crash' && fault.afterEffects !== undefined) {
    simple.push({ kind: 'crash', target: fault.target, downMs: fault.downMs });
  }
  if (fault.kind === 'partition') {
    const { kind, shape, target, forMs } = fault;
    if (fault.clientsToo === true || fault.oneWay !== undefined || fault.series !== undefined) {
      simple.push({ kind, shape, forMs, ...(target === undefined ? {} : { target }) });
    }
    if (fault.clientsToo === true) simple.push({ ...fault, clientsToo: false });
  }
  return simple;
}

/** How long a fault lasts, and the fault with another length; null where it has none. */
export function lengthOf(fault: Fault): { readonly ms: number; readonly with: (ms: number) => Fault } | null {
  if ('downMs' in fault) return { ms: fault.downMs, with: (downMs) => ({ ...fault, downMs }) };
  if ('forMs' in fault) return { ms: fault.forMs, with: (forMs) => ({ ...fault, forMs }) };
  return null;
}

/** When everything in the plan happens, ascending: faults, their ends, and operations as if none had to wait. */
export function momentsOf(plan: Plan): number[] {
  const moments = plan.faults.flatMap(({ atMs, fault }) => [atMs, atMs + (lengthOf(fault)?.ms ?? 0)]);
  for (const { operations } of plan.clients) {
    let atMs = 0;
    for (const { afterMs } of operations) moments.push(atMs += afterMs);
  }
  return [...new Set(moments)].sort((one, other) => one - other);
}

/** The plan with `ms` of the time before `momentMs` taken out: whatever happens then or later happens so much earlier. */
export function sooner(plan: Plan, momentMs: number, ms: number): Plan {
  const moved = (atMs: number): number => (atMs >= momentMs ? atMs - ms : atMs);
  const faults = plan.faults.map(({ atMs, fault }): PlannedFault => {
    const length = lengthOf(fault);
    if (length === null || atMs >= momentMs) return { atMs: moved(atMs), fault };
    return { atMs, fault: length.with(Math.max(0, moved(atMs + length.ms) - atMs)) };
  });
  const clients = plan.clients.map((client) => {
    let [atMs, movedMs] = [0, 0];
    const operations = client.operations.map((operation) => {
      atMs += operation.afterMs;
      const afterMs = Math.max(0, moved(atMs) - movedMs);
      movedMs += afterMs;
      return { ...operation, afterMs };
    });
    return { ...client, operations };
  });
  return { ...plan, faults, clients, safetyMs: Math.max(0, moved(plan.safetyMs)) };
}
