/** `viv shrink`: a smaller run that breaks the same property, from a failure file. */
import { writeFileSync } from 'node:fs';
import { performance } from 'node:perf_hooks';
import { allProperties } from '../../properties/index.ts';
import { UsageError } from '../command/command.ts';
import type { Command, Given } from '../command/command.ts';
import type { Shell } from '../command/shell.ts';
import { duration, placeFor } from '../command/values.ts';
import { decimal, duration as inWords } from '../report/format.ts';
import { shrunkReport } from '../report/shrunk.ts';
import { readFailure, textOf } from '../run/failure.ts';
import type { Failure } from '../run/failure.ts';
import { EXIT_CODES } from '../run/verdict.ts';
import type { ShrinkSize } from '../shrink/failing-run.ts';
import { ShrinkError, shrink as shrinkFailure } from '../shrink/shrink.ts';
import type { ShrinkProgress, Shrunk } from '../shrink/shrink.ts';

const DEFAULT_TIME = '60s';

/** A smaller failure of the same kind. */
export const shrink: Command = {
  name: 'shrink',
  summary: 'a smaller failure of the same kind',
  usage: 'FILE [--for 60s] [--out FILE]',
  flags: [
    { name: 'for', value: 'TIME', help: `at most so long (${DEFAULT_TIME}); the best by then is the result` },
    { name: 'out', value: 'FILE', help: 'where the smaller failure goes (FILE with .shrunk.json at its end)' },
  ],
  notes: [
    'Ctrl-C keeps the best so far. Exit 0 when a smaller or equal failure was written; viv replay runs it.',
  ],
  async run(given, shell) {
    const [file, ...more] = given.names;
    if (file === undefined || more.length > 0) throw new UsageError('viv shrink takes one failure file');
    const failure = failureWithMutant(readFailure(file), given);
    const out = placeFor('smaller failure', given.text('out') ?? `${file.replace(/\.json$/, '')}.shrunk.json`);
    const talks = !given.has('json');
    const shrunk = await shrinkOrRefuse(file, failure, {
      properties: allProperties,
      forMs: duration('for', given.text('for') ?? DEFAULT_TIME),
      signal: shell.signal,
      now: () => performance.now(),
      ...(talks ? { onProgress: progressOf(shell) } : {}),
    });
    shell.status('');
    try {
      writeFileSync(out, textOf(shrunk.failure));
    } catch (error) {
      throw new UsageError(`the smaller failure cannot be written: ${error instanceof Error ? error.message : String(error)}`);
    }
    if (talks) for (const line of shrunkReport(shrunk, out)) shell.out(line);
    else shell.out(JSON.stringify({ ...shrunk, failure: undefined, verdict: shrunk.failure.verdict, file: out }, null, 2));
    return shell.signal.aborted ? EXIT_CODES.unknown : 0;
  },
};

function failureWithMutant(failure: Failure, given: Given): Failure {
  const mutant = given.text('mutant');
  return mutant === undefined ? failure : { ...failure, mutant };
}

async function shrinkOrRefuse(file: string, ...args: Parameters<typeof shrinkFailure>): Promise<Shrunk> {
  try {
    return await shrinkFailure(...args);
  } catch (error) {
    if (error instanceof ShrinkError) throw new UsageError(`${file} cannot be shrunk: ${error.message}`);
    throw error;
  }
}

const LINE_EVERY_MS = 10_000;
const STATUS_EVERY_MS = 200;

function progressOf(shell: Shell): (progress: ShrinkProgress) => void {
  let next = 0;
  return ({ pass, runs, elapsedMs, size }) => {
    if (elapsedMs < next) return;
    next = elapsedMs + (shell.isTerminal ? STATUS_EVERY_MS : LINE_EVERY_MS);
    const line = `${inWords(elapsedMs)}, ${decimal(runs)} runs, at ${pass}: ${sizeLine(size)}`;
    if (shell.isTerminal) shell.status(line);
    else shell.err(line);
  };
}

function sizeLine({ events, servers, clients, operations, faults }: ShrinkSize): string {
  return `${decimal(events)} events, ${servers} servers, ${clients} clients, ${operations} operations, ${faults} faults`;
}
