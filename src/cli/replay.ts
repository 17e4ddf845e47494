/** `viv replay`: the same run again, from a seed or from a failure file; it fails if it is not the same. */
import { existsSync } from 'node:fs';
import { allProperties } from '../../properties/index.ts';
import { SCENARIOS } from '../../scenarios/index.ts';
import { readFailure } from '../fuzz/failure.ts';
import type { Plan } from '../fuzz/plan.ts';
import { exitCodeOf, runPlan } from '../fuzz/run.ts';
import type { RunResult } from '../fuzz/run.ts';
import { EXIT_CODES } from '../fuzz/verdict.ts';
import { runReport } from '../report/text.ts';
import { TRACE_HEADER, TraceLines } from '../report/trace-lines.ts';
import { SeedChooser, TapeChooser } from '../world/chooser.ts';
import type { Chooser } from '../world/chooser.ts';
import { UsageError } from './command.ts';
import type { Command, Given } from './command.ts';
import { readHashes } from './hashes.ts';
import type { Shell } from './shell.ts';
import { named, positiveNumber, wholeNumber } from './values.ts';

interface Replay {
  readonly plan: Plan;
  readonly chooser: Chooser;
  /** What the hash must be; null if nobody wrote it down. */
  readonly hash: string | null;
}

/** The same run. */
export const replay: Command = {
  name: 'replay',
  summary: 'the same run again; fails if its hash differs',
  usage: 'FILE-or-SCENARIO [--seed S] [--until N] [--verbose]',
  flags: [
    { name: 'seed', value: 'S', help: 'of a scenario: the seed (1)' },
    { name: 'until', value: 'N', help: 'stop after N events; nothing is judged then' },
    { name: 'verbose', help: 'one line an event: time, process, role, epoch, last zxid, what happened' },
    { name: 'hash', value: 'HEX', help: 'the hash that it must have (of a scenario: the one in scenarios/hashes.json)' },
  ],
  run(given, shell) {
    return Promise.resolve(replayOnce(given, shell));
  },
};

function replayOnce(given: Given, shell: Shell): number {
  const { plan, chooser, hash } = replayOf(given, shell);
  const until = given.text('until');
  const stopAtStep = until === undefined ? {} : { stopAtStep: positiveNumber('until', until) };
  const lines = given.has('verbose') && !given.has('json') ? new TraceLines((line) => shell.out(line)) : undefined;
  if (lines !== undefined) shell.out(TRACE_HEADER);
  const result = runPlan(
    plan, chooser, { properties: allProperties, ...stopAtStep, ...(lines === undefined ? {} : { trace: lines }) },
  );
  lines?.close();
  if (given.has('json')) shell.out(JSON.stringify(result, null, 2));
  else if (until === undefined) for (const line of runReport(result)) shell.out(line);
  if (until !== undefined && result.outcome === 'unknown') return 0;
  return compare(result, hash, shell);
}

function replayOf(given: Given, shell: Shell): Replay {
  const [name, ...more] = given.names;
  if (name === undefined || more.length > 0) throw new UsageError('viv replay takes one failure file or one scenario');
  if (looksLikeFile(name)) {
    if (given.has('seed')) throw new UsageError('a failure file has its own seed: leave out --seed');
    const failure = readFailure(name);
    return {
      plan: failure.plan, chooser: new TapeChooser(failure.tape, failure.plan.seed), hash: given.text('hash') ?? failure.hash,
    };
  }
  const scenario = named('scenario', name, SCENARIOS);
  const seed = wholeNumber('seed', given.text('seed') ?? '1');
  const plan = scenario.plan(String(seed));
  const hash = given.text('hash') ?? readHashes(shell.root).get(scenario.name)?.[seed - 1] ?? null;
  return { plan, chooser: new SeedChooser(plan.seed), hash };
}

function looksLikeFile(name: string): boolean {
  if (name.endsWith('.json') || name.includes('/')) return true;
  return !SCENARIOS.some((scenario) => scenario.name === name) && existsSync(name);
}

function compare(result: RunResult, hash: string | null, shell: Shell): number {
  if (hash === null || hash === result.hash) return exitCodeOf(result);
  const why = 'the code has changed since, or the run is not deterministic';
  shell.err(`viv: this run has the hash ${result.hash}, and it should be ${hash}: ${why}`);
  return EXIT_CODES.nondeterminism;
}
