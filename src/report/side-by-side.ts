/** Two traces side by side, from a little before the first event at which they differ. */
import type { RunOptions } from '../run/run.ts';
import { TraceLines } from './trace-lines.ts';

const BEFORE = 4;
const AFTER = 8;
const WIDTH = 76;

/** The lines of a trace; `run` runs with the trace that it is handed. */
export function traceOf(run: (trace: NonNullable<RunOptions['trace']>) => void): string[] {
  const found: string[] = [];
  const lines = new TraceLines((line) => void found.push(line));
  run(lines);
  lines.close();
  return found;
}

/** The lines to show; one line where both are the same. */
export function sideBySide(one: readonly string[], other: readonly string[]): string[] {
  const length = Math.max(one.length, other.length);
  let first = 0;
  while (first < length && one[first] === other[first]) first++;
  if (first === length) return [`the two runs are the same, line for line: ${length} lines`];
  const event = eventOf(one[first] ?? other[first] ?? '');
  const shown = [`the first difference is in line ${first + 1} of the traces, event ${event}:`];
  for (let at = Math.max(0, first - BEFORE); at < Math.min(length, first + AFTER); at++) {
    const [left, right] = [one[at] ?? '(over)', other[at] ?? '(over)'];
    if (at < first) shown.push(`    ${left}`);
    else shown.push(`${left === right ? '  ' : '! '}  ${fit(left)} | ${fit(right).trimEnd()}`);
  }
  return shown;
}

function eventOf(line: string): string {
  return line.slice(0, 6).trim();
}

function fit(line: string): string {
  const narrow = line.replace(/ {2,}/g, ' ').trimStart();
  return (narrow.length <= WIDTH ? narrow : `${narrow.slice(0, WIDTH - 3)}...`).padEnd(WIDTH);
}
