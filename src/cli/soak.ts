/** `viv soak`: real servers and real clients under real faults, judged by the properties that judge simulations. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { allProperties } from '../../properties/index.ts';
import { UsageError } from '../command/command.ts';
import type { Command, Given } from '../command/command.ts';
import type { Shell } from '../command/shell.ts';
import { duration, placeFor, positiveNumber, seedText } from '../command/values.ts';
import { bundleWorker } from '../fuzz/bundle.ts';
import { FactCounter } from '../history/counters.ts';
import type { Counts } from '../history/counters.ts';
import { Panel } from '../history/panel.ts';
import type { PropertyReport } from '../history/panel.ts';
import { decimal, duration as inWords, table } from '../report/format.ts';
import { describeFinding } from '../report/text.ts';
import { EXIT_CODES } from '../run/verdict.ts';
import type { Finding, Outcome } from '../run/verdict.ts';
import { QUIET_MS, runSoak } from '../soak/run.ts';
import type { PlacedFact, SoakCounts, SoakPlan, SoakRecord } from '../soak/run.ts';
import { mutantNamed } from './planted.ts';

/** The entry of a server's process, from the root of the repository. */
export const SOAK_SERVER = 'src/soak/server.ts';

/** Properties that are not judged here, and why. */
export const NOT_JUDGED: readonly (readonly [property: string, reason: string])[] = [
  ['timeliness', 'how long a process was kept waiting by the machine is nowhere stated, and its bound allows for none of that'],
  ['recipes', 'clients of a soak follow no recipes'],
];

const DEFAULT_FOR = '60s';
const MAX_SERVERS = 9;
const LINE_EVERY_MS = 10_000;

/** See the head of the file. */
export const soak: Command = {
  name: 'soak',
  summary: 'real servers, clients and faults on this machine, judged like a simulation',
  usage: '[--servers N] [--for 60s] [--seed S]',
  isNameless: true,
  flags: [
    { name: 'servers', value: 'N', help: 'how many, each a process of its own (3)' },
    { name: 'clients', value: 'N', help: 'how many, all in this process (6)' },
    { name: 'operations', value: 'N', help: 'of each client at most, spread over the time (20 a second)' },
    { name: 'for', value: 'TIME', help: `how long operations and faults go on: 30s, 10m, 2h (${DEFAULT_FOR})` },
    { name: 'seed', value: 'S', help: 'operations and faults are drawn from it (1); what follows is the machine’s' },
    { name: 'mutant', value: 'ID', help: 'with this bug planted in the servers' },
    { name: 'facts', value: 'FILE', help: 'write the facts of the run, one a line; a failure writes them anyway' },
  ],
  notes: [
    'Faults: SIGKILL and a new start, SIGSTOP and SIGCONT, connections cut or stalled; then 12.5 s of quiet, for liveness.',
    'Ctrl-C ends it early, with a verdict on what was seen. A failure leaves reports/soak-S.facts.jsonl. Not judged:',
    ...NOT_JUDGED.map(([name, reason]) => `${name}: ${reason}.`),
  ],
  async run(given, shell) {
    const { seed, ...drawn } = planGiven(given);
    const factsFile = given.text('facts');
    const wanted = factsFile === undefined ? undefined : placeFor('facts', factsFile);
    const planted = given.text('mutant');
    const edits = planted === undefined ? [] : mutantNamed(planted).edits;
    const bundle = await bundleWorker(shell.root, SOAK_SERVER, edits);
    try {
      const progress = given.has('json') ? () => undefined : progressOf(shell, drawn.forMs);
      const record = await runSoak({ ...drawn, seed, script: bundle.script, signal: shell.signal, progress });
      shell.status('');
      const verdict = judge(record);
      const failed = resolve(shell.reports, `soak-${seed}.facts.jsonl`);
      const file = wanted === undefined ? (verdict.finding === null ? null : failed) : wanted;
      if (file !== null) writeFacts(file, record.facts, shell);
      tell(given, shell, { seed, servers: drawn.servers, clients: drawn.clients, file, ...verdict }, record);
      return EXIT_CODES[verdict.outcome];
    } finally {
      bundle.remove();
    }
  },
};

function planGiven(given: Given): Omit<SoakPlan, 'script' | 'signal' | 'progress'> {
  const forMs = duration('for', given.text('for') ?? DEFAULT_FOR);
  const servers = positiveNumber('servers', given.text('servers') ?? '3');
  const clients = positiveNumber('clients', given.text('clients') ?? '6');
  const operations = given.text('operations');
  if (servers < 2 || servers > MAX_SERVERS) throw new UsageError(`--servers takes 2 to ${MAX_SERVERS} of them`);
  return {
    servers, clients, forMs, quietMs: QUIET_MS, seed: seedText('seed', given.text('seed') ?? '1'),
    operations: operations === undefined ? Math.ceil(forMs / 50) : positiveNumber('operations', operations),
  };
}

/** What the judges said. */
export interface SoakVerdict {
  readonly outcome: Outcome;
  readonly finding: Finding | null;
  readonly properties: readonly PropertyReport[];
  readonly counts: Counts;
}

