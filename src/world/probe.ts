/**
 * A process for tests of the world: does what a function says and keeps what it heard. The function stands in for the code
 * that a real process has in its class; tests of real processes have no use for it.
 */
import type { Event, NodeId } from '../io/event.ts';
import type { Fact } from '../io/fact.ts';
import type { Io } from '../io/io.ts';
import type { Process } from '../io/process.ts';
import type { Message } from '../wire/message.ts';
import { type Chooser, SeedChooser } from './chooser.ts';
import type { NodeSpec } from './host.ts';
import type { SchedulerPlan } from './scheduler.ts';
import { DEFAULT_SETTINGS, type Latency, type WorldSettings } from './settings.ts';
import { World } from './world.ts';

/** What a probe does with an event. */
export type Behaviour = (event: Event, io: Io, probe: Probe) => void;

/** Something that happened, with the probe's own time. */
export interface Heard {
  readonly atMs: number;
  readonly event: Event;
}

/** Acts out a behaviour. */
export class Probe implements Process {
  readonly behaviour: Behaviour;
  readonly heard: Heard[];
  count = 0;

  constructor(behaviour: Behaviour, heard: Heard[]) {
    this.behaviour = behaviour;
    this.heard = heard;
  }

  handle(event: Event, io: Io): void {
    this.count++;
    this.heard.push({ atMs: io.now(), event });
    this.behaviour(event, io, this);
  }
}

/** A world of probes under test, and what they heard and stated. */
export interface Bench {
  readonly world: World;
  /** What the lives of a node heard, one list for all. */
  readonly heard: Map<NodeId, Heard[]>;
  readonly facts: { readonly fact: Fact; readonly node: NodeId; readonly timeMs: number }[];
}

/** Everything exact and at once: no drift, no jitter, no tails, nothing half-open. */
export const EXACT: WorldSettings = {
  ...DEFAULT_SETTINGS,
  startStaggerMs: 0,
  network: { ...DEFAULT_SETTINGS.network, latency: exactly(1000), halfOpenPercent: 0 },
  disk: { ...DEFAULT_SETTINGS.disk, sync: exactly(5000), access: exactly(1000) },
  clock: { ...DEFAULT_SETTINGS.clock, driftPpmMax: 0, wallSkewMs: 0, timerLateUs: 0 },
};

function exactly(minUs: number): Latency {
  return { minUs, jitterUs: 0, tailOneIn: 0, tailUs: 0 };
}

/** How a bench differs from the usual. */
export interface BenchOptions {
  readonly settings?: WorldSettings;
  readonly chooser?: Chooser;
  readonly clients?: number;
  readonly scheduler?: SchedulerPlan;
  /** The servers vote. */
  readonly voters?: boolean;
}

/** A world of `count` servers and `clients` clients that all behave alike. */
export function bench(count: number, behaviour: Behaviour, options: BenchOptions = {}): Bench {
  const heard = new Map<NodeId, Heard[]>();
  const facts: { readonly fact: Fact; readonly node: NodeId; readonly timeMs: number }[] = [];
  const ids: NodeId[] = [];
  for (let i = 1; i <= count; i++) ids.push(i);
  for (let i = 0; i < (options.clients ?? 0); i++) ids.push(1001 + i);
  const nodes = ids.map((node): NodeSpec => {
    const list: Heard[] = [];
    heard.set(node, list);
    const isServer = node < 1000;
    const boot = (): Probe => new Probe(behaviour, list);
    return { node, kind: isServer ? 'server' : 'client', boot, disk: isServer, isVoter: isServer && options.voters === true };
  });
  const world = new World({
    settings: options.settings ?? EXACT,
    chooser: options.chooser ?? new SeedChooser('probe'),
    nodes,
    ...(options.scheduler === undefined ? {} : { scheduler: options.scheduler }),
    onFact: (fact, node, timeMs) => facts.push({ fact, node, timeMs }),
  });
  return { world, heard, facts };
}

/** The kinds of events that a node heard, in order. */
export function kinds(made: Bench, node: NodeId): string[] {
  return (made.heard.get(node) ?? []).map(({ event }) => event.kind);
}

/** A message that carries a number. */
export function numbered(number: number): Message {
  return { kind: 'LEADERINFO', epoch: number };
}

/** The numbers of the messages that a node received, in order. */
export function numbersReceived(made: Bench, node: NodeId): number[] {
  const numbers: number[] = [];
  for (const { event } of made.heard.get(node) ?? []) {
    if (event.kind === 'received' && event.message.kind === 'LEADERINFO') numbers.push(event.message.epoch);
  }
  return numbers;
}
