/**
 * Storage: the durable state of a server, as transaction log, snapshots and two epoch files on a `Disk`. Requests are methods
 * that take the `io` of the event being handled; what comes of them is handed back by `handle`, when the disk answers. It
 * never says that something is durable before a crash would spare it, names included, and after a crash it says exactly what
 * is there, or that it cannot. It knows no protocol: what may be written when is the caller's to decide. Formats: ZooKeeper's
 * FileTxnLog and FileSnap.
 */
import { invariant } from '../base/invariant.ts';
import type { Zxid } from '../base/zxid.ts';
import type { Event } from '../io/event.ts';
import type { Io } from '../io/io.ts';
import type { SnapshotImage, Txn } from '../wire/transactions.ts';
import { DiskWork } from './disk-work.ts';
import type { DiskStep } from './disk-work.ts';
import { EpochWriter } from './epoch-writer.ts';
import { logFileName, snapshotFileName } from './file-names.ts';
import type { EpochFile } from './file-names.ts';
import { Installation } from './installation.ts';
import { LogReader } from './log-reader.ts';
import { LogWriter } from './log-writer.ts';
import type { StorageOutcome, StorageSettings } from './outcome.ts';
import { choosePurge } from './purge-choice.ts';
import type { PurgeChoice } from './purge-choice.ts';
import { Recovery } from './recovery.ts';
import { SnapshotWriter } from './snapshot-writer.ts';
import type { StorageTask } from './task.ts';
import { Truncation } from './truncation.ts';

/** Each kind of work has a token of its own and uses it for one thing at a time; readers count on from the last. */
const Token = { LOG: 1, EPOCH: 2, SNAPSHOT: 3, PURGE: 4, TASK: 5, READER: 6 } as const;

/** The events that `Storage.handle` takes. */
export type DiskEvent = Extract<Event, { kind: 'diskDone' | 'diskRead' | 'diskListed' | 'diskFailed' }>;

/** Plain data. Its fields are for reading; only its methods change them. */
export class Storage {
  readonly settings: StorageSettings;
  readonly log: LogWriter;
  readonly epochs: EpochWriter;
  /** As on disk; they change only with 'recovered' and 'epochWritten'. */
  acceptedEpoch: number;
  currentEpoch: number;
  /** Ascending; `sound` are those that were read or written in this life. */
  snapshots: Zxid[];
  sound: Zxid[];
  snapshotWriter: SnapshotWriter | null;
  purge: DiskWork | null;
  /** Recovery, truncation or installation; it starts when nothing else is being written. */
  task: StorageTask | null;
  isTaskStarted: boolean;
  readers: LogReader[];
  lastReaderToken: number;
  isFailed: boolean;

  constructor(settings: StorageSettings) {
    this.settings = settings;
    this.log = new LogWriter(Token.LOG, settings.maxBatchSize ?? Infinity);
    this.epochs = new EpochWriter(Token.EPOCH);
    this.acceptedEpoch = 0;
    this.currentEpoch = 0;
    this.snapshots = [];
    this.sound = [];
    this.snapshotWriter = null;
    this.purge = null;
    this.task = null;
    this.isTaskStarted = false;
    this.readers = [];
    this.lastReaderToken = Token.READER;
    this.isFailed = false;
  }

  /** The last transaction appended, or contained in the installed snapshot. */
  get lastLogged(): Zxid {
    return this.log.lastLogged;
  }

  get durableZxid(): Zxid {
    return this.log.durableZxid;
  }

  /** Something was appended that is not durable yet. */
  get isSyncNeeded(): boolean {
    return this.log.lastLogged !== this.log.durableZxid;
  }

  get isWritingSnapshot(): boolean {
    return this.snapshotWriter !== null;
  }

  /** First request of a life. Outcome: 'recovered' or 'unrecoverable'. */
  recover(io: Io): void {
    this.begin(new Recovery(Token.TASK), io);
  }

