/**
 * Reads the log from a point on, for a learner that is too far behind for the memory of its leader. The answer has no gap, or
 * there is none: that some record lies beyond the point proves nothing (ZOOKEEPER-2846). The log must hold the record of the
 * point itself, or begin right after it, which is known of two points only: the empty state, if there never was a snapshot,
 * and the oldest snapshot, since the logs from it on are never removed while it is there.
 */
import { ZXID_ZERO } from '../base/zxid.ts';
import type { Zxid } from '../base/zxid.ts';
import type { Event } from '../io/event.ts';
import type { Io } from '../io/io.ts';
import type { Txn } from '../wire/transactions.ts';
import { logFileName } from './file-names.ts';
import { findGap, parseLog } from './log-format.ts';

/** One reading of the log; every request carries `token`. */
export class LogReader {
  readonly token: number;
  readonly from: Zxid;
  /** First zxids of the files still to be read; the one being read is the first of them. */
  readonly files: Zxid[];
  readonly txns: Txn[];
  /** The record `from` was seen, or the log is known to begin right after it. */
  isAnchored: boolean;
  isBroken: boolean;

  constructor(token: number, from: Zxid, logs: readonly Zxid[], oldestSnapshot: Zxid | undefined) {
    let first = 0;
    for (let i = 0; i < logs.length; i++) if ((logs[i] ?? 0) <= from) first = i;
    this.token = token;
    this.from = from;
    this.files = logs.slice(first);
    this.txns = [];
    this.isAnchored = from === (oldestSnapshot ?? ZXID_ZERO);
    this.isBroken = false;
  }

  /** The answer comes with an event, even when there is nothing to read. */
  start(io: Io): void {
    const file = this.files[0];
    if (file === undefined) io.list(this.token);
    else io.read(logFileName(file), this.token);
  }

  /** One event of `token`; true when the answer is there. */
  handle(event: Event, io: Io): boolean {
    if (event.kind === 'diskRead' && !this.isBroken) this.take(event.bytes);
    else if (event.kind !== 'diskListed') this.isBroken = true;
    this.files.shift();
    if (this.isBroken || this.files.length === 0) return true;
    this.start(io);
    return false;
  }

  /** The log under it changes: no answer is better than one of two halves. */
  cancel(): void {
    this.isBroken = true;
  }

  get answer(): readonly Txn[] | null {
    const isSound = this.isAnchored && !this.isBroken && findGap(this.from, this.txns) === undefined;
    return isSound ? this.txns : null;
  }

  take(bytes: Uint8Array): void {
    const parsed = parseLog(bytes);
    if (parsed.damage !== 'none') this.isBroken = true;
    for (const txn of parsed.txns) {
      if (txn.zxid === this.from) this.isAnchored = true;
      else if (txn.zxid > this.from) this.txns.push(txn);
    }
  }
}
