/**
 * Commands that run code with a bug planted in it: the failure of a mutant replays and shrinks only where the mutant is. The
 * program is bundled with the mutant's edits and the same command line is given to it; the source on disk stays as it is.
 */
import { MUTANTS } from '../../properties/mutants/index.ts';
import { UsageError } from '../command/command.ts';
import type { Command, Given } from '../command/command.ts';
import { unknownName } from '../command/nearest.ts';
import { runScript } from '../command/run-script.ts';
import type { Shell } from '../command/shell.ts';
import { BundleError } from '../fuzz/bundle-error.ts';
import { bundleWorker } from '../fuzz/bundle.ts';
import type { Mutant } from '../fuzz/mutant.ts';
import { DecodeError } from '../plan/decode.ts';
import { readFailure } from '../run/failure.ts';
import { withMutantFlag } from './mutant-flag.ts';

const LAB = 'src/cli/lab.ts';

/** The mutant of this name; throws `UsageError`. */
export function mutantNamed(name: string): Mutant {
  const found = MUTANTS.find(({ id }) => id === name);
  if (found === undefined) throw new UsageError(unknownName('mutant', name, MUTANTS.map(({ id }) => id)));
  return found;
}

/** The command, run in code with the mutant planted that `--mutant` or the failure file names. */
export function plantable(command: Command): Command {
  const flagged = withMutantFlag(command);
  return {
    ...flagged,
    run(given, shell) {
      const id = given.text('mutant') ?? mutantOfFile(given.names[0]);
      return id === undefined ? command.run(given, shell) : runPlanted(command.name, mutantNamed(id), given, shell);
    },
  };
}

/** What the failure file says of itself. A scenario's name is no file. */
function mutantOfFile(name: string | undefined): string | undefined {
  if (name?.endsWith('.json') !== true) return undefined;
  try {
    return readFailure(name).mutant;
  } catch (error) {
    // The command itself says what is wrong with it.
    if (error instanceof DecodeError) return undefined;
    throw error;
  }
}

async function runPlanted(command: string, mutant: Mutant, given: Given, shell: Shell): Promise<number> {
  let bundle;
  try {
    bundle = await bundleWorker(shell.root, LAB, mutant.edits);
  } catch (error) {
    if (error instanceof BundleError) throw new UsageError(`the mutant ${mutant.id} cannot be planted: ${error.message}`);
    throw error;
  }
  try {
    return await runScript(bundle.script, [shell.root, command, ...given.argv], shell, ['--enable-source-maps']);
  } finally {
    bundle.remove();
  }
}
