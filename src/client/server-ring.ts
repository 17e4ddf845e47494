/**
 * The order in which a client tries its servers: shuffled once a session, so that clients spread, then round and round, so that
 * a move always leads to another server if there is one (ZooKeeper's StaticHostProvider).
 */
import { invariant, present } from '../base/invariant.ts';
import type { NodeId } from '../io/event.ts';
import type { Random } from '../io/io.ts';

/** The servers of one client, in the order of trying. */
export class ServerRing {
  readonly servers: NodeId[];
  position = 0;

  constructor(servers: readonly NodeId[]) {
    invariant(servers.length > 0, 'a client needs a server to connect to');
    this.servers = [...servers];
  }

  /** Draws a new order (Fisher-Yates) and starts over. */
  shuffle(io: Random): void {
    for (let last = this.servers.length - 1; last > 0; last -= 1) {
      const drawn = io.random(last + 1);
      const server = present(this.servers[last], 'no server at this place');
      this.servers[last] = present(this.servers[drawn], 'no server at this place');
      this.servers[drawn] = server;
    }
    this.position = 0;
  }

  /** The server to try now. */
  next(): NodeId {
    const server = present(this.servers[this.position], 'no server at this place');
    this.position = (this.position + 1) % this.servers.length;
    return server;
  }
}
