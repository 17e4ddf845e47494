/**
 * Small worlds for the explorer (`viv explore`): a few servers, a client with a few writes, nothing that depends on time. They
 * are ordinary plans, and can be run with a seed like any other. What waits for a better vote, or before it tries again, waits no
 * time at all, so that only what is a timeout counts as one.
 */
import type { ScriptedOperation } from '../src/client/script.ts';
import type { Plan } from '../src/fuzz/plan.ts';
import { PLAN_VERSION } from '../src/fuzz/plan.ts';
import { COUNTER_MAX } from '../src/base/zxid.ts';
import { UNTIMED } from '../src/world/settings.ts';

/** How large it is. */
export interface SmallSize {
  readonly servers: number;
  /** Operations of each client. */
  readonly operations: number;
  readonly clients: number;
}

/** A small world of a given size. */
export interface SmallScenario {
  readonly name: string;
  readonly summary: string;
  readonly size: SmallSize;
  plan(size: SmallSize): Plan;
}

const TICK_MS = 100;

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

/** Those that `viv explore` knows, the default first. */
export const SMALL_SCENARIOS: readonly SmallScenario[] = [zabSmall, readsSmall, movesSmall, sameSmall];

type Script = (client: number, index: number) => ScriptedOperation;

/** `known`: how many servers each client knows. */
function planOf(scenario: string, { servers, operations, clients }: SmallSize, script: Script, known = 1): Plan {
  const members = Array.from({ length: servers }, (_, index) => ({ id: index + 1, role: 'participant' as const }));
  return {
    version: PLAN_VERSION,
    scenario,
    seed: '1',
    members,
    knobs: {
      tickTimeMs: TICK_MS,
      initLimit: 5,
      syncLimit: 3,
      minSessionTimeoutMs: 2 * TICK_MS,
      maxSessionTimeoutMs: 200 * TICK_MS,
      snapCount: 100_000,
      commitLogCount: 500,
      snapshotSizePercent: 33,
      maxBatchSize: 1000,
      finalizeWaitMs: 0,
      minNotificationIntervalMs: 200,
      maxNotificationIntervalMs: 3200,
      cnxTimeoutMs: 5000,
      learnerRetryMs: 0,
      counterLimit: COUNTER_MAX,
      snapRetainCount: 3,
      preAllocSizeKb: 0,
      txnLogSizeLimitInKb: -1,
      dbAutocreate: true,
      snapshotTrustEmpty: false,
    },
    clients: Array.from({ length: clients }, (_, index) => ({
      servers: Array.from({ length: Math.min(known, servers) }, (__, each) => ((index + each) % servers) + 1),
      sessionTimeoutMs: 200 * TICK_MS,
      operations: Array.from({ length: operations }, (__, each) => script(index, each)),
      closeAtEnd: false,
    })),
    faults: [],
    settings: UNTIMED,
    safetyMs: 20_000,
    tailMs: 60_000,
  };
}

function at(request: ScriptedOperation['request']): ScriptedOperation {
  return { afterMs: 0, waitForReply: false, request };
}

function create(client: number, index: number): ScriptedOperation {
  return at({ kind: 'create', path: `/c${client}-${index}` });
}
