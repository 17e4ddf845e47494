/**
 * Small runs of bytes cut from larger ones. An array of bytes with memory of its own costs an engine more to make, to keep and to
 * collect than most of what is put into it. A slab lives as long as any piece of it, so pieces of one slab should live equally
 * long: what is made for every write of an ensemble and thrown away soon is cut from slabs of its own; and where pieces may be
 * kept for ever, slabs are so small that one piece which outlives its neighbours wastes little.
 */
class Slabs {
  private readonly size: number;
  /** Larger pieces have memory of their own. */
  private readonly pieceMax: number;
  private slab: ArrayBuffer;
  private used: number = 0;

  constructor(size: number, pieceMax: number) {
    this.size = size;
    this.pieceMax = pieceMax;
    this.slab = new ArrayBuffer(size);
  }

  cut(length: number): Uint8Array {
    if (length > this.pieceMax) return new Uint8Array(length);
    if (this.used + length > this.size) {
      this.slab = new ArrayBuffer(this.size);
      this.used = 0;
    }
    const piece = new Uint8Array(this.slab, this.used, length);
    this.used += length;
    return piece;
  }
}

const passing = new Slabs(16_384, 2048);
const KEPT_MAX = 128;
const lasting = new Slabs(1024, KEPT_MAX);

/** So many zeros that nobody else has, for what is thrown away soon. */
export function cutBytes(length: number): Uint8Array {
  return passing.cut(length);
}

/**
 * A copy of `bytes[start..end)` with memory of its own, always a plain `Uint8Array`: what a socket hands out is a `Buffer` of
 * Node's, whose `slice` copies nothing.
 */
export function copiedBytes(bytes: Uint8Array, start: number, end: number): Uint8Array {
  return new Uint8Array(bytes.subarray(start, end));
}

/** A copy of `bytes[start..end)` that may be kept. */
export function keptBytes(bytes: Uint8Array, start: number, end: number): Uint8Array {
  const length = end - start;
  if (length > KEPT_MAX || length === 0) return copiedBytes(bytes, start, end);
  const piece = lasting.cut(length);
  // So few are copied faster one by one.
  for (let i = 0; i < length; i++) piece[i] = bytes[start + i] ?? 0;
  return piece;
}
