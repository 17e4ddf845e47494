/**
 * The digest of one znode, version 2 of ZooKeeper's tree digest (section 3.4 of the protocol's description): CRC-32
 * over path, data and stored metadata. Kept in two stages, because path and data change less often than the metadata:
 * `contentCrc` first, then `nodeDigest` continues from it. Works on numbers and code units directly, so that a write
 * allocates nothing for it.
 */
import { crc32 } from '../base/checksum.ts';
import { sessionHighWord, sessionLowWord, NO_SESSION, type SessionId } from '../base/session-id.ts';
import type { Bytes } from '../wire/words.ts';

/** Four tables for four bytes at a time (slicing-by-4), reflected polynomial 0xEDB88320. */
const [T0, T1, T2, T3] = tables();

function tables(): readonly [Int32Array, Int32Array, Int32Array, Int32Array] {
  const t0 = new Int32Array(256);
  for (let n = 0; n < 256; n++) {
    let c = n;
    for (let k = 0; k < 8; k++) c = (c & 1) === 0 ? c >>> 1 : (c >>> 1) ^ 0xedb88320;
    t0[n] = c;
  }
  const follow = (table: Int32Array): Int32Array => table.map((c) => (c >>> 8) ^ at(t0, c & 0xff));
  const t1 = follow(t0);
  const t2 = follow(t1);
  return [t0, t1, t2, follow(t2)];
}

function at(table: Int32Array, index: number): number {
  return table[index] ?? 0;
}

function byte(crc: number, value: number): number {
  return (crc >>> 8) ^ at(T0, (crc ^ value) & 0xff);
}

/** Continues over the four bytes of an int32 in network order. */
function word(crc: number, value: number): number {
  return at(T3, (crc ^ (value >>> 24)) & 0xff) ^ at(T2, ((crc >>> 8) ^ (value >>> 16)) & 0xff)
    ^ at(T1, ((crc >>> 16) ^ (value >>> 8)) & 0xff) ^ at(T0, ((crc >>> 24) ^ value) & 0xff);
}

/** The running CRC after the path ('' for the root) and the data. */
export function contentCrc(path: string, data: Bytes | null): number {
  const crc = utf8Crc(-1, path);
  return data === null ? crc : ~crc32(data, 0, data.length, ~crc);
}

/** Unpaired surrogates count as '?', as Java's encoder writes them. */
function utf8Crc(start: number, text: string): number {
  let crc = start;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit < 0x80) {
      crc = byte(crc, unit);
      continue;
    }
    const point = text.codePointAt(i) ?? unit;
    if (point > 0xffff) {
      crc = byte(byte(crc, 0xf0 | (point >> 18)), 0x80 | ((point >> 12) & 0x3f));
      crc = byte(byte(crc, 0x80 | ((point >> 6) & 0x3f)), 0x80 | (point & 0x3f));
      i++;
    } else if (point >= 0xd800 && point <= 0xdfff) {
      crc = byte(crc, 0x3f);
    } else {
      crc = point < 0x800 ? byte(crc, 0xc0 | (point >> 6)) : byte(byte(crc, 0xe0 | (point >> 12)), 0x80 | ((point >> 6) & 0x3f));
      crc = byte(crc, 0x80 | (point & 0x3f));
    }
  }
  return crc;
}

/** Stored metadata in words of 32 bits, as a node has them. */
export interface StatWords {
  readonly czxidHigh: number;
  readonly czxidLow: number;
  readonly mzxidHigh: number;
  readonly mzxidLow: number;
  readonly pzxidHigh: number;
  readonly pzxidLow: number;
  readonly ctimeHigh: number;
  readonly ctimeLow: number;
  readonly mtimeHigh: number;
  readonly mtimeLow: number;
  readonly version: number;
  readonly cversion: number;
  readonly aversion: number;
  readonly ephemeralOwner: SessionId;
}

/** The node's digest as 32 bits with a sign, given the CRC of its content. */
export function nodeDigest(content: number, stat: StatWords): number {
  let crc = word(word(content, stat.czxidHigh), stat.czxidLow);
  crc = word(word(crc, stat.mzxidHigh), stat.mzxidLow);
  crc = word(word(crc, stat.pzxidHigh), stat.pzxidLow);
  crc = word(word(crc, stat.ctimeHigh), stat.ctimeLow);
  crc = word(word(crc, stat.mtimeHigh), stat.mtimeLow);
  crc = word(crc, stat.version);
  crc = word(crc, stat.cversion);
  crc = word(crc, stat.aversion);
  if (stat.ephemeralOwner === NO_SESSION) crc = word(word(crc, 0), 0);
  else crc = word(word(crc, sessionHighWord(stat.ephemeralOwner)), sessionLowWord(stat.ephemeralOwner));
  return ~crc;
}
