/**
 * The part of `viv` that is bundled to be measured. The first argument is the root of the repository, the others are the command
 * line.
 */
import { benchHere } from '../bench/run.ts';
import { processShell } from '../command/shell.ts';
import { runProgram } from './program.ts';

const [root, ...argv] = process.argv.slice(2);

void runProgram([benchHere], argv, processShell(root)).then((code) => {
  process.exitCode = code;
  if (process.connected) process.disconnect();
});
