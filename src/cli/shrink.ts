/**
 * `viv shrink`: a smaller run that breaks the same property, from a failure file. A process of its own does it, with the mutant
 * planted that the failure is of, so that a run that never ends takes neither this command nor what was found by then with it.
 */
import { writeFileSync } from 'node:fs';
import { UsageError } from '../command/command.ts';
import type { Command, Given } from '../command/command.ts';
import type { Shell } from '../command/shell.ts';
import { duration, placeFor } from '../command/values.ts';
import { BundleError } from '../fuzz/bundle-error.ts';
import { bundleWorker } from '../fuzz/bundle.ts';
import type { Bundle } from '../fuzz/bundle.ts';
import { decimal, duration as inWords } from '../report/format.ts';
import { shrunkReport } from '../report/shrunk.ts';
import { readFailure, textOf } from '../run/failure.ts';
import type { Failure } from '../run/failure.ts';
import { EXIT_CODES } from '../run/verdict.ts';
import type { ShrinkSize } from '../shrink/failing-run.ts';
import { ShrinkError } from '../shrink/outcome.ts';
import type { ShrinkProgress, Shrunk } from '../shrink/outcome.ts';
import { ShrinkProcess, shrinkWatched } from '../shrink/watch.ts';
import type { Watched, WatchedTask } from '../shrink/watch.ts';
import { mutantNamed } from './planted.ts';

const WORKER = 'src/cli/shrink-worker.ts';
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
    'Ctrl-C keeps the best so far. Exit 0 when a smaller or equal failure was written, 6 when somebody stopped it or a run did',
    'not end; what there was by then is written all the same. viv replay runs it.',
  ],
  async run(given, shell) {
    const [file, ...more] = given.names;
    if (file === undefined || more.length > 0) throw new UsageError('viv shrink takes one failure file');
    const failure = failureWithMutant(readFailure(file), given);
    const out = placeFor('smaller failure', given.text('out') ?? `${file.replace(/\.json$/, '')}.shrunk.json`);
    const talks = !given.has('json');
    const { shrunk, trouble } = await shrinkOrRefuse(file, shell, {
      failure,
      forMs: duration('for', given.text('for') ?? DEFAULT_TIME),
      clock: 'wall',
      ...(talks ? { onProgress: progressOf(shell) } : {}),
    });
    shell.status('');
    const kept = shrunk === null ? 'it had nothing to keep' : 'what it had by then is kept';
    if (trouble !== null) shell.err(`viv: ${trouble}; ${kept}`);
    if (shrunk === null) return EXIT_CODES.unknown;
    write(out, shrunk);
    if (talks) for (const line of shrunkReport(shrunk, out)) shell.out(line);
    else shell.out(JSON.stringify({ ...shrunk, failure: undefined, verdict: shrunk.failure.verdict, file: out }, null, 2));
    return shell.signal.aborted || trouble !== null ? EXIT_CODES.unknown : 0;
  },
};

function failureWithMutant(failure: Failure, given: Given): Failure {
  const mutant = given.text('mutant');
  return mutant === undefined ? failure : { ...failure, mutant };
}

function write(out: string, { failure }: Shrunk): void {
  try {
    writeFileSync(out, textOf(failure));
  } catch (error) {
    throw new UsageError(`the smaller failure cannot be written: ${error instanceof Error ? error.message : String(error)}`);
  }
}

async function shrinkOrRefuse(file: string, shell: Shell, task: WatchedTask): Promise<Watched> {
  const bundle = await bundleFor(task.failure, shell);
  const options = { script: bundle.script, nodeFlags: ['--enable-source-maps'], signal: shell.signal };
  const worker = new ShrinkProcess(options);
  try {
    return await shrinkWatched(worker, task, options);
  } catch (error) {
    if (error instanceof ShrinkError) throw new UsageError(`${file} cannot be shrunk: ${error.message}`);
    throw error;
  } finally {
    await worker.end();
    bundle.remove();
  }
}

async function bundleFor({ mutant }: Failure, { root }: Shell): Promise<Bundle> {
  const edits = mutant === undefined ? [] : mutantNamed(mutant).edits;
  try {
    return await bundleWorker(root, WORKER, edits);
  } catch (error) {
    if (!(error instanceof BundleError)) throw error;
    throw new UsageError(mutant === undefined ? error.message : `the mutant ${mutant} cannot be planted: ${error.message}`);
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
