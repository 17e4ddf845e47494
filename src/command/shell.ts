/**
 * What a command may touch of the machine around it: where its lines go, whether a person is watching, where the repository and
 * its
 * reports are, and the signal that Ctrl-C gives. Handed in, so that tests run commands in their own process.
 */
import { resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The surroundings of one command. */
export interface Shell {
  /** A line for whoever reads the result. */
  out(line: string): void;
  /** A line for whoever is to know what went wrong or goes on. */
  err(line: string): void;
  /** Replaces the line under the cursor; only a terminal has one. Empty clears it. */
  status(line: string): void;
  readonly isTerminal: boolean;
  /** The root of the repository. */
  readonly root: string;
  /** Where reports go. */
  readonly reports: string;
  /** Aborted when the user, or whoever supervises us, has had enough. */
  readonly signal: AbortSignal;
}

/** The root of this repository. */
export function repositoryRoot(): string {
  return resolve(fileURLToPath(import.meta.url), '../../..');
}

/**
 * Where reports go: into the repository or, of a package that is installed, into the folder that `viv` was called in, since what
 * is written into `node_modules` is gone with the next installation.
 */
export function reportsFolder(root: string, calledIn: string): string {
  return resolve(root.split(sep).includes('node_modules') ? calledIn : root, 'reports');
}

/** The real one. Escape codes go to a terminal only, and never when NO_COLOR is set. */
export function processShell(root: string = repositoryRoot()): Shell {
  const interrupt = new AbortController();
  process.once('SIGINT', () => interrupt.abort());
  process.once('SIGTERM', () => interrupt.abort());
  // Whoever reads our lines may leave before the end (`| head`); that is no error of ours.
  process.stdout.on('error', () => process.exit(0));
  // Whoever reads our complaints may be gone as well; what is being done goes on to its end.
  process.stderr.on('error', () => undefined);
  const isPlain = process.env['NO_COLOR'] !== undefined || process.env['TERM'] === 'dumb';
  const isTerminal = process.stderr.isTTY && process.stdout.isTTY && !isPlain;
  const clear = isTerminal ? '\r\u001b[K' : '';
  return {
    out: (line) => void process.stdout.write(`${clear}${line}\n`),
    err: (line) => void process.stderr.write(`${clear}${line}\n`),
    status: (line) => {
      if (isTerminal) process.stderr.write(`${clear}${line.slice(0, (process.stderr.columns || 80) - 1)}`);
    },
    isTerminal,
    root,
    reports: reportsFolder(root, process.cwd()),
    signal: interrupt.signal,
  };
}
