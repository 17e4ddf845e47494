/**
 * The sum of a campaign: results of single runs, added up in any order to the same summary. What it keeps of a failure is one
 * finding of each kind and the seeds that had it; the full story of every failing seed is in its file.
 */
import { NO_COUNTS, addCounts, mergeCounts } from '../history/counters.ts';
import type { Count, Counts } from '../history/counters.ts';
import type { PropertyReport } from '../history/panel.ts';
import { SITUATIONS } from '../history/situations/index.ts';
import { neverReached } from '../plan/reach.ts';
import type { Reach, ScenarioReach } from '../plan/reach.ts';
import type { RunResult } from '../run/run.ts';
import { failureKey, gravest } from '../run/verdict.ts';
import type { Finding, Outcome } from '../run/verdict.ts';
import type { FaultCounter } from '../world/fault.ts';
import { NEED_SCENARIO, ineffectiveFaults } from './ineffective.ts';
import { SchedulerTally } from './scheduler-tally.ts';
import type { DepthBound, SchedulerSum } from './scheduler-tally.ts';
import { Timeline } from './timeline.ts';
import type { TimelinePoint } from './timeline.ts';

/** One kind of failure of a campaign. */
export interface DistinctFailure {
  /** Its signature or, of a failure that no run shows, the shape of the sentence. */
  readonly key: string;
  readonly scenario: string;
  readonly finding: Finding;
  /** `scenario seed`, in order of arrival. */
  readonly seeds: readonly string[];
  /** Where the first of them was written, if it could be. */
  readonly file: string | null;
}

/** One property over a whole campaign. */
export interface PropertySum {
  readonly property: string;
  readonly promise: string;
  /** How many times there was something to judge. */
  readonly judged: number;
  readonly exempted: readonly (readonly [exemption: string, count: number])[];
  readonly violations: number;
}

/** One rare situation over a whole campaign. */
export interface SituationSum {
  readonly id: string;
  readonly sentence: string;
  /** In how many runs it was reached, and how often in all. */
  readonly runs: number;
  readonly times: number;
}

/** What a campaign came to. Plain JSON; times in milliseconds. */
export interface Summary {
  readonly scenarios: readonly string[];
  readonly outcome: Outcome;
  readonly seeds: number;
  readonly runTwice: number;
  readonly events: number;
  readonly simulatedMs: number;
  /** Time that the runs took, added up over all workers. */
  readonly workMs: number;
  /** Time that passed. */
  readonly elapsedMs: number;
  readonly jobs: number;
  readonly interrupted: boolean;
  readonly counts: Counts;
  /** All of the catalogue, in its order; of some, nothing was seen. */
  readonly situations: readonly SituationSum[];
  readonly faults: readonly FaultCounter[];
  /** Faults that never had an effect, in sentences. */
  readonly defects: readonly string[];
  /** What scenarios are there to reach and never did, in sentences: such a campaign has not shown what it should. */
  readonly never: readonly string[];
  readonly schedulers: readonly SchedulerSum[];
  readonly bounds: readonly DepthBound[];
  readonly properties: readonly PropertySum[];
  readonly failures: readonly DistinctFailure[];
  /** How it went over time. */
  readonly timeline: readonly TimelinePoint[];
  /** What the campaign could not do, in sentences: a worker that died, a directory that could not be written. */
  readonly remarks: readonly string[];
}

/** Properties that had nothing to judge in all of the campaign: they have shown nothing. */
export function silentProperties({ properties, scenarios }: Pick<Summary, 'properties' | 'scenarios'>): string[] {
  const isDue = (property: string): boolean => {
    const scenario = NEED_SCENARIO.get(property);
    return scenario === undefined || scenarios.includes(scenario);
  };
  return properties.filter(({ judged, property }) => judged === 0 && isDue(property)).map(({ property }) => property);
}

/** How fast runs went, per second of work on one core. */
export function speedOf(
  summary: Pick<Summary, 'events' | 'simulatedMs' | 'workMs'>,
): { eventsPerSecond: number; simulatedPerReal: number } {
  const workMs = Math.max(summary.workMs, 0.001);
  return { eventsPerSecond: (summary.events * 1000) / workMs, simulatedPerReal: summary.simulatedMs / workMs };
}

interface Failing {
  readonly scenario: string;
  readonly finding: Finding;
  readonly seeds: string[];
  file: string | null;
}

/** Adds results up. */
export class Tally {
  private seeds = 0;
  private runTwice = 0;
  private events = 0;
  private simulatedMs = 0;
  private workMs = 0;
  private counts: Counts = NO_COUNTS;
  private readonly scenarios: Map<string, { seeds: number; reached: readonly Count[] }> = new Map();
  private readonly expects: ReadonlyMap<string, readonly Reach[]>;
  private readonly outcomes: Set<Outcome> = new Set();
  private readonly faults: Map<string, FaultCounter> = new Map();
  private readonly situations: Map<string, { runs: number; times: number }> = new Map();
  private readonly properties: Map<string, PropertySum> = new Map();
  private readonly failing: Map<string, Failing> = new Map();
  private readonly remarks: string[] = [];
  private readonly schedulers: SchedulerTally = new SchedulerTally();
  private readonly timeline: Timeline = new Timeline();

