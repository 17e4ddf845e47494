/**
 * The shape of a scenario, and how a plan is drawn from it. A scenario is data: how many servers and clients, how often which
 * fault, what the workload weighs. `drawPlan` is the one generator behind all of them, so that an improvement to it reaches
 * every scenario, and a scenario file says only in what it differs.
 */
import fc from 'fast-check';
import { COUNTER_MAX } from '../base/zxid.ts';
import type { Member } from '../server/config.ts';
import type { ServiceConfig } from '../server/service-config.ts';
import { DEFAULT_SETTINGS } from '../world/settings.ts';
import type { Latency, WorldSettings } from '../world/settings.ts';
import { drawFaults } from './fault-menu.ts';
import type { FaultWeights } from './fault-menu.ts';
import { PLAN_VERSION } from './plan.ts';
import type { Plan, PlannedFault, ServerKnobs } from './plan.ts';
import { drawRareFaults } from './rare-faults.ts';
import type { RareWeights } from './rare-faults.ts';
import type { Reach } from './reach.ts';
import { Draw } from './scenario.ts';
import type { Scenario } from './scenario.ts';
import { drawScheduler } from './scheduler-menu.ts';
import { drawClients, drawWeights } from './workload.ts';
import type { OperationWeights } from './workload.ts';

type Weighted<T> = readonly (readonly [value: T, weight: number])[];
type Range = readonly [minimum: number, maximum: number];

/** What a scenario decides; everything else is drawn. */
export interface ScenarioShape {
  readonly name: string;
  readonly summary: string;
  readonly voters: Weighted<number>;
  readonly observers: Weighted<number>;
  readonly clients: Range;
  /** Operations of each client. */
  readonly operations: Range;
  readonly tickMs: Weighted<number>;
  /** How many ticks the faults last. */
  readonly safetyTicks: Range;
  readonly faults: FaultWeights;
  readonly faultCount: Range;
  /** Of 100 seeds, so many have no fault at all. */
  readonly calmPercent: number;
  readonly leaveOutPercent: number;
  /** Of 100 seeds, so many have their faults in storms. */
  readonly stormPercent: number;
  readonly rareFaults: RareWeights;
  /** Of 100 seeds, so many have some of the rare faults, */
  readonly rarePercent: number;
  /** so many do not go by time, */
  readonly steeredPercent: number;
  /** and so many have servers with tiny limits. */
  readonly tinyPercent: number;
  readonly snapCount: Weighted<number>;
  readonly commitLogCount: Weighted<number>;
  readonly snapshotSizePercent: Weighted<number>;
  readonly counterLimit: Weighted<number>;
  readonly operationWeights: OperationWeights;
  /** Of 100 bursts of operations, so many fall about a fault. */
  readonly focusPercent: Weighted<number>;
  readonly latency: Weighted<Latency>;
  readonly sync: Weighted<Latency>;
  /** Of 100 seeds, so many end with a quorum alone; left out: as usual. */
  readonly corePercent?: number;
  /** Of 100 runs, so many have timeouts of a few ticks; left out: 30. */
  readonly shortSessionsPercent?: number;
  /** In what the service to clients differs from ZooKeeper's defaults; left out: in nothing. */
  readonly service?: Weighted<Partial<ServiceConfig>>;
  /** As in `Scenario`. */
  readonly expects?: readonly Reach[];
}

/** A usual mix: half of it reads. */
export const USUAL_OPERATIONS: OperationWeights = {
  read: 40,
  setData: 20,
  create: 10,
  delete: 6,
  sequential: 8,
  ephemeral: 7,
  multi: 8,
  syncRead: 5,
  reconnect: 2,
  closeSession: 1,
  watchStorm: 0,
  sessionRace: 0,
};

/** The usual share of epochs that end by running out of counters (ZOOKEEPER-1277). */
export const USUAL_COUNTER_LIMIT: Weighted<number> = [[COUNTER_MAX, 17], [12, 1], [40, 2]];

/** A local network. */
export const QUICK: Latency = DEFAULT_SETTINGS.network.latency;
/** One whose links overtake each other all the time. */
export const OVERTAKING: Latency = { minUs: 100, jitterUs: 900, tailOneIn: 20, tailUs: 2000 };
/** A wide one, slower than a disk. */
export const WIDE: Latency = { minUs: 2000, jitterUs: 40_000, tailOneIn: 100, tailUs: 5000 };

/** A quick disk. */
export const QUICK_SYNC: Latency = DEFAULT_SETTINGS.disk.sync;
/** A slow one. */
export const SLOW_SYNC: Latency = { minUs: 1000, jitterUs: 30_000, tailOneIn: 50, tailUs: 10_000 };

/** Of 100 runs, so many usually end with a quorum alone. */
const CORE_PERCENT = 15;

/** The scenario of a shape. */
export function scenarioOf(shape: ScenarioShape): Scenario {
  const { name, summary, expects = [] } = shape;
  return { name, summary, expects, plan: (seed) => drawPlan(shape, seed) };
}

