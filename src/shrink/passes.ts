/**
 * What a shrinker tries, in this order: the parts that cost the most events first, so that what comes later is quick. Each pass
 * leaves the best run of the shrinker no larger than it was.
 */
import { seedStream } from '../base/random.ts';
import type { NodeId } from '../io/event.ts';
import type { Fact } from '../io/fact.ts';
import {
  lengthOf, momentsOf, plainer, quieter, simpler, sooner, withClient, withOperations, withServers, withoutLimits,
} from '../plan/plan-edits.ts';
import type { Plan, PlannedFault } from '../plan/plan.ts';
import { FIRST_CLIENT } from '../plan/plan.ts';
import { AligningChooser } from '../run/align.ts';
import { CausalRecorder, causalPast } from '../run/causality.ts';
import type { Tape } from '../world/chooser.ts';
import type { Fault } from '../world/fault.ts';
import { badMoments } from './bad-moments.ts';
import { reducePlaces, reduceRecipes, reduceScript } from './clients.ts';
import { inPlaceOfFault } from './jumps.ts';
import { ActSink } from './last-act.ts';
import { reduceList, reduceNumber } from './reduce.ts';
import type { Shrinker } from './shrink.ts';
import { freshLuck } from './sparse.ts';
import { firstSketches, otherLuck, sketches, wander } from './wander.ts';

/** One kind of attempt. */
export interface Pass {
  readonly name: string;
  run(shrinker: Shrinker): Promise<void>;
}

/** Everything that is tried in its order. */
export const PASSES: readonly Pass[] = [
  { name: 'causal past', run: cutCausally },
  { name: 'last act', run: cutActs },
  { name: 'first sketches', run: firstSketches },
  { name: 'clients', run: reduceClients },
  { name: 'faults', run: reduceFaults },
  { name: 'luck', run: calm },
  { name: 'limits', run: reduceLimits },
  { name: 'connections', run: reduceConnections },
  { name: 'servers', run: reduceServers },
  { name: 'operations', run: reduceOperations },
  { name: 'places', run: reducePlaces },
  { name: 'recipes', run: reduceRecipes },
  { name: 'time', run: reduceTime },
  { name: 'machines', run: quieten },
  { name: 'kinds of faults', run: simplifyFaults },
  { name: 'requests', run: simplifyRequests },
  { name: 'draws', run: reduceDraws },
];

/** What is looked for at random, where nothing more can be left out. */
export const SEARCHES: readonly Pass[] = [
  { name: 'sketches', run: sketches },
  { name: 'bad moments', run: badMoments },
  { name: 'faults for less', run: replaceFaults },
  { name: 'jumps', run: wander },
];

/**
 * What happened after the violation had no part in it, and neither had an operation outside of its causal past. One run shows
 * whether that is so; if not (an absence can be a cause), only what came later goes.
 */
async function cutCausally(shrinker: Shrinker): Promise<void> {
  const { plan, result } = shrinker.best;
  const { finding } = result;
  if (finding === null || finding.outcome === 'liveness') return;
  const recorder = new CausalRecorder(plan.settings.encode);
  const invoked: { readonly node: NodeId; readonly step: number }[] = [];
  shrinker.watch({
    event: (step, timeUs, node, event, peer) => { recorder.event(step, timeUs, node, event, peer); },
    sent: (step, timeUs, from, to, message) => { recorder.sent(step, timeUs, from, to, message); },
    fact: (fact, node, _timeMs, step) => {
      if (fact.kind === 'invoked') invoked.push({ node, step });
    },
  });
  const past = new Set<number>();
  for (const step of finding.steps) for (const each of causalPast(recorder.events, step)) past.add(each);
  const within = { ...plan, faults: plan.faults.filter(({ atMs }) => atMs <= finding.atMs) };
  const count = (index: number, isCounted: (step: number) => boolean): number =>
    invoked.filter(({ node, step }) => node === FIRST_CLIENT + index && isCounted(step)).length;
  if (await shrinker.accepts(firstOperations(within, (index) => count(index, (step) => past.has(step))), 0)) return;
  if (await shrinker.accepts(firstOperations(within, (index) => count(index, () => true)), 0)) return;
  await shrinker.accepts(within, 0);
}

/** Each client with no more operations than it came to invoke. */
function firstOperations(plan: Plan, invokedBy: (index: number) => number): Plan {
  const clients = plan.clients.map((client, index) => {
    let left = invokedBy(index);
    const kept: number[] = [];
    for (const [at, { request }] of client.operations.entries()) {
      if (left === 0) break;
      kept.push(at);
      if (request.kind !== 'reconnect') left--;
    }
    return withOperations(client, kept);
  });
  return { ...plan, clients };
}

