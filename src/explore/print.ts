/**
 * Canonical prints: 96 bits for the structure of plain data, so wide that among the parts of any space that fits into memory
 * no two different ones are taken for one. Equal structures have equal prints, in whatever order a Map or a Set was filled and
 * whoever computes them; that is what lets several workers share one visited set. Made like `base/fingerprint.ts`, with a third
 * lane and with names that can be left out; it must never be asked for data with circles.
 */
import { canonicalOf } from '../base/canonical.ts';
import { avalanche } from '../base/hash.ts';
import { isImmutablePrototype } from '../base/fork.ts';
import { invariant } from '../base/invariant.ts';
import { addressOf } from '../io/event.ts';

/** Three words of 32 bits. */
export interface Print {
  readonly a: number;
  readonly b: number;
  readonly c: number;
}

const FLOAT = new DataView(new ArrayBuffer(8));
const VISITS_MAX = 10_000_000;
const TAG = {
  number: 0x55, float: 0x56, string: 0x66, bytes: 0xbb, array: 0x88, map: 0x99, set: 0xaa, object: 0xcc, other: 0x11,
};
const NOTHING: ReadonlySet<string> = new Set();

/** The words that the functions below leave behind. */
let wordA = 0;
let wordB = 0;
let wordC = 0;

function leave(a: number, b: number, c: number): void {
  wordA = a;
  wordB = b;
  wordC = c;
}

function step(path: number, by: number, factor: number): number {
  const mixed = Math.imul(path ^ by, factor);
  return avalanche((mixed << 15) | (mixed >>> 17));
}

/**
 * Clients by other names: the client `first + i` is called `first + order[i]`, wherever its number stands, alone or as the
 * peer in the number of a connection. Found by value: a process that holds an unrelated number of that size has it renamed
 * as well.
 */
export class Renaming {
  readonly first: number;
  readonly order: readonly number[];
  /** What is the peer of a connection is its number divided by this. */
  readonly perPeer: number;
  readonly wholes: WeakMap<object, Print> = new WeakMap();

  constructor(first: number, order: readonly number[], perPeer: number) {
    this.first = first;
    this.order = order;
    this.perPeer = perPeer;
  }

  of(value: number): number {
    const { first, perPeer } = this;
    const other = this.order[value - first];
    if (other !== undefined) return first + other;
    const peer = this.order[Math.floor(value / perPeer) - first];
    return peer === undefined ? value : (first + peer) * perPeer + (value % perPeer);
  }
}

/** In force while a print is made. */
let renaming: Renaming | null = null;

/** The print that `value` would have if clients were called otherwise. */
export function printRenamed(value: unknown, names: Renaming, ignored: ReadonlySet<string> = NOTHING): Print {
  renaming = names;
  try {
    return printOf(value, ignored);
  } finally {
    renaming = null;
  }
}

class Walk {
  readonly ignored: ReadonlySet<string>;
  sumA = 0;
  sumB = 0;
  sumC = 0;
  readonly values: unknown[] = [];
  readonly paths: number[] = [];

  constructor(ignored: ReadonlySet<string>) {
    this.ignored = ignored;
  }

  leaf(a: number, b: number, c: number): void {
    this.sumA = (this.sumA + avalanche(a ^ Math.imul(wordA, 0x9e37_79b1))) | 0;
    this.sumB = (this.sumB + avalanche(b ^ Math.imul(wordB, 0x85eb_ca77))) | 0;
    this.sumC = (this.sumC + avalanche(c ^ Math.imul(wordC, 0x27d4_eb2f))) | 0;
  }

  push(value: unknown, a: number, b: number, c: number): void {
    this.values.push(value);
    this.paths.push(a, b, c);
  }

  /** `value` at the place that the words name under the path. */
  under(value: unknown, a: number, b: number, c: number): void {
    this.push(value, step(a, wordA, 0x9e37_79b1), step(b, wordB, 0xc2b2_ae35), step(c, wordC, 0x1656_67b1));
  }

