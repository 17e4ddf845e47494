/**
 * The end of the log: appending, group commit, and the roll to a new file. Nothing counts as durable before both the bytes
 * and the name of the file are. A new file is begun only when the one before it is durable to its end, so that a crash can
 * tear the last file and no other: that is what allows recovery to treat damage anywhere else as damage.
 */
import { invariant } from '../base/invariant.ts';
import { ZXID_ZERO } from '../base/zxid.ts';
import type { Zxid } from '../base/zxid.ts';
import type { Io } from '../io/io.ts';
import type { Txn } from '../wire/transactions.ts';
import { logFileName } from './file-names.ts';
import { encodeLogEntry, LOG_HEADER_SIZE, paddedSize } from './log-format.ts';

/** How large things get: log files in bytes, 0 for no limit; and what is synced at once. */
export interface LogSizes {
  /** Space is taken in advance, in portions of so much. */
  readonly preAllocSize: number;
  /** A file that has grown beyond this is followed by another. */
  readonly sizeLimit: number;
  /** Transactions that one sync makes durable at most, > 0. */
  readonly maxBatchSize: number;
}

/** One server's log, for writing; every sync carries `token`. */
export class LogWriter {
  readonly token: number;
  readonly sizes: LogSizes;
  /** In a file and not durable yet, ascending. */
  unsynced: Zxid[];
  /** The first zxid of every log file, ascending. */
  files: Zxid[];
  /** The file appended to; empty: the next append begins one. */
  file: string;
  /** Where its entries end, and how large it is. */
  position: number;
  fileSize: number;
  /** The last one handed to `append`. */
  lastLogged: Zxid;
  /** The last one in a file; behind `lastLogged` while some are held. */
  lastWritten: Zxid;
  durableZxid: Zxid;
  isNameDurable: boolean;
  /** The next append begins a new file, as soon as this one is durable. */
  isRollDue: boolean;
  /** Handed over while a roll waits for the old file's sync; as little durable as unsynced bytes are. */
  held: Txn[];
  /** Completions that the sync in flight still needs; 0: there is none. */
  awaiting: number;
  /** What the sync in flight makes durable. */
  syncingZxid: Zxid;
  isSyncWanted: boolean;

  constructor(token: number, sizes: LogSizes) {
    this.token = token;
    this.sizes = sizes;
    this.unsynced = [];
    this.files = [];
    this.file = '';
    this.position = 0;
    this.fileSize = 0;
    this.lastLogged = ZXID_ZERO;
    this.lastWritten = ZXID_ZERO;
    this.durableZxid = ZXID_ZERO;
    this.isNameDurable = true;
    this.isRollDue = false;
    this.held = [];
    this.awaiting = 0;
    this.syncingZxid = ZXID_ZERO;
    this.isSyncWanted = false;
  }

  /** The files are now these, durable up to `lastZxid`. The next append begins a file of its own (ZOOKEEPER-1489). */
  reset(files: readonly Zxid[], lastZxid: Zxid): void {
    invariant(this.isIdle, 'the log is reset while it is being written');
    this.files = [...files];
    this.file = '';
    this.lastLogged = lastZxid;
    this.lastWritten = lastZxid;
    this.durableZxid = lastZxid;
    this.isRollDue = false;
    this.isSyncWanted = false;
    this.unsynced = [];
  }

  /** Nothing is under way or held back; appended transactions may still be without a sync. */
  get isIdle(): boolean {
    return this.awaiting === 0 && this.held.length === 0;
  }

  append(txn: Txn, io: Io): void {
    invariant(txn.zxid > this.lastLogged, 'a transaction is appended out of order');
    this.lastLogged = txn.zxid;
    if (this.isRollDue && this.file !== '') {
      if (this.lastWritten !== this.durableZxid) {
        this.held.push(txn);
        if (this.awaiting === 0) this.startSync(io);
        return;
      }
      this.file = '';
    }
    this.write(txn, io);
  }

  /** At most one sync is in flight; asked for meanwhile, another follows. */
  sync(io: Io): void {
    if (this.lastLogged === this.durableZxid) return;
    if (this.awaiting > 0) this.isSyncWanted = true;
    else this.startSync(io);
  }

  /** One completion of `token`; true when `durableZxid` has advanced. */
  complete(io: Io): boolean {
    this.awaiting--;
    if (this.awaiting > 0) return false;
    this.durableZxid = this.syncingZxid;
    this.isNameDurable = true;
    const batch = this.unsynced.indexOf(this.syncingZxid) + 1;
    const isSyncWanted = this.isSyncWanted || this.held.length > 0 || batch === this.sizes.maxBatchSize;
    this.unsynced = this.unsynced.slice(batch);
    this.isSyncWanted = false;
    if (this.held.length > 0 && this.lastWritten === this.durableZxid) this.writeHeld(io);
    if (isSyncWanted && this.lastLogged !== this.durableZxid) this.startSync(io);
    return true;
  }

  startSync(io: Io): void {
    this.syncingZxid = this.unsynced[Math.min(this.sizes.maxBatchSize, this.unsynced.length) - 1] ?? this.lastWritten;
    this.awaiting = 1;
    io.sync(this.file, this.token);
    if (this.isNameDurable) return;
    this.awaiting = 2;
    io.syncDirectory(this.token);
  }

  writeHeld(io: Io): void {
    this.file = '';
    for (const txn of this.held) this.write(txn, io);
    this.held = [];
  }

  write(txn: Txn, io: Io): void {
    const isFirst = this.file === '';
    if (isFirst) {
      this.file = logFileName(txn.zxid);
      this.files.push(txn.zxid);
      this.isNameDurable = false;
      this.isRollDue = false;
      this.position = 0;
      this.fileSize = LOG_HEADER_SIZE;
    }
    this.put(encodeLogEntry(txn, isFirst), io);
    this.lastWritten = txn.zxid;
    this.unsynced.push(txn.zxid);
    const { sizeLimit } = this.sizes;
    if (sizeLimit > 0 && this.position > sizeLimit) this.isRollDue = true;
  }

  /** Into space taken in advance, or at the end. */
  put(entry: Uint8Array, io: Io): void {
    const { preAllocSize } = this.sizes;
    if (preAllocSize > 0) {
      const size = paddedSize(Math.max(this.position, LOG_HEADER_SIZE), this.fileSize, preAllocSize);
      if (size > this.fileSize) io.write(this.file, size - 1, new Uint8Array(1), 0);
      this.fileSize = size;
      io.write(this.file, this.position, entry, 0);
    } else {
      io.append(this.file, entry, 0);
    }
    this.position += entry.length;
  }
}
