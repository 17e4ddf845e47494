/** The flag by which a command is told to run with a bug planted in the code. */
import type { Command } from '../command/command.ts';

/** The command with one flag more. */
export function withMutantFlag(command: Command): Command {
  const help = 'in code with this bug planted (a failure file that says so needs no flag)';
  return { ...command, flags: [...command.flags, { name: 'mutant', value: 'ID', help }] };
}
