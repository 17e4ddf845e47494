/**
 * One file's bytes under a page cache: what a process sees, what is durable, and the changes between the two, in order. A crash
 * replays any legal subset of those changes on what is durable. Names are none of its business.
 */

/** A change that is not durable yet: bytes written at `at`, or (without bytes) a cut to the size `at`. */
export interface PendingWrite {
  readonly at: number;
  readonly bytes: Uint8Array | null;
}

const EMPTY = new Uint8Array(0);

/** A file's bytes, apart from its names. */
export class Inode {
  /** What a process sees is the first `size` bytes; views of them may have been handed out, so a byte once written stays. */
  buffer: Uint8Array = EMPTY;
  size = 0;
  /** What is durable: `base`, or without one the first `durableSize` bytes of the buffer. */
  base: Uint8Array | null = null;
  durableSize = 0;
  pending: PendingWrite[] = [];
  /** Changes that have become durable so far. */
  settled = 0;
  /** Whether its bytes were ever synced: a file system then tends to have made its name durable too. */
  everSynced = false;

  append(bytes: Uint8Array): void {
    const end = this.size + bytes.length;
    if (end > this.buffer.length) this.grow(end);
    this.buffer.set(bytes, this.size);
    this.pending.push({ at: this.size, bytes });
    this.size = end;
  }

  truncate(size: number): void {
    if (size === this.size) return;
    if (this.base === null) this.base = this.buffer.slice(0, this.durableSize);
    const kept = new Uint8Array(size);
    kept.set(this.buffer.subarray(0, Math.min(size, this.size)));
    this.buffer = kept;
    this.size = size;
    this.pending.push({ at: size, bytes: null });
  }

  /** What a process sees; later changes do not touch it. */
  contents(): Uint8Array {
    return this.buffer.subarray(0, this.size);
  }

  /** What is durable. */
  durable(): Uint8Array {
    return this.base ?? this.buffer.subarray(0, this.durableSize);
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
      this.durableSize = this.size;
    } else if (this.base === null && done.every((write) => write.bytes !== null)) {
      for (const write of done) this.durableSize += write.bytes?.length ?? 0;
    } else {
      this.base = replay(this.durable(), done);
      this.durableSize = this.base.length;
    }
  }

  /** After a crash: these bytes are what there is, and they are durable. */
  become(bytes: Uint8Array): void {
    this.settled += this.pending.length;
    this.pending = [];
    this.buffer = bytes;
    this.size = bytes.length;
    this.base = null;
    this.durableSize = bytes.length;
  }

  private grow(end: number): void {
    const larger = new Uint8Array(Math.max(end, this.buffer.length * 2, 256));
    larger.set(this.buffer.subarray(0, this.size));
    this.buffer = larger;
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
