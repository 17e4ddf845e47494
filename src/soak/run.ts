/**
 * A soak: real servers in processes of their own, real clients in this one, faults drawn from a seed; then a quiet tail, and
 * the facts of everybody in one order. What is drawn is a function of the seed; what comes of it is not: the machine takes part.
 */
import { ScriptedClient } from '../client/scripted-client.ts';
import type { Expectations } from '../history/expectations.ts';
import { Machine } from '../host/machine.ts';
import type { NodeId } from '../io/event.ts';
import type { Fact } from '../io/fact.ts';
import { FIRST_CLIENT } from '../plan/plan.ts';
import { Draw } from '../plan/scenario.ts';
import { USUAL_OPERATIONS } from '../plan/shape.ts';
import { drawClients } from '../plan/workload.ts';
import { rulesOf } from '../run/service-rules.ts';
import { SoakEnsemble } from './ensemble.ts';
import type { NodeTurns } from './ensemble.ts';
import { Recorder } from './facts.ts';
import type { Turn } from './facts.ts';
import { drawSoakFaults } from './faults.ts';
import type { SoakFault } from './faults.ts';

/** What to do. */
export interface SoakPlan {
  readonly servers: number;
  readonly clients: number;
  /** Of each client, at most. */
  readonly operations: number;
  readonly seed: string;
  /** How long there are operations and faults. */
  readonly forMs: number;
  /** How long it is quiet afterwards; with less than `QUIET_MS`, nothing can be said of liveness. */
  readonly quietMs: number;
  /** The bundled entry of a server. */
  readonly script: string;
  /** Aborted: it ends now, and what there is is judged. */
  readonly signal: AbortSignal;
  readonly progress: (elapsedMs: number, faults: SoakCounts) => void;
}

/** Faults that took place. */
export interface SoakCounts {
  kills: number;
  pauses: number;
  cuts: number;
}

/** A fact in its place. */
export interface PlacedFact {
  readonly ns: number;
  readonly node: NodeId;
  readonly fact: Fact;
}

/** What came of it. */
export interface SoakRecord {
  /** In an order in which nothing stands before what it can be a consequence of. */
  readonly facts: readonly PlacedFact[];
  /** When observing ended: nanoseconds since it began. */
  readonly endNs: number;
  readonly expectations: Expectations;
  readonly counts: SoakCounts;
  readonly elapsedMs: number;
  readonly wasInterrupted: boolean;
  /** Servers or clients that ended by themselves. */
  readonly deaths: readonly string[];
}

/** From healing to a leader that all follow; and to an answer after that. Generous: the machine may have other work. */
const SETTLE_MS = 8000;
const ANSWER_MS = 4000;
/** What it takes to judge both. */
export const QUIET_MS: number = SETTLE_MS + ANSWER_MS + 500;
const PROGRESS_EVERY_MS = 200;

/** See the head of the file. */
export async function runSoak(plan: SoakPlan): Promise<SoakRecord> {
  const deaths: string[] = [];
  const { servers, script } = plan;
  const ensemble = await SoakEnsemble.start({ servers, script, onDeath: (_, sentence) => deaths.push(sentence) });
  const crew = new Crew(ensemble, plan, deaths);
  const faults = new Faults(ensemble, drawSoakFaults(plan.seed, plan.forMs, servers));
  let isHealed = false;
  try {
    crew.start();
    const began = Date.now();
    const watch = setInterval(() => plan.progress(Date.now() - began, faults.counts), PROGRESS_EVERY_MS);
    try {
      await faults.play(plan.forMs, plan.signal);
      await faults.over();
      ensemble.heal();
      crew.state({ kind: 'healed' });
      isHealed = await pause(plan.quietMs, plan.signal) && plan.quietMs >= QUIET_MS;
    } finally {
      clearInterval(watch);
    }
    const endNs = ensemble.nowNs;
    await crew.stop();
    await ensemble.stop();
    const nodes = [...crew.turns, ...ensemble.turns(endNs)];
    return {
      facts: merge(nodes, endNs), endNs, expectations: expectationsOf(ensemble, plan, isHealed),
      counts: faults.counts, elapsedMs: Date.now() - began, wasInterrupted: plan.signal.aborted, deaths,
    };
  } finally {
    await crew.stop();
    await ensemble.stop();
    ensemble.remove();
  }
}

/** Resolves after so long, with whether it was not cut short. */
function pause(ms: number, signal: AbortSignal): Promise<boolean> {
  return new Promise((resolve) => {
    if (signal.aborted) {
      resolve(false);
      return;
    }
    const stop = (): void => {
      clearTimeout(timer);
      resolve(false);
    };
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', stop);
      resolve(true);
    }, ms);
    signal.addEventListener('abort', stop, { once: true });
  });
}

