/**
 * Several workers against one another in a simulation, for tests of what they share: each has a client of its own, gets a new one
 * when its session has ended, and may be killed in the middle. It also knows which sessions have ended in truth, committed by
 * the servers, whatever their owners believe: what a judge of locks has to ask.
 */
import type { SessionId } from '../base/session-id.ts';
import { Deferred } from '../client/deferred-face.ts';
import { isSessionOver } from '../client/errors.ts';
import type { ZooKeeper } from '../client/zookeeper-face.ts';
import type { Fact } from '../io/fact.ts';
import type { Simulation, SimulateOptions, SimulationResult } from './simulate.ts';
import { simulate } from './simulate.ts';

/** What the program of a contest has besides. */
export interface Contest extends Simulation {
  /** Runs `body` with a new client, and again with another when the session ended or the worker was killed, until it returns. */
  readonly worker: (body: (zk: ZooKeeper) => Promise<void>) => Promise<void>;
  /** Kills the machine of a drawn worker, if there is one. */
  readonly killSomebody: () => void;
  /** Whether the servers have ended this session. */
  readonly isOver: (session: SessionId) => boolean;
}

const SESSION_TIMEOUT_MS = 2000;
const CLIENTS = 60;
const USUAL = { faults: 'usual', limitMs: 300_000 } as const;

/** Runs a contest; see `simulate`. */
export function contest<T>(options: SimulateOptions, program: (contest: Contest) => Promise<T>): Promise<SimulationResult<T>> {
  const over = new Set<SessionId>();
  const see = (fact: Fact): void => {
    if (fact.kind !== 'committed' && fact.kind !== 'applied') return;
    if (fact.txn.body.kind === 'closeSession') over.add(fact.txn.clientId);
  };
  return simulate({ clients: CLIENTS, ...options, onFact: see }, (simulation) => {
    const alive = new Map<ZooKeeper, Deferred<'killed'>>();
    return program({
      ...simulation,
      isOver: (session) => over.has(session),
      worker: (body) => work(simulation, alive, body),
      killSomebody: () => {
        const [zk, killed] = [...alive][simulation.random(alive.size + 1)] ?? [];
        if (zk === undefined || killed === undefined) return;
        simulation.chaos.kill(zk);
        killed.resolve('killed');
      },
    });
  });
}

/** The seeds 1 to `seeds`, one contest each; what each came to. Faults are the usual ones unless the options say otherwise. */
export async function contests<T>(
  seeds: number, program: (contest: Contest) => Promise<T>, options: SimulateOptions = {},
): Promise<T[]> {
  const values: T[] = [];
  for (let seed = 1; seed <= seeds; seed += 1) values.push((await contest({ ...USUAL, seed, ...options }, program)).value);
  return values;
}

/** That a judge would notice: of the contests of something broken, one fails, in these words. Throws if none does. */
export async function isFound(
  seeds: number, program: (contest: Contest) => Promise<unknown>, words: RegExp, options: SimulateOptions = {},
): Promise<void> {
  for (let seed = 1; seed <= seeds; seed += 1) {
    try {
      await contest({ ...USUAL, seed, ...options }, program);
    } catch (error) {
      if (error instanceof Error && words.test(error.message)) return;
      throw error;
    }
  }
  throw new Error(`what is broken was not found in ${seeds} seeds`);
}

async function work(
  simulation: Simulation, alive: Map<ZooKeeper, Deferred<'killed'>>, body: (zk: ZooKeeper) => Promise<void>,
): Promise<void> {
  for (;;) {
    const zk = simulation.connect({ sessionTimeoutMs: SESSION_TIMEOUT_MS });
    const killed = new Deferred<'killed'>();
    alive.set(zk, killed);
    const ended = await Promise.race([killed.promise, live(zk, body)]);
    alive.delete(zk);
    if (ended === 'done') return;
    await simulation.sleep(100);
  }
}

async function live(zk: ZooKeeper, body: (zk: ZooKeeper) => Promise<void>): Promise<'done' | 'over'> {
  try {
    await zk.connected();
    await body(zk);
    await zk.close();
    return 'done';
  } catch (error) {
    if (isSessionOver(error)) return 'over';
    throw error;
  }
}
