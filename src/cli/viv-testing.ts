/**
 * `viv serve` for tests as an operator meets it: a process of its own, read by its lines and told by signals; and whether servers
 * are there, seen from outside. Not part of the program.
 */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createConnection } from 'node:net';
import * as assert from 'uvu/assert';
import { repositoryRoot } from '../command/shell.ts';
import type { Endpoint } from '../host/endpoint.ts';
import { until } from '../serve/serve-testing.ts';

/** One process of `viv serve`; whoever starts it ends it in the same test. */
export class Viv {
  readonly child: ChildProcess;
  out = '';
  err = '';

  constructor(...argv: readonly string[]) {
    this.child = spawn(process.execPath, ['--import', 'tsx', 'src/cli/main.ts', 'serve', ...argv], { cwd: repositoryRoot() });
    this.child.stdout?.on('data', (chunk: Buffer) => (this.out += chunk.toString('utf8')));
    this.child.stderr?.on('data', (chunk: Buffer) => (this.err += chunk.toString('utf8')));
  }

  async ready(): Promise<void> {
    await until(() => /ready/.test(this.out) || this.child.exitCode !== null, 'readiness');
    assert.match(this.out, /ready/, this.err);
  }

  /** The exit code; null where a signal ended it. Resolves when everything that it said has been read. */
  async exit(signal?: NodeJS.Signals): Promise<number | null> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return this.child.exitCode;
    const closed = once(this.child, 'close');
    if (signal !== undefined) this.child.kill(signal);
    await closed;
    return this.child.exitCode;
  }
}

/** Whether somebody listens there. */
function isOpen({ host, port }: Endpoint): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection({ host, port }, () => {
      socket.destroy();
      resolve(true);
    });
    socket.on('error', () => { resolve(false); });
  });
}

/** Resolves when nobody listens at any of them. */
export async function closed(places: readonly Endpoint[]): Promise<void> {
  const open = new Set(places);
  let isGivenUp = false;
  const look = async (place: Endpoint): Promise<void> => {
    while (!isGivenUp && await isOpen(place)) await new Promise((resolve) => { setTimeout(resolve, 20); });
    open.delete(place);
  };
  for (const place of places) void look(place);
  try {
    await until(() => open.size === 0, 'the end of every server');
  } finally {
    isGivenUp = true;
  }
}
