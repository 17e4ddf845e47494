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
  summary: 'an ensemble from nothing: election, discovery, synchronization, and writes by one client',
  size: { servers: 3, operations: 2, clients: 1 },
  plan: (size) => planOf('zab-small', size),
};

/** Those that `viv explore` knows, the default first. */
export const SMALL_SCENARIOS: readonly SmallScenario[] = [zabSmall];

function planOf(scenario: string, { servers, operations, clients }: SmallSize): Plan {
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
      servers: [(index % servers) + 1],
      sessionTimeoutMs: 200 * TICK_MS,
      operations: Array.from({ length: operations }, (__, each) => operation(index, each)),
      closeAtEnd: false,
    })),
    faults: [],
    settings: UNTIMED,
    safetyMs: 20_000,
    tailMs: 60_000,
  };
}

function operation(client: number, index: number): ScriptedOperation {
  const path = `/c${client}-${index}`;
  return { afterMs: 0, waitForReply: false, request: { kind: 'create', path } };
}