  visit(value: unknown, a: number, b: number, c: number): void {
    if (typeof value === 'object' && value !== null) this.object(value, a, b, c);
    else if (typeof value !== 'function') {
      primitive(value);
      this.leaf(a, b, c);
    }
  }

  object(value: object, a: number, b: number, c: number): void {
    if (Array.isArray(value)) {
      leave(value.length, TAG.array, ~value.length);
      this.leaf(a, b, c);
      for (let i = 0; i < value.length; i++) {
        leave(i, i + 0x1000_0000, ~i);
        this.under(value[i], a, b, c);
      }
    } else if (value instanceof Map) {
      leave(value.size, TAG.map, ~value.size);
      this.leaf(a, b, c);
      for (const [key, item] of value) {
        member(key);
        this.under(item, a, b, c);
      }
    } else if (value instanceof Set) {
      leave(value.size, TAG.set, ~value.size);
      this.leaf(a, b, c);
      for (const item of value) {
        member(item);
        this.under(true, a, b, c);
      }
    } else if (ArrayBuffer.isView(value)) {
      bytes(value);
      this.leaf(a, b, c);
    } else if (isShape(value)) {
      if (isWhole(value)) {
        const { a: x, b: y, c: z } = printOfWhole(value, this.ignored);
        leave(x, y, z);
        this.leaf(a, b, c);
      } else {
        const standIn = canonicalOf(value);
        if (standIn === value) this.shape(value, a, b, c);
        else this.visit(standIn, a, b, c);
      }
    }
  }

  shape(value: Record<string, unknown>, a: number, b: number, c: number): void {
    leave(0, TAG.object, 0);
    this.leaf(a, b, c);
    for (const key of Object.keys(value)) {
      if (this.ignored.has(key)) continue;
      name(key);
      this.under(value[key], a, b, c);
    }
  }
}

/** The print of `value`, its fields named in `ignored` left out wherever they are. */
export function printOf(value: unknown, ignored: ReadonlySet<string> = NOTHING): Print {
  const walk = new Walk(ignored);
  walk.push(value, 0x2545_f491, 0x4f6c_dd1d, 0x1b87_3593);
  return printWith(walk);
}

function printWith(walk: Walk): Print {
  for (let visits = 0; walk.values.length > 0; visits++) {
    invariant(visits < VISITS_MAX, 'what is printed must be free of circles');
    const c = walk.paths.pop() ?? 0;
    const b = walk.paths.pop() ?? 0;
    const a = walk.paths.pop() ?? 0;
    walk.visit(walk.values.pop(), a, b, c);
  }
  const { sumA, sumB, sumC } = walk;
  return {
    a: avalanche(sumA ^ Math.imul(sumC, 0x9e37_79b1)),
    b: avalanche(sumB ^ Math.imul(sumA, 0x27d4_eb2f)),
    c: avalanche(sumC ^ Math.imul(sumB, 0x85eb_ca77)),
  };
}

/** Words of the names of fields, of which there are few. */
const NAMES: Map<string, Print> = new Map();

function name(key: string): void {
  const known = NAMES.get(key);
  if (known !== undefined) {
    leave(known.a, known.b, known.c);
    return;
  }
  text(key, 0);
  NAMES.set(key, { a: wordA, b: wordB, c: wordC });
}

/** Prints of what never changes any more. */
const WHOLES = new WeakMap<object, Print>();

/**
 * What has a print of its own within a larger one, so that it need be made once only: persistent structures, transactions,
 * and what a process is configured with.
 */
function isWhole(value: object): boolean {
  return isImmutablePrototype(Object.getPrototypeOf(value)) || ('zxid' in value && 'bytes' in value) || 'tickTimeMs' in value;
}

function printOfWhole(value: Record<string, unknown>, ignored: ReadonlySet<string>): Print {
  const wholes = renaming?.wholes ?? WHOLES;
  const known = wholes.get(value);
  if (known !== undefined) return known;
  const walk = new Walk(ignored);
  const standIn = canonicalOf(value);
  if (standIn === value) walk.shape(value, 0x1656_67b1, 0x27d4_eb2f, 0x1b87_3593);
  else walk.visit(standIn, 0x1656_67b1, 0x27d4_eb2f, 0x1b87_3593);
  const print = printWith(walk);
  if (Object.isFrozen(value) || isImmutablePrototype(Object.getPrototypeOf(value))) wholes.set(value, print);
  return print;
}

