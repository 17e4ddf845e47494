/** `viv mutants --shrink`: a failing run of each mutant, how far it shrinks, and how that compares with the known trigger. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { triggerOf } from '../../properties/mutants/triggers.ts';
import { UsageError } from '../command/command.ts';
import type { Given } from '../command/command.ts';
import type { Shell } from '../command/shell.ts';
import { duration, placeFor, positiveNumber } from '../command/values.ts';
import type { TableRow } from '../fuzz/mutant-table.ts';
import type { Mutant } from '../fuzz/mutant.ts';
import { decimal, table } from '../report/format.ts';
import { EXIT_CODES } from '../run/verdict.ts';
import type { ShrinkEnd } from '../shrink/outcome.ts';
import { makeShrinkTable } from '../shrink/table.ts';
import type { MeasuredSize, ShrinkRow } from '../shrink/task.ts';
import { jobsGiven } from './fuzz.ts';

const WORKER = 'src/cli/shrink-worker.ts';
const DEFAULT_TIME = '60s';
const DEFAULT_SEEDS = 600;
/** A shrunk failure is to be no longer than so many times the trigger. */
const RATIO_BAR = 1.5;

const HEADING = [
  'mutant', 'tier', 'property', 'run', 'servers', 'operations', 'faults', 'events', 'length', 'trigger', 'ratio', 'runs',
  'core s',
];

/** Makes the table, tier by tier; 0 if a failing run of every mutant was found. */
export async function shrinkMutants(
  some: readonly Mutant[], before: readonly TableRow[], given: Given, shell: Shell,
): Promise<number> {
  const chosen = [...some].sort((one, other) => one.tier - other.tier);
  const place = given.text('out');
  const out = place === undefined ? undefined : placeFor('table', place);
  const known = new Map(before.map(({ id, run }) => [id, run]));
  const isJson = given.has('json');
  const tiers = new Map(chosen.map(({ id, tier }) => [id, tier]));
  let done = 0;
  const troubled: string[] = [];
  shell.status(`0 of ${chosen.length} shrunk`);
  const rows = await makeShrinkTable(chosen, {
    root: shell.root,
    worker: WORKER,
    known: (id) => known.get(id) ?? null,
    seeds: positiveNumber('seeds', given.text('seeds') ?? String(DEFAULT_SEEDS)),
    forMs: duration('for', given.text('for') ?? DEFAULT_TIME),
    reports: join(shell.reports, 'shrunk'),
    jobs: jobsGiven(given),
    signal: shell.signal,
    onRow: ({ id, tier }, row) => {
      shell.status(`${++done} of ${chosen.length} shrunk`);
      if (isJson) return;
      shell.out(row === null ? `${id}: NOT FOUND, so there is nothing to shrink` : lineOf(row, tier));
    },
    onTrouble: ({ id }, reason) => {
      troubled.push(id);
      shell.err(`viv: ${id}: ${reason}`);
    },
  }).finally(() => shell.status(''));
  const cells = rows.map((row) => cellsOf(row, tiers.get(row.mutant) ?? 0));
  const summary = sums(rows, tiers);
  if (isJson) shell.out(JSON.stringify(rows, null, 2));
  else for (const line of [...(rows.length === 0 ? [] : table([HEADING, ...cells])), ...summary]) shell.out(line);
  if (out !== undefined) writePage(out, pageOf(rows, cells, tiers), shell);
  return rows.length === chosen.length && troubled.length === 0 ? 0 : EXIT_CODES.unknown;
}

/** What is said beside the time. */
const REMARKS: Readonly<Record<ShrinkEnd, string>> = {
  searched: '', time: ' (out of time)', stopped: ' (stopped)', silent: ' (a run did not end)', died: ' (its process died)',
};

function ratioOf({ mutant, after }: ShrinkRow, tier: number): number {
  return after.length / triggerOf(mutant, tier).events;
}

function lineOf(row: ShrinkRow, tier: number): string {
  const { mutant, before, after, runs, cpuMs } = row;
  const effort = `${decimal(runs)} runs, ${(cpuMs / 1000).toFixed(1)} s of the processor`;
  return `${mutant}: ${sizeOf(before)}, shrunk to ${sizeOf(after)} in ${effort}; ${ratioOf(row, tier).toFixed(1)} triggers`;
}

