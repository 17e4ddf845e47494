/**
 * The network of the real machine, as `io/io.ts` promises it. It numbers connections, hands what arrives to the process, gathers
 * what goes out until the turn is over, and bounds what the process cannot: sockets that say nothing, clients that do not read,
 * and a leader that takes no more, while which no client is read (its requests would only gather here).
 */
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import type { ConnectionId, NodeId } from '../io/event.ts';
import type { Message, Port } from '../wire/message.ts';
import { bareHost, plainAddress } from './endpoint.ts';
import type { Endpoint } from './endpoint.ts';
import type { Listeners } from './listeners.ts';
import type { Receiver } from './receiver.ts';
import { identitiesOf, secureConnect } from './tls.ts';
import type { TlsIdentity } from './tls.ts';
import { Traffic } from './traffic.ts';
import type { ClientTraffic } from './traffic.ts';
import { WireConnection } from './wire-connection.ts';
import type { WireLimits } from './wire-connection.ts';

/** Answers a four-letter word that a client sent instead of a handshake; undefined: it is no word. */
export type WordAnswerer = (
  word: string, argument: Uint8Array, from: { readonly address: string; readonly remotePort: number },
) => string | undefined;

/** How the network of one process is set up. */
export interface NetworkOptions {
  /** Where a port of another process is; undefined: nobody knows, and the attempt fails. */
  readonly locate: (node: NodeId, port: Port) => Endpoint | undefined;
  readonly listeners?: Listeners;
  /** How this process dials; a port that is left out is dialled in the clear. */
  readonly dialTls?: Partial<Record<Port, TlsIdentity>>;
  readonly limits?: Partial<WireLimits>;
  readonly connectTimeoutMs?: number;
  /** Whoever connected must say something whole within this. */
  readonly silenceTimeoutMs?: number;
  /** Client sockets from one address, and in all; 0: no limit. */
  readonly maxPerAddress?: number;
  readonly maxClients?: number;
  readonly words?: WordAnswerer;
  /** A connection was turned away, for this reason (a constant). */
  readonly onRefused?: (reason: string, address: string) => void;
}

const DEFAULT_LIMITS: WireLimits = {
  maxFrame: 0xfffff,
  softUnsent: 1024 * 1024,
  hardUnsent: 256 * 1024 * 1024,
  maxUnanswered: 1000,
};
const CONNECT_TIMEOUT_MS = 10_000;
const SILENCE_TIMEOUT_MS = 10_000;
/** A word, and the argument of the only one that has one. */
const WORD_LENGTH = 4;
const WORD_WITH_ARGUMENT = 'stmk';
/** So much of an answer to a word counts as one packet, as in ZooKeeper. */
const ANSWER_PIECE = 8192;
const ARGUMENT_LENGTH = 8;

/** See the head of the file. */
export class RealNetwork {
  readonly limits: WireLimits;
  readonly traffic: Traffic = new Traffic();
  private readonly options: NetworkOptions;
  private readonly receiver: Receiver;
  private readonly connections: Map<ConnectionId, WireConnection> = new Map();
  /** Client sockets that have not said enough to be told from a word. */
  private readonly strangers: Set<Socket> = new Set();
  private readonly socketsByAddress: Map<string, number> = new Map();
  private clientSockets = 0;
  private nextId: ConnectionId = 1;
  private unflushedConnections: WireConnection[] = [];
  /** Connections to a leader that takes no more. */
  private readonly congestedUplinks: Set<WireConnection> = new Set();
  private isStopped = false;

  constructor(options: NetworkOptions, receiver: Receiver) {
    this.options = options;
    this.limits = { ...DEFAULT_LIMITS, ...options.limits };
    this.receiver = receiver;
  }

  /** Takes what connects from now on. */
  start(): void {
    const { listeners } = this.options;
    if (listeners === undefined) return;
    listeners.accept = (port, socket) => {
      if (port === 'client') this.meet(socket);
      else this.accept(port, socket, new Uint8Array(0));
    };
  }

  /** The clients that are connected, in the order of their coming. */
  get clients(): readonly ClientTraffic[] {
    const found: ClientTraffic[] = [];
    for (const { traffic } of this.connections.values()) if (traffic !== null) found.push(traffic);
    return found;
  }

  connect(node: NodeId, port: Port): ConnectionId {
    const id = this.nextId++;
    const endpoint = this.options.locate(node, port);
    if (endpoint === undefined) {
      setImmediate(() => {
        if (!this.isStopped) this.receiver.take({ kind: 'closed', connection: id });
      });
      return id;
    }
    const tls = this.options.dialTls?.[port];
    const connected = (): void => {
      clearTimeout(timeout);
      if (!connection.isOver) this.receiver.take({ kind: 'connected', connection: id });
    };
    const socket = tls === undefined
      ? connect({ host: bareHost(endpoint.host), port: endpoint.port, noDelay: true }, connected)
      : secureConnect(endpoint, tls, connected);
    const timeout = setTimeout(() => socket.destroy(), this.options.connectTimeoutMs ?? CONNECT_TIMEOUT_MS);
    const connection = new WireConnection(id, port, true, socket, this);
    socket.once('close', () => {
      clearTimeout(timeout);
    });
    this.connections.set(id, connection);
    return id;
  }

