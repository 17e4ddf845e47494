/**
 * A user's code against a simulated ensemble: faults by seed, simulated time, every judge watching, the same run from the same
 * seed. Works in any test runner, as it is a promise and nothing else; what goes wrong is thrown, with the seed that shows it.
 */
import type { ZooKeeper, ZooKeeperOptions } from '../client/zookeeper-face.ts';
import type { NodeId } from '../io/event.ts';
import type { Fact } from '../io/fact.ts';
import { drawFaults, EVERY_FAULT, type FaultWeights, NO_FAULT } from '../plan/fault-menu.ts';
import type { PlannedFault } from '../plan/plan.ts';
import { Draw } from '../plan/scenario.ts';
import type { ServerConfig } from '../server/config.ts';
import type { FaultCounter } from '../world/fault.ts';
import { DEFAULT_SETTINGS } from '../world/settings.ts';
import type { WorldSettings } from '../world/settings.ts';
import { checkSimulation, checkWhole, OptionError } from './options.ts';
import { SimulatedChaos } from './simulated-chaos.ts';
import { SimulatedEnsemble, type EnsembleSetup } from './simulated-ensemble.ts';
import { Strays } from './strays.ts';

/** What a simulation is made of. */
export interface SimulateOptions {
  /** 1 if left out. */
  readonly seed?: number | string;
  /** Servers that vote; 3 if left out. */
  readonly servers?: number;
  readonly observers?: number;
  /** The most clients that there will be; 8 if left out. */
  readonly clients?: number;
  /**
   * `none` (as it is if left out); `usual`: everything that the house knows, drawn by the seed; weights by the names of
   * `FaultWeights`; or faults and their times.
   */
  readonly faults?: 'none' | 'usual' | Partial<FaultWeights> | readonly PlannedFault[];
  /** How long the faults go on, in simulated milliseconds; then all is mended. 20,000 if left out. */
  readonly faultsForMs?: number;
  /** The program must be over by then, in simulated milliseconds; 600,000 if left out. */
  readonly limitMs?: number;
  /** What differs from ZooKeeper's defaults; the tick is 200 ms here unless it says otherwise. */
  readonly config?: Partial<ServerConfig>;
  /** Hears every fact that servers and clients state. */
  readonly onFact?: (fact: Fact, node: NodeId, timeMs: number) => void;
}

/** What a simulated program has. */
export interface Simulation {
  readonly seed: string;
  /** `server1:2181,server2:2181,...` */
  readonly connectString: string;
  /** A new client on a machine of its own. */
  readonly connect: (options?: ZooKeeperOptions, chroot?: string) => ZooKeeper;
  readonly sleep: (ms: number) => Promise<void>;
  /** Simulated milliseconds since the beginning. */
  readonly now: () => number;
  /** An integer below `bound`, from the seed. */
  readonly random: (bound: number) => number;
  /** Breaks things on purpose, at once. */
  readonly chaos: SimulatedChaos;
}

/** A run that came to its end. */
export interface SimulationResult<T> {
  readonly value: T;
  readonly seed: string;
  /** The rolling hash of everything that happened; the same seed and code give the same. */
  readonly hash: string;
  readonly events: number;
  readonly simulatedMs: number;
  readonly faults: readonly FaultCounter[];
}

/** A run that went wrong; `cause` is what was thrown. Its seed shows it again, also with `planned` as its faults. */
export class SimulationFailure extends Error {
  override readonly name = 'SimulationFailure';
  readonly seed: string;
  readonly simulatedMs: number;
  /** The faults of the run, as `faults` takes them: leave some out to see which ones it needs. */
  readonly planned: readonly PlannedFault[];

  constructor(seed: string, simulatedMs: number, cause: unknown, planned: readonly PlannedFault[] = []) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    super(`with seed ${seed}, after ${simulatedMs} simulated ms: ${reason}`, { cause });
    this.seed = seed;
    this.simulatedMs = simulatedMs;
    this.planned = planned;
    // For code; printed with the error they would hide it.
    Object.defineProperty(this, 'planned', { enumerable: false });
  }
}

/** The time of a program was up. */
class NotOver extends Error {}

const DEFAULT_FAULTS_MS = 20_000;
const DEFAULT_LIMIT_MS = 600_000;
const TICK_MS = 200;

/**
 * Runs `program` once. Throws `SimulationFailure`, or `OptionError` when it was asked for what cannot be. One simulation runs
 * at a time.
 */
export async function simulate<T>(
  options: SimulateOptions, program: (simulation: Simulation) => Promise<T>,
): Promise<SimulationResult<T>> {
  checkSimulation(options, program);
  if (SimulatedEnsemble.isRunning) throw new OptionError('a simulation cannot run inside of another: begin it outside');
  const before = running;
  let finished: () => void = () => undefined;
  running = new Promise((resolve) => { finished = resolve; });
  await before;
  try {
    return await simulateAlone(options, program);
  } finally {
    finished();
  }
}

