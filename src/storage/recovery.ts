/**
 * Recovery: what the files amount to after a crash, put in order so that the next crash finds no less. A torn tail is cut off
 * before anything can be appended behind it; what was read is synced, since a process may have died without its machine, and what
 * it had not synced is readable but not durable; an installation that was begun is finished. What cannot be answered for is
 * refused and left as it is: only a leader's snapshot replaces it.
 */
import { epochOf, ZXID_ZERO } from '../base/zxid.ts';
import type { Zxid } from '../base/zxid.ts';
import type { Event } from '../io/event.ts';
import type { Io } from '../io/io.ts';
import { encodeSnapshot } from '../wire/snapshot-codec.ts';
import type { SnapshotImage } from '../wire/transactions.ts';
import { findEpochProblem } from './assembly.ts';
import type { LoadedLog } from './assembly.ts';
import { DiskWork } from './disk-work.ts';
import type { DiskStep } from './disk-work.ts';
import { INITIALIZE_FILE, logFileName, snapshotFileName, temporaryFileName } from './file-names.ts';
import { finishInstallation } from './installation.ts';
import { Loading } from './loading.ts';
import type { StorageOutcome, StorageSettings } from './outcome.ts';
import type { DurableFiles, StorageTask } from './task.ts';
import { NO_MARK } from './watermark.ts';
import type { Mark } from './watermark.ts';

const UNEXPECTEDLY_EMPTY =
  'the data directory is empty and db.autocreate is off: if this server may start so, put a file named initialize there';

/** One recovery; its outcome is 'recovered', 'refused' or 'unrecoverable'. */
export class Recovery implements StorageTask {
  readonly token: number;
  readonly settings: StorageSettings;
  readonly loading: Loading;
  files: DurableFiles | null;
  /** Null while loading. */
  work: DiskWork | null;
  outcome: StorageOutcome | null;
  /** What `files` becomes. */
  filesAfter: DurableFiles | null;

  constructor(token: number, settings: StorageSettings) {
    this.token = token;
    this.settings = settings;
    this.loading = new Loading(token, { bound: null, isEmptyTrusted: settings.isEmptyTrusted });
    this.files = null;
    this.work = null;
    this.outcome = null;
    this.filesAfter = null;
  }

  get isReading(): boolean {
    return this.work === null;
  }

  start(io: Io): void {
    this.loading.start(io);
  }

  handle(event: Event, io: Io): StorageOutcome | null {
    if (this.work === null) return this.loading.handle(event, io) ? this.conclude(io) : null;
    if (!this.work.complete(io)) return null;
    this.files = this.filesAfter;
    return this.outcome;
  }

  /** Everything is read. */
  conclude(io: Io): StorageOutcome | null {
    const { loading, settings } = this;
    const assembly = loading.assemble();
    if ('reason' in assembly) {
      return assembly.isDamage ? this.refuse(assembly.reason, io) : { kind: 'unrecoverable', reason: assembly.reason };
    }
    const { txns, lastZxid } = assembly;
    const acceptedEpoch = loading.epochs.get('acceptedEpoch') ?? epochOf(lastZxid);
    const currentEpoch = loading.epochs.get('currentEpoch') ?? epochOf(lastZxid);
    const problem = findEpochProblem(acceptedEpoch, currentEpoch, lastZxid);
    if (problem !== undefined) return { kind: 'unrecoverable', reason: problem };
    const isEmpty = loading.image === null && lastZxid === ZXID_ZERO;
    if (isEmpty && !settings.isAutocreated && !loading.inventory.mayBeEmpty) return this.refuse(UNEXPECTEDLY_EMPTY, io);
    const image = loading.image ?? settings.emptyImage;
    this.outcome = { kind: 'recovered', image, txns, acceptedEpoch, currentEpoch, tornTail: isTorn(loading), isEmpty };
    const mark = { sequence: (loading.watermark ?? NO_MARK).sequence + 1, zxid: lastZxid };
    this.filesAfter = filesAfterRecovery(loading, mark);
    return this.run(recoverySteps(loading, mark, loading.image === null ? settings.emptyImage : null), io);
  }

