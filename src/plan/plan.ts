/**
 * A plan: one run of an ensemble as plain JSON, everything about it that is decided beforehand. It lists the servers, what every
 * client does, which faults happen when, how fast links and disks are, and how long it all takes; what is left to luck while it
 * runs is the tape. A scenario makes a plan out of a seed; a failure file keeps it, so that it replays after scenarios change.
 */
import type { ClientScript } from '../client/script.ts';
import type { Member, ServerConfig } from '../server/config.ts';
import { DEFAULT_SERVICE_CONFIG } from '../server/service-config.ts';
import type { ServiceConfig } from '../server/service-config.ts';
import type { Fault } from '../world/fault.ts';
import type { SchedulerPlan } from '../world/scheduler.ts';
import type { WorldSettings } from '../world/settings.ts';
import type { Hierarchy } from '../zab/quorum.ts';

/** Raised when an old plan would no longer mean the same run. */
export const PLAN_VERSION = 1;

type Fixed = 'id' | 'members' | 'hierarchy' | 'reconfigEnabled' | 'standaloneEnabled';

/** What all servers of a plan share; identity and membership are told apart. */
export interface ServerKnobs extends Omit<ServerConfig, Fixed | keyof ServiceConfig> {
  /** In what the service to clients differs from ZooKeeper's defaults. */
  readonly service?: Partial<ServiceConfig>;
}

/** An ensemble that clients may change: any of them, for permissions are not asked. */
export interface ReconfigPlan {
  /** Servers that are there, but not among the members to begin with. */
  readonly spares: readonly number[];
  readonly standaloneEnabled: boolean;
  /** Groups and weights to begin with; left out: majorities. */
  readonly hierarchy?: Hierarchy;
}

/** A fault and the simulated time at which it strikes: milliseconds, to the microsecond. */
export interface PlannedFault {
  readonly atMs: number;
  readonly fault: Fault;
}

/** One run, but for luck. */
export interface Plan {
  readonly version: typeof PLAN_VERSION;
  readonly scenario: string;
  readonly seed: string;
  readonly members: readonly Member[];
  /** Left out: the ensemble stays what it is. */
  readonly reconfig?: ReconfigPlan;
  readonly knobs: ServerKnobs;
  readonly clients: readonly ClientScript[];
  /** In order of time; none later than `safetyMs`. */
  readonly faults: readonly PlannedFault[];
  readonly settings: WorldSettings;
  /** In which order events are handled while faults may happen; left out: in that of their times. */
  readonly scheduler?: SchedulerPlan;
  /** How long faults may happen. Then everything heals, */
  readonly safetyMs: number;
  /** and so long the ensemble is left in peace, its clients still at work, and must recover. */
  readonly tailMs: number;
  /** The only servers that heal, a quorum of the voters among them; all others are lost for good. Left out: all heal. */
  readonly core?: readonly number[];
}

/** Clients are numbered from here, so that they never collide with a server's id. */
export const FIRST_CLIENT = 1001;

/** What the configurations of servers are made of beside their knobs and ids; and those that were made. */
interface Ensemble {
  readonly members: readonly Member[];
  readonly reconfig: ReconfigPlan | undefined;
  readonly configs: Map<number, ServerConfig>;
}

/** Thousands of plans in a row share knobs and members while a failure is shrunk, and a small run is made of few events. */
const LATEST: WeakMap<ServerKnobs, Ensemble> = new WeakMap();

/** The configuration of one server of the plan. */
export function serverConfig(plan: Plan, id: number): ServerConfig {
  const { knobs, members, reconfig } = plan;
  let latest = LATEST.get(knobs);
  if (latest === undefined || latest.members !== members || latest.reconfig !== reconfig) {
    latest = { members, reconfig, configs: new Map() };
    LATEST.set(knobs, latest);
  }
  let config = latest.configs.get(id);
  if (config === undefined) {
    config = Object.freeze(madeConfig(plan, id));
    latest.configs.set(id, config);
  }
  return config;
}

function madeConfig({ knobs, members, reconfig }: Plan, id: number): ServerConfig {
  const { service, ...own } = knobs;
  const config = { ...DEFAULT_SERVICE_CONFIG, ...service, ...own, id, members };
  if (reconfig === undefined) return { ...config, reconfigEnabled: false, standaloneEnabled: true };
  const { standaloneEnabled, hierarchy } = reconfig;
  const groups = hierarchy === undefined ? {} : { hierarchy };
  return { ...config, ...groups, reconfigEnabled: true, standaloneEnabled, skipACL: true };
}

/** The ids of all servers that there are. */
export function serverIds({ members, reconfig }: Plan): number[] {
  return [...members.map(({ id }) => id), ...(reconfig?.spares ?? [])];
}
