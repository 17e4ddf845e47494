/**
 * Jute, ZooKeeper's encoding: big-endian, no tags, no padding, −1 as the length of null. The `Writer` grows and is reused; the
 * `Reader` walks over bytes that it never mutates nor keeps, checks every bound before it touches or allocates anything, and
 * throws `WireError` and nothing else. Longs travel as two int32, because a bigint costs twenty times as much.
 */
import { NO_SESSION, sessionIdFromWords } from '../base/session-id.ts';
import type { SessionId } from '../base/session-id.ts';
import { cutBytes, keptBytes } from '../base/slab.ts';
import { ZXID_MAX, ZXID_UNINITIALIZED, zxidFromWords } from '../base/zxid.ts';
import type { Zxid } from '../base/zxid.ts';
import { checkText, decodeText, encodeText } from './utf8.ts';
import { WireError } from './wire-error.ts';
import type { Bytes } from './words.ts';

/** jute.maxbuffer: the longest frame that a client or a peer may send. */
export const MAX_FRAME_LENGTH = 0xfffff;
/** The longest buffer or string within a record: maxbuffer plus the extra size, which defaults to as much again. */
export const MAX_FIELD_LENGTH: number = 2 * MAX_FRAME_LENGTH;

const WORDS = 0x1_0000_0000;
const DIGIT_ZERO = 0x30;
const DIGIT_NINE = 0x39;
const LETTER_A = 0x61;

/** Encodes into a buffer of its own, which doubles when it is full. */
export class Writer {
  /** What is valid is `bytes[0..length)`. */
  bytes: Uint8Array;
  length: number = 0;
  private view: DataView;

  constructor(capacity: number = 256) {
    this.bytes = new Uint8Array(capacity);
    this.view = new DataView(this.bytes.buffer);
  }

  /** Starts anew on the same buffer. */
  reset(): void {
    this.length = 0;
  }

  /** A copy of what was written since `start`. */
  take(start: number = 0): Uint8Array {
    return this.bytes.slice(start, this.length);
  }

  /** The same for what is not kept for long (see `cutBytes`). */
  cut(): Uint8Array {
    const piece = cutBytes(this.length);
    piece.set(this.bytes.subarray(0, this.length));
    return piece;
  }

  /** All that was written, without a copy: the end of this writer. */
  give(): Uint8Array {
    return this.bytes.subarray(0, this.length);
  }

  int(value: number): void {
    const at = this.advance(4);
    this.view.setInt32(at, value);
  }

  bool(value: boolean): void {
    const at = this.advance(1);
    this.bytes[at] = value ? 1 : 0;
  }

  byte(value: number): void {
    const at = this.advance(1);
    this.bytes[at] = value;
  }

  words(high: number, low: number): void {
    const at = this.advance(8);
    this.view.setInt32(at, high);
    this.view.setInt32(at + 4, low);
  }

  /**
   * An integer within ±(2⁵³−1); those two ends themselves stand for Long.MAX_VALUE and Long.MIN_VALUE. The low half is taken by
   * `|`, which is modulo 2³² for any double, because `%` is slow.
   */
  long(value: number): void {
    if (value >= Number.MAX_SAFE_INTEGER) this.words(0x7fffffff, -1);
    else if (value <= Number.MIN_SAFE_INTEGER) this.words(-0x80000000, 0);
    else this.words(Math.floor(value / WORDS), value | 0);
  }

  zxid(value: Zxid): void {
    this.words(Math.floor(value / WORDS), value | 0);
  }

  session(value: SessionId): void {
    if (value === NO_SESSION) this.words(0, 0);
    else this.words(hexWord(value, 0), hexWord(value, 8));
  }

  raw(value: Uint8Array): void {
    const at = this.advance(value.length);
    this.bytes.set(value, at);
  }

  buffer(value: Bytes | null): void {
    if (value === null) return this.int(-1);
    this.int(value.length);
    this.raw(value);
  }

  ustring(value: string | null): void {
    if (value === null) return this.int(-1);
    const start = this.advance(4 + value.length);
    if (encodeAscii(value, this.bytes, start + 4)) {
      this.view.setInt32(start, value.length);
      return;
    }
    this.length = start;
    this.buffer(encodeText(value));
  }

  /** Leaves room for a length; `closeLength` fills it in with what was written after it. */
  openLength(): number {
    return this.advance(4);
  }

  closeLength(at: number): void {
    this.view.setInt32(at, this.length - at - 4);
  }

  private advance(count: number): number {
    const at = this.length;
    const end = at + count;
    if (end > this.bytes.length) this.grow(end);
    this.length = end;
    return at;
  }

  private grow(needed: number): void {
    const grown = new Uint8Array(Math.max(needed, 2 * this.bytes.length));
    grown.set(this.bytes);
    this.bytes = grown;
    this.view = new DataView(grown.buffer);
  }
}

/** Decodes `bytes[position..end)`. What it returns shares nothing with `bytes`. */
export class Reader {
  readonly bytes: Uint8Array;
  readonly end: number;
  position: number;
  private readonly maxLength: number;

  constructor(bytes: Uint8Array, start: number = 0, end: number = bytes.length, maxLength: number = MAX_FIELD_LENGTH) {
    this.bytes = bytes;
    this.position = start;
    this.end = end;
    this.maxLength = maxLength;
  }

  get remaining(): number {
    return this.end - this.position;
  }

