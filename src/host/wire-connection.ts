/**
 * One TCP (or TLS) connection: bytes to messages and back, and back-pressure. What comes in is decoded only as fast as the
 * process answers it; what goes out is gathered for the length of a turn and written at once. Whoever does not read what it is
 * sent is cut off when too much has gathered. It decides nothing else, and tells its owner everything.
 */
import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import type { ConnectionId } from '../io/event.ts';
import { Writer } from '../wire/jute.ts';
import type { Message, Port } from '../wire/message.ts';
import { codecFor } from './port-codec.ts';
import type { PortCodec } from './port-codec.ts';
import { ClientTraffic } from './traffic.ts';
import { WireError } from '../wire/wire-error.ts';
import { plainAddress } from './endpoint.ts';

/** How long the other end may take to hear us out after we have closed. */
const LINGER_MS = 3000;
/** Up to so many bytes are copied when they are written, so that what they were gathered in can be used again. */
const COPY_MAX = 64 * 1024;
/** Where connections gather what they send, each for the length of a turn; a few are kept for the next. */
const spareWriters: Writer[] = [];
const SPARE_WRITERS_MAX = 64;
const WRITER_SIZE = 1024;

/** Limits in bytes, but for the count of requests. */
export interface WireLimits {
  /** The longest frame that is read (jute.maxbuffer). */
  readonly maxFrame: number;
  /** More than this unsent: nothing is read that would be answered here, until it is gone. */
  readonly softUnsent: number;
  /** More than this unsent: the connection is closed. */
  readonly hardUnsent: number;
  /** Requests of one client that are not answered; beyond them it is not read. */
  readonly maxUnanswered: number;
}

/** What its owner is told. */
export interface WireOwner {
  readonly limits: WireLimits;
  /** What is received till `end` came together. */
  begin(): void;
  end(): void;
  /** A whole message. */
  received(connection: WireConnection, message: Message): void;
  /** The connection is gone, not by `close`. Said once. */
  gone(connection: WireConnection): void;
  /** Something was queued in this turn: `flush` must be called at its end. */
  unflushed(connection: WireConnection): void;
  /** `isCongested` has changed. */
  congestion(connection: WireConnection): void;
}

/** See the head of the file. */
export class WireConnection {
  readonly id: ConnectionId;
  readonly port: Port;
  readonly isDialled: boolean;
  readonly socket: Socket;
  readonly address: string;
  /** Only of clients that connected here. */
  readonly traffic: ClientTraffic | null;
  /** Too much is unsent. */
  isCongested = false;
  /** It is over, or we have closed it. */
  isOver = false;
  private readonly owner: WireOwner;
  private readonly codec: PortCodec;
  /** What was sent in this turn; null: nothing. */
  private outgoing: Writer | null = null;
  /** The owner wants nothing read at the moment. */
  private isHeld = false;
  private isReading = true;
  /** Runs out if nothing whole is said in time. */
  private silence: NodeJS.Timeout | null = null;

  /** `socket` is connected, or is being connected by us. */
  constructor(id: ConnectionId, port: Port, isDialled: boolean, socket: Socket, owner: WireOwner) {
    this.id = id;
    this.port = port;
    this.isDialled = isDialled;
    this.socket = socket;
    this.owner = owner;
    this.address = plainAddress(socket.remoteAddress);
    this.codec = codecFor(port, isDialled, owner.limits.maxFrame);
    this.traffic = port === 'client' && !isDialled ? newTraffic(id, this.address, socket) : null;
    socket.setNoDelay(true);
    socket.on('data', (chunk: Uint8Array) => this.onData(chunk));
    socket.on('drain', () => this.onDrain());
    socket.on('error', () => this.end());
    socket.on('end', () => this.end());
    socket.on('close', () => this.end());
  }

  /** Queues a message; it goes out with `flush`. */
  send(message: Message): void {
    if (this.isOver) return;
    if (this.outgoing === null) {
      this.outgoing = spareWriters.pop() ?? new Writer(WRITER_SIZE);
      this.owner.unflushed(this);
    }
    const writer = this.outgoing;
    const start = writer.length;
    try {
      this.codec.write(writer, message);
    } catch (error) {
      writer.length = start;
      throw error;
    }
    this.traffic?.onSent(message, writer.length - start);
  }