/** All that happened before the last leader was established may be of no account; or before the one before, and so on. */
async function cutActs(shrinker: Shrinker): Promise<void> {
  const sink = new ActSink();
  shrinker.watch(sink);
  const { plan } = shrinker.best;
  for (const act of sink.acts(plan).slice(0, ACTS)) {
    if (await shrinker.improves(act, shrinker.tapeChooser())) return;
    if (await shrinker.improves(act, shrinker.benignChooser())) return;
    for (let fresh = 0; fresh < ACT_TAPES && !shrinker.isOver(); fresh++) {
      if (await shrinker.improves(act, freshLuck(`${plan.seed}/act/${shrinker.runs}`))) return;
    }
  }
}

/** So many acts are tried, each with so much fresh luck. */
const ACTS = 8;
const ACT_TAPES = 6;

/** Clients are numbered by their place: the luck of those that stay goes with them to their new numbers. */
async function reduceClients(shrinker: Shrinker): Promise<void> {
  const { isOver } = shrinker;
  let current = shrinker.best.plan.clients.map((_, index) => index);
  await reduceList(current, async (kept) => {
    const { plan, tape, names } = shrinker.best;
    const places = kept.map((index) => current.indexOf(index));
    const clients = places.map((place) => plan.clients[place]).filter((client) => client !== undefined);
    const numbers = new Map(places.map((place, index) => [String(FIRST_CLIENT + place), String(FIRST_CLIENT + index)]));
    const moved = { tape: renumbered(tape, numbers), names: renumbered(names, numbers) };
    if (!await shrinker.accepts({ ...plan, clients }, undefined, moved)) return false;
    current = [...kept];
    return true;
  }, isOver);
}

/** Streams under the new numbers of the processes in their labels; those of processes that are gone are left out. */
function renumbered<T extends readonly [label: string, ...rest: unknown[]]>(
  streams: readonly T[], numbers: ReadonlyMap<string, string>,
): (readonly [string, T[1]])[] {
  const clients = /\d{4,}/g;
  return streams.flatMap(([label, content]): (readonly [string, T[1]])[] => {
    const isThere = (label.match(clients) ?? []).every((number) => numbers.has(number));
    return isThere ? [[label.replace(clients, (number) => numbers.get(number) ?? number), content]] : [];
  });
}

async function reduceFaults(shrinker: Shrinker): Promise<void> {
  const { isOver } = shrinker;
  await reduceList(shrinker.best.plan.faults, (faults) => shrinker.accepts({ ...shrinker.best.plan, faults }), isOver);
}

/** A client knows no server but the one where it is in the end: then none of the others is there for its sake. */
async function reduceConnections(shrinker: Shrinker): Promise<void> {
  const sink = new ActSink();
  shrinker.watch(sink);
  for (let index = 0; index < shrinker.best.plan.clients.length && !shrinker.isOver(); index++) {
    const server = sink.servers.get(FIRST_CLIENT + index);
    const client = shrinker.best.plan.clients[index];
    if (server === undefined || client === undefined || client.servers.length < 2) continue;
    await shrinker.accepts(withClient(shrinker.best.plan, index, { ...client, servers: [server] }), 1);
  }
  if (shrinker.best.plan.clients.length <= FEW_CLIENTS) await moveClients(shrinker);
}

const FEW_CLIENTS = 3;

/** Where a client asks at another server, fewer messages may do: those to and from the leader, if it is him that it asks. */
async function moveClients(shrinker: Shrinker): Promise<void> {
  for (let index = 0; index < shrinker.best.plan.clients.length && !shrinker.isOver(); index++) {
    for (const { id } of shrinker.best.plan.members) {
      const { plan } = shrinker.best;
      const client = plan.clients[index];
      if (client === undefined || (client.servers.length === 1 && client.servers[0] === id)) continue;
      const moved = withClient(plan, index, { ...client, servers: [id] });
      if (await shrinker.improves(moved, shrinker.tapeChooser())) break;
      if (await shrinker.improves(moved, shrinker.momentChooser())) break;
      if (await shrinker.improves(moved, new AligningChooser([], [], 'zero'))) break;
    }
  }
}

/** Fewer servers make other quorums, and hence other schedules: more fresh tapes than elsewhere. */
async function reduceServers(shrinker: Shrinker): Promise<void> {
  const ids = shrinker.best.plan.members.map(({ id }) => id);
  await reduceList(ids, async (kept) => {
    const fewer = withServers(shrinker.best.plan, kept);
    return fewer !== null && await shrinker.accepts(fewer, 12);
  }, shrinker.isOver);
  const { reconfig } = shrinker.best.plan;
  if (reconfig === undefined) return;
  await reduceList(reconfig.spares, (spares) => {
    return shrinker.accepts({ ...shrinker.best.plan, reconfig: { ...reconfig, spares } });
  }, shrinker.isOver);
}

