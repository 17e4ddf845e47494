/**
 * A connection that can be broken on purpose: a small TCP proxy on loopback in front of one port. What passes can be cut,
 * which ends every connection and refuses new ones, or stalled, which leaves them open and silent.
 */
import { connect, createServer } from 'node:net';
import type { Server, Socket } from 'node:net';

/** How a link is. */
export type LinkState = 'open' | 'cut' | 'stalled';

/** See the head of the file. */
export class Link {
  readonly port: number;
  private readonly server: Server;
  private readonly sockets: Set<Socket> = new Set();
  private current: LinkState = 'open';

  private constructor(server: Server, port: number) {
    this.server = server;
    this.port = port;
  }

  /** A link to `target`, on a free port of loopback. */
  static open(target: { readonly host: string; readonly port: number }): Promise<Link> {
    return new Promise((resolve, reject) => {
      const server = createServer({ pauseOnConnect: true });
      server.once('error', reject);
      server.listen(0, '127.0.0.1', () => {
        const address = server.address();
        const link = new Link(server, typeof address === 'object' && address !== null ? address.port : 0);
        server.on('connection', (socket) => { link.join(socket, target); });
        resolve(link);
      });
    });
  }

  get state(): LinkState {
    return this.current;
  }

  set state(state: LinkState) {
    this.current = state;
    for (const socket of this.sockets) {
      if (state === 'cut') socket.destroy();
      else if (state === 'stalled') socket.pause();
      else socket.resume();
    }
  }

  close(): Promise<void> {
    this.state = 'cut';
    return new Promise((resolve) => { this.server.close(() => { resolve(); }); });
  }

  private join(near: Socket, target: { readonly host: string; readonly port: number }): void {
    if (this.current === 'cut') {
      near.destroy();
      return;
    }
    const far = connect(target);
    for (const [socket, other] of [[near, far], [far, near]] as const) {
      this.sockets.add(socket);
      socket.setNoDelay(true);
      socket.on('data', (chunk: Buffer) => { if (!other.destroyed) other.write(chunk); });
      socket.on('error', () => { socket.destroy(); });
      socket.on('close', () => {
        this.sockets.delete(socket);
        other.destroy();
      });
      if (this.current === 'stalled') socket.pause();
      else socket.resume();
    }
  }
}
