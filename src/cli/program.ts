/** `viv`: finds the command, reads its arguments, runs it, and turns what is thrown into one sentence and an exit code. */
import { UsageError, helpOf, readArguments } from '../command/command.ts';
import type { Command } from '../command/command.ts';
import { unknownName } from '../command/nearest.ts';
import type { Shell } from '../command/shell.ts';
import { versionLine } from '../command/version.ts';
import { BundleError } from '../fuzz/bundle-error.ts';
import { DecodeError } from '../plan/decode.ts';
import { EXIT_CODES, EXIT_USAGE } from '../run/verdict.ts';

/** Runs one command line, without the program's own name; the exit code. */
export async function runProgram(commands: readonly Command[], argv: readonly string[], shell: Shell): Promise<number> {
  const [name, ...rest] = argv;
  try {
    if (name === undefined || HELP.includes(name)) {
      help(commands, rest[0], shell);
      return name === undefined ? EXIT_USAGE : 0;
    }
    if (name === '--version') {
      shell.out(`vivarium ${versionLine()}`);
      return 0;
    }
    const command = commandNamed(commands, name);
    const given = readArguments(command, rest);
    if (!given.has('help')) return await command.run(given, shell);
    help(commands, name, shell);
    return 0;
  } catch (error) {
    // A signal that comes to a whole group may end a child before it is heard here.
    await new Promise((resolve) => setImmediate(resolve));
    const { sentence, code } = endOf(error, shell.signal.aborted);
    shell.status('');
    shell.err(`viv: ${sentence}`);
    if (rest.includes('--json')) shell.out(JSON.stringify({ error: sentence, exitCode: code }, null, 2));
    return code;
  }
}

const HELP: readonly string[] = ['help', '--help', '-h'];

/** What to say of an error, and the exit code that it comes to. */
function endOf(error: unknown, wasInterrupted: boolean): { readonly sentence: string; readonly code: number } {
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof UsageError || error instanceof DecodeError) return { sentence: message, code: EXIT_USAGE };
  if (wasInterrupted) {
    const isPlain = error instanceof BundleError || (error instanceof Error && error.name === 'AbortError');
    return { sentence: isPlain ? 'interrupted' : `interrupted: ${message}`, code: EXIT_CODES.unknown };
  }
  if (error instanceof BundleError) return { sentence: message, code: EXIT_CODES.crash };
  return { sentence: error instanceof Error ? (error.stack ?? message) : message, code: EXIT_CODES.crash };
}

function commandNamed(commands: readonly Command[], name: string): Command {
  const found = commands.find((candidate) => candidate.name === name);
  if (found === undefined) throw new UsageError(unknownName('command of viv', name, commands.map((each) => each.name)));
  return found;
}

/** Of one command or, without a name, of all. */
function help(commands: readonly Command[], name: string | undefined, shell: Shell): void {
  for (const line of name === undefined ? overview(commands) : helpOf(commandNamed(commands, name))) shell.out(line);
}

function overview(commands: readonly Command[]): string[] {
  const width = Math.max(...commands.map(({ name }) => name.length));
  return [
    'viv COMMAND [ARGUMENTS]',
    '',
    ...commands.map(({ name, summary }) => `  ${name.padEnd(width)}  ${summary}`),
    '',
    '  viv COMMAND --help explains one; viv --version says which this is. Exit codes: 0 held, 1 usage,',
    '  2 safety violated, 3 liveness violated, 4 crash or broken invariant, 5 nondeterminism, 6 unknown (a budget ran out).',
  ];
}
