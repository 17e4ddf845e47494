/** `viv replay`: the same run again, from a seed or from a failure file; it fails if it is not the same. */
import { allProperties } from '../../properties/index.ts';
import type { Command, Given } from '../command/command.ts';
import type { Shell } from '../command/shell.ts';
import { named, positiveNumber } from '../command/values.ts';
import type { Property } from '../history/judge.ts';
import { sideBySide, traceOf } from '../report/side-by-side.ts';
import { describeFinding, runReport } from '../report/text.ts';
import { TRACE_HEADER, TraceLines } from '../report/trace-lines.ts';
import { readFailure } from '../run/failure.ts';
import type { Failure } from '../run/failure.ts';
import { chooserOf, follow, futures, judgesOf } from '../run/follow.ts';
import type { Departure } from '../run/follow.ts';
import { exitCodeOf, runPlan } from '../run/run.ts';
import type { RunOptions, RunResult } from '../run/run.ts';
import { EXIT_CODES } from '../run/verdict.ts';
import { whichRun } from './which-run.ts';
import type { WhichRun } from './which-run.ts';

/** These say something else than a line an event. */
const NOT_TRACED = ['break', 'extend', 'diff', 'json'];

/** The same run. */
export const replay: Command = {
  name: 'replay',
  summary: 'the same run again; fails if its hash differs, and says where it became another',
  usage: 'FILE-or-SCENARIO [--seed S] [--until N] [--verbose] [--break PROPERTY] [--extend K] [--diff FILE]',
  flags: [
    { name: 'seed', value: 'S', help: 'of a scenario: the seed (1)' },
    { name: 'until', value: 'N', help: 'stop after N events, or at a violation before', notWith: ['break', 'diff'] },
    { name: 'verbose', help: 'one line an event: time, process, role, epoch, last zxid, what happened', notWith: NOT_TRACED },
    { name: 'from-event', value: 'N', help: 'as verbose, from event N on', notWith: NOT_TRACED },
    {
      name: 'break', value: 'PROPERTY', help: 'judge this property alone, stop where it is violated, show the last events',
      notWith: ['extend', 'diff'],
    },
    {
      name: 'extend', value: 'K', help: 'K fresh futures from the event of --until (from the beginning without it)',
      notWith: ['diff'],
    },
    { name: 'diff', value: 'FILE', help: 'where this run and that of another failure file become different, side by side' },
    {
      name: 'hash', value: 'HEX', help: 'the hash that it must have (of a scenario: the one in scenarios/hashes.json)',
      notWith: ['break', 'extend', 'diff'],
    },
  ],
  run(given, shell) {
    return Promise.resolve(replayOnce(given, shell));
  },
};

function replayOnce(given: Given, shell: Shell): number {
  const breaking = given.text('break');
  const judge = breaking === undefined ? null : named('property', breaking, allProperties);
  const what = whichRun('replay', given, shell, judge === null ? allProperties : [judge]);
  const until = given.text('until');
  const stopAtStep = until === undefined ? undefined : positiveNumber('until', until);
  const other = given.text('diff');
  if (other !== undefined) return showDiff(what, readFailure(other), given.has('json'), shell);
  const extend = given.text('extend');
  if (extend !== undefined) return showFutures(what, stopAtStep ?? 0, positiveNumber('extend', extend), given, shell);
  const from = given.text('from-event');
  const listens = given.has('verbose') || from !== undefined;
  const lines = listens ? verboseLines(from === undefined ? 1 : positiveNumber('from-event', from), shell) : undefined;
  if (judge !== null) return showBreak(what, judge, given.has('json'), shell);
  const options: RunOptions = {
    properties: what.properties, ...(stopAtStep === undefined ? {} : { stopAtStep }),
    ...(lines === undefined ? {} : { trace: lines }),
  };
  const { result, departure } = follow(what.failure, options);
  lines?.close();
  if (given.has('json')) shell.out(JSON.stringify({ ...result, departure }, null, 2));
  else if (until === undefined) for (const line of runReport(result)) shell.out(line);
  else shell.out(`${result.scenario} ${result.seed}: ${result.finding === null ? 'held' : describeFinding(result.finding)}`);
  if (until !== undefined && result.outcome === 'unknown') return 0;
  return compare(result, what.hash, departure, shell);
}

/** Lines of the trace from an event on. */
function verboseLines(from: number, shell: Shell): TraceLines {
  shell.out(TRACE_HEADER);
  return new TraceLines((line) => {
    if (Number(line.slice(0, 6)) >= from) shell.out(line);
  });
}

function compare(result: RunResult, hash: string | null, departure: Departure | null, shell: Shell): number {
  if (hash === null || hash === result.hash) return exitCodeOf(result);
  const why = departure === null ? 'the code has changed since, or the run is not deterministic'
    : `it diverges at event ${departure.step} (${departure.here ?? 'the end'}): ${departure.because}`;
  shell.err(`viv: this run has the hash ${result.hash}, and it should be ${hash}: ${why}`);
  return EXIT_CODES.nondeterminism;
}

const LINES_BEFORE_BREAK = 20;

function showBreak({ failure }: WhichRun, property: Property, isJson: boolean, shell: Shell): number {
  const last: string[] = [];
  const lines = new TraceLines((line) => {
    last.push(line);
    if (last.length > LINES_BEFORE_BREAK) last.shift();
  });
  const { result } = follow(failure, { properties: [property], trace: lines });
  lines.close();
  if (isJson) {
    shell.out(JSON.stringify({ ...result, lastEvents: result.finding === null ? [] : last }, null, 2));
    return exitCodeOf(result);
  }
  if (result.finding === null) {
    shell.out(`${property.name} held over ${result.events} events: there is nowhere to break`);
    return 0;
  }
  shell.out(TRACE_HEADER);
  for (const line of last) shell.out(line);
  shell.out(describeFinding(result.finding));
  return exitCodeOf(result);
}

function showFutures({ failure, properties }: WhichRun, afterStep: number, count: number, given: Given, shell: Shell): number {
  const found = futures(failure, afterStep, count, properties);
  if (given.has('json')) shell.out(JSON.stringify(found, null, 2));
  else {
    const where = afterStep === 0 ? 'from the beginning' : `after event ${afterStep}`;
    const alike = failure.verdict.property === '' ? '' : `, ${found.alike} of them ${failure.verdict.property}`;
    shell.out(`${found.runs} fresh futures ${where}: ${found.failing} fail${alike}`);
  }
  return 0;
}

function showDiff(one: WhichRun, other: Failure, isJson: boolean, shell: Shell): number {
  const traced = (failure: Failure, properties: readonly Property[]): string[] =>
    traceOf((trace) => void runPlan(failure.plan, chooserOf(failure), { properties, trace }));
  const lines = sideBySide(traced(one.failure, one.properties), traced(other, judgesOf(other, allProperties)));
  if (isJson) shell.out(JSON.stringify({ lines }, null, 2));
  else for (const line of lines) shell.out(line);
  return 0;
}
