/**
 * One run: a plan and a chooser make a world, its facts go to every judge, and what they found comes out. First the phase in
 * which faults happen, then healing, then a quiet tail at whose end the liveness properties are asked. The run is sealed: whoever
 * reaches for the real clock or for real luck in it is named. Everything else is a function of plan and tape alone.
 */
import { hashString } from '../base/hash.ts';
import { GeneratorClient } from '../client/generator-client.ts';
import { GroupClient } from '../client/group-client.ts';
import { RecipeClient } from '../client/recipe-client.ts';
import { isGroupKind } from '../client/recipe.ts';
import type { ClientScript } from '../client/script.ts';
import { ScriptedClient } from '../client/scripted-client.ts';
import { SiteClient } from '../client/site-client.ts';
import { FactCounter } from '../history/counters.ts';
import type { Count, Counts } from '../history/counters.ts';
import type { Expectations } from '../history/expectations.ts';
import type { Property } from '../history/judge.ts';
import { Panel } from '../history/panel.ts';
import type { PropertyReport } from '../history/panel.ts';
import type { NodeId } from '../io/event.ts';
import type { Fact } from '../io/fact.ts';
import type { Process } from '../io/process.ts';
import { FIRST_CLIENT, serverConfig, serverIds } from '../plan/plan.ts';
import type { Plan } from '../plan/plan.ts';
import type { Member } from '../server/config.ts';
import { Server } from '../server/server.ts';
import { fingerprintMessage } from '../wire/message-fingerprint.ts';
import { recode } from '../wire/recode.ts';
import type { Chooser } from '../world/chooser.ts';
import type { FaultCounter } from '../world/fault.ts';
import type { NodeSpec } from '../world/host.ts';
import type { SchedulerReport } from '../world/scheduler.ts';
import { sealed } from '../world/seal.ts';
import type { TraceSink } from '../world/trace.ts';
import { World } from '../world/world.ts';
import { rulesOf } from './service-rules.ts';
import { EXIT_CODES } from './verdict.ts';
import type { Finding, Outcome } from './verdict.ts';

/** What a run may be given beside its plan and its luck. */
export interface RunOptions {
  readonly properties: readonly Property[];
  /** Sees every event and, if it wants them, facts; costs time. */
  readonly trace?: TraceSink & { fact?(fact: Fact, node: NodeId, timeMs: number, step: number): void };
  /** No more events than these; the run is then unknown. */
  readonly maxSteps?: number;
  /** A run that is only looked at may stop early without a verdict. */
  readonly stopAtStep?: number;
  /** Asked after every fact: whether it no longer matters what comes of the run, which is then unknown. */
  readonly isInVain?: () => boolean;
  /** Only the verdict and the number of events matter: no hash is made, no facts and no situations are counted. */
  readonly isTrial?: boolean;
}

/** What came of a run. Plain data. */
export interface RunResult {
  readonly scenario: string;
  readonly seed: string;
  readonly outcome: Outcome;
  readonly finding: Finding | null;
  /** The rolling hash of the trace. */
  readonly hash: string;
  readonly events: number;
  readonly simulatedMs: number;
  readonly counts: Counts;
  /** The rare situations that it reached, and how often. */
  readonly situations: readonly Count[];
  readonly faults: readonly FaultCounter[];
  readonly scheduler: SchedulerReport;
  readonly properties: readonly PropertyReport[];
}

/** A run of a plan that a scenario made never needs so many events; a livelock does. */
export const MAX_STEPS = 1_000_000;

/** More than any message takes that no fault delays. */
const LATENCY_MS = 1000;

/** One run in so many, chosen by its seed, is also judged by a search for a linearization. */
const CROSS_CHECK_ONE_IN = 4;

/** Runs a plan to its end, or to the first violation. */
export function runPlan(plan: Plan, chooser: Chooser, options: RunOptions): RunResult {
  const { isTrial = false } = options;
  const panel = new Panel(options.properties, expectationsOf(plan), isTrial);
  const counter = new FactCounter();
  const world: World = new World({
    settings: plan.settings,
    chooser,
    nodes: nodesOf(plan),
    recode,
    fingerprintMessage,
    isHashed: !isTrial,
    onFact: (fact, node, timeMs, step) => {
      if (!isTrial) counter.see(fact);
      options.trace?.fact?.(fact, node, timeMs, step);
      panel.see(fact, node, timeMs, step);
      if (panel.violation !== null || options.isInVain?.() === true) world.stop();
    },
    ...(plan.scheduler === undefined ? {} : { scheduler: plan.scheduler }),
    ...(options.trace === undefined ? {} : { trace: options.trace }),
  });
  for (const { atMs, fault } of plan.faults) world.schedule(atMs, fault);
  const finding = sealed(() => play(plan, world, panel, options));
  return {
    scenario: plan.scenario,
    seed: plan.seed,
    outcome: finding?.outcome ?? 'held',
    finding,
    hash: world.hash,
    events: world.step,
    simulatedMs: world.now,
    counts: counter.counts(),
    situations: panel.situations.reached(),
    faults: world.faults,
    scheduler: world.scheduling,
    properties: panel.reports(),
  };
}

