/**
 * A rolling hash for traces and fingerprints: two int32 lanes that take one word at a time, 53 bits of which come out. It is
 * fast and well mixed, and no defence against an adversary. What it is fed, in which order, is part of its meaning: a trace
 * hash is comparable only between runs of one version.
 */

const FLOAT = new DataView(new ArrayBuffer(8));

/** Finishes one 32-bit word: every bit of the input reaches every bit of the result (murmur3's last step). */
export function avalanche(word: number): number {
  let h = word | 0;
  h = Math.imul(h ^ (h >>> 16), 0x85eb_ca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2_ae35);
  return h ^ (h >>> 16);
}

/** A cheap 32-bit hash of a string, by its UTF-16 units. */
export function hashString(text: string): number {
  let h = text.length | 0;
  for (let i = 0; i < text.length; i++) {
    h = Math.imul(h ^ text.charCodeAt(i), 0x9e37_79b1);
    h = (h << 13) | (h >>> 19);
  }
  return avalanche(h);
}

/** Two lanes as one number of 53 bits. */
export function join53(low: number, high: number): number {
  return (high & 0x1f_ffff) * 0x1_0000_0000 + (low >>> 0);
}

/** A hash in the making. Plain data: a fork goes on from where the original stood. */
export class RollingHash {
  low = 0x2545_f491;
  high = 0x4f6c_dd1d;

  /** Takes the low 32 bits of `word`. */
  mix(word: number): void {
    const low = this.low ^ word;
    this.low = Math.imul((low << 15) | (low >>> 17), 0x9e37_79b1) + 0x7f4a_7c15 | 0;
    const high = this.high ^ word;
    this.high = Math.imul((high << 11) | (high >>> 21), 0x85eb_ca77) + 0x165667b1 | 0;
  }

  /** Takes any number, exactly; zero and minus zero are the same. */
  mixNumber(value: number): void {
    if ((value | 0) === value) {
      this.mix(value);
    } else if (Number.isSafeInteger(value)) {
      this.mix(value | 0);
      this.mix(Math.floor(value / 0x1_0000_0000));
    } else {
      FLOAT.setFloat64(0, value);
      this.mix(FLOAT.getInt32(0));
      this.mix(FLOAT.getInt32(4));
    }
  }

  mixString(text: string): void {
    this.mix(text.length);
    for (let i = 0; i < text.length; i++) this.mix(text.charCodeAt(i));
  }

  /** What has been taken so far, as an integer of 53 bits. */
  value(): number {
    const low = avalanche(this.low ^ Math.imul(this.high, 0x27d4_eb2f));
    return join53(low, avalanche(this.high ^ Math.imul(low, 0x1656_67b1)));
  }

  /** `value` as fourteen hexadecimal digits. */
  hex(): string {
    return this.value().toString(16).padStart(14, '0');
  }
}
