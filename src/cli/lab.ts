/**
 * The part of `viv` that is bundled with a mutant planted: the commands that run single failures. The first argument is the root
 * of the repository, the others are the command line.
 */
import { explain } from './explain.ts';
import { exportRun } from './export.ts';
import { withMutantFlag } from './mutant-flag.ts';
import { runProgram } from './program.ts';
import { replay } from './replay.ts';
import { processShell } from './shell.ts';
import { shrink } from './shrink.ts';

const [root, ...argv] = process.argv.slice(2);

void runProgram([replay, shrink, exportRun, explain].map(withMutantFlag), argv, processShell(root)).then((code) => {
  process.exitCode = code;
  process.disconnect();
});
