/**
 * Where one message ends in a stream of bytes: length-prefixed frames of the client and election ports, and the quorum port,
 * whose packets have no length and must be walked. Chunks go in as they come, whole messages come out; every byte is copied a
 * constant number of times, nothing is allocated ahead of the bytes that a length only promises, and what is too long is a
 * `WireError`.
 */
import { copiedBytes } from '../base/slab.ts';
import { MAX_ADDRESS_LENGTH, MAX_NOTIFICATION_LENGTH } from './election-codec.ts';
import { MAX_FRAME_LENGTH, Reader } from './jute.ts';
import { WireError } from './wire-error.ts';

/** The payload with its length in front. */
export function frame(payload: Uint8Array): Uint8Array {
  const framed = new Uint8Array(payload.length + 4);
  new DataView(framed.buffer).setInt32(0, payload.length);
  framed.set(payload, 4);
  return framed;
}

const NOTHING: Uint8Array = new Uint8Array(0);

/** Bytes that came and were not taken yet. A chunk that comes when there are none is not copied, only looked at. */
export class ByteQueue {
  private bytes: Uint8Array = NOTHING;
  private start: number = 0;
  private end: number = 0;
  /** `bytes` may be written to. */
  private isOwn: boolean = false;

  get length(): number {
    return this.end - this.start;
  }

  /** `chunk` must not change while bytes of it are here. */
  push(chunk: Uint8Array): void {
    if (this.start === this.end) {
      this.bytes = chunk;
      this.start = 0;
      this.end = chunk.length;
      this.isOwn = false;
      return;
    }
    if (!this.isOwn || this.end + chunk.length > this.bytes.length) this.makeRoom(chunk.length);
    this.bytes.set(chunk, this.end);
    this.end += chunk.length;
  }

  /** The int32 at `offset`; the caller has seen that it is there. */
  int(offset: number): number {
    const at = this.start + offset;
    const { bytes } = this;
    return ((bytes[at] ?? 0) << 24) | ((bytes[at + 1] ?? 0) << 16) | ((bytes[at + 2] ?? 0) << 8) | (bytes[at + 3] ?? 0);
  }

  byte(offset: number): number {
    return this.bytes[this.start + offset] ?? 0;
  }

  /** Removes `count` bytes from the front and returns a copy of them, less the first `skip`. */
  take(count: number, skip: number = 0): Uint8Array {
    const taken = copiedBytes(this.bytes, this.start + skip, this.start + count);
    this.drop(count);
    return taken;
  }

  /** The same without a copy; to be read before the next `push`. */
  lend(count: number, skip: number = 0): Uint8Array {
    const lent = this.bytes.subarray(this.start + skip, this.start + count);
    this.drop(count);
    return lent;
  }

  /** The same as a reader, which is cheaper still. */
  lendReader(count: number, skip: number = 0): Reader {
    const reader = new Reader(this.bytes, this.start + skip, this.start + count);
    this.drop(count);
    return reader;
  }

  private drop(count: number): void {
    this.start += count;
    if (this.start < this.end) return;
    this.bytes = NOTHING;
    this.start = 0;
    this.end = 0;
    this.isOwn = false;
  }

  /** Moves what is left to the front: of a buffer twice the size, if it fills more than half of this one or this is not ours. */
  private makeRoom(count: number): void {
    const needed = this.length + count;
    const target = !this.isOwn || 2 * needed > this.bytes.length ? new Uint8Array(2 * needed) : this.bytes;
    target.set(this.bytes.subarray(this.start, this.end));
    this.end -= this.start;
    this.start = 0;
    this.bytes = target;
    this.isOwn = true;
  }
}

/** Frames of the client port: an int length, then so many bytes. */
export class FrameSplitter {
  private readonly queue: ByteQueue = new ByteQueue();
  private readonly maxLength: number;

  constructor(maxLength: number = MAX_FRAME_LENGTH) {
    this.maxLength = maxLength;
  }

  push(chunk: Uint8Array): void {
    this.queue.push(chunk);
  }

  /** The first four bytes that are still here, which before the handshake may be a four-letter word; undefined if fewer are. */
  peekWord(): number | undefined {
    return this.queue.length < 4 ? undefined : this.queue.int(0);
  }

  /** The next whole payload, or undefined. Once it has thrown, the connection is of no more use. */
  next(): Uint8Array | undefined {
    const end = this.endOfNext();
    return end < 0 ? undefined : this.queue.take(end, 4);
  }

  /** The same without a copy; to be read before the next `push`. */
  nextLent(): Uint8Array | undefined {
    const end = this.endOfNext();
    return end < 0 ? undefined : this.queue.lend(end, 4);
  }

  /** The same as a reader. */
  nextReader(): Reader | undefined {
    const end = this.endOfNext();
    return end < 0 ? undefined : this.queue.lendReader(end, 4);
  }

  /** Where the next frame ends; -1 while it is not all here. */
  private endOfNext(): number {
    const length = this.peekWord();
    if (length === undefined) return -1;
    if (length < 0 || length > this.maxLength) throw new WireError('length');
    return this.queue.length < 4 + length ? -1 : 4 + length;
  }
}

/** The election port, at the end that was dialled: one hello, then frames. */
export class ElectionSplitter {
  private readonly queue: ByteQueue = new ByteQueue();
  private awaitsHello: boolean;

  /** Whoever dialled hears no hello. */
  constructor(awaitsHello: boolean) {
    this.awaitsHello = awaitsHello;
  }

  push(chunk: Uint8Array): void {
    this.queue.push(chunk);
  }

  /** Whether the next message is a hello. */
  get isHelloNext(): boolean {
    return this.awaitsHello;
  }

  /** The bytes of the hello, then payloads of notifications; undefined while one is incomplete. */
  next(): Uint8Array | undefined {
    return this.awaitsHello ? this.nextHello() : this.nextFrame();
  }

  private nextHello(): Uint8Array | undefined {
    if (this.queue.length < 8) return undefined;
    const length = this.queue.int(0) >= 0 ? 8 : this.longHello();
    if (length === undefined || this.queue.length < length) return undefined;
    this.awaitsHello = false;
    return this.queue.take(length);
  }

  private longHello(): number | undefined {
    if (this.queue.length < 20) return undefined;
    const address = this.queue.int(16);
    if (address < 0 || address > MAX_ADDRESS_LENGTH) throw new WireError('length');
    return 20 + address;
  }

  private nextFrame(): Uint8Array | undefined {
    if (this.queue.length < 4) return undefined;
    const length = this.queue.int(0);
    if (length < 0 || length > MAX_NOTIFICATION_LENGTH) throw new WireError('length');
    return this.queue.length < 4 + length ? undefined : this.queue.take(4 + length, 4);
  }
}
