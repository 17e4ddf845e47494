/**
 * A server's copy of the replicated state: the log on its disk and the database that the log amounts to, kept
 * together. It is where write-ahead is kept (nothing is applied that is not in the log, in its order), where
 * snapshots are taken, and where the end of a role is made clean: what is advertised afterwards is what a
 * restart would find (ZOOKEEPER-2845, 3642, 4712).
 */
import { invariant } from '../base/invariant.ts';
import type { Zxid } from '../base/zxid.ts';
import type { Io } from '../io/io.ts';
import type { EpochFile } from '../storage/file-names.ts';
import type { Recovered, Refused, StorageOutcome } from '../storage/outcome.ts';
import { Storage, type DiskEvent } from '../storage/storage.ts';
import type { Applied } from '../tree/applied.ts';
import type { SnapshotImage, Txn } from '../wire/transactions.ts';
import { storageSettings } from './config.ts';
import type { ServerConfig } from './config.ts';
import { Database, EMPTY_IMAGE } from './database.ts';

/** See the head of the file. Plain data. */
export class Replica {
  readonly database: Database;
  private readonly storage: Storage;
  private readonly snapCount: number;
  /** In the log but not applied, in order: what is proposed and not yet committed. */
  private readonly unapplied: Txn[] = [];
  /** Epochs and histories that the disk is busy with. */
  private pendingChanges = 0;
  /** A snapshot from the leader that is being written. */
  private incoming: SnapshotImage | null = null;
  /** A snapshot of our own that waits until the log is durable up to it. */
  private outgoing: SnapshotImage | null = null;
  private untilSnapshot = 0;
  /** A sync waits for the end of the turn. */
  private isSyncDue = false;
  /** Why the disk's state was refused; empty: it was not, or a leader's has replaced it. */
  private refusal = '';

  constructor(config: ServerConfig) {
    this.snapCount = config.snapCount;
    this.database = new Database(config.commitLogCount);
    this.storage = new Storage(storageSettings(config, EMPTY_IMAGE));
  }

  get acceptedEpoch(): number {
    return this.storage.acceptedEpoch;
  }

  get currentEpoch(): number {
    return this.storage.currentEpoch;
  }

  /** This replica answers for what its log says; otherwise it has nothing, and only a snapshot from a leader changes that. */
  get hasHistory(): boolean {
    return this.refusal === '';
  }

  /** For the operator of an ensemble in which too many have none. */
  get whyNoHistory(): string {
    const remedy = 'restore the data directories of a majority, then start all servers again';
    return `${this.refusal}; and too few of the other voters have what is missing: ${remedy}`;
  }

  get lastLogged(): Zxid {
    return this.storage.lastLogged;
  }

  get isLogDurable(): boolean {
    return !this.storage.isSyncNeeded;
  }

  /**
   * The disk is busy with an epoch or a history: until it is done, what this replica holds cannot be told.
   */
  get isChanging(): boolean {
    return this.pendingChanges > 0;
  }

  recover(io: Io): void {
    this.storage.recover(io);
  }

  /** Hands a disk event to the storage; see `StorageOutcome` for what comes of it. */
  onDiskEvent(event: DiskEvent, io: Io): StorageOutcome | null {
    return this.storage.handle(event, io);
  }

  writeEpoch(file: EpochFile, epoch: number, io: Io): void {
    this.pendingChanges += 1;
    this.storage.writeEpoch(file, epoch, io);
  }

  append(txn: Txn, io: Io): void {
    this.unapplied.push(txn);
    this.storage.append(txn, io);
    io.observe({ kind: 'appended', txn });
  }

  /** Makes the log durable: now, or at the end of the turn, where there is one, with whatever else is logged till then. */
  sync(io: Io): void {
    if (io.hasTurns === true) this.isSyncDue = true;
    else this.storage.sync(io);
  }

  afterTurn(io: Io): void {
    if (!this.isSyncDue) return;
    this.isSyncDue = false;
    this.storage.sync(io);
  }

  truncate(zxid: Zxid, io: Io): void {
    this.pendingChanges += 1;
    this.storage.truncate(zxid, io);
  }

  installSnapshot(image: SnapshotImage, io: Io): void {
    this.pendingChanges += 1;
    this.incoming = image;
    this.storage.installSnapshot(image, io);
  }

  readLog(from: Zxid, io: Io): void {
    this.storage.readLog(from, io);
  }

  /** Applies the next transaction of the log, which is now committed. */
  apply(txn: Txn, io: Io): Applied {
    const head = this.unapplied.shift();
    invariant(head?.zxid === txn.zxid, 'a transaction is applied in the order of the log, and only from it');
    const applied = this.database.apply(txn);
    io.observe({ kind: 'applied', txn, digest: this.database.tree.digest });
    return applied;
  }