  /** Hands a transaction to the page cache; zxids ascend. */
  append(txn: Txn, io: Io): void {
    invariant(this.task === null, 'appended while the state is being replaced');
    this.log.append(txn, io);
  }

  /**
   * Group commit. Outcome: 'durable', of all that was appended before; nothing when that is durable already, or when a task
   * is under way, which leaves everything durable.
   */
  sync(io: Io): void {
    if (this.task === null) this.log.sync(io);
  }

  /**
   * Writes the own tree as it was at `image.zxid`, then rolls the log and purges. Outcome: 'snapshotWritten'; none when a
   * task is under way. Snapshots do not go back: below the oldest there may be no log.
   */
  writeSnapshot(image: SnapshotImage, io: Io): void {
    if (this.task !== null) return;
    invariant(this.snapshotWriter === null, 'a snapshot is written while another is');
    invariant(image.zxid <= this.lastLogged, 'a snapshot is ahead of the log');
    invariant(image.zxid >= (this.snapshots[this.snapshots.length - 1] ?? 0), 'a snapshot is older than the last one');
    this.snapshotWriter = new SnapshotWriter(Token.SNAPSHOT, image.zxid);
    this.snapshotWriter.start(image, io);
  }

  /** Makes the leader's image the whole durable state. Outcome: 'snapshotInstalled'. */
  installSnapshot(image: SnapshotImage, io: Io): void {
    this.begin(new Installation(Token.TASK, image), io);
  }

  /** Cuts the log after `zxid`. Outcome: 'truncated', or 'truncateRefused' when nothing was changed. */
  truncate(zxid: Zxid, io: Io): void {
    this.begin(new Truncation(Token.TASK, zxid), io);
  }

  /** Outcome: 'epochWritten'. Goes on beside everything else, one write after the other. */
  writeEpoch(file: EpochFile, epoch: number, io: Io): void {
    this.epochs.write(file, epoch, io);
  }

  /** What the log files hold beyond `from`. Outcome: 'logRead'. */
  readLog(from: Zxid, io: Io): void {
    invariant(this.task === null, 'read while the state is being replaced');
    this.lastReaderToken++;
    const reader = new LogReader(this.lastReaderToken, from, this.log.files, this.snapshots[0]);
    this.readers.push(reader);
    reader.start(io);
  }

  /** An event of the disk, and what came of it. After 'failed' or 'unrecoverable', nothing does any more. */
  handle(event: DiskEvent, io: Io): StorageOutcome | null {
    if (this.isFailed) return null;
    const outcome = event.kind === 'diskFailed' && !this.isReading(event.token) ? this.failure(event) : this.dispatch(event, io);
    if (outcome !== null && (outcome.kind === 'failed' || outcome.kind === 'unrecoverable')) this.isFailed = true;
    else if (this.task !== null && !this.isTaskStarted) this.startTask(io);
    return outcome;
  }

  dispatch(event: DiskEvent, io: Io): StorageOutcome | null {
    switch (event.token) {
      case Token.LOG:
        return this.handleLog(io);
      case Token.EPOCH:
        return this.handleEpoch(io);
      case Token.SNAPSHOT:
        return this.handleSnapshot(io);
      case Token.PURGE:
        if (this.purge?.complete(io) === true) this.purge = null;
        return null;
      case Token.TASK:
        return this.handleTask(event, io);
      default:
        return this.handleReader(event, io);
    }
  }

  handleLog(io: Io): StorageOutcome | null {
    if (!this.log.complete(io)) return null;
    const zxid = this.log.durableZxid;
    this.snapshotWriter?.logIsDurable(zxid, io);
    return this.task === null ? { kind: 'durable', zxid } : null;
  }

  handleEpoch(io: Io): StorageOutcome | null {
    const written = this.epochs.complete(io);
    if (written === undefined) return null;
    if (written.file === 'acceptedEpoch') this.acceptedEpoch = written.epoch;
    else this.currentEpoch = written.epoch;
    return { kind: 'epochWritten', file: written.file, epoch: written.epoch };
  }

