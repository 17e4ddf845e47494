/**
 * Small runs of bytes cut from larger ones. An array of bytes with memory of its own costs an engine more to make and to collect
 * than most of what is put into it; what is made for every write of an ensemble, and kept for a short while, is cut from slabs
 * instead. A slab lives as long as any piece of it, so what is kept for long must have memory of its own.
 */
const SLAB_SIZE = 16_384;
/** Larger pieces have memory of their own. */
const PIECE_MAX = 2048;

let slab: Uint8Array = new Uint8Array(SLAB_SIZE);
let used = 0;

/** So many zeros that nobody else has. */
export function cutBytes(length: number): Uint8Array {
  if (length > PIECE_MAX) return new Uint8Array(length);
  if (used + length > SLAB_SIZE) {
    slab = new Uint8Array(SLAB_SIZE);
    used = 0;
  }
  const piece = new Uint8Array(slab.buffer, used, length);
  used += length;
  return piece;
}
