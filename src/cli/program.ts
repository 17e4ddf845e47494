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
    if (name === undefined || name === '--help' || name === '-h' || name === 'help') {
      for (const line of overview(commands)) shell.out(line);
      return name === undefined ? EXIT_USAGE : 0;
    }
    if (name === '--version') {
      shell.out(`vivarium ${versionLine()}`);
      return 0;
    }
    const command = commands.find((candidate) => candidate.name === name);
    if (command === undefined) throw new UsageError(
      unknownName('command of viv', name, commands.map((candidate) => candidate.name))
    );
    const given = readArguments(command, rest);
    if (given.has('help')) {
      for (const line of helpOf(command)) shell.out(line);
      return 0;
    }
    return await command.run(given, shell);
  } catch (error) {
    if (error instanceof UsageError || error instanceof DecodeError) {
      shell.err(`viv: ${error.message}`);
      return EXIT_USAGE;
    }
    if (error instanceof BundleError) {
      shell.err(`viv: ${error.message}`);
      return EXIT_CODES.crash;
    }
    if (shell.signal.aborted && error instanceof Error && error.name === 'AbortError') {
      shell.err('viv: interrupted');
      return EXIT_CODES.unknown;
    }
    shell.err(`viv: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
    return EXIT_CODES.crash;
  }
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