  /** Nothing is changed but what would be in the way of the epochs that are still to be written. */
  refuse(reason: string, io: Io): null {
    const { loading } = this;
    const acceptedEpoch = loading.epochs.get('acceptedEpoch') ?? latestEpoch(loading);
    const currentEpoch = loading.epochs.get('currentEpoch') ?? latestEpoch(loading);
    this.outcome = { kind: 'refused', reason, acceptedEpoch, currentEpoch };
    this.filesAfter = { logs: [], snapshots: [], sound: [], lastZxid: ZXID_ZERO, mark: this.loading.watermark ?? NO_MARK };
    const { leftovers } = loading.inventory;
    return this.run([{ kind: 'syncDirectory' }, { kind: 'remove', files: leftovers }], io);
  }

  run(steps: DiskStep[], io: Io): null {
    this.work = new DiskWork(this.token, steps);
    this.work.start(io);
    return null;
  }
}

function isTorn({ logs }: Loading): boolean {
  return logs[logs.length - 1]?.parsed.damage === 'torn';
}

/** Of files whose content is not known. */
function latestEpoch({ epochs, inventory }: Loading): number {
  const zxids: readonly Zxid[] = [...inventory.logs, ...inventory.snapshots, ...inventory.installing];
  return Math.max(0, ...epochs.values(), ...zxids.map(epochOf));
}

/** The log files that hold nothing (torn at their very start) are not among those that stay. */
function filesAfterRecovery(loading: Loading, mark: Mark): DurableFiles {
  const sound = [loading.image?.zxid ?? ZXID_ZERO];
  const common = { sound, lastZxid: mark.zxid, mark };
  if (loading.inventory.installing.length > 0) return { ...common, logs: [], snapshots: sound };
  const emptyLog = loading.logs.find((log) => log.parsed.txns.length === 0)?.start;
  const logs = loading.inventory.logs.filter((start) => start !== emptyLog);
  return { ...common, logs, snapshots: loading.image === null ? sound : loading.inventory.snapshots };
}

/** The names that were found come first: nothing may be removed on the strength of one that a crash could still take away. */
function recoverySteps(loading: Loading, mark: Mark, empty: SnapshotImage | null): DiskStep[] {
  const { installing, leftovers, logs, mayBeEmpty, snapshots } = loading.inventory;
  const steps: DiskStep[] = [{ kind: 'syncDirectory' }];
  if (leftovers.length > 0) steps.push({ kind: 'remove', files: leftovers });
  const begun = installing[installing.length - 1];
  if (begun !== undefined) return [...steps, ...finishInstallation(mark, logs, snapshots)];
  const last = loading.logs[loading.logs.length - 1];
  if (last !== undefined) steps.push(lastLogStep(last));
  steps.push({ kind: 'mark', mark });
  if (empty !== null) steps.push(...beginningSteps(empty));
  if (mayBeEmpty) steps.push({ kind: 'remove', files: [INITIALIZE_FILE] });
  return steps;
}

/** Logs without a snapshot before them mean that one was lost, to us and to ZooKeeper; so there is one from the beginning. */
function beginningSteps(empty: SnapshotImage): DiskStep[] {
  const file = snapshotFileName(ZXID_ZERO);
  const temporary = temporaryFileName(file);
  return [{ kind: 'write', file: temporary, bytes: encodedOnce(empty) }, { kind: 'rename', from: temporary, to: file }];
}

/** All servers begin with the same, and in a small simulation that is a good part of what they do. */
const ENCODED: WeakMap<SnapshotImage, Uint8Array> = new WeakMap();

function encodedOnce(image: SnapshotImage): Uint8Array {
  let bytes = ENCODED.get(image);
  if (bytes === undefined) {
    bytes = encodeSnapshot(image);
    ENCODED.set(image, bytes);
  }
  return bytes;
}

/** Drops what is torn; what is not may still have to be made durable. */
function lastLogStep({ start, parsed }: LoadedLog): DiskStep {
  const file = logFileName(start);
  if (parsed.txns.length === 0) return { kind: 'remove', files: [file] };
  if (parsed.damage === 'torn') return { kind: 'truncate', file, size: parsed.validLength };
  return { kind: 'sync', file };
}
