/**
 * One file's bytes under a page cache: what a process sees, what is durable, and the changes between the two, in order. A crash
 * replays any legal subset of those changes on what is durable. Names are none of its business.
 */
import { invariant } from '../base/invariant.ts';

/** Bytes at a place. */
export interface Patch {
  readonly at: number;
  readonly bytes: Uint8Array;
}

/** A change that is not durable yet: bytes written at `at`, or (without bytes) a cut to the size `at`. */
export interface PendingWrite {
  readonly at: number;
  readonly bytes: Uint8Array | null;
}

const EMPTY = new Uint8Array(0);

/** A file's bytes, apart from its names. */
export class Inode {
  /** What a process sees is the first `size` bytes; all others are zero. */
  buffer: Uint8Array = EMPTY;
  size = 0;
  /** Views of the buffer were handed out: what they show must stay, so bytes are changed in a copy. */
  isShared = false;
  /** What is durable: `base`, or without one the first `durableSize` bytes of the buffer, but for those overwritten. */
  base: Uint8Array | null = null;
  durableSize = 0;
  /** Durable bytes that pending writes have overwritten in the buffer, the oldest first. */
  overwritten: Patch[] = [];
  pending: PendingWrite[] = [];
  /** Changes that have become durable so far. */
  settled = 0;
  /** Whether its bytes were ever synced: a file system then tends to have made its name durable too. */
  everSynced = false;
  /** What has decayed and was not written again. */
  rotten: Patch | null = null;

  append(bytes: Uint8Array): void {
    const end = this.size + bytes.length;
    if (end > this.buffer.length) this.grow(end);
    this.buffer.set(bytes, this.size);
    this.pending.push({ at: this.size, bytes });
    this.size = end;
  }

  /** Writes over what is there or beyond it. */
  write(at: number, bytes: Uint8Array): void {
    const end = at + bytes.length;
    if (at < this.size) this.own();
    if (end > this.buffer.length) this.grow(end);
    if (this.base === null && at < this.durableSize) {
      this.overwritten.push({ at, bytes: this.buffer.slice(at, Math.min(end, this.durableSize)) });
    }
    this.buffer.set(bytes, at);
    this.pending.push({ at, bytes });
    this.size = Math.max(this.size, end);
    if (this.rotten !== null && at <= this.rotten.at && end >= this.rotten.at + this.rotten.bytes.length) this.rotten = null;
  }

  truncate(size: number): void {
    if (size === this.size) return;
    if (this.base === null) this.base = this.durable().slice();
    this.overwritten = [];
    this.isShared = false;
    if (this.rotten !== null && size <= this.rotten.at) this.rotten = null;
    const kept = new Uint8Array(size);
    kept.set(this.buffer.subarray(0, Math.min(size, this.size)));
    this.buffer = kept;
    this.size = size;
    this.pending.push({ at: size, bytes: null });
  }

  /** What a process sees; later changes do not touch it. */
  contents(): Uint8Array {
    this.isShared = true;
    return this.buffer.subarray(0, this.size);
  }

  /** What is durable. */
  durable(): Uint8Array {
    if (this.base !== null) return this.base;
    const bytes = this.buffer.subarray(0, this.durableSize);
    if (this.overwritten.length === 0) return bytes;
    const restored = bytes.slice();
    for (let i = this.overwritten.length - 1; i >= 0; i--) {
      const before = this.overwritten[i];
      if (before !== undefined) restored.set(before.bytes, before.at);
    }
    return restored;
  }

  /** The medium changes these bytes by itself; only where all is durable. */
  decay(at: number, bytes: Uint8Array): void {
    invariant(this.pending.length === 0 && at + bytes.length <= this.size, 'only what is at rest decays');
    this.own();
    this.buffer.set(bytes, at);
    this.rotten = { at, bytes };
  }

  /** Names the changes so far, for `settle`. */
  mark(): number {
    return this.settled + this.pending.length;
  }

  /** Everything up to the mark is durable. */
  settle(mark: number): void {
    this.everSynced = true;
    const count = mark - this.settled;
    if (count <= 0) return;
    const done = count === this.pending.length ? this.pending : this.pending.slice(0, count);
    this.pending = count === this.pending.length ? [] : this.pending.slice(count);
    this.settled = mark;
    if (this.pending.length === 0) {
      this.base = null;
      this.overwritten = [];
      this.durableSize = this.size;
    } else if (this.base === null && this.overwritten.length === 0 && this.areAppends(done)) {
      for (const write of done) this.durableSize += write.bytes?.length ?? 0;
    } else {
      this.base = replay(this.durable(), done);
      this.overwritten = [];
      this.durableSize = this.base.length;
    }
  }

  /** After a crash: these bytes are what there is, and they are durable. */
  become(bytes: Uint8Array): void {
    this.settled += this.pending.length;
    this.pending = [];
    this.buffer = bytes;
    this.size = bytes.length;
    this.isShared = false;
    this.base = null;
    this.overwritten = [];
    this.durableSize = bytes.length;
  }

  /** Whether they lie behind each other and nothing pending lies over them. */
  private areAppends(done: readonly PendingWrite[]): boolean {
    let end = this.durableSize;
    for (const write of done) {
      if (write.bytes === null || write.at !== end) return false;
      end += write.bytes.length;
    }
    return this.pending.every((write) => write.at >= end);
  }

  /** The buffer may be changed. */
  private own(): void {
    if (this.isShared) this.buffer = this.buffer.slice();
    this.isShared = false;
  }

  private grow(end: number): void {
    const larger = new Uint8Array(Math.max(end, this.buffer.length * 2, 256));
    larger.set(this.buffer.subarray(0, this.size));
    this.buffer = larger;
    this.isShared = false;
  }
}

/** The bytes after `writes` on top of `before`; a write past the end leaves zeros between. */
export function replay(before: Uint8Array, writes: readonly PendingWrite[]): Uint8Array {
  let size = before.length;
  let most = size;
  for (const write of writes) {
    size = write.bytes === null ? write.at : Math.max(size, write.at + write.bytes.length);
    most = Math.max(most, size);
  }
  const bytes = new Uint8Array(most);
  bytes.set(before);
  let end = before.length;
  for (const write of writes) {
    if (write.bytes === null) {
      if (write.at < end) bytes.fill(0, write.at, end);
      end = write.at;
    } else {
      bytes.set(write.bytes, write.at);
      end = Math.max(end, write.at + write.bytes.length);
    }
  }
  return bytes.slice(0, size);
}