/** The plan of one seed. */
export function drawPlan(shape: ScenarioShape, seed: string): Plan {
  const draw = new Draw(`${shape.name}/${seed}`);
  const tickMs = draw.weighted('tick', shape.tickMs);
  const safetyMs = tickMs * draw.integer('safety', shape.safetyTicks[0], shape.safetyTicks[1]);
  const tailMs = Math.max(15_000, 60 * tickMs);
  const members = drawMembers(draw, shape);
  const isCalm = draw.percent('calm', shape.calmPercent);
  const count: Range = isCalm ? [0, 0] : shape.faultCount;
  const hasObservers = members.some(({ role }) => role === 'observer');
  const { faults: weights, leaveOutPercent, stormPercent } = shape;
  const usual = drawFaults(draw, { weights, count, leaveOutPercent, stormPercent, hasObservers, tickMs, safetyMs });
  const rarePercent = isCalm ? 0 : shape.rarePercent;
  const rare = drawRareFaults(draw, { weights: shape.rareFaults, percent: rarePercent, tickMs, safetyMs });
  const faults = [...usual, ...rare].sort((one, other) => one.atMs - other.atMs);
  const steeredPercent = isCalm ? 0 : shape.steeredPercent;
  const scheduler = drawScheduler(draw, { percent: steeredPercent, tickMs, safetyMs, servers: members.length });
  return {
    version: PLAN_VERSION,
    scenario: shape.name,
    seed,
    members,
    knobs: drawKnobs(draw, shape, tickMs),
    clients: drawWorkload(
      draw, shape, members, { tickMs, spanMs: safetyMs + tailMs / 3, momentsMs: faults.map(({ atMs }) => atMs) },
    ),
    faults,
    settings: drawSettings(draw, shape, isCalm),
    ...(scheduler === undefined ? {} : { scheduler }),
    safetyMs,
    tailMs,
    ...drawCore(draw, members, faults.some(harmsDisk) ? 0 : shape.corePercent ?? CORE_PERCENT),
  };
}

/** Whose quorum outlives the others must hold all that was committed, which the atlas promises of all voters together only. */
function harmsDisk({ fault }: PlannedFault): boolean {
  return ['bitRot', 'diskError', 'wipe', 'oldImage', 'clone'].includes(fault.kind);
}

/** Now and then no more than a quorum survives the faults, and must do without the others. */
function drawCore(draw: Draw, members: readonly Member[], percent: number): Pick<Plan, 'core'> {
  const voters = members.filter(({ role }) => role === 'participant').map(({ id }) => id);
  if (voters.length < 3 || !draw.percent('core', percent)) return {};
  const quorum = Math.floor(voters.length / 2) + 1;
  const chosen = draw.of('core/voters', fc.shuffledSubarray(voters, { minLength: quorum, maxLength: quorum }));
  return { core: members.filter(({ id, role }) => role === 'observer' || chosen.includes(id)).map(({ id }) => id) };
}

function drawMembers(draw: Draw, shape: ScenarioShape): Member[] {
  const voters = draw.weighted('voters', shape.voters);
  const observers = draw.weighted('observers', shape.observers);
  return Array.from(
    { length: voters + observers }, (_, index) => ({ id: index + 1, role: index < voters ? 'participant' : 'observer' }),
  );
}

/**
 * With a tick below this, sessions that last two of them come and go faster than a slow disk syncs them one by one, and a learner
 * that is brought in line misses every deadline: batches are at least so large then.
 */
const SLOW_TICK_MS = 500;
const FAST_BATCH = 16;

function drawKnobs(draw: Draw, shape: ScenarioShape, tickTimeMs: number): ServerKnobs {
  const usual = drawUsualKnobs(draw, shape, tickTimeMs);
  const knobs = draw.percent('tiny', shape.tinyPercent) ? { ...usual, ...drawTinyKnobs(draw) } : usual;
  return tickTimeMs < SLOW_TICK_MS ? { ...knobs, maxBatchSize: Math.max(FAST_BATCH, knobs.maxBatchSize) } : knobs;
}

/** Limits at which everything that happens now and then happens all the time; each is tiny in half of these runs. */
function drawTinyKnobs(draw: Draw): Partial<ServerKnobs> {
  const tiny: readonly Partial<ServerKnobs>[] = [
    { snapCount: draw.integer('tiny/snapCount', 2, 4) },
    { commitLogCount: draw.integer('tiny/commitLogCount', 1, 2) },
    { maxBatchSize: 1 },
    { snapRetainCount: 1 },
    { finalizeWaitMs: 1 },
    { minNotificationIntervalMs: 10, maxNotificationIntervalMs: 400 },
    { cnxTimeoutMs: 200 },
    { learnerRetryMs: 10 },
    { initLimit: 4, syncLimit: 2 },
  ];
  let drawn: Partial<ServerKnobs> = {};
  for (const [index, knobs] of tiny.entries()) if (draw.percent(`tiny/${index}`, 50)) drawn = { ...drawn, ...knobs };
  return drawn;
}

