/**
 * An open file of the real machine. It gathers writes that follow upon each other, so that a batch of log entries is one call of
 * the system; and it fills space that was taken in advance with zeros, a portion ahead of what is written. A file system gives
 * out the blocks of a hole one write after the other, each time with an entry in its own journal that the next sync must wait
 * for; where there are zeros already, a sync waits for nothing but the data.
 */
import { ftruncateSync, readSync, writeSync } from 'node:fs';
import type { DiskError } from '../io/event.ts';

/** Zeros that are written ahead, at once. */
const ZEROS: Uint8Array = new Uint8Array(256 * 1024);
/** More than this is not gathered. */
const GATHERED_MAX = 1024 * 1024;

/** A sync under way, and who waits for it. */
export interface FileSync {
  /** It makes so many changes durable. */
  readonly changes: number;
  readonly waiting: ((error: unknown) => void)[];
}

/** See the head of the file. */
export class OpenFile {
  readonly fd: number;
  /** With what is gathered. */
  size: number;
  /** Requests of the operating system that still need the descriptor. */
  busy = 0;
  isForgotten = false;
  /** How many changes there were; of these, so many are durable. What was there before counts as one. */
  changes = 1;
  durableChanges = 0;
  syncing: FileSync | null = null;
  /** Something that was gathered could not be written: nothing of this file counts as durable any more. */
  failure: unknown = null;
  private gathered: Uint8Array[] = [];
  private gatheredAt = 0;
  private gatheredBytes = 0;
  /** Nothing was ever written there, so it may be filled; empty: no such place is known. */
  private hole: { start: number; end: number } = { start: 0, end: 0 };

  constructor(fd: number, size: number) {
    this.fd = fd;
    this.size = size;
  }

  /** Writes `bytes` at `offset`, sooner or later: `writeOut` does it now. */
  gather(offset: number, bytes: Uint8Array): void {
    const isNext = offset === this.gatheredAt + this.gatheredBytes;
    if (!isNext || this.gatheredBytes + bytes.length > GATHERED_MAX) this.writeOut();
    if (offset > this.size) {
      this.write(offset, bytes);
      return;
    }
    this.changes += 1;
    if (this.gatheredBytes === 0) this.gatheredAt = offset;
    this.gathered.push(bytes);
    this.gatheredBytes += bytes.length;
    this.size = Math.max(this.size, offset + bytes.length);
  }

  /** Gives the kernel what was gathered. */
  writeOut(): void {
    if (this.gatheredBytes === 0) return;
    const [first] = this.gathered;
    const bytes = this.gathered.length === 1 && first !== undefined ? first : Buffer.concat(this.gathered, this.gatheredBytes);
    this.gathered = [];
    this.gatheredBytes = 0;
    try {
      this.put(this.gatheredAt, bytes);
    } catch (error) {
      // Whoever wants its sync has asked already, perhaps, and must not be told that all is there.
      this.failure = error;
      throw error;
    }
  }

  /** Writes now. */
  write(offset: number, bytes: Uint8Array): void {
    this.writeOut();
    this.changes += 1;
    if (offset > this.size) this.hole = { start: this.size, end: offset };
    this.put(offset, bytes);
  }

  /** All that is in it. */
  readAll(): Uint8Array {
    this.writeOut();
    const bytes = new Uint8Array(this.size);
    let read = 0;
    while (read < bytes.length) {
      const count = readSync(this.fd, bytes, read, bytes.length - read, read);
      if (count === 0) break;
      read += count;
    }
    return bytes.subarray(0, read);
  }

  truncate(size: number): void {
    this.writeOut();
    this.changes += 1;
    ftruncateSync(this.fd, size);
    this.size = size;
    this.hole = { start: 0, end: 0 };
  }

  private put(offset: number, bytes: Uint8Array): void {
    this.putAll(offset, bytes);
    this.fillBehind(offset, offset + bytes.length);
  }

  private putAll(offset: number, bytes: Uint8Array): void {
    let written = 0;
    while (written < bytes.length) {
      written += writeSync(this.fd, bytes, written, bytes.length - written, offset + written);
      this.size = Math.max(this.size, offset + written);
    }
  }

  /** What was written has come to the beginning of the hole, or into it: there is less of it. */
  private fillBehind(start: number, end: number): void {
    const { hole } = this;
    if (end <= hole.start || start >= hole.end) return;
    if (start > hole.start) {
      // Elsewhere than at its beginning: what is left is not one hole any more.
      this.hole = { start: 0, end: 0 };
      return;
    }
    const zeros = Math.min(ZEROS.length, hole.end - end);
    try {
      if (zeros > 0) this.putAll(end, ZEROS.subarray(0, zeros));
      this.hole = { start: end + Math.max(zeros, 0), end: hole.end };
    } catch {
      // There is no room for more than what was asked for.
      this.hole = { start: 0, end: 0 };
    }
  }
}

/** What the process is told; a quota is a full disk, and whatever else fails is the device's fault. */
export function diskErrorOf(error: unknown): DiskError {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'ENOSPC' || code === 'EDQUOT') return 'ENOSPC';
  return code === 'ENOENT' ? 'ENOENT' : 'EIO';
}