async function reduceOperations(shrinker: Shrinker): Promise<void> {
  for (let index = 0; index < shrinker.best.plan.clients.length && !shrinker.isOver(); index++) {
    await reduceScript(shrinker, index);
    const script = shrinker.best.plan.clients[index];
    if (script?.recipe !== undefined) {
      const { recipe } = script;
      await reduceList(recipe.turns, (turns) => {
        return shrinker.accepts(withClient(shrinker.best.plan, index, { ...script, recipe: { ...recipe, turns } }));
      }, shrinker.isOver);
    }
    const now = shrinker.best.plan.clients[index];
    if (now?.closeAtEnd === true) await shrinker.accepts(withClient(shrinker.best.plan, index, { ...now, closeAtEnd: false }));
  }
}

/** Waiting is what makes a run long: the time between two moments is halved as long as that does no harm, the last ones first. */
async function reduceTime(shrinker: Shrinker): Promise<void> {
  await shrinker.accepts(endingAt(shrinker.best.plan, shrinker.best.result.finding?.atMs ?? 0), 0);
  for (let left = momentsOf(shrinker.best.plan).length; left > 0 && !shrinker.isOver(); left--) {
    const moments = momentsOf(shrinker.best.plan);
    const [before, moment] = [moments[left - 2] ?? 0, moments[left - 1]];
    if (moment === undefined || moment - before < 20) continue;
    const { plan } = shrinker.best;
    const shorter = (gap: number): Promise<boolean> => shrinker.accepts(sooner(plan, moment, moment - before - gap), 1);
    await reduceNumber(moment - before, 1, shorter, shrinker.isOver);
  }
}

/** Faults are over when the violation comes, if they last so long. */
function endingAt(plan: Plan, atMs: number): Plan {
  const faults = plan.faults.map((planned): PlannedFault => {
    const length = lengthOf(planned.fault);
    if (length === null || 'downMs' in planned.fault) return planned;
    return { ...planned, fault: length.with(Math.min(length.ms, Math.max(0, atMs - planned.atMs) + 1)) };
  });
  return { ...plan, faults, safetyMs: Math.min(plan.safetyMs, Math.max(atMs + 1, ...faults.map((fault) => fault.atMs))) };
}

async function quieten(shrinker: Shrinker): Promise<void> {
  for (let index = 0; !shrinker.isOver(); index++) {
    const quiet = quieter(shrinker.best.plan)[index];
    if (quiet === undefined) return;
    if (await shrinker.accepts(quiet)) index--;
  }
}

/** What happens after so and so many transactions does not happen; or after fewer: then fewer are needed. */
async function reduceLimits(shrinker: Shrinker): Promise<void> {
  for (let index = 0; !shrinker.isOver(); index++) {
    const unlimited = withoutLimits(shrinker.best.plan)[index];
    if (unlimited === undefined) break;
    if (await shrinker.accepts(unlimited, 1)) index--;
  }
  for (const knob of ['counterLimit', 'snapCount', 'commitLogCount'] as const) {
    const { knobs } = shrinker.best.plan;
    if (knobs[knob] > LIMIT_MAX) continue;
    const smaller = (value: number): Promise<boolean> => {
      const { plan } = shrinker.best;
      return shrinker.accepts({ ...plan, knobs: { ...plan.knobs, [knob]: value } }, 1);
    };
    await reduceNumber(knobs[knob], LIMIT_MIN, smaller, shrinker.isOver);
  }
}

/** Whom a fault strikes is said by number instead of by role, as it came to be; and whatever it does beside is left out. */
async function simplifyFaults(shrinker: Shrinker): Promise<void> {
  const struck = struckBy(shrinker);
  for (let index = 0; index < shrinker.best.plan.faults.length && !shrinker.isOver(); index++) {
    const planned = shrinker.best.plan.faults[index];
    if (planned === undefined) continue;
    const named = byNumber(planned.fault, struck[index] ?? 0);
    if (named !== null) await shrinker.accepts(withFault(shrinker.best.plan, index, named), 1);
    for (const simple of simpler(shrinker.best.plan.faults[index]?.fault ?? planned.fault)) {
      if (await shrinker.accepts(withFault(shrinker.best.plan, index, simple), FAULT_TAPES)) break;
    }
  }
}

/** Another fault makes another run of it: more fresh tapes than elsewhere. */
const FAULT_TAPES = 6;

function withFault(plan: Plan, index: number, fault: Fault): Plan {
  return { ...plan, faults: plan.faults.map((planned, at) => (at === index ? { ...planned, fault } : planned)) };
}

function byNumber(fault: Fault, node: NodeId): Fault | null {
  if (node === 0) return null;
  if (fault.kind === 'partition' && fault.shape === 'isolate-leader') return { ...fault, shape: 'isolate', target: { node } };
  if (!('target' in fault) || 'node' in fault.target) return null;
  return { ...fault, target: { node } };
}

