/**
 * `viv bench`: how fast simulated time passes and how many events are handled, on one core with every judge on. The workload is
 * fixed: five servers, ten clients, ten operations a simulated second in all, on `five` with its faults and on `calm` without.
 * And how fast long histories are judged once they are there, with zxids and without.
 */
import { performance } from 'node:perf_hooks';
import { allProperties } from '../../properties/index.ts';
import { FIVE } from '../../scenarios/five.ts';
import { DEFAULT_CONFIG } from '../server/config.ts';
import type { Plan } from '../fuzz/plan.ts';
import { runPlan } from '../fuzz/run.ts';
import type { Scenario } from '../fuzz/scenario.ts';
import { scenarioOf } from '../fuzz/shape.ts';
import { gravest, EXIT_CODES } from '../fuzz/verdict.ts';
import type { Outcome } from '../fuzz/verdict.ts';
import { decimal, duration as inWords, table } from '../report/format.ts';
import { SeedChooser } from '../world/chooser.ts';
import { isJudgingSound, judgingReport, measureJudging } from './bench-judging.ts';
import type { Command } from './command.ts';
import { duration, wholeNumber } from './values.ts';

const RATIO_BAR = 1000;
const EVENTS_BAR = 200_000;
const CLIENTS = 10;
const OPERATIONS_PER_SECOND = 10;
const DEFAULT_TIME = '5s';

interface Row {
  readonly scenario: string;
  readonly runs: number;
  readonly simulatedMs: number;
  readonly realMs: number;
  readonly events: number;
  readonly operations: number;
  readonly simulatedPerReal: number;
  readonly eventsPerSecond: number;
  readonly outcome: Outcome;
}

/** The bars of this program, measured here and now. */
export const bench: Command = {
  name: 'bench',
  summary: 'simulated time per real time, events a second, and operations judged a second, against their bars',
  usage: '[--for 5s] [--from S]',
  flags: [
    { name: 'for', value: 'TIME', help: `so long for each scenario (${DEFAULT_TIME})` },
    { name: 'from', value: 'S', help: 'the first seed (1)' },
  ],
  run(given, shell) {
    const forMs = duration('for', given.text('for') ?? DEFAULT_TIME);
    const from = wholeNumber('from', given.text('from') ?? '1');
    const five = {
      ...FIVE, voters: [[5, 1]], observers: [[0, 1]], tickMs: [[DEFAULT_CONFIG.tickTimeMs, 1]], calmPercent: 0
    } as const;
    const calm = { ...five, name: 'calm', calmPercent: 100 };
    const rows = [scenarioOf(five), scenarioOf(calm)].map((scenario) => measure(scenario, from, forMs, shell.signal));
    const judging = measureJudging(shell.signal);
    if (given.has('json')) shell.out(JSON.stringify({ simulation: rows, judging }, null, 2));
    else for (const line of [...report(rows), '', ...judgingReport(judging)]) shell.out(line);
    const outcomes = [...rows.map(({ outcome }) => outcome), isJudgingSound(judging) ? 'held' as const : 'safety' as const];
    return Promise.resolve(EXIT_CODES[gravest(outcomes)]);
  },
};

function measure(scenario: Scenario, from: number, forMs: number, signal: AbortSignal): Row {
  runOne(scenario, from);
  let [runs, simulatedMs, realMs, events, operations] = [0, 0, 0, 0, 0];
  const outcomes: Outcome[] = [];
  for (let seed = from; realMs < forMs && !signal.aborted; seed++) {
    const began = performance.now();
    const result = runOne(scenario, seed);
    realMs += performance.now() - began;
    runs++;
    simulatedMs += result.simulatedMs;
    events += result.events;
    operations += result.counts.operations.reduce((sum, [, count]) => sum + count, 0);
    outcomes.push(result.outcome);
  }
  return {
    scenario: scenario.name, runs, simulatedMs, realMs, events, operations,
    simulatedPerReal: simulatedMs / realMs, eventsPerSecond: (events * 1000) / realMs, outcome: gravest(outcomes),
  };
}

function runOne(scenario: Scenario, seed: number): ReturnType<typeof runPlan> {
  return runPlan(fixedWorkload(scenario.plan(String(seed))), new SeedChooser(String(seed)), { properties: allProperties });
}

/** The plan with the workload of the bar: the same faults, ten clients, and their operations evenly over the whole run. */
export function fixedWorkload(plan: Plan): Plan {
  const wholeMs = plan.safetyMs + plan.tailMs;
  const count = Math.floor((wholeMs * OPERATIONS_PER_SECOND) / (1000 * CLIENTS));
  // The last ones must still be answered.
  const afterMs = Math.floor((wholeMs * 0.9) / count);
  const clients = Array.from({ length: CLIENTS }, (_, client): Plan['clients'][number] => ({
    servers: plan.members.map(({ id }) => id),
    sessionTimeoutMs: 10 * plan.knobs.tickTimeMs,
    closeAtEnd: false,
    operations: Array.from(
      { length: count }, (__, index) => ({ afterMs, waitForReply: false, request: requestOf(client, index) }),
    ),
  }));
  return { ...plan, clients };
}

function requestOf(client: number, index: number): Plan['clients'][number]['operations'][number]['request'] {
  const path = `/b${client}`;
  if (index === 0) return { kind: 'create', path, data: 'begin' };
  if (index % 2 === 0) return { kind: 'getData', path: `/b${(client + index) % CLIENTS}` };
  return { kind: 'setData', path, data: `c${client}#${index}` };
}

function report(rows: readonly Row[]): string[] {
  return table([
    ['scenario', 'runs', 'simulated', 'real', 'ops/s', 'simulated : real', 'of the bar', 'events/s', 'of the bar', ''],
    ...rows.map(({ scenario, runs, simulatedMs, realMs, operations, simulatedPerReal, eventsPerSecond, outcome }) => [
      scenario, decimal(runs), inWords(simulatedMs), inWords(realMs), decimal((operations * 1000) / simulatedMs),
      `${decimal(simulatedPerReal)} : 1`, `${(simulatedPerReal / RATIO_BAR).toFixed(2)} of ${decimal(RATIO_BAR)}`,
      decimal(eventsPerSecond), `${(eventsPerSecond / EVENTS_BAR).toFixed(2)} of ${decimal(EVENTS_BAR)}`,
      outcome === 'held' ? '' : outcome,
    ]),
  ]);
}
