/**
 * Reports for people in a terminal or a log: plain lines, aligned, no escape codes. One for a run, one for a campaign; what both
 * show is laid out by the same tables.
 */
import { silentProperties, speedOf } from '../fuzz/tally.ts';
import type { PropertySum, SituationSum, Summary } from '../fuzz/tally.ts';
import type { Count, Counts } from '../history/counters.ts';
import { NEED_NOT_REACH, REACHABLE } from '../plan/reach.ts';
import type { RunResult } from '../run/run.ts';
import type { Finding } from '../run/verdict.ts';
import type { FaultCounter } from '../world/fault.ts';
import { decimal, duration, table } from './format.ts';

/** One run. */
export function runReport(result: RunResult): string[] {
  return [
    `${result.scenario} ${result.seed}: ${result.finding === null ? 'held' : describeFinding(result.finding)}`,
    `  hash ${result.hash}  events ${decimal(result.events)}  simulated ${duration(result.simulatedMs)}`,
    ...countLines(result.counts),
    ...(result.situations.length === 0 ? [] : [
      `  situations ${result.situations.map(([id, count]) => `${id} ${decimal(count)}`).join(', ')}`,
    ]),
    ...faultTable(result.faults),
    ...propertyTable(result.properties.map((report) => ({ ...report, violations: report.violations.length }))),
  ];
}

/** A whole campaign. */
export function campaignReport(summary: Summary): string[] {
  const { eventsPerSecond, simulatedPerReal } = speedOf(summary);
  const names = summary.scenarios.length === 0 ? 'no scenario' : summary.scenarios.join(' ');
  return [
    `${names}: ${decimal(summary.seeds)} seeds in ${duration(summary.elapsedMs)}, jobs ${summary.jobs}`
      + `${summary.interrupted ? ', interrupted' : ''}; ${decimal(summary.runTwice)} of them run twice`,
    `  simulated ${duration(summary.simulatedMs)}, ${decimal(summary.events)} events`,
    `  on one core ${decimal(eventsPerSecond)} events/s, simulated : real ${decimal(simulatedPerReal)} : 1`,
    ...countLines({ ...summary.counts, syncs: [], operations: [], errors: [] }),
    ...reachLines(summary.counts.reached),
    ...faultTable(summary.faults),
    ...propertyTable(summary.properties),
    ...silentProperties(summary).map((name) => `WARNING: ${name} judged nothing in all of this: it has shown nothing`),
    ...situationLines(summary.situations),
    ...schedulerLines(summary),
    ...summary.never.map((sentence) => `NEVER: ${sentence}`),
    ...summary.defects.map((defect) => `DEFECT: ${defect}`),
    ...summary.remarks.map((remark) => `remark: ${remark}`),
    ...failureLines(summary),
  ];
}

/** Seeds in the order of their numbers, not that in which jobs came to them. */
const BY_NUMBER = new Intl.Collator('en', { numeric: true }).compare;

/** One line per distinct failure, and the verdict. */
export function failureLines(summary: Summary): string[] {
  if (summary.failures.length === 0 && summary.never.length > 0) return ['no failure, but not all was reached that had to be'];
  if (summary.failures.length === 0) return [summary.seeds === 0 ? 'no seed was run' : 'no failure'];
  return summary.failures.flatMap(({ finding, seeds, file }) => [
    `FAILED ${describeFinding(finding)}`,
    `  seeds ${seeds.length}: ${seeds.toSorted(BY_NUMBER).slice(0, 8).join(', ')}${seeds.length > 8 ? ', ...' : ''}`,
    ...(file === null ? [] : [`  viv replay ${file}`]),
  ]);
}

/** `safety violated: agreement: two transactions ... (events 12, 80 at 3.2 s)` */
export function describeFinding(finding: Finding): string {
  const verdicts = {
    held: 'held', safety: 'safety violated', liveness: 'liveness violated', crash: 'crash', nondeterminism: 'nondeterminism',
    unknown: 'unknown',
  };
  const where = finding.steps.length === 0 ? '' : ` (events ${finding.steps.join(', ')}, at ${duration(finding.atMs)})`;
  return `${verdicts[finding.outcome]}: ${finding.property}: ${finding.sentence}${where}`;
}

