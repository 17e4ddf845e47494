/**
 * Connections between election ports (QuorumCnxManager): one for each pair of servers, owned by the larger
 * id. The smaller one may knock (connect, say who it is) and is then called back. A peer's queue holds one
 * message, the newest; it is sent again on a new connection, whoever begins that, so that a vote is never lost with
 * the connection that carried it, nor with one that a peer was not there yet to take: of servers that start
 * together, the first ones dial in vain, and the last one knocks or dials.
 */
import type { ConnectionId } from '../io/event.ts';
import type { Io } from '../io/io.ts';
import type { ElectionMessage, Notification } from '../wire/quorum-messages.ts';

const MAX_SERVER_ID = 255;

/** What is known of the way to one peer. */
interface Link {
  connection: ConnectionId;
  /** The connection stands and messages may be sent. */
  isOpen: boolean;
  /** When it was begun, by our clock. */
  sinceMs: number;
}

/** A vote, and whose it is. */
export interface Received {
  readonly from: number;
  readonly notification: Notification;
}

/** See the head of the file. Plain data; the election sends through it. */
export class ElectionLinks {
  readonly self: number;
  /** Where our own election port is, as `host:port`. */
  private readonly address: string;
  private readonly cnxTimeoutMs: number;
  /** By peer id. */
  private readonly links: Map<number, Link> = new Map();
  /** The newest message for each peer, by its id; it outlives every link (QuorumCnxManager's lastMessageSent). */
  private readonly newest: Map<number, Notification> = new Map();
  /** Peer ids by connection, for connections whose other end is known. */
  private readonly peers: Map<ConnectionId, number> = new Map();
  /** Accepted connections that have not said who they are. */
  private readonly strangers: Set<ConnectionId> = new Set();

  constructor(self: number, address: string, cnxTimeoutMs: number) {
    this.self = self;
    this.address = address;
    this.cnxTimeoutMs = cnxTimeoutMs;
  }

  /** Sends, or connects first and sends then. */
  send(to: number, notification: Notification, io: Io): void {
    this.newest.set(to, notification);
    const link = this.links.get(to);
    if (link === undefined) this.dial(to, io);
    else if (link.isOpen) io.send(link.connection, notification);
    else if (io.now() - link.sinceMs > this.cnxTimeoutMs) {
      this.drop(link.connection, io);
      this.dial(to, io);
    }
  }

  /** Whether this connection is one of ours. */
  owns(connection: ConnectionId): boolean {
    return this.peers.has(connection) || this.strangers.has(connection);
  }

  onAccepted(connection: ConnectionId): void {
    this.strangers.add(connection);
  }

  onConnected(connection: ConnectionId, io: Io): void {
    const peer = this.peers.get(connection);
    if (peer === undefined) return;
    io.send(connection, { kind: 'electionHello', sid: this.self, address: this.address });
    const link = this.links.get(peer);
    if (link === undefined) return;
    if (this.self < peer) {
      // Only a knock: the larger id calls back.
      this.peers.delete(connection);
      io.close(connection);
      link.sinceMs = io.now();
      return;
    }
    this.open(peer, link, io);
  }

  /**
   * A message came; returns the notification and who sent it, or undefined when it was a greeting or
   * nonsense.
   */
  onMessage(connection: ConnectionId, message: ElectionMessage, io: Io): Received | undefined {
    if (message.kind === 'notification') {
      const from = this.peers.get(connection);
      return from === undefined ? undefined : { from, notification: message };
    }
    if (this.strangers.delete(connection)) this.greet(connection, message.sid, io);
    return undefined;
  }

  onClosed(connection: ConnectionId): void {
    this.strangers.delete(connection);
    const peer = this.peers.get(connection);
    if (peer === undefined) return;
    this.peers.delete(connection);
    const link = this.links.get(peer);
    if (link?.connection === connection) this.links.delete(peer);
  }

  private greet(connection: ConnectionId, sid: number, io: Io): void {
    const link = this.links.get(sid);
    // Nobody else has our id, and what is no id cannot be called back.
    if (sid === this.self || sid < 1 || sid > MAX_SERVER_ID) {
      io.close(connection);
      return;
    }
    if (sid < this.self) {
      // They knocked: what we thought was open is not, for they would not have.
      io.close(connection);
      if (link !== undefined && !link.isOpen && this.peers.has(link.connection)) return;
      if (link !== undefined) this.drop(link.connection, io);
      this.dial(sid, io);
      return;
    }
    if (link !== undefined) this.drop(link.connection, io);
    this.peers.set(connection, sid);
    const fresh: Link = { connection, isOpen: false, sinceMs: io.now() };
    this.links.set(sid, fresh);
    this.open(sid, fresh, io);
  }

  private open(peer: number, link: Link, io: Io): void {
    link.isOpen = true;
    const newest = this.newest.get(peer);
    if (newest !== undefined) io.send(link.connection, newest);
  }

  private dial(to: number, io: Io): void {
    const connection = io.connect(to, 'election');
    this.peers.set(connection, to);
    this.links.set(to, { connection, isOpen: false, sinceMs: io.now() });
  }

  private drop(connection: ConnectionId, io: Io): void {
    const peer = this.peers.get(connection);
    io.close(connection);
    this.peers.delete(connection);
    if (peer !== undefined) this.links.delete(peer);
  }
}
