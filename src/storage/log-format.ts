/**
 * The bytes of a transaction log: a header, then entries of checksum, length, transaction and the byte 'B' (ZooKeeper's
 * FileTxnLog). Reading tells apart how a file may end: cleanly, perhaps in zeros (preallocated space), or torn, as a crash leaves
 * the part that was not synced. It never reads past damage, and never decides what damage means: that depends on whether the file
 * is the last one.
 */
import { adler32 } from '../base/checksum.ts';
import { cutBytes } from '../base/slab.ts';
import { counterOf, epochOf, zxidToHex } from '../base/zxid.ts';
import type { Zxid } from '../base/zxid.ts';
import { decodeTxn } from '../wire/transaction-codec.ts';
import type { Txn } from '../wire/transactions.ts';
import { WireError } from '../wire/wire-error.ts';

/** Magic, version and database id, before the first entry. */
export const LOG_HEADER_SIZE = 16;
const MAGIC = 0x5a4b4c47;
const VERSION = 2;
/** A file is made larger when the end of its entries comes so close to its own. */
const PADDING_AHEAD = 4096;
/** Checksum (8 bytes) and length (4) before a transaction, 'B' after it. */
const ENTRY_PREFIX = 12;
const ENTRY_OVERHEAD = ENTRY_PREFIX + 1;
const END_OF_ENTRY = 0x42;

/**
 * How a log file ends. 'torn': as after a crash, nothing after `validLength` counts. 'unreadable': an entry is sound by its
 * checksum but is no transaction, or is out of order. 'foreign': the file does not start as a log does, and not as a torn one
 * either.
 */
export type LogDamage = 'none' | 'torn' | 'unreadable' | 'foreign';

export interface ParsedLog {
  readonly txns: readonly Txn[];
  /** Where each of them ends, in bytes from the start of the file. */
  readonly ends: readonly number[];
  /** The end of the last sound entry; 0 when not even the header is there. */
  readonly validLength: number;
  readonly damage: LogDamage;
  /** Behind a tear there is an entry that is sound; never looked for otherwise. */
  readonly hasSoundBeyond: boolean;
}

/** The bytes of one entry, after the file's header if it is the first. */
export function encodeLogEntry(txn: Txn, isFirst: boolean): Uint8Array {
  const start = isFirst ? LOG_HEADER_SIZE : 0;
  const length = txn.bytes.length;
  const entry = cutBytes(start + ENTRY_OVERHEAD + length);
  if (isFirst) {
    putInt(entry, 0, MAGIC);
    putInt(entry, 4, VERSION);
  }
  putInt(entry, start + 4, adler32(txn.bytes));
  putInt(entry, start + 8, length);
  entry.set(txn.bytes, start + ENTRY_PREFIX);
  entry[start + ENTRY_PREFIX + length] = END_OF_ENTRY;
  return entry;
}

/** Reads a log file as far as it is sound. */
export function parseLog(bytes: Uint8Array): ParsedLog {
  const txns: Txn[] = [];
  const ends: number[] = [];
  const header = headerDamage(bytes);
  if (header !== 'none') return { txns, ends, validLength: 0, damage: header, hasSoundBeyond: hasSoundEntry(bytes, 1) };
  let at = LOG_HEADER_SIZE;
  let damage: LogDamage = 'none';
  while (at < bytes.length) {
    const length = entryLength(bytes, at);
    if (length === 0) {
      damage = isZero(bytes, at) ? 'none' : 'torn';
      break;
    }
    const txn = decodeSound(bytes.subarray(at + ENTRY_PREFIX, at + ENTRY_PREFIX + length));
    const last = txns[txns.length - 1];
    if (txn === undefined || (last !== undefined && txn.zxid <= last.zxid)) {
      damage = 'unreadable';
      break;
    }
    at += ENTRY_OVERHEAD + length;
    txns.push(txn);
    ends.push(at);
  }
  const hasSoundBeyond = damage === 'torn' && hasSoundEntry(bytes, at + 1);
  return { txns, ends, validLength: at > bytes.length ? bytes.length : at, damage, hasSoundBeyond };
}

/** How large a file becomes before an entry is written at `position`, as ZooKeeper's FilePadding has it; sizes in bytes. */
export function paddedSize(position: number, fileSize: number, preAllocSize: number): number {
  if (preAllocSize <= 0 || position + PADDING_AHEAD < fileSize) return fileSize;
  if (position <= fileSize) return fileSize + preAllocSize;
  const size = position + preAllocSize;
  return size - (size % preAllocSize);
}

/** Whether nothing can lie between the two: the next counter, or the first of a later epoch. */
export function isSuccessor(before: Zxid, zxid: Zxid): boolean {
  return epochOf(zxid) === epochOf(before) ? zxid === before + 1 : zxid > before && counterOf(zxid) === 1;
}

/** The first gap between transactions that should follow `from` one by one, in words; undefined when there is none. */
export function findGap(from: Zxid, txns: readonly Txn[]): string | undefined {
  let before = from;
  for (const txn of txns) {
    if (!isSuccessor(before, txn.zxid)) return `between ${zxidToHex(before)} and ${zxidToHex(txn.zxid)}`;
    before = txn.zxid;
  }
  return undefined;
}

/** A header that was never synced is short or has holes of zeros; any other that is not ours was not written by us. */
function headerDamage(bytes: Uint8Array): LogDamage {
  if (bytes.length < LOG_HEADER_SIZE) return 'torn';
  if (readInt(bytes, 0) === MAGIC && readInt(bytes, 4) === VERSION) return 'none';
  return isZero(bytes.subarray(0, LOG_HEADER_SIZE), 0) ? 'torn' : 'foreign';
}

/** The length of the transaction in the entry at `at`; 0 when there is no sound entry. */
function entryLength(bytes: Uint8Array, at: number): number {
  if (at + ENTRY_OVERHEAD > bytes.length) return 0;
  const length = readInt(bytes, at + 8);
  const end = at + ENTRY_PREFIX + length;
  if (length <= 0 || end >= bytes.length || bytes[end] !== END_OF_ENTRY) return 0;
  if (readInt(bytes, at) !== 0 || readInt(bytes, at + 4) >>> 0 !== adler32(bytes, at + ENTRY_PREFIX, end)) return 0;
  return length;
}

/** Whether an entry is sound that begins at `from` or later. */
function hasSoundEntry(bytes: Uint8Array, from: number): boolean {
  for (let at = from; at + ENTRY_OVERHEAD <= bytes.length; at++) {
    const length = entryLength(bytes, at);
    if (length > 0 && decodeSound(bytes.subarray(at + ENTRY_PREFIX, at + ENTRY_PREFIX + length)) !== undefined) return true;
  }
  return false;
}

function decodeSound(bytes: Uint8Array): Txn | undefined {
  try {
    return decodeTxn(bytes);
  } catch (error) {
    if (error instanceof WireError) return undefined;
    throw error;
  }
}

function isZero(bytes: Uint8Array, start: number): boolean {
  for (let i = start; i < bytes.length; i++) if (bytes[i] !== 0) return false;
  return true;
}

function readInt(bytes: Uint8Array, at: number): number {
  return ((bytes[at] ?? 0) << 24) | ((bytes[at + 1] ?? 0) << 16) | ((bytes[at + 2] ?? 0) << 8) | (bytes[at + 3] ?? 0);
}

function putInt(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value >>> 24;
  bytes[at + 1] = value >>> 16;
  bytes[at + 2] = value >>> 8;
  bytes[at + 3] = value;
}