/** Freezes plain records and lists all the way down; bytes cannot be, and are not written to. Forks then share them. */
export function freeze<T>(value: T): T {
  const list: unknown[] = [value];
  for (let each = list.pop(); each !== undefined; each = list.pop()) {
    if (typeof each !== 'object' || each === null || ArrayBuffer.isView(each) || Object.isFrozen(each)) continue;
    if (!Array.isArray(each) && Object.getPrototypeOf(each) !== Object.prototype) continue;
    for (const part of Object.values(each)) if (part !== undefined) list.push(part);
    Object.freeze(each);
  }
  return value;
}

/** The print as a key of a Map. */
export function keyOf({ a, b, c }: Print): string {
  return String.fromCharCode(a & 0xffff, a >>> 16, b & 0xffff, b >>> 16, c & 0xffff, c >>> 16);
}

function isShape(value: object): value is Record<string, unknown> {
  return !Array.isArray(value);
}

function primitive(value: unknown): void {
  if (typeof value === 'string') text(renaming === null ? value : renamedAddress(value, renaming), TAG.string);
  else if (typeof value === 'number') number(value);
  else if (typeof value === 'bigint') text(value.toString(16), TAG.other);
  else {
    const word = value === null ? 1 : value === undefined ? 2 : value === true ? 3 : 4;
    leave(word, TAG.other, ~word);
  }
}

function number(given: number): void {
  const value = renaming === null ? given : renaming.of(given);
  if ((value | 0) === value) {
    leave(value, value ^ TAG.number, Math.imul(value, 3) + TAG.number);
    return;
  }
  FLOAT.setFloat64(0, value);
  const high = FLOAT.getInt32(0);
  const low = FLOAT.getInt32(4);
  leave(low ^ Math.imul(high, 0x9e37_79b1), high, Math.imul(low, 0x85eb_ca77) ^ high ^ TAG.float);
}

function text(value: string, tag: number): void {
  let a = value.length ^ tag;
  let b = tag;
  let c = ~tag;
  for (let i = 0; i < value.length; i++) {
    const unit = value.charCodeAt(i);
    a = Math.imul(a ^ unit, 0x9e37_79b1);
    a = (a << 13) | (a >>> 19);
    b = Math.imul(b + unit, 0x85eb_ca77);
    b = (b << 17) | (b >>> 15);
    c = Math.imul(c ^ (unit + 0x4f), 0xc2b2_ae35);
    c = (c << 7) | (c >>> 25);
  }
  leave(a, b, c);
}

function bytes(view: ArrayBufferView): void {
  const all = new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
  let a = all.length ^ TAG.bytes;
  let b = TAG.bytes;
  let c = ~TAG.bytes;
  for (const byte of all) {
    a = Math.imul(a ^ byte, 0x9e37_79b1);
    a = (a << 13) | (a >>> 19);
    b = Math.imul(b + byte, 0x85eb_ca77);
    b = (b << 17) | (b >>> 15);
    c = Math.imul(c ^ (byte + 0x4f), 0xc2b2_ae35);
    c = (c << 7) | (c >>> 25);
  }
  leave(a, b, c);
}

/** An address that a client connects from names it too. */
function renamedAddress(value: string, names: Renaming): string {
  if (!value.startsWith('127.0.0.')) return value;
  const at = names.order.findIndex((_, index) => addressOf(names.first + index) === value);
  return at < 0 ? value : addressOf(names.first + (names.order[at] ?? 0));
}

/** The words of a Map's key or a Set's member; an object there is rare and gets a print of its own. */
function member(key: unknown): void {
  if (typeof key !== 'object' || key === null) {
    primitive(key);
    return;
  }
  const { a, b, c } = printOf(key);
  leave(a, b, c);
}
