/**
 * Reads a database from its directory: the names, the epochs, the newest snapshot that is sound, the logs from there. Only reads;
 * what to make of it is decided by `assemble`, and repaired by who asked. One request is in flight at a time.
 */
import { ZXID_ZERO } from '../base/zxid.ts';
import type { Zxid } from '../base/zxid.ts';
import type { Event } from '../io/event.ts';
import type { Io } from '../io/io.ts';
import { decodeSnapshot } from '../wire/snapshot-codec.ts';
import type { SnapshotImage } from '../wire/transactions.ts';
import { WireError } from '../wire/wire-error.ts';
import { assemble, damagedFile } from './assembly.ts';
import type { Assembly, LoadedLog, Problem } from './assembly.ts';
import { parseEpoch } from './epoch-writer.ts';
import { installingFileName, logFileName, snapshotFileName, takeInventory } from './file-names.ts';
import type { EpochFile, Inventory } from './file-names.ts';
import { parseLog } from './log-format.ts';
import { cutTear } from './tear.ts';
import { parseWatermark, WATERMARK_FILE } from './watermark.ts';
import type { Mark } from './watermark.ts';

/** One file to be read, and as what. */
type Reading =
  | { readonly kind: 'epoch'; readonly file: EpochFile }
  | { readonly kind: 'watermark' }
  | { readonly kind: 'installing'; readonly zxid: Zxid }
  | { readonly kind: 'snapshot'; readonly zxid: Zxid }
  | { readonly kind: 'log'; readonly zxid: Zxid };

/** No more than so many snapshots are tried, as ZooKeeper does. */
const SNAPSHOTS_TRIED = 100;
/** What the disk cannot read (EIO) is asked for again, so often in all, before it counts as damaged. */
const READ_ATTEMPTS = 3;

/** What is to be read, and believed. */
export interface LoadingLimits {
  /** Snapshots and transactions beyond it do not count (ZOOKEEPER-4837); null: all do. */
  readonly bound: Zxid | null;
  /** Logs without any snapshot before them are believed. */
  readonly isEmptyTrusted: boolean;
}

/** One reading of the directory; every request carries `token`. */
export class Loading {
  readonly token: number;
  readonly bound: Zxid | null;
  readonly isEmptyTrusted: boolean;
  inventory: Inventory;
  /** What to read, the one under way first. */
  readings: Reading[];
  epochs: Map<EpochFile, number>;
  image: SnapshotImage | null;
  /** Newest first. */
  damagedSnapshots: Zxid[];
  logs: LoadedLog[];
  /** Why it cannot go on, in a sentence; empty: it can. */
  problem: string;
  /** It is a damaged file, of which the peers may have the content. */
  isDamage: boolean;
  watermark: Mark | null;
  /** Of the reading under way. */
  attempts: number;

  constructor(token: number, { bound, isEmptyTrusted }: LoadingLimits) {
    this.token = token;
    this.bound = bound;
    this.isEmptyTrusted = isEmptyTrusted;
    this.inventory = takeInventory([]);
    this.readings = [];
    this.epochs = new Map();
    this.image = null;
    this.damagedSnapshots = [];
    this.logs = [];
    this.problem = '';
    this.isDamage = false;
    this.watermark = null;
    this.attempts = 0;
  }

  start(io: Io): void {
    this.problem = 'the data directory cannot be listed: check its disk and its permissions, then start this server again';
    io.list(this.token);
  }

  /** One event of `token`; true when everything is read, or `problem` says why not. */
  handle(event: Event, io: Io): boolean {
    if (event.kind === 'diskListed') {
      this.problem = '';
      this.inventory = takeInventory(event.files);
      this.planReadings();
    } else if (!this.isTriedAgain(event)) {
      const reading = this.readings.shift();
      this.attempts = 0;
      if (reading !== undefined) this.take(reading, event.kind === 'diskRead' ? event.bytes : undefined);
    }
    const next = this.readings[0];
    if (this.problem !== '' || next === undefined) return true;
    this.attempts++;
    io.read(fileOf(next), this.token);
    return false;
  }

  isTriedAgain(event: Event): boolean {
    return event.kind === 'diskFailed' && event.error === 'EIO' && this.readings.length > 0 && this.attempts < READ_ATTEMPTS;
  }

  get compressedSnapshots(): string[] {
    return [...this.inventory.compressed.values()];
  }

