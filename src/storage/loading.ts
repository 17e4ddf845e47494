/**
 * Reads a database from its directory: the names, the epochs, the newest snapshot that is sound, the logs from there. Only reads;
 * what to make of it is decided by `assemble`, and repaired by who asked. One request is in flight at a time.
 */
import type { Zxid } from '../base/zxid.ts';
import type { Event } from '../io/event.ts';
import type { Io } from '../io/io.ts';
import { decodeSnapshot } from '../wire/snapshot-codec.ts';
import type { SnapshotImage } from '../wire/transactions.ts';
import { WireError } from '../wire/wire-error.ts';
import { assemble, damagedFile } from './assembly.ts';
import type { Assembly, LoadedLog } from './assembly.ts';
import { parseEpoch } from './epoch-writer.ts';
import { installingFileName, logFileName, snapshotFileName, takeInventory } from './file-names.ts';
import type { EpochFile, Inventory } from './file-names.ts';
import { parseLog } from './log-format.ts';

/** One file to be read, and as what. */
type Reading =
  | { readonly kind: 'epoch'; readonly file: EpochFile }
  | { readonly kind: 'installing'; readonly zxid: Zxid }
  | { readonly kind: 'snapshot'; readonly zxid: Zxid }
  | { readonly kind: 'log'; readonly zxid: Zxid };

/** No more than so many snapshots are tried, as ZooKeeper does. */
const SNAPSHOTS_TRIED = 100;

/** One reading of the directory; every request carries `token`. */
export class Loading {
  readonly token: number;
  /** Snapshots and transactions beyond it do not count (ZOOKEEPER-4837); null: all do. */
  readonly bound: Zxid | null;
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

  constructor(token: number, bound: Zxid | null) {
    this.token = token;
    this.bound = bound;
    this.inventory = takeInventory([]);
    this.readings = [];
    this.epochs = new Map();
    this.image = null;
    this.damagedSnapshots = [];
    this.logs = [];
    this.problem = '';
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
    } else {
      const reading = this.readings.shift();
      if (reading !== undefined) this.take(reading, event.kind === 'diskRead' ? event.bytes : undefined);
    }
    const next = this.readings[0];
    if (this.problem !== '' || next === undefined) return true;
    io.read(fileOf(next), this.token);
    return false;
  }

  get hasSnapshots(): boolean {
    return this.inventory.snapshots.length > 0;
  }

  /** The history that the files amount to, or a sentence. */
  assemble(): Assembly | string {
    if (this.problem !== '') return this.problem;
    return assemble(this);
  }

  /** Epochs and snapshots, newest first; the first sound one drops the rest of the snapshots and leads on to the logs. */
  planReadings(): void {
    const { epochs, installing, snapshots } = this.inventory;
    this.readings = this.bound === null ? epochs.map((file) => ({ kind: 'epoch', file })) : [];
    const begun = installing[installing.length - 1];
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
        if (this.image === null) this.problem = damagedFile(fileOf(reading));
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

  takeLog(zxid: Zxid, bytes: Uint8Array | undefined): void {
    const isLast = this.inventory.logs[this.inventory.logs.length - 1] === zxid;
    if (bytes === undefined) this.problem = damagedFile(logFileName(zxid));
    else this.logs.push({ start: zxid, parsed: parseLog(bytes), isLast });
  }
}

function fileOf(reading: Reading): string {
  switch (reading.kind) {
    case 'epoch':
      return reading.file;
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
