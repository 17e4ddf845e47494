/**
 * durableZxid: how far the log was durable, kept beside it, so that recovery can tell a torn tail from damage. What a crash tears
 * was not synced, lies beyond the mark and was never acknowledged: it may be dropped. What is missing up to the mark was safe
 * once: the medium lost it, and a server that went on without it would break what it acknowledged (Alagappan et al.,
 * "Protocol-Aware Recovery for Consensus-Based Storage", FAST 2018).
 *
 * The mark follows each sync of the log by one of its own, which nobody waits for; so it is never ahead of the truth. It lies in
 * two slots a sector apart, written in turn: a torn write leaves the other. ZooKeeper knows no such file and ignores it; in a
 * directory without one, damage is told from a tear by the sound entries behind it.
 */
import { crc32 } from '../base/checksum.ts';
import { highWord, lowWord, ZXID_ZERO, zxidFromWords } from '../base/zxid.ts';
import type { Zxid } from '../base/zxid.ts';
import type { Io } from '../io/io.ts';

/** The name of the file. */
export const WATERMARK_FILE = 'durableZxid';

const MAGIC = 0x5a4b444d;
const SLOT_SPACING = 512;
const SLOT_SIZE = 24;
const CHECKED_SIZE = 20;
const WORD = 0x1_0000_0000;

/** The log was durable up to `zxid`; the mark with the higher sequence is the later one. */
export interface Mark {
  readonly sequence: number;
  readonly zxid: Zxid;
}

/** Before the first one. */
export const NO_MARK: Mark = { sequence: 0, zxid: ZXID_ZERO };

/** The slot of a mark, and its offset in the file. */
export function encodeMark({ sequence, zxid }: Mark): { readonly offset: number; readonly bytes: Uint8Array } {
  const bytes = new Uint8Array(SLOT_SIZE);
  const view = new DataView(bytes.buffer);
  view.setInt32(0, MAGIC);
  view.setInt32(4, Math.floor(sequence / WORD));
  view.setUint32(8, sequence % WORD);
  view.setInt32(12, highWord(zxid));
  view.setInt32(16, lowWord(zxid));
  view.setUint32(20, crc32(bytes, 0, CHECKED_SIZE));
  return { offset: (sequence % 2) * SLOT_SPACING, bytes };
}

/** The latest mark in the file; null when there is no sound one. */
export function parseWatermark(bytes: Uint8Array): Mark | null {
  const first = parseSlot(bytes, 0);
  const second = parseSlot(bytes, SLOT_SPACING);
  if (first === null || second === null) return first ?? second;
  return first.sequence > second.sequence ? first : second;
}

/** Keeps the mark while the log is written. */
export class Watermark {
  readonly token: number;
  /** The last one that was written. */
  mark: Mark;
  /** A sync of the file is in flight. */
  isBusy: boolean;
  /** What is to be marked when it is done; `ZXID_ZERO`: nothing. */
  wanted: Zxid;

  constructor(token: number) {
    this.token = token;
    this.mark = NO_MARK;
    this.isBusy = false;
    this.wanted = ZXID_ZERO;
  }

  /** The log is durable up to `zxid`. */
  write(zxid: Zxid, io: Io): void {
    if (this.isBusy) {
      this.wanted = zxid;
      return;
    }
    this.isBusy = true;
    this.mark = { sequence: this.mark.sequence + 1, zxid };
    const { offset, bytes } = encodeMark(this.mark);
    io.write(WATERMARK_FILE, offset, bytes, 0);
    io.sync(WATERMARK_FILE, this.token);
  }

  /** A completion of `token`. */
  complete(io: Io): void {
    const { wanted } = this;
    this.isBusy = false;
    this.wanted = ZXID_ZERO;
    if (wanted !== ZXID_ZERO) this.write(wanted, io);
  }
}

function parseSlot(bytes: Uint8Array, at: number): Mark | null {
  if (at + SLOT_SIZE > bytes.length) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset + at, SLOT_SIZE);
  if (view.getInt32(0) !== MAGIC || view.getUint32(20) !== crc32(bytes, at, at + CHECKED_SIZE)) return null;
  const zxid = zxidFromWords(view.getInt32(12), view.getInt32(16));
  return zxid === undefined ? null : { sequence: view.getInt32(4) * WORD + view.getUint32(8), zxid };
}
