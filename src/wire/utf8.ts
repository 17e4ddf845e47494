/**
 * Text as it travels: UTF-8, strict when read. Java's writer sends a character beyond the basic plane as two surrogates of
 * three bytes each (CESU-8); such pairs are accepted and never written. Nothing is replaced silently: what is not text is a
 * `WireError`.
 */
import { WireError } from './wire-error.ts';

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
/**
 * Up to here, characters put together one by one are one string and not a chain of them, and faster than the decoder: V8 chains
 * what is longer, and whoever hashes or compares it first has to put it together once more.
 */
const SHORT = 12;

/** The UTF-8 of any text. */
export function encodeText(text: string): Uint8Array {
  return encoder.encode(text);
}

/** The text of `bytes[start..end)`; `WireError` if it is not UTF-8. */
export function decodeText(bytes: Uint8Array, start: number = 0, end: number = bytes.length): string {
  if (end - start <= SHORT) {
    const text = shortAscii(bytes, start, end);
    if (text !== undefined) return text;
  }
  const part = bytes.subarray(start, end);
  try {
    return decoder.decode(part);
  } catch {
    return decodeCesu(part);
  }
}

/** Throws as `decodeText` would, and makes no string of what is ASCII. */
export function checkText(bytes: Uint8Array, start: number, end: number): void {
  for (let at = start; at < end; at++) {
    if ((bytes[at] ?? 0) < 0x80) continue;
    decodeText(bytes, start, end);
    return;
  }
}

function shortAscii(bytes: Uint8Array, start: number, end: number): string | undefined {
  let text = '';
  for (let at = start; at < end; at++) {
    const byte = bytes[at] ?? 0;
    if (byte >= 0x80) return undefined;
    text += String.fromCharCode(byte);
  }
  return text;
}

/** Rewrites pairs of three-byte surrogates as four bytes and decodes again; a surrogate alone stays an error. */
function decodeCesu(bytes: Uint8Array): string {
  const plain = new Uint8Array(bytes.length);
  let length = 0;
  for (let at = 0; at < bytes.length; ) {
    const point = surrogatePair(bytes, at);
    if (point === undefined) {
      plain[length++] = bytes[at++] ?? 0;
      continue;
    }
    plain[length++] = 0xf0 | (point >>> 18);
    plain[length++] = 0x80 | ((point >>> 12) & 0x3f);
    plain[length++] = 0x80 | ((point >>> 6) & 0x3f);
    plain[length++] = 0x80 | (point & 0x3f);
    at += 6;
  }
  try {
    return decoder.decode(plain.subarray(0, length));
  } catch {
    throw new WireError('utf8');
  }
}

function surrogatePair(bytes: Uint8Array, at: number): number | undefined {
  const high = surrogate(bytes, at);
  const low = surrogate(bytes, at + 3);
  if (high === undefined || low === undefined || high >= 0xdc00 || low < 0xdc00) return undefined;
  return 0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00);
}

/** The surrogate whose three bytes begin at `at`, if there is one. */
function surrogate(bytes: Uint8Array, at: number): number | undefined {
  const second = bytes[at + 1] ?? 0;
  const third = bytes[at + 2] ?? 0;
  if (bytes[at] !== 0xed || second < 0xa0 || second > 0xbf || (third & 0xc0) !== 0x80) return undefined;
  return 0xd000 | ((second & 0x3f) << 6) | (third & 0x3f);
}
