/** Runs a part of this program that was bundled, as if it were the program itself. */
import { fork } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import type { Shell } from './shell.ts';

/** Runs a script to its end, its lines ours; Ctrl-C is passed on, so that it can say what it has. The exit code. */
export function runScript(script: string, argv: readonly string[], shell: Shell, nodeFlags: readonly string[]): Promise<number> {
  return new Promise((resolve, reject) => {
    const stdio = shell.isTerminal ? 'inherit' as const : 'pipe' as const;
    const child = fork(script, [...argv], { execArgv: [...nodeFlags], stdio: ['inherit', stdio, stdio, 'ipc'] });
    const lines = [
      readLines(child.stdout, (line) => { shell.out(line); }), readLines(child.stderr, (line) => { shell.err(line); }),
    ];
    const interrupt = (): void => void child.kill('SIGINT');
    shell.signal.addEventListener('abort', interrupt, { once: true });
    child.on('error', reject);
    child.on('close', (code) => {
      shell.signal.removeEventListener('abort', interrupt);
      Promise.all(lines).then(() => { resolve(code ?? 4); }, reject);
    });
  });
}

async function readLines(stream: Readable | null, take: (line: string) => void): Promise<void> {
  if (stream === null) return;
  for await (const line of createInterface({ input: stream })) take(line);
}
