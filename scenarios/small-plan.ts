/**
 * What small worlds for the explorer have in common: a few servers, clients with scripts, nothing that depends on time. What
 * waits for a better vote, or before it tries again, waits no time at all, so that only what is a timeout counts as one.
 */
import { COUNTER_MAX } from '../src/base/zxid.ts';
import type { ClientScript } from '../src/client/script.ts';
import { PLAN_VERSION, type Plan, type ReconfigPlan, type ServerKnobs } from '../src/plan/plan.ts';
import type { Member } from '../src/server/config.ts';
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

/** What a small world differs in from the usual one. */
export interface SmallWorld {
  readonly scenario: string;
  readonly clients: readonly ClientScript[];
  readonly members: readonly Member[];
  readonly knobs?: Partial<ServerKnobs>;
  readonly reconfig?: ReconfigPlan;
}

/** Milliseconds. */
export const TICK_MS = 100;
/** Sessions last for so many ticks unless a client says otherwise. */
export const SESSION_TICKS = 200;

const KNOBS: ServerKnobs = {
  tickTimeMs: TICK_MS,
  initLimit: 5,
  syncLimit: 3,
  minSessionTimeoutMs: 2 * TICK_MS,
  maxSessionTimeoutMs: SESSION_TICKS * TICK_MS,
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
};

/** Voters 1, 2, ... */
export function voters(servers: number): Member[] {
  return Array.from({ length: servers }, (_, index) => ({ id: index + 1, role: 'participant' }));
}

/** The plan of a small world. */
export function smallPlan({ scenario, clients, members, knobs, reconfig }: SmallWorld): Plan {
  return {
    version: PLAN_VERSION,
    scenario,
    seed: '1',
    members,
    ...(reconfig === undefined ? {} : { reconfig }),
    knobs: { ...KNOBS, ...knobs },
    clients,
    faults: [],
    settings: UNTIMED,
    safetyMs: 20_000,
    tailMs: 60_000,
  };
}