  send(connection: ConnectionId, message: Message): void {
    this.connections.get(connection)?.send(message);
  }

  close(connection: ConnectionId): void {
    const found = this.connections.get(connection);
    this.connections.delete(connection);
    found?.close();
  }

  /** Writes all that was sent in this turn. */
  flush(): void {
    const connections = this.unflushedConnections;
    if (connections.length === 0) return;
    this.unflushedConnections = [];
    for (const connection of connections) connection.flush();
  }

  /** Everything ends: in an orderly way, or at once as when the process is killed. */
  stop(isOrderly: boolean): void {
    this.isStopped = true;
    if (this.options.listeners !== undefined) this.options.listeners.accept = null;
    for (const socket of this.strangers) socket.destroy();
    for (const connection of this.connections.values()) {
      if (isOrderly) connection.close();
      else connection.destroy();
    }
    this.connections.clear();
  }

  // What a connection tells.

  begin(): void {
    this.receiver.begin();
  }

  end(): void {
    this.receiver.end();
  }

  received(connection: WireConnection, message: Message): void {
    this.receiver.take({ kind: 'received', connection: connection.id, message });
  }

  gone(connection: WireConnection): void {
    if (!this.connections.delete(connection.id) || this.isStopped) return;
    this.receiver.take({ kind: 'closed', connection: connection.id });
  }

  unflushed(connection: WireConnection): void {
    this.unflushedConnections.push(connection);
  }

  congestion(connection: WireConnection): void {
    if (!connection.isDialled || connection.port !== 'quorum') return;
    const wasHeld = this.congestedUplinks.size > 0;
    if (connection.isCongested) this.congestedUplinks.add(connection);
    else this.congestedUplinks.delete(connection);
    const isHeld = this.congestedUplinks.size > 0;
    if (wasHeld === isHeld) return;
    for (const other of this.connections.values()) if (other.traffic !== null) other.hold(isHeld);
  }

  // What connects.

  private accept(port: Port, socket: Socket, head: Uint8Array): void {
    if (this.isStopped || socket.destroyed) return;
    const connection = new WireConnection(this.nextId++, port, false, socket, this);
    if (connection.traffic !== null) connection.traffic.totals = this.traffic;
    this.connections.set(connection.id, connection);
    if (this.congestedUplinks.size > 0 && connection.traffic !== null) connection.hold(true);
    const identities = identitiesOf(socket);
    const from = { kind: 'accepted', connection: connection.id, port, address: connection.address } as const;
    connection.expectWithin(this.options.silenceTimeoutMs ?? SILENCE_TIMEOUT_MS);
    this.receiver.take(identities.length === 0 ? from : { ...from, identities });
    if (head.length > 0) connection.onData(head);
  }

  /** A client: what it says first tells whether it wants a session or a word answered. */
  private meet(socket: Socket): void {
    const address = plainAddress(socket.remoteAddress);
    if (!this.admit(address, socket)) return;
    this.strangers.add(socket);
    let head: Uint8Array = new Uint8Array(0);
    const silence = setTimeout(() => socket.destroy(), this.options.silenceTimeoutMs ?? SILENCE_TIMEOUT_MS);
    const onData = (chunk: Uint8Array): void => {
      head = head.length === 0 ? chunk : Buffer.concat([head, chunk]);
      if (head.length < WORD_LENGTH) return;
      const word = Buffer.from(head.subarray(0, WORD_LENGTH)).toString('latin1');
      if (word === WORD_WITH_ARGUMENT && head.length < WORD_LENGTH + ARGUMENT_LENGTH) return;
      clearTimeout(silence);
      socket.removeListener('data', onData);
      const from = { address, remotePort: socket.remotePort ?? 0 };
      // A word tells of itself, too, among what was received.
      this.traffic.received += 1;
      const answer = this.options.words?.(word, head.subarray(WORD_LENGTH), from);
      if (answer === undefined) {
        this.traffic.received -= 1;
        this.strangers.delete(socket);
        this.accept('client', socket, head);
        return;
      }
      this.traffic.sent += Math.ceil(answer.length / ANSWER_PIECE);
      socket.resume();
      socket.end(answer);
      setTimeout(() => socket.destroy(), SILENCE_TIMEOUT_MS).unref();
    };
    socket.on('data', onData);
    socket.once('close', () => {
      clearTimeout(silence);
      this.strangers.delete(socket);
    });
  }

  private admit(address: string, socket: Socket): boolean {
    const { maxPerAddress = 0, maxClients = 0 } = this.options;
    const others = this.socketsByAddress.get(address) ?? 0;
    const isOneTooMany = maxPerAddress > 0 && others >= maxPerAddress;
    if (isOneTooMany || (maxClients > 0 && this.clientSockets >= maxClients)) {
      this.options.onRefused?.(isOneTooMany ? 'maxClientCnxns' : 'maxCnxns', address);
      socket.destroy();
      return false;
    }
    this.socketsByAddress.set(address, others + 1);
    this.clientSockets += 1;
    socket.once('close', () => {
      const left = (this.socketsByAddress.get(address) ?? 1) - 1;
      if (left > 0) this.socketsByAddress.set(address, left);
      else this.socketsByAddress.delete(address);
      this.clientSockets -= 1;
    });
    return true;
  }
}
