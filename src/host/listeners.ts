/**
 * The ports of a server, bound before anything else is decided: an ensemble whose ports are chosen by the operating system must
 * know them all before its first member can be configured. Whoever connects before the process runs is turned away.
 */
import { createServer } from 'node:net';
import type { Server, Socket } from 'node:net';
import type { Port } from '../wire/message.ts';
import { bareHost, endpointText } from './endpoint.ts';
import type { Endpoint } from './endpoint.ts';
import { secureServer } from './tls.ts';
import type { TlsIdentity } from './tls.ts';

/** Where to listen, and how. */
export interface PortPlan {
  readonly port: Port;
  readonly at: Endpoint;
  /** Left out: in the clear. */
  readonly tls?: TlsIdentity;
  /** Connections that the operating system keeps waiting; left out: its own default. */
  readonly backlog?: number;
}

/** An address that cannot be listened on; the message is one sentence for the operator. */
export class ListenError extends Error {
  override readonly name = 'ListenError';
}

/** One port that is listened on. */
interface Bound {
  readonly plan: PortPlan;
  readonly server: Server;
  readonly at: Endpoint;
}

/** Bound ports. */
export class Listeners {
  /** Who takes what connects; null: it is turned away. */
  accept: ((port: Port, socket: Socket) => void) | null = null;
  /** Told of whoever did not come through a TLS handshake. */
  onUntrusted: ((address: string) => void) | null = null;
  private readonly ports: Bound[] = [];
  /** Those who connected and have not proved who they are, by where they come from. */
  private readonly handshakes: Map<string, Socket> = new Map();
  private isClosed = false;

  private constructor() {}

  /** Binds all of them or, with a `ListenError`, none. */
  static async bind(plans: readonly PortPlan[]): Promise<Listeners> {
    const listeners = new Listeners();
    try {
      for (const plan of plans) listeners.ports.push(await listeners.open(plan));
    } catch (error) {
      for (const { server } of listeners.ports) server.close();
      throw error;
    }
    return listeners;
  }

  /** Where each plan listens, in the order of the plans, with the port that the operating system chose. */
  get bound(): readonly Endpoint[] {
    return this.ports.map(({ at }) => at);
  }

  /**
   * Listens where `plan` says instead of where the `index`-th plan did; who is connected stays so. What cannot be bound is a
   * `ListenError`, and all is as it was.
   */
  async move(index: number, plan: PortPlan): Promise<void> {
    const old = this.ports[index];
    if (old === undefined || this.isClosed) return;
    // Where only the machine's name differs, the old one stands in the way of the new one.
    const isInTheWay = plan.at.port === old.at.port;
    if (isInTheWay) old.server.close();
    try {
      this.put(index, await this.open(plan));
      old.server.close();
    } catch (error) {
      if (isInTheWay) this.put(index, await this.open({ ...old.plan, at: old.at }));
      throw error;
    }
  }

  /** Nobody connects any more. Resolves when the ports are free. */
  async close(): Promise<void> {
    this.accept = null;
    this.isClosed = true;
    for (const socket of this.handshakes.values()) socket.destroy();
    await Promise.all(this.ports.map(({ server }) => new Promise<void>((resolve) => {
      if (!server.listening) resolve();
      else server.close(() => {
        resolve();
      });
    })));
  }

  /** All may have been closed while this one was opened. */
  private put(index: number, bound: Bound): void {
    if (this.isClosed) bound.server.close();
    else this.ports[index] = bound;
  }

  private async open(plan: PortPlan): Promise<Bound> {
    const accept = (socket: Socket): void => {
      socket.on('error', () => socket.destroy());
      if (this.accept === null) socket.destroy();
      else this.accept(plan.port, socket);
    };
    const server = plan.tls === undefined ? createServer({ noDelay: true }, accept) : this.secure(plan.tls, accept);
    return { plan, server, at: await listen(server, plan) };
  }

  private secure(identity: TlsIdentity, accept: (socket: Socket) => void): Server {
    const { handshakes } = this;
    const server = secureServer(identity, (socket) => {
      handshakes.delete(originOf(socket));
      accept(socket);
    }, (address) => this.onUntrusted?.(address));
    server.on('connection', (socket: Socket) => {
      const origin = originOf(socket);
      handshakes.set(origin, socket);
      socket.once('close', () => { if (handshakes.get(origin) === socket) handshakes.delete(origin); });
    });
    return server;
  }
}

function originOf({ remoteAddress = '', remotePort = 0 }: Socket): string {
  return `${remoteAddress} ${remotePort}`;
}

function listen(server: Server, { at, backlog }: PortPlan): Promise<Endpoint> {
  return new Promise((resolve, reject) => {
    server.once('error', (error) => {
      reject(new ListenError(`${endpointText(at)} cannot be listened on: ${reasonOf(error)}`));
    });
    const options = { host: bareHost(at.host), port: at.port, ...(backlog === undefined ? {} : { backlog }) };
    server.listen(options, () => {
      const address = server.address();
      resolve({ host: at.host, port: address === null || typeof address === 'string' ? at.port : address.port });
    });
  });
}

function reasonOf(error: Error): string {
  const code = 'code' in error ? error.code : undefined;
  if (code === 'EADDRINUSE') return 'another program listens there; stop it, or choose another port';
  if (code === 'EACCES') return 'this user may not use that port; choose one above 1023';
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND') return 'this machine has no such address';
  return error.message;
}