/** The exit code that a run deserves. */
export function exitCodeOf(result: RunResult): number {
  return EXIT_CODES[result.outcome];
}

function play(plan: Plan, world: World, panel: Panel, options: RunOptions): Finding | null {
  const maxSteps = Math.min(options.maxSteps ?? MAX_STEPS, options.stopAtStep ?? MAX_STEPS);
  let ended = world.run(plan.safetyMs, maxSteps);
  if (ended === 'until') {
    world.heal(plan.core ?? null);
    ended = world.run(plan.safetyMs + plan.tailMs, maxSteps - world.step);
  }
  if (ended === 'until') panel.finish(world.now);
  return violationOf(panel) ?? crashOf(world) ?? budgetOf(world, ended);
}

function violationOf(panel: Panel): Finding | null {
  const violation = panel.violation;
  if (violation === null) return null;
  const { property, kind, sentence, steps, atMs } = violation;
  return { outcome: kind, property, sentence, steps, atMs };
}

function crashOf(world: World): Finding | null {
  const failure = world.failure;
  if (failure === null) return null;
  const sentence = `process ${failure.node} failed: ${failure.message}`;
  return { outcome: 'crash', property: 'crash', sentence, steps: [world.step], atMs: world.now };
}

function budgetOf(world: World, ended: 'until' | 'steps' | 'stopped'): Finding | null {
  if (ended === 'until') return null;
  const sentence = `the run was cut short after ${world.step} events, at ${world.now} ms`;
  return { outcome: 'unknown', property: 'budget', sentence, steps: [world.step], atMs: world.now };
}

/** The processes of a plan. */
export function nodesOf(plan: Plan): NodeSpec[] {
  const servers = serverIds(plan).map((id): NodeSpec => {
    const config = serverConfig(plan, id);
    const isVoter = plan.members.some((member) => member.id === id && member.role === 'participant');
    return { node: id, kind: 'server', disk: true, isVoter, boot: () => new Server(config) };
  });
  const clients = plan.clients.map((script, index): NodeSpec => {
    return { node: FIRST_CLIENT + index, kind: 'client', disk: false, boot: () => clientOf(script) };
  });
  return [...servers, ...clients];
}

function clientOf(script: ClientScript): Process {
  const { recipe } = script;
  if (recipe === undefined) return new ScriptedClient(script);
  if (recipe.kind === 'generator') return new GeneratorClient(script, recipe);
  if (recipe.kind === 'site') return new SiteClient(script, recipe);
  return isGroupKind(recipe.kind) ? new GroupClient(script, recipe) : new RecipeClient(script, recipe);
}

/**
 * What the judges of liveness and of times may expect. The tail is generous: an election may have to wait out the longest pause
 * between two notifications, and a learner the deadline of a dead leader, before either begins again.
 */
export function expectationsOf(plan: Plan): Expectations {
  const ids = (role: Member['role']): number[] => plan.members.filter((member) => member.role === role).map(({ id }) => id);
  const isHealed = (id: number): boolean => plan.core?.includes(id) ?? true;
  const { tickTimeMs, syncLimit } = plan.knobs;
  const drifts = plan.faults.map(({ fault }) => (fault.kind === 'drift' ? Math.abs(fault.ppm) : 0));
  const driftPerMille = Math.ceil(Math.max(plan.settings.clock.driftPpmMax, ...drifts) / 1000) + 1;
  return {
    voters: ids('participant'),
    observers: ids('observer'),
    spares: plan.reconfig?.spares ?? [],
    ...(plan.reconfig?.hierarchy === undefined ? {} : { hierarchy: plan.reconfig.hierarchy }),
    clients: plan.clients.flatMap(({ servers }, index) => (servers.some(isHealed) ? [FIRST_CLIENT + index] : [])),
    ...(plan.core === undefined ? {} : { core: plan.core }),
    tickTimeMs,
    heals: true,
    settleMs: Math.floor(plan.tailMs / 2),
    answerMs: Math.floor(plan.tailMs / 4),
    timelyMs: Math.ceil((syncLimit + 2) * tickTimeMs * (1 + driftPerMille / 1000)) + LATENCY_MS,
    clockDriftPerMille: driftPerMille,
    mayHalt: plan.faults.some(({ fault }) => fault.kind === 'diskError' || fault.kind === 'diskFull' || fault.kind === 'bitRot'),
    rules: rulesOf(serverConfig(plan, plan.members[0]?.id ?? 1)),
    crossChecks: hashString(plan.seed) % CROSS_CHECK_ONE_IN === 0,
  };
}
