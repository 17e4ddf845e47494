/** What a bench measures against a bar, and how that is shown: the same for operations, bytes, seconds and pauses. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { decimal, table } from '../report/format.ts';

/** One measurement; `bar` is null where nothing was promised. */
export interface Measurement {
  readonly section: string;
  readonly what: string;
  readonly value: number;
  readonly unit: string;
  readonly bar: number | null;
  /** How far the bar is reached: above 1 it is passed, whichever way it points; null without a bar. */
  readonly ofBar: number | null;
}

/** A rate: the more the better. */
export function atLeast(section: string, what: string, value: number, unit: string, bar: number): Measurement {
  return { section, what, value, unit, bar, ofBar: value / bar };
}

/** A cost: the less the better. */
export function atMost(section: string, what: string, value: number, unit: string, bar: number): Measurement {
  return { section, what, value, unit, bar, ofBar: bar / value };
}

/** Something to know that has no bar. */
export function known(section: string, what: string, value: number, unit: string): Measurement {
  return { section, what, value, unit, bar: null, ofBar: null };
}

/** The lines for people. */
export function measurementLines(measurements: readonly Measurement[]): string[] {
  if (measurements.length === 0) return [];
  return table([
    ['', '', 'measured', '', 'bar', 'of the bar'],
    ...measurements.map(({ section, what, value, unit, bar, ofBar }) => [
      section, what, shown(value), unit, bar === null ? '' : decimal(bar), ofBar === null ? '' : ofBar.toFixed(2),
    ]),
  ]);
}

function shown(value: number): string {
  return value < 100 ? value.toFixed(value < 10 ? 2 : 1) : decimal(value);
}

/** Bytes that are reachable now, after a full collection; buffers outside the heap included. */
export function reachableBytes(): number {
  setFlagsFromString('--expose-gc');
  runInNewContext('gc()');
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

/**
 * Milliseconds of processor time that this process has taken. Unlike time on the wall it does not count what else the
 * machine does; it does count the collector's helpers.
 */
export function processorMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}