  int(): number {
    const { bytes } = this;
    const at = this.advance(4);
    return ((bytes[at] ?? 0) << 24) | ((bytes[at + 1] ?? 0) << 16) | ((bytes[at + 2] ?? 0) << 8) | (bytes[at + 3] ?? 0);
  }

  /** As Java reads it: anything but 0 is true. */
  bool(): boolean {
    return this.byte() !== 0;
  }

  byte(): number {
    return this.bytes[this.advance(1)] ?? 0;
  }

  /** A long within ±(2⁵³−1), else `WireError`. */
  long(): number {
    const high = this.int();
    const value = high * WORDS + (this.int() >>> 0);
    if (!Number.isSafeInteger(value)) throw new WireError('range');
    return value;
  }

  /** A long; beyond ±(2⁵³−1), the nearer of those two. */
  saturatedLong(): number {
    const high = this.int();
    const value = high * WORDS + (this.int() >>> 0);
    if (value > Number.MAX_SAFE_INTEGER) return Number.MAX_SAFE_INTEGER;
    return value < Number.MIN_SAFE_INTEGER ? Number.MIN_SAFE_INTEGER : value;
  }

  zxid(): Zxid {
    const high = this.int();
    const zxid = zxidFromWords(high, this.int());
    if (zxid === undefined) throw new WireError('range');
    return zxid;
  }

  /** A zxid that is only ever compared: what is below 0 is −1, what is past the last one there can be is that. */
  saturatedZxid(): Zxid {
    const high = this.int();
    return zxidFromWords(high, this.int()) ?? (high < 0 ? ZXID_UNINITIALIZED : ZXID_MAX);
  }

  /** A zxid; `other` for one that this server keeps none of. */
  zxidOr(other: Zxid): Zxid {
    const high = this.int();
    return zxidFromWords(high, this.int()) ?? other;
  }

  session(): SessionId {
    const high = this.int();
    return sessionIdFromWords(high, this.int());
  }

  /** A copy of the next `count` bytes. */
  raw(count: number): Uint8Array {
    const at = this.advance(count);
    return keptBytes(this.bytes, at, at + count);
  }

  nullableBuffer(): Bytes | null {
    const length = this.fieldLength();
    return length < 0 ? null : this.raw(length);
  }

  buffer(): Bytes {
    const value = this.nullableBuffer();
    if (value === null) throw new WireError('null');
    return value;
  }

  nullableUstring(): string | null {
    const length = this.fieldLength();
    return length < 0 ? null : this.text(length);
  }

  ustring(): string {
    const length = this.fieldLength();
    if (length < 0) throw new WireError('null');
    return this.text(length);
  }

  /** Whether the next string is this one, of ASCII; reads nothing. */
  isNext(text: string): boolean {
    const { bytes, position } = this;
    if (this.remaining < 4 + text.length) return false;
    for (let i = 0; i < text.length; i++) if (bytes[position + 4 + i] !== text.charCodeAt(i)) return false;
    return bytes[position] === 0 && bytes[position + 1] === 0 && bytes[position + 2] === 0 && bytes[position + 3] === text.length;
  }

  /** Passes over these bytes, if they are the next ones. */
  skipIfNext(expected: Uint8Array): boolean {
    const { bytes, position } = this;
    if (this.remaining < expected.length) return false;
    for (let i = 0; i < expected.length; i++) if (bytes[position + i] !== expected[i]) return false;
    this.position += expected.length;
    return true;
  }

  /** As `ustring`, and makes no string. */
  skipUstring(): void {
    const length = this.fieldLength();
    if (length < 0) throw new WireError('null');
    const at = this.advance(length);
    checkText(this.bytes, at, at + length);
  }

  /** As `nullableBuffer`, and copies nothing. */
  skipNullableBuffer(): void {
    const length = this.fieldLength();
    if (length >= 0) this.advance(length);
  }

  /** Passes over so many words of 32 bits. */
  words(count: number): void {
    this.advance(4 * count);
  }

  /** The next `length` bytes as text. */
  text(length: number): string {
    const at = this.advance(length);
    return decodeText(this.bytes, at, at + length);
  }

  /**
   * The count of a vector (−1: null) whose elements take `elementSize` bytes at least, so that what is left could hold them. Any
   * other negative count is that of an empty vector, as it is to ZooKeeper's reader.
   */
  count(elementSize: number): number {
    const count = this.int();
    if (count < -1) return 0;
    if (count * elementSize > this.remaining) throw new WireError('truncated');
    return count;
  }

  /** Insists that everything was read. */
  finish(): void {
    if (this.position !== this.end) throw new WireError('trailing');
  }

  private fieldLength(): number {
    const length = this.int();
    if (length < -1 || length > this.maxLength) throw new WireError('length');
    return length;
  }

  private advance(count: number): number {
    const at = this.position;
    if (count > this.end - at) throw new WireError('truncated');
    this.position = at + count;
    return at;
  }
}

/** The eight hexadecimal digits from `at`, as 32 bits; `parseInt` would cost a substring. */
function hexWord(digits: SessionId, at: number): number {
  let word = 0;
  for (let i = at; i < at + 8; i++) {
    const code = digits.charCodeAt(i);
    word = (word << 4) | (code <= DIGIT_NINE ? code - DIGIT_ZERO : code - LETTER_A + 10);
  }
  return word;
}

/** Writes `text` at `at` if it is all ASCII; false, with rubbish left behind, if not. There is room for its length. */
function encodeAscii(text: string, into: Uint8Array, at: number): boolean {
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code >= 0x80) return false;
    into[at + i] = code;
  }
  return true;
}
