/** The program `viv`. A server is to be there in a blink, so nothing is loaded that it does not need. */
import { processShell } from '../command/shell.ts';
import { runProgram } from './program.ts';

const argv = process.argv.slice(2);
const commands = argv[0] === 'serve' ? [(await import('./serve.ts')).serve] : (await import('./commands.ts')).COMMANDS;
process.exitCode = await runProgram(commands, argv, processShell());