function drawUsualKnobs(draw: Draw, shape: ScenarioShape, tickTimeMs: number): ServerKnobs {
  return {
    tickTimeMs,
    initLimit: draw.integer('initLimit', 5, 10),
    syncLimit: draw.integer('syncLimit', 2, 5),
    minSessionTimeoutMs: 2 * tickTimeMs,
    maxSessionTimeoutMs: 20 * tickTimeMs,
    snapCount: draw.weighted('snapCount', shape.snapCount),
    commitLogCount: draw.weighted('commitLogCount', shape.commitLogCount),
    snapshotSizePercent: draw.weighted('snapshotSizePercent', shape.snapshotSizePercent),
    maxBatchSize: draw.weighted('maxBatchSize', [[1000, 3], [1, 1], [3, 1]]),
    finalizeWaitMs: draw.weighted('finalizeWait', [[200, 3], [20, 1]]),
    minNotificationIntervalMs: draw.weighted('minNotificationInterval', [[200, 3], [50, 1]]),
    maxNotificationIntervalMs: draw.weighted('maxNotificationInterval', [[3200, 2], [6400, 1], [1600, 1]]),
    cnxTimeoutMs: draw.weighted('cnxTimeout', [[5000, 1], [1000, 2]]),
    learnerRetryMs: 100,
    counterLimit: draw.weighted('counterLimit', shape.counterLimit),
    snapRetainCount: 3,
    preAllocSizeKb: draw.weighted('preAllocSize', [[0, 4], [4, 1], [16, 1]]),
    txnLogSizeLimitInKb: draw.weighted('txnLogSizeLimit', [[-1, 4], [1, 1], [8, 1]]),
    dbAutocreate: true,
    snapshotTrustEmpty: false,
    ...(shape.service === undefined ? {} : { service: draw.weighted('service', shape.service) }),
  };
}

interface Times {
  readonly tickMs: number;
  readonly spanMs: number;
  readonly momentsMs: readonly number[];
}

/**
 * A client gives up connecting to one of n servers after an n-th of its session timeout. With less than this for each, sessions
 * are abandoned faster than a slow disk creates them, without end: nothing else would ever be done.
 */
const CONNECT_MS = 120;

function drawWorkload(draw: Draw, shape: ScenarioShape, members: readonly Member[], times: Times): Plan['clients'] {
  const { tickMs, spanMs, momentsMs } = times;
  const least = Math.max(2 * tickMs, CONNECT_MS * members.length);
  const short = draw.percent('shortSessions', shape.shortSessionsPercent ?? 30);
  return drawClients(draw, {
    clients: draw.integer('clients', shape.clients[0], shape.clients[1]),
    operations: draw.integer('operations', shape.operations[0], shape.operations[1]),
    weights: drawWeights(draw, shape.operationWeights),
    hotPaths: draw.integer('hotPaths', 1, 4),
    hotPercent: draw.integer('hotPercent', 20, 95),
    waitPercent: draw.weighted('waitPercent', [[0, 1], [20, 2], [60, 1], [100, 1]]),
    burstPercent: draw.weighted('burstPercent', [[0, 1], [40, 2], [75, 1]]),
    sessionTimeoutMs: short ? [least, Math.max(least, 3 * tickMs)] : [Math.max(least, 4 * tickMs), 20 * tickMs],
    spanMs,
    momentsMs,
    focusPercent: draw.weighted('focus', shape.focusPercent),
    aboutMs: Math.floor(tickMs / 2),
  }, members.map(({ id }) => id));
}

/** How the machines behave. A calm run has quiet links and true clocks: whatever is wrong there is nobody else's fault. */
function drawSettings(draw: Draw, shape: ScenarioShape, isCalm: boolean): WorldSettings {
  const { disk, network, clock } = DEFAULT_SETTINGS;
  return {
    ...DEFAULT_SETTINGS,
    encode: draw.percent('encode', 20),
    startStaggerMs: draw.weighted('startStagger', [[20, 3], [2000, 1]]),
    network: {
      ...network,
      latency: isCalm ? { ...network.latency, tailOneIn: 0 } : draw.weighted('latency', shape.latency),
      tcpTimeoutMaxMs: draw.weighted('tcpTimeout', [[30_000, 1], [5000, 2]]),
      halfOpenPercent: isCalm ? 0 : draw.weighted('halfOpen', [[0, 1], [10, 2], [40, 1]]),
    },
    disk: {
      ...disk,
      sync: isCalm ? disk.sync : draw.weighted('sync', shape.sync),
      cacheSurvivesPercent: isCalm ? 0 : draw.weighted('cacheSurvives', [[0, 2], [50, 1]]),
    },
    clock: { ...clock, driftPpmMax: isCalm ? 0 : draw.weighted('drift', [[500, 2], [0, 1], [20_000, 1]]) },
  };
}
