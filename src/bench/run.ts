/**
 * `viv bench`, where it is run: this program against its bars. Simulation: how fast simulated time passes and how many events
 * are handled, on one core with every judge on; the workload is fixed: five servers, ten clients, ten operations a simulated
 * second in all, on `five` with its faults and on `calm` without. The tree alone, small and large. A snapshot under load, and a
 * start from it. And how fast long histories are judged once they are there, with zxids and without.
 */
import { readdirSync } from 'node:fs';
import { allProperties } from '../../properties/index.ts';
import { FIVE } from '../../scenarios/five.ts';
import { UsageError } from '../command/command.ts';
import type { Command, Given } from '../command/command.ts';
import { duration, named, positiveNumber, wholeNumber } from '../command/values.ts';
import type { Plan } from '../plan/plan.ts';
import type { Scenario } from '../plan/scenario.ts';
import { scenarioOf } from '../plan/shape.ts';
import { decimal, duration as inWords, table } from '../report/format.ts';
import { runPlan } from '../run/run.ts';
import { gravest, EXIT_CODES } from '../run/verdict.ts';
import type { Outcome } from '../run/verdict.ts';
import { DEFAULT_CONFIG } from '../server/config.ts';
import { SeedChooser } from '../world/chooser.ts';
import { measurementLines, processorMs } from './bars.ts';
import { benchExplorer } from './explore.ts';
import { isJudgingSound, judgingReport, measureJudging } from './judging.ts';
import { benchSnapshot, recover } from './snapshot.ts';
import type { RecoveryReport } from './snapshot.ts';
import { benchTree, benchWideNode } from './tree.ts';

const RATIO_BAR = 1000;
const EVENTS_BAR = 200_000;
const CLIENTS = 10;
const OPERATIONS_PER_SECOND = 10;
const DEFAULT_TIME = '5s';

interface Row {
  readonly scenario: string;
  readonly runs: number;
  readonly simulatedMs: number;
  readonly processorMs: number;
  readonly events: number;
  readonly operations: number;
  readonly simulatedPerReal: number;
  readonly eventsPerSecond: number;
  readonly outcome: Outcome;
}

const SECTIONS = [
  { name: 'simulation' }, { name: 'tree' }, { name: 'snapshot' }, { name: 'judging' }, { name: 'explorer' },
] as const;
/** A section that is measured by itself, and from outside. */
export const APACHE = 'apache';
const DEFAULT_NODES = '1000000';
const FEW_NODES = 1000;

/** The bars of this program, measured here and now. */
export const benchHere: Command = {
  name: 'bench',
  summary: 'the speed of simulation, of the tree, of snapshots, of judging and of exploring, against their bars',
  usage: '[SECTION...] [--for 5s] [--from S] [--nodes N] [--recover DIR] | apache [--quick] [--only LOADS]',
  flags: [
    { name: 'for', value: 'TIME', help: `so long for each scenario and each size of tree (${DEFAULT_TIME})` },
    { name: 'from', value: 'S', help: 'the first seed (1)' },
    { name: 'nodes', value: 'N', help: `what a large tree is (${DEFAULT_NODES})` },
    { name: 'recover', value: 'DIR', help: 'only start from a data directory; say how long it takes and how much memory' },
    { name: 'quick', help: 'with apache: a glance, in about a minute and a half instead of ten' },
    { name: 'only', value: 'LOADS', help: 'with apache: these loads and nothing else, such as 1:set:100:16,3:create' },
  ],
  notes: [
    'Sections: simulation, tree, snapshot, judging, explorer; all if none is named. Rates are per processor second.',
    'docs/bench.md says what is measured and how.',
    'viv bench apache measures real servers beside Apache ZooKeeper’s, where java and its jar are (Debian’s package zookeeper,',
    'or APACHE_ZOOKEEPER_CLASSPATH); docs/speed.md says what and how.',
  ],
  run(given, shell) {
    const { recoverFrom, sections, forMs, nodes, from } = readBenchOptions(given);
    const rows = sections.includes('simulation') ? simulate(from, forMs, shell.signal) : [];
    const measurements = [
      ...(sections.includes('tree') ? [...benchTree(FEW_NODES, forMs), ...benchTree(nodes, forMs), ...benchWideNode()] : []),
      ...(sections.includes('snapshot') ? benchSnapshot(nodes) : []),
      ...(sections.includes('explorer') ? benchExplorer() : []),
    ];
    const judging = sections.includes('judging') ? measureJudging(shell.signal) : [];
    const recovery = recoverFrom === undefined ? null : recover(recoverFrom);
    if (given.has('json')) shell.out(JSON.stringify(recovery ?? { simulation: rows, measurements, judging }, null, 2));
    else
      for (const line of [
        ...report(rows), ...measurementLines(measurements), ...judgingReport(judging), ...recoveryLines(recovery)
      ]) shell.out(line);
    const outcomes = [...rows.map(({ outcome }) => outcome), isJudgingSound(judging) ? 'held' as const : 'safety' as const];
    return Promise.resolve(EXIT_CODES[gravest(outcomes)]);
  },
};