  /** Writes what was queued. */
  flush(): void {
    if (this.outgoing === null || this.socket.destroyed) return;
    this.write();
    const unsent = this.socket.writableLength;
    if (unsent > this.owner.limits.hardUnsent && !this.isOver) {
      this.end();
      return;
    }
    this.setCongested(unsent > this.owner.limits.softUnsent);
    this.readOn();
  }

  /** Closes this end; what was sent before still travels. Nothing more is said of it. */
  close(): void {
    if (this.isOver) return;
    this.isOver = true;
    this.stopExpecting();
    this.setCongested(false);
    this.write();
    this.socket.end();
    // What still comes is read and thrown away, so that the farewell is not lost to a reset.
    this.socket.resume();
    setTimeout(() => this.socket.destroy(), LINGER_MS).unref();
  }

  /** Ends it at once, as a process that dies does. */
  destroy(): void {
    this.isOver = true;
    this.stopExpecting();
    this.outgoing = null;
    this.socket.destroy();
  }

  /** Ends it unless a whole message comes within so long: whoever says nothing must not keep a socket. */
  expectWithin(ms: number): void {
    this.silence = setTimeout(() => this.end(), ms);
  }

  /** Whether the owner wants it read. */
  hold(isHeld: boolean): void {
    this.isHeld = isHeld;
    this.readOn();
  }

  /** Bytes that were read from the socket before this connection was made of it. */
  onData(chunk: Uint8Array): void {
    if (this.isOver) return;
    this.codec.push(chunk);
    this.decode();
  }

  private decode(): void {
    this.owner.begin();
    try {
      while (!this.isOver && !this.mustWait()) {
        const message = this.codec.next();
        if (message === undefined) break;
        this.traffic?.onReceived(message);
        this.stopExpecting();
        this.owner.received(this, message);
      }
    } catch (error) {
      if (!(error instanceof WireError)) throw error;
      this.end();
    } finally {
      this.owner.end();
    }
    this.setReading(!this.mustWait());
  }

  private stopExpecting(): void {
    if (this.silence === null) return;
    clearTimeout(this.silence);
    this.silence = null;
  }

  private mustWait(): boolean {
    if (this.isHeld) return true;
    if (this.traffic === null) return false;
    return this.isCongested || this.traffic.unanswered > this.owner.limits.maxUnanswered;
  }

  /** Goes on with what waits here, then with the socket. */
  private readOn(): void {
    if (this.isReading || this.isOver || this.mustWait()) {
      if (!this.isOver && this.isReading && this.mustWait()) this.setReading(false);
      return;
    }
    this.setReading(true);
    // Not from within a turn: the process is handling something else.
    setImmediate(() => {
      if (!this.isOver) this.decode();
    });
  }

  private setReading(isReading: boolean): void {
    if (this.isReading === isReading || this.isOver) return;
    this.isReading = isReading;
    if (isReading) this.socket.resume();
    else this.socket.pause();
  }

  private write(): void {
    const writer = this.outgoing;
    if (writer === null) return;
    this.outgoing = null;
    const bytes = writer.bytes.subarray(0, writer.length);
    if (bytes.length > COPY_MAX) {
      this.socket.write(bytes);
      return;
    }
    if (bytes.length > 0) this.socket.write(Buffer.from(bytes));
    writer.reset();
    if (spareWriters.length < SPARE_WRITERS_MAX) spareWriters.push(writer);
  }

  private onDrain(): void {
    this.setCongested(false);
    this.readOn();
  }

  private setCongested(isCongested: boolean): void {
    if (this.isCongested === isCongested) return;
    this.isCongested = isCongested;
    this.owner.congestion(this);
  }

  private end(): void {
    if (this.isOver) {
      this.socket.destroy();
      return;
    }
    this.isOver = true;
    this.stopExpecting();
    this.setCongested(false);
    this.socket.destroy();
    this.owner.gone(this);
  }
}

function newTraffic(id: ConnectionId, address: string, socket: Socket): ClientTraffic {
  return new ClientTraffic(id, address, socket.remotePort ?? 0, socket instanceof TLSSocket);
}
