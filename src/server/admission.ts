/**
 * How much a server takes on at once (section 4.7 of the protocol's description): connections in all and from one
 * address, requests in process, bytes of large ones, and the requests that wait until there is room
 * (ServerCnxnFactory, RequestThrottler). It counts and keeps the order; what is done with a request is not its
 * business. What ZooKeeper does by not reading a socket is here a queue at the connection: TCP holds the bytes there,
 * the server holds the records here.
 */
import type { RequestMessage } from '../wire/client-messages.ts';
import type { Id } from '../wire/words.ts';
import type { ClientConnection } from './client-connection.ts';
import type { ServiceConfig } from './service-config.ts';

/** A request that the throttle holds back. */
export interface StalledRequest {
  readonly client: ClientConnection;
  readonly message: RequestMessage;
  /** Who the client was when it came. */
  readonly authInfo: readonly Id[];
  readonly sinceMs: number;
}

/** See the head of the file. Plain data. */
export class Admission {
  /** Requests in process at this server. */
  inProcess = 0;
  connections = 0;
  private largeBytes = 0;
  private readonly byAddress: Map<string, number> = new Map();
  private readonly stalled: StalledRequest[] = [];

  /** Counts a new connection; false when it is one too many. */
  admitConnection(address: string, config: ServiceConfig): boolean {
    const { maxClientCnxns, maxCnxns } = config;
    const others = this.byAddress.get(address) ?? 0;
    if ((maxClientCnxns > 0 && others >= maxClientCnxns) || (maxCnxns > 0 && this.connections >= maxCnxns)) return false;
    this.byAddress.set(address, others + 1);
    this.connections += 1;
    return true;
  }

  /** The connection is gone, and with it all that it had asked. */
  removeConnection(client: ClientConnection): void {
    const others = (this.byAddress.get(client.address) ?? 1) - 1;
    if (others > 0) this.byAddress.set(client.address, others);
    else this.byAddress.delete(client.address);
    this.connections -= 1;
    this.inProcess -= client.queue.length;
    for (const { largeBytes } of client.queue) this.largeBytes -= largeBytes;
  }

  /** Whether so many more bytes of large requests may be in process; if so, they are. */
  admitLarge(bytes: number, config: ServiceConfig): boolean {
    if (this.largeBytes + bytes > config.largeRequestMaxBytes) return false;
    this.largeBytes += bytes;
    return true;
  }

  started(): void {
    this.inProcess += 1;
  }

  finished(largeBytes: number): void {
    this.inProcess -= 1;
    this.largeBytes -= largeBytes;
  }

  /** Whether a connection with something in process is left unread (globalOutstandingLimit, each server's share of it). */
  mustPause(client: ClientConnection, limit: number): boolean {
    return client.unread.length > 0 || (this.inProcess > limit && client.queue.length > 0);
  }

  /** Whether a connection that was left unread may be read again. */
  mayResume(client: ClientConnection, limit: number): boolean {
    return client.queue.length === 0 || this.inProcess <= limit >> 1;
  }

  /** Whether the throttle holds this request back, behind those that it holds already. */
  mustStall(config: ServiceConfig): boolean {
    const most = config.requestThrottleMaxRequests;
    return most > 0 && (this.stalled.length > 0 || this.inProcess >= most);
  }

  stall(client: ClientConnection, message: RequestMessage, now: number): void {
    this.stalled.push({ client, message, authInfo: client.authInfo, sinceMs: now });
  }

  /** The next request that the throttle lets through, if there is room. */
  release(config: ServiceConfig): StalledRequest | undefined {
    if (this.stalled.length === 0 || this.inProcess >= config.requestThrottleMaxRequests) return undefined;
    return this.stalled.shift();
  }

  clear(): void {
    this.inProcess = 0;
    this.connections = 0;
    this.largeBytes = 0;
    this.byAddress.clear();
    this.stalled.length = 0;
  }
}

/** One server's share of the ensemble's limit: without the leader, which serves them all (ZooKeeperServer's own arithmetic). */
export function outstandingLimit(config: ServiceConfig, voters: number): number {
  return voters > 2 ? Math.floor(config.globalOutstandingLimit / (voters - 1)) : config.globalOutstandingLimit;
}