  get newestCompressed(): Zxid {
    return [...this.inventory.compressed.keys()].reduce((newest, zxid) => (zxid > newest ? zxid : newest), ZXID_ZERO);
  }

  get hasSnapshots(): boolean {
    return this.inventory.snapshots.length > 0;
  }

  /** The history that the files amount to, or a sentence. */
  assemble(): Assembly | Problem {
    if (this.problem !== '') return { reason: this.problem, isDamage: this.isDamage };
    return assemble(this);
  }

  /** Epochs and snapshots, newest first; the first sound one drops the rest of the snapshots and leads on to the logs. */
  planReadings(): void {
    const { epochs, installing, snapshots } = this.inventory;
    this.readings = this.bound === null ? epochs.map((file) => ({ kind: 'epoch', file })) : [];
    const begun = installing[installing.length - 1];
    if (this.inventory.hasWatermark && this.bound === null) this.readings.push({ kind: 'watermark' });
    if (begun !== undefined && this.bound === null) {
      this.readings.push({ kind: 'installing', zxid: begun });
      return;
    }
    const candidates = snapshots.filter((zxid) => this.bound === null || zxid <= this.bound).slice(-SNAPSHOTS_TRIED).reverse();
    for (const zxid of candidates) this.readings.push({ kind: 'snapshot', zxid });
    if (candidates.length === 0) this.planLogs();
  }

  planLogs(): void {
    const { logs } = this.inventory;
    const from = this.image?.zxid ?? -1;
    let first = 0;
    for (let i = 0; i < logs.length; i++) if ((logs[i] ?? 0) <= from) first = i;
    for (const zxid of logs.slice(first)) {
      if (this.bound === null || zxid <= this.bound) this.readings.push({ kind: 'log', zxid });
    }
  }

  take(reading: Reading, bytes: Uint8Array | undefined): void {
    switch (reading.kind) {
      case 'epoch':
        this.takeEpoch(reading.file, bytes);
        return;
      case 'installing':
        this.image = readImage(reading.zxid, bytes);
        if (this.image === null) this.refuse(reading);
        // What was marked before is no more; the image is all there is.
        else this.watermark = this.watermark === null ? null : { ...this.watermark, zxid: reading.zxid };
        return;
      case 'watermark':
        this.watermark = bytes === undefined ? null : parseWatermark(bytes);
        return;
      case 'snapshot':
        this.takeSnapshot(reading.zxid, bytes);
        return;
      case 'log':
        this.takeLog(reading.zxid, bytes);
    }
  }

  takeEpoch(file: EpochFile, bytes: Uint8Array | undefined): void {
    const epoch = bytes === undefined ? undefined : parseEpoch(bytes);
    if (epoch === undefined) this.problem = damagedFile(file);
    else this.epochs.set(file, epoch);
  }

  takeSnapshot(zxid: Zxid, bytes: Uint8Array | undefined): void {
    this.image = readImage(zxid, bytes);
    if (this.image === null) this.damagedSnapshots.push(zxid);
    else this.readings = [];
    if (this.readings.length === 0) this.planLogs();
  }

  /** Of the last file, what a crash left behind its end does not count. */
  cut(log: LoadedLog): LoadedLog {
    const { bound, watermark } = this;
    return bound === null && watermark !== null && log.isLast ? cutTear(log, watermark.zxid) : log;
  }

  refuse(reading: Reading): void {
    this.problem = damagedFile(fileOf(reading));
    this.isDamage = true;
  }

  takeLog(zxid: Zxid, bytes: Uint8Array | undefined): void {
    const isLast = this.inventory.logs[this.inventory.logs.length - 1] === zxid;
    if (bytes === undefined) this.refuse({ kind: 'log', zxid });
    else this.logs.push(this.cut({ start: zxid, parsed: parseLog(bytes), isLast }));
  }
}

function fileOf(reading: Reading): string {
  switch (reading.kind) {
    case 'epoch':
      return reading.file;
    case 'watermark':
      return WATERMARK_FILE;
    case 'installing':
      return installingFileName(reading.zxid);
    case 'snapshot':
      return snapshotFileName(reading.zxid);
    case 'log':
      return logFileName(reading.zxid);
  }
}

/** Null when it is not sound. */
function readImage(zxid: Zxid, bytes: Uint8Array | undefined): SnapshotImage | null {
  if (bytes === undefined) return null;
  try {
    return decodeSnapshot(bytes, zxid);
  } catch (error) {
    if (error instanceof WireError) return null;
    throw error;
  }
}
