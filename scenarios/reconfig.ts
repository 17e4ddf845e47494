/**
 * Servers come and go under load: spares wait outside, and administrators take them in, turn voters away, make observers of them
 * and voters of observers, one at a time and all at once, while faults happen. At the end everybody is in line with the leader
 * of whatever ensemble came of it.
 */
import fc from 'fast-check';
import type { Arbitrary } from 'fast-check';
import type { ClientScript, ScriptedOperation, ScriptedReconfig, ScriptedRequest } from '../src/client/script.ts';
import { EVERY_FAULT } from '../src/plan/fault-menu.ts';
import type { Plan, ReconfigPlan } from '../src/plan/plan.ts';
import { EVERY_RARE_FAULT } from '../src/plan/rare-faults.ts';
import { Draw, record } from '../src/plan/scenario.ts';
import type { Scenario } from '../src/plan/scenario.ts';
import { drawPlan } from '../src/plan/shape.ts';
import type { ScenarioShape } from '../src/plan/shape.ts';
import { memberLine } from '../src/server/config.ts';
import type { Member } from '../src/server/config.ts';
import { FIVE } from './five.ts';

const SHAPE: ScenarioShape = {
  ...FIVE,
  name: 'reconfig',
  summary: 'voters, observers and spares change places under load, every fault',
  expects: [
    'operation reconfig', 'result NEWCONFIGNOQUORUM', 'result RECONFIGINPROGRESS', 'result BADARGUMENTS',
    'sync DIFF', 'sync SNAP',
  ],
  voters: [[3, 6], [5, 2], [2, 1], [1, 1]],
  observers: [[0, 3], [1, 2], [2, 1]],
  clients: [1, 8],
  tickMs: [[200, 3], [500, 3], [1000, 1]],
  // The good copies that harm to disks must spare are counted among the first voters only, and voters change here.
  faults: { ...EVERY_FAULT, crashLeader: 6, bitRot: 0 },
  rareFaults: { ...EVERY_RARE_FAULT, wipe: 0, oldImage: 0, clone: 0 },
  faultCount: [0, 14],
  calmPercent: 20,
  // Who is a quorum in the end is not known before.
  corePercent: 0,
};

const CONFIG_PATH = '/zookeeper/config';
const MAX_SERVERS = 9;

function drawReconfigPlan(seed: string): Plan {
  const plan = drawPlan(SHAPE, seed);
  const draw = new Draw(`${SHAPE.name}/${seed}/ensemble`);
  const count = plan.members.length;
  const spareCount = draw.integer('spares', 1, Math.min(4, MAX_SERVERS - count));
  const spares = Array.from({ length: spareCount }, (_, index) => count + index + 1);
  const ids = [...plan.members.map(({ id }) => id), ...spares];
  const hierarchy = draw.percent('hierarchical', 10) ? groupsOf(plan.members) : null;
  const spanMs = plan.safetyMs + Math.floor(plan.tailMs / 4);
  const admins = Array.from({ length: draw.integer('admins', 1, 2) }, (_, index) => {
    return admin(new Draw(`${SHAPE.name}/${seed}/admin/${index}`), ids, spanMs, 20 * plan.knobs.tickTimeMs);
  });
  const rush = draw.percent('rush', 15) ? rushing(draw, ids, plan, 20 * plan.knobs.tickTimeMs) : [];
  const clients = plan.clients.map((client, index) => {
    return draw.percent(`roams/${index}`, 50) ? { ...client, servers: [...client.servers, ...spares] } : client;
  });
  return {
    ...plan,
    reconfig: { spares, standaloneEnabled: draw.percent('standalone', 25), ...(hierarchy === null ? {} : { hierarchy }) },
    clients: [...clients, ...admins, ...rush],
  };
}

