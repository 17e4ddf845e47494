/**
 * The plain data of the network: the directed link between two processes, and the two ends of a connection on it. What
 * happens to them is in `network.ts`.
 */
import type { ConnectionId } from '../io/event.ts';
import type { Port } from '../wire/message.ts';
import type { Stream } from './chooser.ts';
import type { ActiveFault } from './fault.ts';
import type { Scheduled } from './heap.ts';
import type { Host } from './host.ts';

/** One direction between two processes. */
export class Link {
  readonly from: Host;
  readonly to: Host;
  readonly stream: Stream;
  /** How many cuts lie on it; nothing gets through while there is one. */
  blocked = 0;
  /** The latest of them, to be told that it had an effect. */
  cause: ActiveFault | null = null;
  /** Ends whose outgoing direction holds something back. */
  holding: End[] = [];
  /** Messages sent on it, over all connections; their numbers are their order. */
  sent = 0;
  /** The highest number that has arrived. */
  arrived = 0;

  constructor(from: Host, to: Host, stream: Stream) {
    this.from = from;
    this.to = to;
    this.stream = stream;
  }
}

/** opening: not known to its process yet, or not answered; gone: nothing comes of it any more. */
export type EndState = 'opening' | 'open' | 'gone';

/** One end of a connection, with the direction that goes out of it. */
export class End {
  readonly host: Host;
  readonly link: Link;
  readonly port: Port;
  /** 0 until the acceptor's process hears of it. */
  id: ConnectionId = 0;
  peer: End | null = null;
  state: EndState = 'opening';
  /** The process closed it: nothing more is said to it, not even what had already come. */
  closedByOwner = false;
  /** The peer's end is dead and this one has not been told. */
  halfOpen = false;
  /** When the last of what was sent will arrive. */
  lastArrivalUs = 0;
  /** Items sent, and how many of them will arrive at most. */
  sent = 0;
  limit: number = Infinity;
  inFlight = 0;
  /** What a cut holds back, in order. */
  held: Scheduled[] = [];
  /** Counts the times that something began to be held back or was let go. */
  holdNumber = 0;
  /** The end of this connection is on its way to the peer. */
  closingSent = false;
  /** What was sent from here arrives no earlier than this, because of that. */
  stuckUntilUs = 0;
  stuckBy: ActiveFault | null = null;

  constructor(host: Host, link: Link, port: Port) {
    this.host = host;
    this.link = link;
    this.port = port;
  }
  /** Its process knows it from now on. */
  register(): void {
    this.id = this.host.nextConnection++;
    this.host.connections.set(this.id, this);
  }

  /** Its process knows it no more. */
  forget(): void {
    this.state = 'gone';
    this.host.connections.delete(this.id);
  }
}
