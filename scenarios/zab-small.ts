/**
 * Small worlds for the explorer (`viv explore`): a few servers, a client with a few writes, nothing that depends on time. They
 * are ordinary plans, and can be run with a seed like any other. What waits for a better vote, or before it tries again, waits no
 * time at all, so that only what is a timeout counts as one.
 */
import type { ScriptedOperation } from '../src/client/script.ts';
import type { Plan } from '../src/plan/plan.ts';
import { SESSION_TICKS, smallPlan, type SmallScenario, type SmallSize, TICK_MS, voters } from './small-plan.ts';

export type { SmallScenario, SmallSize } from './small-plan.ts';

/** See the head of the file. */
export const zabSmall: SmallScenario = {
  name: 'zab-small',
  summary: 'writes by one client: election, discovery, synchronization, broadcast',
  size: { servers: 3, operations: 2, clients: 1 },
  plan: (size) => planOf('zab-small', size, create),
};

/** What a session sees of its own writes. */
export const readsSmall: SmallScenario = {
  name: 'reads-small',
  summary: 'every second operation reads what the one before it wrote, without waiting for the answer',
  size: { servers: 3, operations: 2, clients: 1 },
  plan: (size) => planOf('reads-small', size, (client, index) => {
    return index % 2 === 0 ? create(client, index) : at({ kind: 'exists', path: `/c${client}-${index - 1}` });
  }),
};

/** A session that leaves its server in the midst of its writes. */
export const movesSmall: SmallScenario = {
  name: 'moves-small',
  summary: 'a client that knows two servers and, with its second write under way, goes to the other and writes again',
  size: { servers: 3, operations: 4, clients: 1 },
  plan: (size) => planOf('moves-small', size, (client, index) => {
    if (index % 4 === 2) return at({ kind: 'reconnect' });
    return { ...create(client, index), waitForReply: index % 4 === 1 };
  }, 2),
};

/** Clients that cannot be told apart. */
export const sameSmall: SmallScenario = {
  name: 'same-small',
  summary: 'two clients that do the same at the same server: one of them makes the node, whoever is first (for --symmetry)',
  size: { servers: 3, operations: 1, clients: 2 },
  plan: (size) => {
    const plan = planOf('same-small', size, (_, index) => create(0, index));
    return { ...plan, clients: plan.clients.map((client) => ({ ...client, servers: [1] })) };
  },
};

type Script = (client: number, index: number) => ScriptedOperation;

/** `known`: how many servers each client knows. */
function planOf(scenario: string, { servers, operations, clients }: SmallSize, script: Script, known = 1): Plan {
  return smallPlan({
    scenario,
    members: voters(servers),
    clients: Array.from({ length: clients }, (_, index) => ({
      servers: Array.from({ length: Math.min(known, servers) }, (__, each) => ((index + each) % servers) + 1),
      sessionTimeoutMs: SESSION_TICKS * TICK_MS,
      operations: Array.from({ length: operations }, (__, each) => script(index, each)),
      closeAtEnd: false,
    })),
  });
}

function at(request: ScriptedOperation['request']): ScriptedOperation {
  return { afterMs: 0, waitForReply: false, request };
}

function create(client: number, index: number): ScriptedOperation {
  return at({ kind: 'create', path: `/c${client}-${index}` });
}
