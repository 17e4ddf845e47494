/** The program `viv`. */
import { COMMANDS } from './commands.ts';
import { runProgram } from './program.ts';
import { processShell } from './shell.ts';

process.exitCode = await runProgram(COMMANDS, process.argv.slice(2), processShell());