/** Runs `program` with the seeds 1 to `count`; the results, or the first failure. */
export async function simulateSeeds<T>(
  count: number, options: SimulateOptions, program: (simulation: Simulation) => Promise<T>,
): Promise<readonly SimulationResult<T>[]> {
  checkWhole('the number of seeds', count, 1, Number.MAX_SAFE_INTEGER);
  const results: SimulationResult<T>[] = [];
  for (let seed = 1; seed <= count; seed += 1) results.push(await simulate({ ...options, seed }, program));
  return results;
}

/** The simulation that whoever comes next has to wait for. */
let running: Promise<void> = Promise.resolve();

async function simulateAlone<T>(
  options: SimulateOptions, program: (simulation: Simulation) => Promise<T>,
): Promise<SimulationResult<T>> {
  const seed = String(options.seed ?? 1);
  const setup = setupOf(options, seed);
  const ensemble = new SimulatedEnsemble(setup);
  const { world } = ensemble;
  const strays = new Strays();
  try {
    const value = await play(ensemble, seed, options.limitMs ?? DEFAULT_LIMIT_MS, program);
    await ensemble.finish();
    const stray = await strays.settled();
    if (stray !== undefined) throw stray;
    return { value, seed, hash: world.hash, events: world.step, simulatedMs: world.now, faults: world.faults };
  } catch (error) {
    throw new SimulationFailure(seed, world.now, await reasonOf(error, strays), setup.faults);
  } finally {
    ensemble.seats.isOver = true;
    strays.end();
  }
}

/** A run that is not over may be so because what it waits for died unheard, or is not of its world. */
async function reasonOf(error: unknown, strays: Strays): Promise<unknown> {
  const waits = strays.realWaits();
  const stray = await strays.settled();
  if (!(error instanceof NotOver)) return error;
  if (stray !== undefined) return stray;
  if (waits === '') return error;
  return new Error(`${error.message}; real things were under way (${waits}), which no simulated time goes by for`);
}

async function play<T>(
  ensemble: SimulatedEnsemble, seed: string, limitMs: number, program: (simulation: Simulation) => Promise<T>,
): Promise<T> {
  let ended: { readonly value: T } | { readonly error: unknown } | undefined;
  const simulation: Simulation = {
    seed,
    connectString: ensemble.connectString,
    connect: (options, chroot) => ensemble.connect(options, chroot),
    sleep: (ms) => ensemble.sleep(ms),
    now: () => ensemble.world.now,
    random: (bound) => ensemble.luck.below(bound, 'program'),
    chaos: new SimulatedChaos(ensemble),
  };
  // The program begins inside of the sealed loop, not here.
  const begin = Promise.resolve().then(() => program(simulation));
  begin.then((value) => { ended = { value }; }, (error: unknown) => { ended = { error }; });
  const ending = await ensemble.run(() => ended !== undefined, limitMs);
  if (ending === 'timeout' || ended === undefined) {
    throw new NotOver(`the program was not over after ${limitMs} simulated ms; something that it waits for never came`);
  }
  if ('error' in ended) throw ended.error;
  return ended.value;
}

function setupOf(options: SimulateOptions, seed: string): EnsembleSetup {
  const draw = new Draw(`simulate/${seed}`);
  const { servers = 3, observers = 0, clients = 8, faultsForMs = DEFAULT_FAULTS_MS, config = {}, onFact } = options;
  const faults = faultsOf(options, draw, faultsForMs);
  return {
    seed, voters: servers, observers, clients, config, faults,
    settings: settingsOf(draw, faults.length === 0),
    faultsEndMs: Math.max(faultsForMs, ...faults.map(({ atMs }) => atMs + 1)),
    ...(onFact === undefined ? {} : { onFact }),
  };
}

function faultsOf(options: SimulateOptions, draw: Draw, safetyMs: number): readonly PlannedFault[] {
  const { faults = 'none', observers = 0 } = options;
  if (faults === 'none') return [];
  if (isList(faults)) return faults;
  const weights = faults === 'usual' ? EVERY_FAULT : { ...NO_FAULT, ...faults };
  const tickMs = options.config?.tickTimeMs ?? TICK_MS;
  return drawFaults(draw, {
    weights, count: [1, 12], leaveOutPercent: 40, stormPercent: 25, hasObservers: observers > 0, tickMs, safetyMs,
  });
}

function isList(faults: Partial<FaultWeights> | readonly PlannedFault[] | 'usual'): faults is readonly PlannedFault[] {
  return Array.isArray(faults);
}

/** A calm run has quiet links and true clocks, as elsewhere in the house. */
function settingsOf(draw: Draw, isCalm: boolean): WorldSettings {
  const { network, clock } = DEFAULT_SETTINGS;
  const encode = draw.percent('encode', 20);
  if (!isCalm) return { ...DEFAULT_SETTINGS, encode };
  return {
    ...DEFAULT_SETTINGS, encode,
    network: { ...network, latency: { ...network.latency, tailOneIn: 0 }, halfOpenPercent: 0 },
    clock: { ...clock, driftPpmMax: 0 },
  };
}
