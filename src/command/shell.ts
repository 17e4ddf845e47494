/**
 * What a command may touch of the machine around it: where its lines go, whether a person is watching, where the repository and
 * its reports are, and the signal that Ctrl-C gives. Handed in, so that tests run commands in their own process.
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
  const interruption = new Interruption();
  let isDeaf = false;
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    // Whoever reads our lines may leave before the end (`| head`), and wants no more of them. That is no error of ours; a full
    // disk is: what was to be kept is lost.
    if (!isDeaf && error.code !== 'EPIPE') {
      process.stderr.write(`viv: standard output cannot be written: ${error.message}\n`);
      process.once('exit', (code) => { process.exitCode = code === 0 ? EXIT_USAGE : code; });
    }
    isDeaf = true;
    interruption.abort();
  });
  // Whoever reads our complaints may be gone as well; what is being done goes on to its end.
  process.stderr.on('error', () => undefined);
  const isPlain = process.env['NO_COLOR'] !== undefined || process.env['TERM'] === 'dumb';
  const isTerminal = process.stderr.isTTY && process.stdout.isTTY && !isPlain;
  const clear = isTerminal ? '\r\u001b[K' : '';
  return {
    out: (line) => {
      if (!isDeaf) process.stdout.write(`${clear}${line}\n`);
    },
    err: (line) => void process.stderr.write(`${clear}${line}\n`),
    status: (line) => {
      if (isTerminal) process.stderr.write(`${clear}${line.slice(0, (process.stderr.columns || 80) - 1)}`);
    },
    isTerminal,
    root,
    reports: reportsFolder(root, process.cwd()),
    get signal() {
      return interruption.signal;
    },
  };
}

/** Exit codes as every command has them: what the user is to mend, and what nobody knows, because it was cut short. */
const EXIT_USAGE = 1;
const EXIT_UNKNOWN = 6;
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * What Ctrl-C means. Signals are caught from when somebody first asks for `signal`: a command that computes in one piece could
 * not hear of them before its end, and is better ended by them. The first one asks for an end in good order, the next one ends
 * the process.
 */
class Interruption {
  private readonly controller: AbortController = new AbortController();
  private isCaught = false;

  get signal(): AbortSignal {
    if (!this.isCaught) for (const name of SIGNALS) process.on(name, () => { this.heard(); });
    this.isCaught = true;
    return this.controller.signal;
  }

  abort(): void {
    this.controller.abort();
  }

  private heard(): void {
    if (this.controller.signal.aborted) process.exit(EXIT_UNKNOWN);
    this.abort();
  }
}