/** Two or three groups of voters, the last voter without weight where that leaves enough of them. */
function groupsOf(members: readonly Member[]): NonNullable<ReconfigPlan['hierarchy']> | null {
  const voters = members.filter(({ role }) => role === 'participant').map(({ id }) => id);
  if (voters.length < 3) return null;
  const groups = [1, 2, 3].map((id) => ({ id, members: voters.filter((_, index) => index % 3 === id - 1) }));
  return { groups, weights: voters.length > 3 ? [{ id: voters.length, weight: 0 }] : [] };
}

/** A client that changes the ensemble, and looks at what it has done. */
function admin(draw: Draw, ids: readonly number[], spanMs: number, sessionTimeoutMs: number): ClientScript {
  const count = draw.integer('count', 3, 14);
  const steps = draw.of('steps', fc.array(record({
    request: fc.oneof({ weight: 5, arbitrary: change(ids) }, { weight: 2, arbitrary: fc.constantFrom(...LOOKS) }),
    atMs: fc.integer({ min: 0, max: spanMs }),
    waitForReply: fc.boolean(),
  }), { minLength: count, maxLength: count }));
  steps.sort((one, other) => one.atMs - other.atMs);
  let lastMs = 0;
  const operations: ScriptedOperation[] = [];
  for (const { request, atMs, waitForReply } of steps) {
    operations.push({ afterMs: atMs - lastMs, waitForReply, request });
    lastMs = atMs;
  }
  return { servers: [...ids], sessionTimeoutMs, operations, closeAtEnd: false };
}

/** Administrators who know nothing of each other, and do not wait: all but one of them come while a change is under way. */
function rushing(draw: Draw, ids: readonly number[], plan: Plan, sessionTimeoutMs: number): ClientScript[] {
  const atMs = draw.integer('rush/at', 0, plan.safetyMs);
  return [0, 1, 2].map((index) => {
    const requests = draw.of(`rush/${index}`, fc.array(change(ids), { minLength: 4, maxLength: 8 }));
    const operations = requests.map((request, at) => ({ afterMs: at === 0 ? atMs : 0, waitForReply: false, request }));
    return { servers: [...ids], sessionTimeoutMs, operations, closeAtEnd: false };
  });
}

const LOOKS: readonly ScriptedRequest[] = [
  { kind: 'getData', path: CONFIG_PATH, watch: true },
  { kind: 'getData', path: CONFIG_PATH },
  { kind: 'exists', path: CONFIG_PATH, watch: true },
];

function change(ids: readonly number[]): Arbitrary<ScriptedReconfig> {
  const id = fc.constantFrom(...ids);
  const some = fc.shuffledSubarray([...ids], { minLength: 1, maxLength: Math.min(3, ids.length) });
  return fc.oneof(
    { weight: 3, arbitrary: id.map((one): ScriptedReconfig => ({ kind: 'reconfig', joining: [line(one, 'participant')] })) },
    { weight: 2, arbitrary: id.map((one): ScriptedReconfig => ({ kind: 'reconfig', joining: [line(one, 'observer')] })) },
    { weight: 3, arbitrary: id.map((one): ScriptedReconfig => ({ kind: 'reconfig', leaving: [String(one)] })) },
    { weight: 2, arbitrary: fc.tuple(some, some).map(([joining, leaving]): ScriptedReconfig => ({
      kind: 'reconfig', joining: joining.map((one) => line(one, 'participant')), leaving: leaving.map(String),
    })) },
    { weight: 2, arbitrary: fc.shuffledSubarray([...ids], { minLength: 1 }).map((members): ScriptedReconfig => ({
      kind: 'reconfig', members: members.map((one, index) => line(one, index > 3 ? 'observer' : 'participant')).join(','),
    })) },
  );
}

function line(id: number, role: Member['role']): string {
  return memberLine({ id, role });
}

/** See the head of the file. */
export const reconfig: Scenario = {
  name: SHAPE.name, summary: SHAPE.summary, expects: SHAPE.expects ?? [], plan: drawReconfigPlan,
};
