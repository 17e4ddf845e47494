/** Processes of `viv` for tests that send them signals, and `viv` in the test's own process, which costs less. */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import { repositoryRoot } from '../command/shell.ts';
import { fuzz } from './fuzz.ts';
import { runProgram } from './program.ts';

/** Hears a line of standard error, and from whom. */
export type OnLine = (line: string, child: ChildProcess) => void;

/** A `viv` of its own, and its exit code; null where a signal ended it. */
export interface RunningViv {
  readonly child: ChildProcess;
  readonly exit: Promise<number | null>;
}

const children: ChildProcess[] = [];

/** Starts one, of the sources at `root`. */
export function startViv(
  argv: readonly string[], onLine: OnLine = () => undefined, root: string = repositoryRoot(), env: NodeJS.ProcessEnv = {},
): RunningViv {
  const child = spawn(process.execPath, ['--import', 'tsx', 'src/cli/main.ts', ...argv], {
    cwd: root, stdio: ['ignore', 'ignore', 'pipe'], env: { ...process.env, ...env },
  });
  children.push(child);
  createInterface({ input: child.stderr }).on('line', (line) => { onLine(line, child); });
  const exit = new Promise<number | null>((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', (code) => { resolve(code); });
  });
  return { child, exit };
}

/** Ends whatever was started and still runs. */
export function stopAll(): void {
  for (const child of children) child.kill('SIGKILL');
}

/** `viv fuzz` in this process; its exit code. */
export function fuzzHere(argv: readonly string[]): Promise<number> {
  return runProgram([fuzz], argv, {
    out: () => undefined, err: () => undefined, status: () => undefined,
    isTerminal: false, root: repositoryRoot(), reports: 'reports', signal: new AbortController().signal,
  });
}