/** The process that each fault struck; 0 where nothing tells. */
function struckBy(shrinker: Shrinker): NodeId[] {
  const begun: { readonly fact: Fact; readonly timeMs: number }[] = [];
  shrinker.watch({
    event: () => undefined,
    fact: (fact, _node, timeMs) => {
      if (fact.kind === 'faultBegan' || (fact.kind === 'crashed' && fact.cause === 'fault')) begun.push({ fact, timeMs });
    },
  });
  return shrinker.best.plan.faults.map(({ atMs, fault }) => {
    const late = fault.kind === 'crash' && fault.afterEffects !== undefined ? 1000 : 0;
    const found = begun.find(({ fact, timeMs }) => {
      const kind = fact.kind === 'crashed' ? 'crash' : fact.kind === 'faultBegan' ? fact.fault : '';
      const wanted = fault.kind === 'drift' ? 'clockDrift' : fault.kind;
      return timeMs >= atMs && timeMs <= atMs + late && kind.startsWith(wanted);
    });
    return found !== undefined && 'node' in found.fact ? found.fact.node : 0;
  });
}

/** With only a few faults left, each may be there only for the order of events or the broken connection that it brings about. */
async function replaceFaults(shrinker: Shrinker): Promise<void> {
  const luck = seedStream(shrinker.best.plan.seed, `less ${shrinker.runs}`);
  if (shrinker.best.plan.faults.length > FEW_FAULTS) return;
  for (let index = shrinker.best.plan.faults.length - 1; index >= 0; index--) {
    for (let tries = 0; tries < LESS_TRIES && !shrinker.isOver(); tries++) {
      const plan = inPlaceOfFault(shrinker.best.plan, index, luck);
      if (await shrinker.improves(plan, otherLuck(shrinker, luck))) break;
    }
  }
}

const FEW_FAULTS = 3;
const LESS_TRIES = 400;

async function simplifyRequests(shrinker: Shrinker): Promise<void> {
  for (let client = 0; client < shrinker.best.plan.clients.length; client++) {
    const length = shrinker.best.plan.clients[client]?.operations.length ?? 0;
    for (let at = 0; at < length && !shrinker.isOver(); at++) await simplifyOperation(shrinker, client, at);
  }
}

/** Again and again, as long as it becomes plainer. */
async function simplifyOperation(shrinker: Shrinker, client: number, at: number): Promise<void> {
  for (let found = true; found && !shrinker.isOver();) {
    found = false;
    const script = shrinker.best.plan.clients[client];
    const operation = script?.operations[at];
    if (script === undefined || operation === undefined) return;
    for (const plain of plainer(operation)) {
      const operations = script.operations.map((each, index) => (index === at ? plain : each));
      if (await shrinker.accepts(withClient(shrinker.best.plan, client, { ...script, operations }), 0)) {
        found = true;
        break;
      }
    }
  }
}

/** A limit beyond this one is never reached; below that one it would be reached by every session. */
const LIMIT_MAX = 1000;
const LIMIT_MIN = 2;

/** Fewer than so many draws are turned to zero one by one. */
const FINE_DRAWS = 400;

/** Whole streams, then single draws. */
async function reduceDraws(shrinker: Shrinker): Promise<void> {
  await calm(shrinker);
  const places = unusual(shrinker.best.tape);
  if (places.length > FINE_DRAWS) return;
  const { plan, tape } = shrinker.best;
  await reduceList(places, (kept) => {
    const wanted = new Set(kept);
    const zeroed = tape.map(([label, draws]): readonly [string, number[]] => {
      return [label, draws.map((value, at) => (wanted.has(`${label} ${at}`) ? value : 0))];
    });
    return shrinker.acceptsTape(plan, zeroed);
  }, shrinker.isOver);
}

/** Where the draws are that are not zero. */
function unusual(tape: Tape): string[] {
  return tape.flatMap(([label, draws]) => draws.flatMap((value, at) => (value === 0 ? [] : [`${label} ${at}`])));
}

/** Whole streams of draws are turned to zero: whatever is left out later, they stay what they are. */
async function calm(shrinker: Shrinker): Promise<void> {
  if (await shrinker.acceptsTape(shrinker.best.plan, [])) return;
  const labels = shrinker.best.tape.filter(([, draws]) => draws.some((value) => value !== 0)).map(([label]) => label);
  await reduceList(labels, (kept) => {
    const { plan, tape } = shrinker.best;
    return shrinker.acceptsTape(plan, tape.map(([label, draws]) => [label, kept.includes(label) ? draws : draws.map(() => 0)]));
  }, shrinker.isOver);
}