interface BenchOptions {
  readonly recoverFrom: string | undefined;
  readonly sections: readonly string[];
  readonly forMs: number;
  readonly nodes: number;
  readonly from: number;
}

/** What the arguments ask for; throws `UsageError`. */
export function readBenchOptions(given: Given): BenchOptions {
  for (const flag of ['quick', 'only']) if (given.has(flag)) throw new UsageError(`--${flag} is for viv bench apache`);
  const recoverFrom = given.text('recover');
  if (recoverFrom !== undefined) {
    const other = given.names[0] ?? ['for', 'from', 'nodes'].map((flag) => `--${flag}`).find((flag) => given.has(flag.slice(2)));
    if (other !== undefined) throw new UsageError(`--recover measures nothing else: leave out ${other}`);
    checkDataDirectory(recoverFrom);
  }
  return {
    recoverFrom,
    sections: recoverFrom === undefined ? sectionsOf(given.names) : [],
    forMs: duration('for', given.text('for') ?? DEFAULT_TIME),
    nodes: positiveNumber('nodes', given.text('nodes') ?? DEFAULT_NODES),
    from: wholeNumber('from', given.text('from') ?? '1'),
  };
}

/** Whoever recovers writes there what is missing: into a directory of something else it would be rubbish. */
function checkDataDirectory(directory: string): void {
  let names: readonly string[];
  try {
    names = readdirSync(directory);
  } catch (error) {
    throw new UsageError(`${directory} cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  }
  if (names.some((name) => /^(log|snapshot)\.[0-9a-f]+/.test(name))) return;
  throw new UsageError(`${directory} holds neither a log nor a snapshot: a server’s are in DATADIR/version-2`);
}

function sectionsOf(names: readonly string[]): string[] {
  if (names.length === 0) return SECTIONS.map(({ name }) => name);
  return names.map((name) => named('section of viv bench', name, [...SECTIONS, { name: APACHE }]).name);
}

function recoveryLines(recovery: RecoveryReport | null): string[] {
  if (recovery === null) return [];
  const { nodes, seconds, processorSeconds, peakBytes } = recovery;
  const time = `${inWords(seconds * 1000)} (processor ${inWords(processorSeconds * 1000)})`;
  return [`  ${decimal(nodes)} nodes in ${time}, at most ${decimal(peakBytes / 1e6)} MB`];
}

function simulate(from: number, forMs: number, signal: AbortSignal): Row[] {
  const size = { voters: [[5, 1]], observers: [[0, 1]], tickMs: [[DEFAULT_CONFIG.tickTimeMs, 1]] } as const;
  const five = { ...FIVE, ...size, calmPercent: 0 };
  const calm = { ...five, name: 'calm', calmPercent: 100 };
  return [scenarioOf(five), scenarioOf(calm)].map((scenario) => measure(scenario, from, forMs, signal));
}

function measure(scenario: Scenario, from: number, forMs: number, signal: AbortSignal): Row {
  runOne(scenario, from);
  let [runs, simulatedMs, tookMs, events, operations] = [0, 0, 0, 0, 0];
  const outcomes: Outcome[] = [];
  for (let seed = from; tookMs < forMs && !signal.aborted; seed++) {
    const began = processorMs();
    const result = runOne(scenario, seed);
    tookMs += processorMs() - began;
    runs++;
    simulatedMs += result.simulatedMs;
    events += result.events;
    operations += result.counts.operations.reduce((sum, [, count]) => sum + count, 0);
    outcomes.push(result.outcome);
  }
  return {
    scenario: scenario.name, runs, simulatedMs, processorMs: tookMs, events, operations,
    simulatedPerReal: simulatedMs / tookMs, eventsPerSecond: (events * 1000) / tookMs, outcome: gravest(outcomes),
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
  if (rows.length === 0) return [];
  return table([
    ['scenario', 'runs', 'simulated', 'processor', 'ops/s', 'simulated : real', 'of the bar', 'events/s', 'of the bar', ''],
    ...rows.map(({ scenario, runs, simulatedMs, processorMs, operations, simulatedPerReal, eventsPerSecond, outcome }) => [
      scenario, decimal(runs), inWords(simulatedMs), inWords(processorMs), decimal((operations * 1000) / simulatedMs),
      `${decimal(simulatedPerReal)} : 1`, `${(simulatedPerReal / RATIO_BAR).toFixed(2)} of ${decimal(RATIO_BAR)}`,
      decimal(eventsPerSecond), `${(eventsPerSecond / EVENTS_BAR).toFixed(2)} of ${decimal(EVENTS_BAR)}`,
      outcome === 'held' ? '' : outcome,
    ]),
  ]);
}