function sizeOf({ events, length }: MeasuredSize): string {
  return `${decimal(events)} events (length ${decimal(length)})`;
}

function cellsOf(row: ShrinkRow, tier: number): string[] {
  const { mutant, property, run, before, after, runs, cpuMs, end } = row;
  const trigger = triggerOf(mutant, tier);
  const change = (kind: keyof MeasuredSize): string => `${decimal(before[kind])} → ${decimal(after[kind])}`;
  return [
    mutant, String(tier), property, run, change('servers'), change('operations'), change('faults'), change('events'),
    change('length'), `${trigger.events}${trigger.isDescribed ? '' : ' (tier)'}`, ratioOf(row, tier).toFixed(1),
    decimal(runs), `${(cpuMs / 1000).toFixed(1)}${REMARKS[end]}`,
  ];
}

/** A line for each tier, and one for all. */
function sums(rows: readonly ShrinkRow[], tiers: ReadonlyMap<string, number>): string[] {
  const tierOf = ({ mutant }: ShrinkRow): number => tiers.get(mutant) ?? 0;
  const say = (name: string, some: readonly ShrinkRow[]): string => {
    const short = some.filter((row) => ratioOf(row, tierOf(row)) <= RATIO_BAR).length;
    const seconds = some.map(({ cpuMs }) => cpuMs / 1000).sort((one, other) => one - other);
    const median = (seconds[Math.floor(seconds.length / 2)] ?? 0).toFixed(1);
    const ended = (...ends: readonly ShrinkEnd[]): number => some.filter(({ end }) => ends.includes(end)).length;
    const most = (seconds.at(-1) ?? 0).toFixed(1);
    return `${name}: ${some.length} shrunk, ${short} of them to at most ${RATIO_BAR} triggers; ` +
      `processor time median ${median} s, most ${most} s; ${ended('searched')} searched to the end, ` +
      `${ended('time')} out of time${ended('silent', 'died') === 0 ? '' : `, ${ended('silent', 'died')} ended in a run`}`;
  };
  const present = [...new Set(rows.map(tierOf))].sort((one, other) => one - other);
  const each = present.map((tier) => say(`tier ${tier}`, rows.filter((row) => tierOf(row) === tier)));
  return rows.length === 0 ? [] : [...each, say('all', rows)];
}

/** The table, what it comes to, and which rows miss the bar. */
function pageOf(rows: readonly ShrinkRow[], cells: readonly (readonly string[])[], tiers: ReadonlyMap<string, number>): string[] {
  const missed = rows.filter((row) => ratioOf(row, tiers.get(row.mutant) ?? 0) > RATIO_BAR).map(({ mutant }) => mutant);
  const sentence = missed.length === 0 ? `None is above ${RATIO_BAR}.` : `Above ${RATIO_BAR}: ${missed.join(', ')}.`;
  return [...sums(rows, tiers).map((line) => `- ${line}`), '', sentence, '', ...markdown(cells)];
}

function markdown(cells: readonly (readonly string[])[]): string[] {
  const line = (some: readonly string[]): string => `| ${some.join(' | ')} |`;
  return [line(HEADING), line(HEADING.map(() => '---')), ...cells.map(line)];
}

/** Between these two lines a page holds the table; whatever else it says stays. */
const BEGIN = '<!-- table: viv mutants --shrink --out -->';
const END = '<!-- end of the table -->';

function writePage(file: string, lines: readonly string[], shell: Shell): void {
  const block = lines.join('\n');
  try {
    const page = existsSync(file) ? readFileSync(file, 'utf8') : '';
    const [from, to] = [page.indexOf(BEGIN), page.indexOf(END)];
    const isKept = from >= 0 && to > from;
    writeFileSync(file, isKept ? `${page.slice(0, from)}${BEGIN}\n${block}\n${page.slice(to)}` : `${block}\n`);
  } catch (error) {
    throw new UsageError(`the table cannot be written: ${error instanceof Error ? error.message : String(error)}`);
  }
  shell.err(`written: ${file}`);
}
