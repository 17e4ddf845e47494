/**
 * How long it takes to judge a history after the fact: by the witness of its zxids, as every run is judged, and by the
 * general search, which must find an order for itself. Part of `viv bench`.
 */
import { atMostOnce } from '../../properties/at-most-once.ts';
import { clientFifo } from '../../properties/client-fifo.ts';
import { linearizableWrites } from '../../properties/linearizable-writes.ts';
import { prefixReads } from '../../properties/prefix-reads.ts';
import { readYourWrites } from '../../properties/read-your-writes.ts';
import { results } from '../../properties/results.ts';
import { singleSystemImage } from '../../properties/single-system-image.ts';
import { sync } from '../../properties/sync.ts';
import { judge } from '../history/linearizability/check.ts';
import { PathModel } from '../history/linearizability/path-register.ts';
import type { SearchVerdict } from '../history/linearizability/search.ts';
import { Panel } from '../history/panel.ts';
import { decimal, table } from '../report/format.ts';
import { benchHistory, type BenchHistory, type BenchShape, withUnknown } from './histories.ts';

/** What clients are promised, judged by zxid. */
const WITNESS = [linearizableWrites, clientFifo, singleSystemImage, readYourWrites, prefixReads, results, sync, atMostOnce];

const SHAPES: readonly BenchShape[] = [
  { operations: 1_000, clients: 5, paths: 1 },
  { operations: 1_000, clients: 20, paths: 1 },
  { operations: 10_000, clients: 20, paths: 10 },
  { operations: 100_000, clients: 20, paths: 100 },
  { operations: 100_000, clients: 50, paths: 1 },
];
/** In the last column, every so manieth operation is one whose outcome is unknown. */
const UNKNOWN_ONE_IN = 50;
const BUDGET = 5_000_000;
/** A hundred thousand operations a second. */
const WITNESS_BAR = 100_000;

interface Search {
  readonly verdict: SearchVerdict;
  readonly ms: number;
  readonly steps: number;
}

/** One history, judged. */
export interface JudgingRow extends BenchShape {
  readonly facts: number;
  readonly witnessMs: number;
  /** How often a promise was put to the test. */
  readonly judged: number;
  /** Whether the witness, which is sound, was found to be so. */
  readonly held: boolean;
  readonly search: Search;
  readonly searchWithUnknown: Search;
}

/** Every shape, judged both ways. */
export function measureJudging(signal: AbortSignal): JudgingRow[] {
  const rows: JudgingRow[] = [];
  for (const shape of SHAPES) if (!signal.aborted) rows.push(measure(shape));
  return rows;
}

/** Whether no history, all of which are in order, was found not to be. */
export function isJudgingSound(rows: readonly JudgingRow[]): boolean {
  return rows.every(({ held, judged, search, searchWithUnknown }) =>
    held && judged > 0 && search.verdict !== 'violated' && searchWithUnknown.verdict !== 'violated');
}

/** Processor time in milliseconds: other work on the machine does not count. */
function processorMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

function measure(shape: BenchShape): JudgingRow {
  const history = benchHistory(shape, String(shape.operations));
  witness(benchHistory({ ...shape, operations: 1000 }, 'warm'));
  const began = processorMs();
  const panel = witness(history);
  const witnessMs = processorMs() - began;
  const reports = panel.reports();
  return {
    ...shape,
    facts: history.facts.length,
    witnessMs,
    judged: reports.reduce((sum, { judged }) => sum + judged, 0),
    held: panel.violation === null,
    search: searched(history.operations),
    searchWithUnknown: searched(withUnknown(history.operations, UNKNOWN_ONE_IN)),
  };
}

function witness({ facts }: BenchHistory): Panel {
  const panel = new Panel(WITNESS, {
    voters: [1], observers: [], spares: [], clients: [], tickTimeMs: 1000, heals: false, settleMs: 0, answerMs: 0,
    timelyMs: 0, clockDriftPerMille: 0,
    mayHalt: false,
  });
  for (const [step, [node, fact]] of facts.entries()) panel.see(fact, node, step, step + 1);
  panel.finish(facts.length);
  return panel;
}

function searched(operations: BenchHistory['operations']): Search {
  const began = processorMs();
  const { verdict, steps } = judge(new PathModel(), operations, BUDGET);
  return { verdict, steps, ms: processorMs() - began };
}

/** The rows as a table, for people. */
export function judgingReport(rows: readonly JudgingRow[]): string[] {
  if (rows.length === 0) return [];
  const cell = ({ verdict, ms, steps }: Search): string =>
    verdict === 'linearizable' ? `${decimal(ms)} ms, ${decimal(steps)} steps` : `${verdict} after ${decimal(ms)} ms`;
  return table([
    ['operations', 'clients', 'paths', 'witness ms', 'a second', 'of the bar', 'search', `one in ${UNKNOWN_ONE_IN} unknown`, ''],
    ...rows.map(({ operations, clients, paths, witnessMs, held, search, searchWithUnknown }) => [
      decimal(operations), decimal(clients), decimal(paths), decimal(witnessMs), decimal((operations * 1000) / witnessMs),
      // Shorter histories are over before the machine has warmed up.
      operations < WITNESS_BAR ? '' : `${((operations * 1000) / witnessMs / WITNESS_BAR).toFixed(2)} of ${decimal(WITNESS_BAR)}`,
      cell(search), cell(searchWithUnknown), held ? '' : 'violated',
    ]),
  ]);
}