/** Judges a soak. A step is a fact's place in the order of all. */
export function judge({ facts, endNs, expectations, deaths }: SoakRecord): SoakVerdict {
  const skipped = new Set(NOT_JUDGED.map(([name]) => name));
  const panel = new Panel(allProperties.filter(({ name }) => !skipped.has(name)), expectations);
  const counter = new FactCounter();
  const endMs = Math.floor(endNs / 1e6);
  for (const [index, { ns, node, fact }] of facts.entries()) {
    counter.see(fact);
    // What comes after a breach is judged by books that are out of order already.
    if (panel.violation === null) panel.see(fact, node, Math.floor(ns / 1e6), index + 1);
  }
  if (panel.violation === null) panel.finish(endMs);
  const finding = findingOf(panel, deaths, facts.length, endMs);
  return { outcome: finding?.outcome ?? 'held', finding, properties: panel.reports(), counts: counter.counts() };
}

function findingOf({ violation }: Panel, [death]: readonly string[], last: number, endMs: number): Finding | null {
  if (violation !== null) {
    const { property, kind, sentence, steps, atMs } = violation;
    return { outcome: kind, property, sentence, steps, atMs };
  }
  if (death === undefined) return null;
  return { outcome: 'crash', property: 'crash', sentence: death, steps: [last], atMs: endMs };
}

/** Bytes as hex. */
function writeFacts(file: string, facts: readonly PlacedFact[], shell: Shell): void {
  const plain = (_key: string, value: unknown): unknown => {
    if (typeof value === 'bigint') return value.toString();
    return value instanceof Uint8Array ? Buffer.from(value).toString('hex') : value;
  };
  try {
    mkdirSync(dirname(file), { recursive: true });
    const lines = facts.map(({ ns, node, fact }, index) => JSON.stringify({ step: index + 1, ns, node, fact }, plain));
    writeFileSync(file, `${lines.join('\n')}\n`);
  } catch (error) {
    shell.err(`the facts could not be written: ${error instanceof Error ? error.message : String(error)}`);
  }
}

interface Told extends SoakVerdict {
  readonly seed: string;
  readonly servers: number;
  readonly clients: number;
  readonly file: string | null;
}

function tell(given: Given, shell: Shell, told: Told, record: SoakRecord): void {
  const { seed, servers, clients, outcome, finding, counts, properties, file } = told;
  const { elapsedMs, wasInterrupted, deaths, facts } = record;
  const notJudged = NOT_JUDGED.map(([property, reason]) => ({ property, reason }));
  if (given.has('json')) {
    shell.out(JSON.stringify({
      seed, servers, clients, elapsedMs, wasInterrupted, outcome, finding, facts: facts.length, faults: record.counts, counts,
      properties, notJudged, deaths, file,
    }, null, 2));
    return;
  }
  const operations = counts.operations.reduce((sum, [, count]) => sum + count, 0);
  const ended = wasInterrupted ? ', ended early' : '';
  shell.out(`soak ${seed}: ${finding === null ? 'held' : describeFinding(finding)}`);
  shell.out(`  ${servers} servers, ${clients} clients, ${inWords(elapsedMs)}${ended}; ${decimal(facts.length)} facts`);
  shell.out(`  ${decimal(operations)} operations, ${faultsText(record.counts)}; ${decimal(counts.elections)} elections`);
  for (const [title, list] of [['syncs', counts.syncs], ['sessions', counts.sessions], ['servers', counts.servers]] as const) {
    if (list.length > 0) shell.out(`  ${title}: ${list.map(([name, count]) => `${name} ${decimal(count)}`).join(', ')}`);
  }
  const rows = properties.map(({ property, verdict, judged }) => [`  ${property}`, verdict, `judged ${decimal(judged)}`]);
  for (const line of table(rows)) shell.out(line);
  for (const [name, reason] of NOT_JUDGED) shell.out(`  not judged: ${name}: ${reason}`);
  for (const death of deaths) shell.out(`  ${death}`);
  if (file !== null) shell.out(`  facts: ${file}`);
}

function faultsText({ kills, pauses, cuts }: SoakCounts): string {
  return `${decimal(kills)} kills, ${decimal(pauses)} pauses, ${decimal(cuts)} cuts`;
}

/** A line that changes on a terminal; elsewhere a plain one now and then. */
function progressOf(shell: Shell, forMs: number): SoakPlan['progress'] {
  let nextMs = shell.isTerminal ? 0 : LINE_EVERY_MS;
  return (elapsedMs, counts) => {
    if (elapsedMs < nextMs) return;
    nextMs = shell.isTerminal ? 0 : nextMs + LINE_EVERY_MS;
    const when = elapsedMs < forMs ? `${inWords(elapsedMs)} of ${inWords(forMs)}` : 'the quiet tail';
    const line = `${when}, ${faultsText(counts)}`;
    if (shell.isTerminal) shell.status(line);
    else shell.err(line);
  };
}