  /** `expects`: what each scenario is there to reach. */
  constructor(expects: ReadonlyMap<string, readonly Reach[]> = new Map()) {
    this.expects = expects;
  }

  /** One run. */
  add(result: RunResult, workMs: number, wasRunTwice: boolean, signature: string | null = null): void {
    this.seeds++;
    if (wasRunTwice) this.runTwice++;
    this.events += result.events;
    this.simulatedMs += result.simulatedMs;
    this.workMs += workMs;
    this.counts = mergeCounts(this.counts, result.counts);
    const { seeds = 0, reached = [] } = this.scenarios.get(result.scenario) ?? {};
    this.scenarios.set(result.scenario, { seeds: seeds + 1, reached: addCounts(reached, result.counts.reached) });
    this.outcomes.add(result.outcome);
    for (const [id, times] of result.situations) this.addSituation(id, times);
    this.schedulers.add(result);
    for (const fault of result.faults) this.addFault(fault);
    for (const report of result.properties) this.addReport(report);
    if (result.finding !== null) this.addFinding(result.scenario, result.seed, result.finding, signature);
  }

  /** A seed that has no result, because its worker died of it. */
  addLost(scenario: string, seed: string, sentence: string): void {
    this.outcomes.add('crash');
    this.remarks.push(`${scenario} ${seed}: ${sentence}`);
    this.addFinding(scenario, seed, { outcome: 'crash', property: 'worker', sentence, steps: [], atMs: 0 });
  }

  /** Notes for the timeline how far it is. */
  mark(elapsedMs: number): void {
    const { seeds, situations, failing } = this;
    this.timeline.mark({ elapsedMs, seeds, situations: situations.size, failures: failing.size });
  }

  remark(sentence: string): void {
    if (!this.remarks.includes(sentence)) this.remarks.push(sentence);
  }

  /** How many seeds failed in the way of this finding so far. */
  seedsLike(finding: Finding, signature: string | null): number {
    return this.failing.get(signature ?? failureKey(finding))?.seeds.length ?? 0;
  }

  get done(): number {
    return this.seeds;
  }

  get simulated(): number {
    return this.simulatedMs;
  }

  get distinctFailures(): number {
    return this.failing.size;
  }

  /** Where the failure file of a finding went; the first one is what the summary names. */
  written(finding: Finding, signature: string | null, file: string): void {
    const failing = this.failing.get(signature ?? failureKey(finding));
    if (failing !== undefined) failing.file ??= file;
  }

  summary(elapsedMs: number, jobs: number, interrupted: boolean): Summary {
    const never = neverReached(this.reaches(), this.expects);
    return {
      scenarios: this.reaches().map(({ scenario }) => scenario),
      outcome: gravest([...this.outcomes, this.seeds > 0 && never.length === 0 ? 'held' : 'unknown']),
      seeds: this.seeds,
      runTwice: this.runTwice,
      events: this.events,
      simulatedMs: this.simulatedMs,
      workMs: this.workMs,
      elapsedMs,
      jobs,
      interrupted,
      counts: this.counts,
      situations: SITUATIONS.map(({ id, sentence }) => {
        return { id, sentence, ...(this.situations.get(id) ?? { runs: 0, times: 0 }) };
      }),
      faults: [...this.faults.values()],
      defects: ineffectiveFaults([...this.faults.values()]),
      never,
      schedulers: this.schedulers.sums(),
      bounds: this.schedulers.bounds(),
      properties: [...this.properties.values()],
      failures: [...this.failing].map(([key, failing]) => ({ key, ...failing })),
      timeline: this.timeline.points(),
      remarks: [...this.remarks],
    };
  }

  private reaches(): ScenarioReach[] {
    const reaches = [...this.scenarios].map(([scenario, { seeds, reached }]) => ({ scenario, seeds, reached }));
    return reaches.sort((one, other) => (one.scenario < other.scenario ? -1 : 1));
  }

  private addSituation(id: string, times: number): void {
    const sum = this.situations.get(id);
    this.situations.set(id, { runs: (sum?.runs ?? 0) + 1, times: (sum?.times ?? 0) + times });
  }

  private addFault(fault: FaultCounter): void {
    const sum = this.faults.get(fault.name);
    const fired = (sum?.fired ?? 0) + fault.fired;
    this.faults.set(fault.name, { name: fault.name, fired, effective: (sum?.effective ?? 0) + fault.effective });
  }

  private addReport(report: PropertyReport): void {
    const sum = this.properties.get(report.property);
    const exempted = new Map(sum?.exempted ?? []);
    for (const [name, count] of report.exempted) exempted.set(name, (exempted.get(name) ?? 0) + count);
    this.properties.set(report.property, {
      property: report.property,
      promise: report.promise,
      judged: (sum?.judged ?? 0) + report.judged,
      exempted: [...exempted],
      violations: (sum?.violations ?? 0) + report.violations.length,
    });
  }

  private addFinding(scenario: string, seed: string, finding: Finding, signature: string | null = null): void {
    const key = signature ?? failureKey(finding);
    const known = this.failing.get(key);
    if (known === undefined) this.failing.set(key, { scenario, finding, seeds: [`${scenario} ${seed}`], file: null });
    else known.seeds.push(`${scenario} ${seed}`);
  }
}
