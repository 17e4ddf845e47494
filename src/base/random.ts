/**
 * The generator behind every seeded stream: xoshiro128** (Blackman and Vigna) on four int32 fields, seeded through
 * seedrandom's ARC4 by a seed and the stream's label, so that the streams of one seed do not depend on each other. Integers
 * only: floating point would tempt people into transcendental functions, whose last bit is the engine's own business.
 */
import seedrandom from 'seedrandom';
import { invariant } from './invariant.ts';

/** The largest bound of a draw: 2³². */
export const BOUND_MAX = 0x1_0000_0000;

/** A generator as plain data: fork it and both copies go on alike. The four words must not all be zero. */
export class Xoshiro {
  a: number;
  b: number;
  c: number;
  d: number;

  constructor(a: number, b: number, c: number, d: number) {
    this.a = a | 0;
    this.b = b | 0;
    this.c = c | 0;
    this.d = d | 0;
    invariant((this.a | this.b | this.c | this.d) !== 0, 'xoshiro128** cannot leave the zero state');
  }

  /** The next 32 bits, as a signed integer. */
  next(): number {
    const b = this.b;
    const product = Math.imul(b, 5);
    const result = Math.imul((product << 7) | (product >>> 25), 9);
    const shifted = b << 9;
    const c = this.c ^ this.a;
    const d = this.d ^ b;
    this.b = b ^ c;
    this.a ^= d;
    this.c = c ^ shifted;
    this.d = (d << 11) | (d >>> 21);
    return result;
  }

  /** An integer in 0..bound−1, every one as likely as any other; bound in 1..2³². */
  below(bound: number): number {
    if (bound === 1) return 0;
    invariant(bound > 1 && bound <= BOUND_MAX && Math.floor(bound) === bound, 'a bound must be an integer in 1..2^32');
    const shift = Math.clz32(bound - 1);
    for (;;) {
      const value = this.next() >>> shift;
      if (value < bound) return value;
    }
  }
}

/** The generator of the stream called `label` under `seed`. Takes some microseconds. */
export function seedStream(seed: string, label: string): Xoshiro {
  const source = seedrandom(`${seed}/${label}`);
  const a = source.int32();
  const b = source.int32();
  const c = source.int32();
  const d = source.int32();
  return new Xoshiro((a | b | c | d) === 0 ? 1 : a, b, c, d);
}
