/**
 * Attacks on servers in another process, and what is left of them there. Whoever starts a target stops it. Not part of the
 * program.
 */
import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { fileURLToPath } from 'node:url';
import type { Endpoint } from '../host/endpoint.ts';
import type { Measured, Order, Told } from './hostile-server-testing.ts';

const LOOPBACK = '127.0.0.1';

/** An ensemble in a process of its own. */
export class HostileTarget {
  private readonly child: ChildProcess;
  private ports: readonly (readonly number[])[] = [];

  private constructor(child: ChildProcess) {
    this.child = child;
  }

  static async start(servers: number): Promise<HostileTarget> {
    const script = fileURLToPath(new URL('hostile-server-testing.ts', import.meta.url));
    const target = new HostileTarget(fork(script, { execArgv: ['--expose-gc', '--import', 'tsx'] }));
    const told = await target.ask({ kind: 'start', servers });
    if (told.kind === 'started') target.ports = told.ports;
    return target;
  }

  /** One port of each server. */
  at(port: number): Endpoint[] {
    return this.ports.map((own) => ({ host: LOOPBACK, port: own[port] ?? 0 }));
  }

  /** Once at most so many clients are connected, and so many sessions open. */
  async measure(clients: number, sessions: number): Promise<Measured> {
    const told = await this.ask({ kind: 'measure', clients, sessions });
    if (told.kind !== 'measured') throw new Error(told.kind);
    return told;
  }

  async stop(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const gone = once(this.child, 'exit');
    this.child.send({ kind: 'stop' } satisfies Order);
    await gone;
  }

  private ask(order: Order): Promise<Told> {
    return new Promise((resolve, reject) => {
      const onExit = (code: number | null): void => reject(new Error(`the servers ended with ${String(code)}`));
      this.child.once('exit', onExit);
      this.child.once('message', (told: Told) => {
        this.child.removeListener('exit', onExit);
        resolve(told);
      });
      this.child.send(order);
    });
  }
}

/** Addresses of this machine that attacks come from, in turn: a port that was used is not free again for a minute. */
const SOURCES = 200;
let saidSoFar = 0;

/** Says it and hangs up, or is hung up on. Rejects where nothing could be said. */
export function say({ host, port }: Endpoint, bytes: Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port, localAddress: `127.0.0.${1 + saidSoFar++ % SOURCES}` });
    let isConnected = false;
    socket.on('connect', () => { isConnected = true; });
    socket.on('error', (error) => {
      if (!isConnected) reject(error);
      socket.destroy();
    });
    socket.on('close', () => resolve());
    socket.on('data', () => undefined);
    socket.end(bytes);
  });
}

/** Says all of them, so many at a time, each to the next of the endpoints. */
export async function sayAll(endpoints: readonly Endpoint[], all: readonly Uint8Array[], atOnce: number): Promise<void> {
  let next = 0;
  const attacker = async (): Promise<void> => {
    while (next < all.length) {
      const at = next++;
      const endpoint = endpoints[at % endpoints.length];
      const bytes = all[at];
      if (endpoint !== undefined && bytes !== undefined) await say(endpoint, bytes);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, attacker));
}
