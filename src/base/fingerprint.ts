/**
 * A structural fingerprint of plain data: equal structures have equal fingerprints, whatever the order in which a Map or a Set
 * was filled; others differ but for a collision in 2⁵³. It sums up one well-mixed pair of words for every leaf, made of the
 * leaf and the path to it, so the order of visits does not count and no recursion is needed. The data must be free of
 * circles. Aliasing does not count: two references to one object are like two equal objects. Functions are ignored.
 */
import { canonicalOf } from './canonical.ts';
import { avalanche, join53 } from './hash.ts';
import { invariant } from './invariant.ts';

const FLOAT = new DataView(new ArrayBuffer(8));
/** Visits after which a circle is suspected. */
const VISITS_MAX = 100_000_000;

/** Keeps leaves of different types apart. */
const TAG = {
  null: 0x11,
  undefined: 0x22,
  false: 0x33,
  true: 0x44,
  number: 0x55,
  string: 0x66,
  bigint: 0x77,
  array: 0x88,
  map: 0x99,
  set: 0xaa,
  bytes: 0xbb,
  object: 0xcc,
  member: 0xdd,
} as const;

/** A hash of two words, reused: what the functions below leave behind. */
const word = { low: 0, high: 0 };

/** A list of (value, path) still to be visited, and the sum so far. */
class Walk {
  low = 0;
  high = 0;
  visits = 0;
  readonly values: unknown[] = [];
  readonly paths: number[] = [];

  push(value: unknown, low: number, high: number): void {
    this.values.push(value);
    this.paths.push(low, high);
  }

  /** `value` at the place that the word names under the path. */
  pushUnder(value: unknown, low: number, high: number): void {
    this.push(value, step(low, word.low), step(high, word.high));
  }

  leaf(pathLow: number, pathHigh: number, low: number, high: number): void {
    this.low = (this.low + avalanche(pathLow ^ Math.imul(low, 0x9e37_79b1))) | 0;
    this.high = (this.high + avalanche(pathHigh ^ Math.imul(high, 0x85eb_ca77))) | 0;
  }

  visit(value: unknown, low: number, high: number): void {
    if (typeof value === 'object' && value !== null) {
      this.object(value, low, high);
    } else if (typeof value !== 'function') {
      primitiveWord(value);
      this.leaf(low, high, word.low, word.high);
    }
  }

  object(value: object, low: number, high: number): void {
    if (Array.isArray(value)) {
      this.leaf(low, high, value.length, TAG.array);
      for (let i = 0; i < value.length; i++) this.push(value[i], step(low, i), step(high, i));
    } else if (value instanceof Map) {
      this.leaf(low, high, value.size, TAG.map);
      for (const [key, item] of value) {
        memberWord(key);
        this.pushUnder(item, low, high);
      }
    } else if (value instanceof Set) {
      this.leaf(low, high, value.size, TAG.set);
      for (const item of value) {
        memberWord(item);
        this.leaf(step(low, TAG.member), step(high, TAG.member), word.low, word.high);
      }
    } else if (ArrayBuffer.isView(value)) {
      bytesWord(value);
      this.leaf(low, high, word.low, word.high);
    } else {
      const standIn = canonicalOf(value);
      if (standIn === value) this.shape(value, low, high);
      else this.push(standIn, low, high);
    }
  }

  shape(value: object, low: number, high: number): void {
    if (isShape(value)) {
      const keys = Object.keys(value);
      this.leaf(low, high, keys.length, TAG.object);
      for (const key of keys) {
        stringWord(key, 0);
        this.pushUnder(value[key], low, high);
      }
    }
  }
}

/** A number of 53 bits for the structure of `value`. */
export function fingerprint(value: unknown): number {
  const walk = new Walk();
  walk.push(value, 0x2545_f491, 0x4f6c_dd1d);
  while (walk.values.length > 0) {
    invariant(++walk.visits < VISITS_MAX, 'what is fingerprinted must be free of circles');
    const high = walk.paths.pop() ?? 0;
    const low = walk.paths.pop() ?? 0;
    walk.visit(walk.values.pop(), low, high);
  }
  return join53(avalanche(walk.low), avalanche(walk.high ^ Math.imul(walk.low, 0x27d4_eb2f)));
}

function isShape(value: object): value is Record<string, unknown> {
  return !Array.isArray(value);
}

function step(path: number, by: number): number {
  const mixed = Math.imul(path ^ by, 0x9e37_79b1);
  return avalanche((mixed << 15) | (mixed >>> 17));
}

function primitiveWord(value: unknown): void {
  if (typeof value === 'string') stringWord(value, TAG.string);
  else if (typeof value === 'number') numberWord(value);
  else if (typeof value === 'bigint') stringWord(value.toString(16), TAG.bigint);
  else set(value === null ? TAG.null : value === undefined ? TAG.undefined : value === true ? TAG.true : TAG.false, -1);
}

function set(low: number, high: number): void {
  word.low = low;
  word.high = high;
}

function numberWord(value: number): void {
  if ((value | 0) === value) {
    set(value, TAG.number);
  } else {
    FLOAT.setFloat64(0, value);
    const first = FLOAT.getInt32(0);
    set(FLOAT.getInt32(4) ^ Math.imul(first, 0x9e37_79b1), first);
  }
}

function stringWord(text: string, tag: number): void {
  let low = text.length ^ tag;
  let high = tag;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    low = Math.imul(low ^ unit, 0x9e37_79b1);
    low = (low << 13) | (low >>> 19);
    high = Math.imul(high + unit, 0x85eb_ca77);
    high = (high << 17) | (high >>> 15);
  }
  set(low, high);
}

function bytesWord(view: ArrayBufferView): void {
  const bytes = new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
  let low = bytes.length ^ TAG.bytes;
  let high: number = TAG.bytes;
  for (const byte of bytes) {
    low = Math.imul(low ^ byte, 0x9e37_79b1);
    low = (low << 13) | (low >>> 19);
    high = Math.imul(high + byte, 0x85eb_ca77);
    high = (high << 17) | (high >>> 15);
  }
  set(low, high);
}

/** The word of a Map's key or a Set's member; an object there is rare and gets a fingerprint of its own. */
function memberWord(key: unknown): void {
  if (typeof key !== 'object' || key === null) {
    primitiveWord(key);
    return;
  }
  const own = fingerprint(key);
  set(own | 0, Math.floor(own / 0x1_0000_0000) ^ TAG.member);
}
