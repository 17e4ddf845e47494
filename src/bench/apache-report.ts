/** What `viv bench apache` found, and how it is shown: ours beside Apache's, and how far each target is reached. Pure. */
import { decimal, table } from '../report/format.ts';
import type { LoadOperation } from './load-job.ts';
import type { ServerKind } from './servers.ts';

/** Operations a second of one kind of server; the median of the rounds, each of the numbers by itself. */
export interface Rate {
  readonly opsPerSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** How busy the client was: 1 is one processor. */
  readonly clientBusy: number;
}

/** What both kinds answered to the same load; Apache's is null where it was not measured. */
export interface RateRow {
  readonly servers: number;
  readonly operation: LoadOperation;
  readonly bytes: number;
  readonly inFlight: number;
  readonly apache: Rate | null;
  readonly ours: Rate;
}

/** Something of which there is less the better; the median of the rounds. */
export interface CostRow {
  readonly servers: number;
  readonly what: string;
  readonly unit: 'ms' | 'MB';
  readonly apache: number | null;
  readonly ours: number;
  /** Ours may be so many times Apache's; null where nothing was promised. */
  readonly target: number | null;
}

/** Everything. */
export interface Comparison {
  readonly machine: { readonly processors: number; readonly node: string; readonly java: string | null };
  readonly isQuick: boolean;
  /** Why it ended before its end; null: it did not. */
  readonly whyEnded: string | null;
  /** Loads that were begun anew because a connection was lost, though no server died. */
  readonly anew: Readonly<Record<ServerKind, number>>;
  /** Why Apache's was not measured; null where it was. */
  readonly whyNoApache: string | null;
  readonly rates: readonly RateRow[];
  readonly costs: readonly CostRow[];
}

/** Ours must do so many times Apache's operations a second. */
export const RATE_TARGET = 1.5;
/** Its 99th percentile may be so much of Apache's. */
export const P99_TARGET = 0.5;

/** The middle one, or the lower of the two; of nothing, 0. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[(sorted.length - 1) >> 1] ?? 0;
}

/** The rounds of one load as one. */
export function medianRate(rates: readonly Rate[]): Rate {
  const of = (pick: (rate: Rate) => number): number => median(rates.map(pick));
  return {
    opsPerSecond: of((rate) => rate.opsPerSecond), p50Ms: of((rate) => rate.p50Ms), p99Ms: of((rate) => rate.p99Ms),
    clientBusy: of((rate) => rate.clientBusy),
  };
}

/** The lines for people. */
export function comparisonLines(comparison: Comparison): string[] {
  const { rates, costs, whyNoApache, whyEnded, anew } = comparison;
  return [
    ...(whyNoApache === null ? [] : [`${whyNoApache}; what follows is ours alone`]),
    ...(rates.length === 0 ? [] : table([RATE_HEAD, ...rates.map(rateCells)])),
    ...(costs.length === 0 ? [] : ['', ...table([COST_HEAD, ...costs.map(costCells)])]),
    ...(whyNoApache === null && rates.length > 0 ? ['', ...verdicts(comparison)] : []),
    ...(whyEnded === null ? [] : [`it ended early (${whyEnded}): the rest is missing`]),
    ...(anew.apache + anew.ours === 0 ? [] : [
      `begun anew, for a connection was lost: ${anew.apache} loads of Apache, ${anew.ours} of ours`,
    ]),
  ];
}

const RATE_HEAD = [
  'servers', 'operation', 'bytes', 'in flight', 'Apache ops/s', 'p50 ms', 'p99 ms', 'ours ops/s', 'p50 ms', 'p99 ms',
  'ops, times', 'p99, times', 'client busy',
];
const COST_HEAD = ['servers', '', 'unit', 'Apache', 'ours', 'times', 'target'];

function rateCells({ servers, operation, bytes, inFlight, apache, ours }: RateRow): string[] {
  const ratios = apache === null
    ? ['', '']
    : [(ours.opsPerSecond / apache.opsPerSecond).toFixed(2), (ours.p99Ms / apache.p99Ms).toFixed(2)];
  return [
    String(servers), operation, decimal(bytes), String(inFlight), ...rate(apache), ...rate(ours), ...ratios,
    ours.clientBusy.toFixed(2),
  ];
}

function rate(found: Rate | null): string[] {
  if (found === null) return ['', '', ''];
  return [decimal(found.opsPerSecond), found.p50Ms.toFixed(2), found.p99Ms.toFixed(2)];
}

function costCells({ servers, what, unit, apache, ours, target }: CostRow): string[] {
  return [
    String(servers), what, unit, apache === null ? '' : apache.toFixed(1), ours.toFixed(1),
    apache === null ? '' : (ours / apache).toFixed(2), target === null ? '' : `<= ${target}`,
  ];
}

function verdicts({ rates, costs }: Comparison): string[] {
  const compared = rates.flatMap(({ apache, ours }) => (apache === null ? [] : [{ apache, ours }]));
  const fast = compared.filter(({ apache, ours }) => ours.opsPerSecond >= RATE_TARGET * apache.opsPerSecond).length;
  const calm = compared.filter(({ apache, ours }) => ours.p99Ms <= P99_TARGET * apache.p99Ms).length;
  const bound = costs.flatMap(({ apache, ours, target }) => {
    return apache === null || target === null ? [] : [ours <= target * apache];
  });
  return [
    `${RATE_TARGET} times the operations a second: ${fast} of ${compared.length} loads`,
    `${P99_TARGET} times the 99th percentile: ${calm} of ${compared.length} loads`,
    ...(bound.length === 0 ? [] : [
      `start, failover and memory: ${bound.filter((isReached) => isReached).length} of ${bound.length} targets`,
    ]),
  ];
}

/** What a kind of server is called. */
export function nameOf(kind: ServerKind): string {
  return kind === 'ours' ? 'ours' : 'Apache';
}