/** The clients, all in this process, and the world's own statements. */
class Crew {
  readonly turns: NodeTurns[] = [];
  private readonly machines: Machine[] = [];
  private readonly world: Turn[] = [];
  private readonly ensemble: SoakEnsemble;

  constructor(ensemble: SoakEnsemble, plan: SoakPlan, deaths: string[]) {
    this.ensemble = ensemble;
    const scripts = drawClients(new Draw(plan.seed), profileOf(plan), ensemble.ids);
    for (const [index, script] of scripts.entries()) {
      const node = FIRST_CLIENT + index;
      const turns: Turn[] = [];
      this.turns.push({ node, turns });
      this.machines.push(new Machine({
        self: node,
        process: new Recorder(new ScriptedClient(script), ensemble.sinceNs, (turn) => turns.push(turn)),
        network: { locate: (id) => ensemble.front(id) },
        onStop: (stop) => deaths.push(`client ${node}: ${stop.kind === 'halt' ? stop.reason : String(stop.error)}`),
      }));
    }
    this.turns.push({ node: 0, turns: this.world });
  }

  start(): void {
    for (const machine of this.machines) machine.start();
  }

  state(fact: Fact): void {
    this.world.push({ ns: this.ensemble.nowNs, facts: [fact] });
  }

  async stop(): Promise<void> {
    for (const machine of this.machines) await machine.kill();
  }
}

function profileOf({ clients, operations, forMs }: SoakPlan): Parameters<typeof drawClients>[1] {
  return {
    clients, operations, weights: USUAL_OPERATIONS, hotPaths: 4, hotPercent: 60, waitPercent: 20, burstPercent: 40,
    sessionTimeoutMs: [1500, 4000], spanMs: forMs, momentsMs: [], focusPercent: 0, aboutMs: 100,
  };
}

/** Does what was drawn, when it is time. */
class Faults {
  readonly counts: SoakCounts = { kills: 0, pauses: 0, cuts: 0 };
  private readonly ensemble: SoakEnsemble;
  private readonly faults: readonly SoakFault[];
  private readonly under: Promise<void>[] = [];

  constructor(ensemble: SoakEnsemble, faults: readonly SoakFault[]) {
    this.ensemble = ensemble;
    this.faults = faults;
  }

  /** Begins every fault; resolves when the time is over. */
  async play(forMs: number, signal: AbortSignal): Promise<void> {
    let nowMs = 0;
    for (const fault of this.faults) {
      if (!await pause(fault.atMs - nowMs, signal)) return;
      nowMs = fault.atMs;
      this.under.push(this.befall(fault, signal));
    }
    await pause(forMs - nowMs, signal);
  }

  /** Resolves when none is under way. */
  async over(): Promise<void> {
    await Promise.all(this.under);
  }

  private async befall({ kind, server, other, forMs }: SoakFault, signal: AbortSignal): Promise<void> {
    const { ensemble, counts } = this;
    switch (kind) {
      case 'kill':
        if (!ensemble.isUp(server)) return;
        counts.kills++;
        await ensemble.kill(server);
        await pause(forMs, signal);
        ensemble.restart(server);
        return;
      case 'pause':
        if (!ensemble.isUp(server) || ensemble.isPaused(server)) return;
        counts.pauses++;
        ensemble.pause(server);
        await pause(forMs, signal);
        ensemble.wake(server);
        return;
      default: {
        counts.cuts++;
        const state = kind === 'stall' ? 'stalled' : 'cut';
        const set = (to: 'open' | 'cut' | 'stalled'): void => {
          if (other === 0) ensemble.setFront(server, to);
          else ensemble.setBetween(server, other, to);
        };
        set(state);
        await pause(forMs, signal);
        set('open');
      }
    }
  }
}

function expectationsOf(ensemble: SoakEnsemble, plan: SoakPlan, heals: boolean): Expectations {
  const [first = 1] = ensemble.ids;
  const config = ensemble.config(first);
  return {
    voters: ensemble.ids, observers: [], spares: [],
    clients: Array.from({ length: plan.clients }, (_, index) => FIRST_CLIENT + index),
    tickTimeMs: config.tickTimeMs, heals, settleMs: SETTLE_MS, answerMs: ANSWER_MS,
    timelyMs: (config.syncLimit + 2) * config.tickTimeMs, clockDriftPerMille: 20, mayHalt: false,
    crossChecks: true, rules: rulesOf(config),
  };
}

/** All facts up to `endNs`. Each node's keep their order, since its turns do. */
function merge(nodes: readonly NodeTurns[], endNs: number): PlacedFact[] {
  const placed = nodes.flatMap(({ node, turns }) => turns.map((turn) => ({ node, turn })));
  placed.sort((a, b) => a.turn.ns - b.turn.ns);
  return placed.filter(({ turn }) => turn.ns <= endNs).flatMap(({ node, turn: { ns, facts } }) => {
    return facts.map((fact) => ({ ns, node, fact }));
  });
}
