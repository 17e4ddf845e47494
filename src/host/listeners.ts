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

/** Bound ports. */
export class Listeners {
  /** Where each plan listens, in the order of the plans, with the port that the operating system chose. */
  readonly bound: readonly Endpoint[];
  /** Who takes what connects; null: it is turned away. */
  accept: ((port: Port, socket: Socket) => void) | null = null;
  /** Told of whoever did not come through a TLS handshake. */
  onUntrusted: ((address: string) => void) | null = null;
  private readonly servers: readonly Server[];

  private constructor(servers: readonly Server[], bound: readonly Endpoint[]) {
    this.servers = servers;
    this.bound = bound;
  }

  /** Binds all of them or, with a `ListenError`, none. */
  static async bind(plans: readonly PortPlan[]): Promise<Listeners> {
    const servers: Server[] = [];
    const bound: Endpoint[] = [];
    const hands: { listeners: Listeners | null } = { listeners: null };
    try {
      for (const plan of plans) {
        const accept = (socket: Socket): void => {
          socket.on('error', () => socket.destroy());
          if (hands.listeners?.accept) hands.listeners.accept(plan.port, socket);
          else socket.destroy();
        };
        const refused = (address: string): void => hands.listeners?.onUntrusted?.(address);
        const server = plan.tls === undefined
          ? createServer({ noDelay: true }, accept) : secureServer(plan.tls, accept, refused);
        servers.push(server);
        bound.push(await listen(server, plan));
      }
    } catch (error) {
      for (const server of servers) server.close();
      throw error;
    }
    hands.listeners = new Listeners(servers, bound);
    return hands.listeners;
  }

  /** Nobody connects any more. Resolves when the ports are free. */
  async close(): Promise<void> {
    this.accept = null;
    await Promise.all(this.servers.map((server) => new Promise<void>((resolve) => {
      if (!server.listening) resolve();
      else server.close(() => {
        resolve();
      });
    })));
  }
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
