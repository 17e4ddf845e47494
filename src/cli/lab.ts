/**
 * The part of `viv` that is bundled with a mutant planted: the commands that run single failures. The first argument is the root
 * of the repository, the others are the command line.
 */
import { processShell } from '../command/shell.ts';
import { withMutantFlag } from './mutant-flag.ts';
import { PLANTABLE } from './plantable.ts';
import { runProgram } from './program.ts';

const [root, ...argv] = process.argv.slice(2);

void runProgram(PLANTABLE.map(withMutantFlag), argv, processShell(root)).then((code) => {
  process.exitCode = code;
  process.disconnect();
});