  handleSnapshot(io: Io): StorageOutcome | null {
    const writer = this.snapshotWriter;
    if (writer === null) return null;
    writer.complete(this.log.durableZxid, io);
    if (writer.stage === 'waiting') this.log.sync(io);
    if (writer.stage !== 'done') return null;
    this.snapshotWriter = null;
    this.snapshots = withZxid(this.snapshots, writer.zxid);
    this.sound = withZxid(this.sound, writer.zxid);
    this.log.isRollDue = this.log.file !== '';
    if (this.task === null && this.purge === null) this.startPurge(io);
    return { kind: 'snapshotWritten', zxid: writer.zxid };
  }

  startPurge(io: Io): void {
    const choice = choosePurge(this.sound, this.snapshots, this.log.files, this.settings.snapRetainCount);
    this.snapshots = this.snapshots.filter((zxid) => !choice.snapshots.includes(zxid));
    this.sound = this.sound.filter((zxid) => !choice.snapshots.includes(zxid));
    this.log.files = this.log.files.slice(choice.logs.length);
    const purge = new DiskWork(Token.PURGE, purgeSteps(choice));
    if (!purge.start(io)) this.purge = purge;
  }

  handleReader(event: DiskEvent, io: Io): StorageOutcome | null {
    const reader = this.readers.find(({ token }) => token === event.token);
    if (reader === undefined || !reader.handle(event, io)) return null;
    this.readers = this.readers.filter((other) => other !== reader);
    return { kind: 'logRead', from: reader.from, txns: reader.answer };
  }

  /** What else is being written comes to its end first. */
  begin(task: StorageTask, io: Io): void {
    invariant(this.task === null, 'two tasks replace the state at a time');
    this.task = task;
    this.isTaskStarted = false;
    for (const reader of this.readers) reader.cancel();
    this.purge?.cancel();
    this.startTask(io);
  }

  startTask(io: Io): void {
    if (!this.log.isIdle || this.snapshotWriter !== null || this.purge !== null) return;
    this.isTaskStarted = true;
    this.task?.start(io);
  }

  handleTask(event: DiskEvent, io: Io): StorageOutcome | null {
    const { task } = this;
    const outcome = task === null ? null : task.handle(event, io);
    if (task === null || outcome === null) return null;
    this.task = null;
    if (task.files !== null) {
      this.snapshots = [...task.files.snapshots];
      this.sound = [...task.files.sound];
      this.log.reset(task.files.logs, task.files.lastZxid);
    }
    if (outcome.kind === 'recovered') {
      this.acceptedEpoch = outcome.acceptedEpoch;
      this.currentEpoch = outcome.currentEpoch;
    }
    return outcome;
  }

  /** Whether what `token` asked for only reads; its failure is then an answer like another. */
  isReading(token: number): boolean {
    return token >= Token.READER || (token === Token.TASK && this.task !== null && this.task.isReading);
  }

  failure({ file, error }: Extract<DiskEvent, { kind: 'diskFailed' }>): StorageOutcome {
    const reason = `${file} cannot be written (${error}): free or replace the disk, then start this server again`;
    return { kind: this.task instanceof Recovery ? 'unrecoverable' : 'failed', reason };
  }
}

/**
 * Snapshots first, so that none is ever left that the logs no longer continue; then the logs one by one, the oldest first, so
 * that a crash cannot leave an old one with a gap after it.
 */
function purgeSteps({ snapshots, logs }: PurgeChoice): DiskStep[] {
  const steps: DiskStep[] = [];
  if (snapshots.length > 0) steps.push({ kind: 'remove', files: snapshots.map(snapshotFileName) });
  for (const zxid of logs) steps.push({ kind: 'remove', files: [logFileName(zxid)] });
  return steps;
}

function withZxid(zxids: readonly Zxid[], added: Zxid): Zxid[] {
  return [...zxids.filter((zxid) => zxid !== added), added].sort((a, b) => a - b);
}
