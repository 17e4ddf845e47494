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
import { encodeLogEntry } from './log-format.ts';

/** One server's log, for writing; every sync carries `token`. */
export class LogWriter {
  readonly token: number;
  /** One sync makes so many durable at most. */
  readonly maxBatchSize: number;
  /** In a file and not durable yet, ascending. */
  unsynced: Zxid[];
  /** The first zxid of every log file, ascending. */
  files: Zxid[];
  /** The file appended to; empty: the next append begins one. */
  file: string;
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

  constructor(token: number, maxBatchSize: number) {
    this.token = token;
    this.maxBatchSize = maxBatchSize;
    this.unsynced = [];
    this.files = [];
    this.file = '';
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
    const isSyncWanted = this.isSyncWanted || this.held.length > 0 || batch === this.maxBatchSize;
    this.unsynced = this.unsynced.slice(batch);
    this.isSyncWanted = false;
    if (this.held.length > 0 && this.lastWritten === this.durableZxid) this.writeHeld(io);
    if (isSyncWanted && this.lastLogged !== this.durableZxid) this.startSync(io);
    return true;
  }

  startSync(io: Io): void {
    this.syncingZxid = this.unsynced[Math.min(this.maxBatchSize, this.unsynced.length) - 1] ?? this.lastWritten;
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
    }
    io.append(this.file, encodeLogEntry(txn, isFirst), 0);
    this.lastWritten = txn.zxid;
    this.unsynced.push(txn.zxid);
  }
}
