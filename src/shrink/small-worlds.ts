/**
 * The same things happening to fewer servers. What a fault or a client does to one server of three it may do as well to the
 * only one; but then nothing happens when it did, so that such a plan seldom fails by itself. Searches begin with these.
 */
import { withServers } from '../plan/plan-edits.ts';
import type { Plan, PlannedFault } from '../plan/plan.ts';

/** Of no more servers than these each subset is tried; of more, one, and all but one. */
const FEW_SERVERS = 3;

/**
 * The smaller worlds of a plan, the smallest first, and then the plan itself. Whoever struck or asked a server that is gone
 * strikes or asks the one of the highest id instead, who is the leader as a rule.
 */
export function smallWorlds(plan: Plan): Plan[] {
  const ids = plan.members.map(({ id }) => id);
  const smaller = ids.length <= FEW_SERVERS ? subsets(ids) : [
    ...ids.map((id) => [id]),
    ...ids.map((lost) => ids.filter((id) => id !== lost)),
  ];
  return [...smaller.map((kept) => withOnly(plan, kept)).filter((world) => world !== null), plan];
}

/** All that are neither empty nor whole, by their size. */
function subsets(ids: readonly number[]): number[][] {
  const found: number[][] = [];
  for (let bits = 1; bits < (1 << ids.length) - 1; bits++) found.push(ids.filter((_, at) => (bits & (1 << at)) !== 0));
  return found.sort((one, other) => one.length - other.length);
}

function withOnly(plan: Plan, kept: readonly number[]): Plan | null {
  const leader = Math.max(...kept);
  const isGone = (id: number): boolean => plan.members.some((member) => member.id === id) && !kept.includes(id);
  const faults = plan.faults.map((planned): PlannedFault => {
    const { fault } = planned;
    if (!('target' in fault) || !('node' in fault.target)) return planned;
    return isGone(fault.target.node) ? { ...planned, fault: { ...fault, target: { node: leader } } } : planned;
  });
  const clients = plan.clients.map((client) => (client.servers.every(isGone) ? { ...client, servers: [leader] } : client));
  return withServers({ ...plan, faults, clients }, kept);
}
