/**
 * What ends a process that shrinks with its parent, whatever became of that. A process in a run that loops for ever hears
 * nothing, neither its channel's end nor a signal that it wants to handle; so another thread of it holds the other end of a pipe,
 * which closes when the parent is gone, even by SIGKILL, and ends them all. Nothing is polled, and no process id is trusted.
 */
import { fstatSync } from 'node:fs';
import { Worker } from 'node:worker_threads';

/** The descriptor of the pipe, in the process that shrinks. */
export const LIFELINE = 4;

/** A script of its own, for whoever shrinks is one bundled file, which a thread would have to read once more. */
const THREAD = `
  const { Socket } = require('node:net');
  const end = () => process.kill(process.pid, 'SIGKILL');
  new Socket({ fd: ${LIFELINE} }).on('error', end).on('close', end).resume();
`;

/** Called once, before anything that could loop. Throws where whoever started this process gave it no such pipe. */
export function holdLifeline(): void {
  fstatSync(LIFELINE);
  new Worker(THREAD, { eval: true, execArgv: [], stdin: false }).unref();
}
