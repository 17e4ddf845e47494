/**
 * The two checksums of ZooKeeper's formats: Adler-32 seals log entries and snapshots, CRC-32 makes the digest of a node. Both can
 * be carried on from an earlier value, so that what is spread over several buffers need never be joined. They answer to RFC 1950
 * and to IEEE 802.3 and must stay free of allocation: they run over every byte that is logged.
 */

const MODULUS = 65521;
/** The longest run whose sums still fit 32 bits, so that the modulus is taken once a run. */
const RUN = 5552;

/** Adler-32 of `bytes[start..end)`, 0..2³²−1, carried on from `adler` (1: from nothing). */
export function adler32(bytes: Uint8Array, start: number = 0, end: number = bytes.length, adler: number = 1): number {
  let a = adler & 0xffff;
  let b = adler >>> 16;
  let at = start;
  while (at < end) {
    const stop = Math.min(at + RUN, end);
    for (; at < stop; at++) {
      a += bytes[at] ?? 0;
      b += a;
    }
    a %= MODULUS;
    b %= MODULUS;
  }
  return ((b << 16) | a) >>> 0;
}

/** Sixteen tables in one: entry 256·k + i is what byte i does to the register k bytes later. */
const CRC_TABLES = crcTables();

function crcTables(): Int32Array {
  const tables = new Int32Array(4096);
  for (let i = 0; i < 256; i++) {
    let value = i;
    for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
    tables[i] = value;
  }
  for (let i = 256; i < 4096; i++) {
    const shorter = tables[i - 256] ?? 0;
    tables[i] = (shorter >>> 8) ^ (tables[shorter & 0xff] ?? 0);
  }
  return tables;
}

/** CRC-32 of `bytes[start..end)`, 0..2³²−1, carried on from `crc` (0: from nothing). */
export function crc32(bytes: Uint8Array, start: number = 0, end: number = bytes.length, crc: number = 0): number {
  let register = ~crc;
  let at = start;
  for (; at + 16 <= end; at += 16) {
    register ^= (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8) | ((bytes[at + 2] ?? 0) << 16) | ((bytes[at + 3] ?? 0) << 24);
    register =
      (CRC_TABLES[3840 + (register & 0xff)] ?? 0) ^
      (CRC_TABLES[3584 + ((register >>> 8) & 0xff)] ?? 0) ^
      (CRC_TABLES[3328 + ((register >>> 16) & 0xff)] ?? 0) ^
      (CRC_TABLES[3072 + (register >>> 24)] ?? 0) ^
      // What does not depend on the register: the processor need not wait with it.
      (CRC_TABLES[2816 + (bytes[at + 4] ?? 0)] ?? 0) ^
      (CRC_TABLES[2560 + (bytes[at + 5] ?? 0)] ?? 0) ^
      (CRC_TABLES[2304 + (bytes[at + 6] ?? 0)] ?? 0) ^
      (CRC_TABLES[2048 + (bytes[at + 7] ?? 0)] ?? 0) ^
      (CRC_TABLES[1792 + (bytes[at + 8] ?? 0)] ?? 0) ^
      (CRC_TABLES[1536 + (bytes[at + 9] ?? 0)] ?? 0) ^
      (CRC_TABLES[1280 + (bytes[at + 10] ?? 0)] ?? 0) ^
      (CRC_TABLES[1024 + (bytes[at + 11] ?? 0)] ?? 0) ^
      (CRC_TABLES[768 + (bytes[at + 12] ?? 0)] ?? 0) ^
      (CRC_TABLES[512 + (bytes[at + 13] ?? 0)] ?? 0) ^
      (CRC_TABLES[256 + (bytes[at + 14] ?? 0)] ?? 0) ^
      (CRC_TABLES[bytes[at + 15] ?? 0] ?? 0);
  }
  for (; at < end; at++) register = (register >>> 8) ^ (CRC_TABLES[(register ^ (bytes[at] ?? 0)) & 0xff] ?? 0);
  return ~register >>> 0;
}
