/**
 * The entries of a transaction log with checksums that fit (the recovery mode of ZooKeeper's TxnLogToolkit): for a log whose
 * transactions can be read, though something happened to them. Pure. What it makes is for an operator to judge: an entry that was
 * mended says what its bytes say, not what was once written.
 */
import { adler32 } from '../base/checksum.ts';
import { zxidToHex } from '../base/zxid.ts';
import { LOG_HEADER_SIZE } from '../storage/log-format.ts';
import { decodeTxn } from '../wire/transaction-codec.ts';
import { WireError } from '../wire/wire-error.ts';

/** Checksum (8 bytes) and length (4) before a transaction, 'B' after it. */
const PREFIX = 12;
const END_OF_ENTRY = 0x42;

/** What came of it. */
export interface Repair {
  /** The header and every entry that could be followed, without padding. */
  readonly bytes: Uint8Array;
  readonly entries: number;
  /** The entries whose checksum or end was another: where each begins, and its zxid if it can be read. */
  readonly mended: readonly { readonly at: number; readonly zxid: string | null }[];
  /** Where no entry could be followed any more, though something stands there; null: the whole file was. */
  readonly lostAt: number | null;
}

/** See the head of the file. `source` begins with the header of a log. */
export function repairLog(source: Uint8Array): Repair {
  const bytes = Uint8Array.from(source);
  const view = new DataView(bytes.buffer);
  const mended: { at: number; zxid: string | null }[] = [];
  let at = LOG_HEADER_SIZE;
  let entries = 0;
  while (at + PREFIX < bytes.length) {
    const length = view.getInt32(at + 8);
    const end = at + PREFIX + length;
    if (length <= 0 || end >= bytes.length) break;
    const checksum = adler32(bytes, at + PREFIX, end);
    if (view.getUint32(at) !== 0 || view.getUint32(at + 4) !== checksum || bytes[end] !== END_OF_ENTRY) {
      mended.push({ at, zxid: zxidAt(bytes.subarray(at + PREFIX, end)) });
      view.setUint32(at, 0);
      view.setUint32(at + 4, checksum);
      bytes[end] = END_OF_ENTRY;
    }
    entries += 1;
    at = end + 1;
  }
  const isLost = bytes.subarray(at).some((byte) => byte !== 0);
  return { bytes: bytes.subarray(0, at), entries, mended, lostAt: isLost ? at : null };
}

function zxidAt(body: Uint8Array): string | null {
  try {
    return zxidToHex(decodeTxn(body).zxid);
  } catch (error) {
    if (error instanceof WireError) return null;
    throw error;
  }
}