  /** Counts an applied transaction; after between half and all of snapCount of them a snapshot is taken. */
  countForSnapshot(io: Io): void {
    this.untilSnapshot -= 1;
    if (this.untilSnapshot > 0 || this.database.endsWithReconfig) return;
    if (this.outgoing !== null || this.storage.isWritingSnapshot) return;
    this.resetSnapshotCount(io);
    this.outgoing = this.database.image();
    this.writeSnapshotWhenDurable(io);
  }

  /** As an operator asks: the zxid of the snapshot that will be written; null where one is under way, or none may end here. */
  takeSnapshot(io: Io): Zxid | null {
    if (this.database.endsWithReconfig || this.isChanging || !this.hasHistory) return null;
    if (this.outgoing !== null || this.storage.isWritingSnapshot) return null;
    this.resetSnapshotCount(io);
    const image = this.database.image();
    this.outgoing = image;
    this.writeSnapshotWhenDurable(io);
    return image.zxid;
  }

  /** Applies what is left of the log, as a restart would, whether or not it was ever committed. */
  absorbLog(io: Io): void {
    if (this.unapplied.length === 0) return;
    for (const txn of this.unapplied) this.database.apply(txn);
    this.unapplied.length = 0;
    this.observeRecovery(false, io);
  }

  onRecovered(recovered: Recovered | Refused, io: Io): void {
    if (recovered.kind === 'refused') {
      this.onRefused(recovered, io);
      return;
    }
    this.database.load(recovered.image, recovered.txns);
    this.observeRecovery(recovered.tornTail, io);
    this.resetSnapshotCount(io);
  }

  /** This server cannot go on; `reason` says what to do. */
  halt(reason: string, io: Io): never {
    io.observe({ kind: 'halted', reason });
    return io.halt(reason);
  }

  /** The disk's state counts for nothing: the database stays empty until a leader's snapshot is installed. */
  private onRefused({ reason, acceptedEpoch, currentEpoch }: Refused, io: Io): void {
    this.refusal = reason;
    io.observe({ kind: 'stateRefused', reason, acceptedEpoch, currentEpoch });
  }

  onEpochWritten(file: EpochFile, epoch: number, io: Io): void {
    this.pendingChanges -= 1;
    io.observe({ kind: file, epoch });
  }

  onDurable(zxid: Zxid, io: Io): void {
    io.observe({ kind: 'durable', zxid });
    this.writeSnapshotWhenDurable(io);
  }

  /** The log was cut back: `image` and `txns` are what it now amounts to. */
  onTruncated(zxid: Zxid, image: SnapshotImage | null, txns: readonly Txn[], io: Io): void {
    this.replaceHistory(image, txns, io);
    io.observe({ kind: 'truncated', zxid });
    this.observeCensus(io);
  }

  /** The log could not be cut back and is as it was. */
  onTruncateRefused(): void {
    this.pendingChanges -= 1;
  }

  /** The leader's snapshot is on disk: only now does the database become it (ZOOKEEPER-3642). */
  onSnapshotInstalled(zxid: Zxid, io: Io): void {
    this.replaceHistory(this.incoming, [], io);
    this.incoming = null;
    this.refusal = '';
    io.observe({ kind: 'snapshotInstalled', zxid, digest: this.database.tree.digest });
    this.observeCensus(io);
  }

  /** Whose sessions and whose ephemeral nodes these are. */
  observeCensus(io: Io): void {
    io.observe({ kind: 'census', zxid: this.database.lastProcessedZxid, sessions: this.database.census() });
  }

  private replaceHistory(image: SnapshotImage | null, txns: readonly Txn[], io: Io): void {
    this.pendingChanges -= 1;
    this.unapplied.length = 0;
    this.outgoing = null;
    this.database.load(image, txns);
    this.resetSnapshotCount(io);
  }

  private observeRecovery(tornTail: boolean, io: Io): void {
    const { acceptedEpoch, currentEpoch, lastLogged } = this;
    const { digest } = this.database.tree;
    io.observe({ kind: 'recovered', lastZxid: lastLogged, digest, acceptedEpoch, currentEpoch, tornTail });
    this.observeCensus(io);
  }

  /** A snapshot never runs ahead of the log, or a gap in the log could not be told from its end. */
  private writeSnapshotWhenDurable(io: Io): void {
    if (this.outgoing === null || this.outgoing.zxid > this.storage.durableZxid) return;
    const image = this.outgoing;
    this.outgoing = null;
    this.storage.writeSnapshot(image, io);
  }

  /** Half of snapCount and a random part of the other half, so that the servers do not all do it at once. */
  private resetSnapshotCount(io: Io): void {
    const half = this.snapCount >> 1;
    this.untilSnapshot = half + io.random(Math.max(1, half)) + 1;
  }
}