function countLines(counts: Counts): string[] {
  const line = (name: string, list: readonly Count[]): string[] =>
    list.length === 0 ? [] : [`  ${name.padEnd(11)}${list.map(([kind, count]) => `${kind} ${decimal(count)}`).join(', ')}`];
  return [
    `  elections  ${decimal(counts.elections)}`,
    ...line('syncs', counts.syncs),
    ...line('servers', counts.servers),
    ...line('sessions', counts.sessions),
    ...line('operations', counts.operations),
    ...line('results', counts.errors),
  ];
}

/** All that the service can bring about, and how often it was; then what it did not, unless that is excused by name. */
function reachLines(reached: readonly Count[]): string[] {
  const counts = new Map(reached);
  const lines = ['operation', 'result', 'event', 'sync'].map((kind) => {
    const names = REACHABLE.filter((name) => name.startsWith(`${kind} `) && (counts.has(name) || !NEED_NOT_REACH.has(name)));
    const list = names.map((name) => `${name.slice(kind.length + 1)} ${decimal(counts.get(name) ?? 0)}`);
    return `  ${`${kind}s`.padEnd(11)}${list.join(', ')}`;
  });
  const excused = REACHABLE.filter((name) => !counts.has(name) && NEED_NOT_REACH.has(name));
  return [...lines, `  excused    ${excused.join(', ')}`];
}

/** Those reached in the fewest runs are what the campaign hangs by; those never reached are what it says nothing about. */
const RAREST = 12;

function situationLines(situations: readonly SituationSum[]): string[] {
  const reached = situations.filter(({ runs }) => runs > 0);
  const never = situations.filter(({ runs }) => runs === 0).map(({ id }) => id);
  const rarest = reached.slice().sort((one, other) => one.runs - other.runs).slice(0, RAREST);
  const rows = rarest.map(({ id, runs, times }) => [id, decimal(runs), decimal(times)]);
  return [
    `  situations ${reached.length} of ${situations.length} reached`
      + (never.length === 0 ? '' : `; never: ${never.join(', ')}`),
    ...(rows.length === 0 ? [] : table([['rarest situation', 'runs', 'times'], ...rows])),
  ];
}

/** Which scheduler found what, and what pct promises. */
function schedulerLines({ schedulers, bounds }: Pick<Summary, 'schedulers' | 'bounds'>): string[] {
  if (schedulers.length === 0) return [];
  const rows = schedulers.map(({ kind, seeds, decisions, deviations, failing, found }) => [
    kind, decimal(seeds), decimal(decisions), decimal(deviations), decimal(failing), found.join(', '),
  ]);
  return [
    ...table([['scheduler', 'seeds', 'choices', 'not the earliest', 'failing', 'found'], ...rows]),
    ...bounds.map(({ depth, runs, probability }) => {
      const least = probability.toExponential(1);
      return `  pct: ${decimal(runs)} runs of depth ${depth}: one of that depth within the window showed with at least ${least}`;
    }),
  ];
}

function faultTable(faults: readonly FaultCounter[]): string[] {
  const rows = faults.filter(({ fired }) => fired > 0).map(
    ({ name, fired, effective }) => [name, decimal(fired), decimal(effective)],
  );
  return rows.length === 0 ? ['  no faults'] : table([['fault', 'fired', 'effective'], ...rows]);
}

function propertyTable(properties: readonly Pick<PropertySum, 'property' | 'judged' | 'violations' | 'exempted'>[]): string[] {
  if (properties.length === 0) return [];
  const rows = properties.map(({ property, judged, violations, exempted }) => [
    property, decimal(judged), decimal(violations), exempted.map(([name, count]) => `${name} ${decimal(count)}`).join(', '),
  ]);
  return table([['property', 'judged', 'violated', 'exempted'], ...rows]);
}
