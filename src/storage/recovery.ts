/**
 * Recovery: what the files amount to after a crash, put in order so that the next crash finds no less. A torn tail is cut off
 * before anything can be appended behind it; what was read is synced, since a process may have died without its machine, and what
 * it had not synced is readable but not durable; an installation that was begun is finished.
 */
import { epochOf, ZXID_ZERO } from '../base/zxid.ts';
import type { Event } from '../io/event.ts';
import type { Io } from '../io/io.ts';
import { findEpochProblem } from './assembly.ts';
import type { Assembly, LoadedLog } from './assembly.ts';
import { DiskWork } from './disk-work.ts';
import type { DiskStep } from './disk-work.ts';
import { logFileName } from './file-names.ts';
import { finishInstallation } from './installation.ts';
import { Loading } from './loading.ts';
import type { StorageOutcome } from './outcome.ts';
import type { DurableFiles, StorageTask } from './task.ts';

/** One recovery; its outcome is 'recovered' or 'unrecoverable'. */
export class Recovery implements StorageTask {
  readonly token: number;
  readonly loading: Loading;
  files: DurableFiles | null;
  /** Null while loading. */
  work: DiskWork | null;
  outcome: StorageOutcome | null;
  /** What `files` becomes. */
  filesAfter: DurableFiles | null;

  constructor(token: number) {
    this.token = token;
    this.loading = new Loading(token, null);
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
    const { loading } = this;
    const assembly = loading.assemble();
    if (typeof assembly === 'string') return { kind: 'unrecoverable', reason: assembly };
    const { txns, lastZxid } = assembly;
    const acceptedEpoch = loading.epochs.get('acceptedEpoch') ?? epochOf(lastZxid);
    const currentEpoch = loading.epochs.get('currentEpoch') ?? epochOf(lastZxid);
    const problem = findEpochProblem(acceptedEpoch, currentEpoch, lastZxid);
    if (problem !== undefined) return { kind: 'unrecoverable', reason: problem };
    const { image } = loading;
    const isEmpty = image === null && lastZxid === ZXID_ZERO;
    this.outcome = { kind: 'recovered', image, txns, acceptedEpoch, currentEpoch, tornTail: isTorn(loading), isEmpty };
    this.filesAfter = filesAfterRecovery(loading, assembly);
    this.work = new DiskWork(this.token, recoverySteps(loading));
    this.work.start(io);
    return null;
  }
}

function isTorn({ logs }: Loading): boolean {
  return logs[logs.length - 1]?.parsed.damage === 'torn';
}

/** The log files that hold nothing (torn at their very start) are not among those that stay. */
function filesAfterRecovery(loading: Loading, { lastZxid }: Assembly): DurableFiles {
  const sound = loading.image === null ? [] : [loading.image.zxid];
  if (loading.inventory.installing.length > 0) return { logs: [], snapshots: sound, sound, lastZxid };
  const emptyLog = loading.logs.find((log) => log.parsed.txns.length === 0)?.start;
  const logs = loading.inventory.logs.filter((zxid) => zxid !== emptyLog);
  return { logs, snapshots: loading.inventory.snapshots, sound, lastZxid };
}

/** The names that were found come first: nothing may be removed on the strength of one that a crash could still take away. */
function recoverySteps(loading: Loading): DiskStep[] {
  const { installing, leftovers, logs, snapshots } = loading.inventory;
  const steps: DiskStep[] = [{ kind: 'syncDirectory' }];
  if (leftovers.length > 0) steps.push({ kind: 'remove', files: leftovers });
  const begun = installing[installing.length - 1];
  if (begun !== undefined) return [...steps, ...finishInstallation(begun, logs, snapshots)];
  const last = loading.logs[loading.logs.length - 1];
  if (last !== undefined) steps.push(lastLogStep(last));
  return steps;
}

/** Drops what is torn; what is not may still have to be made durable. */
function lastLogStep({ start, parsed }: LoadedLog): DiskStep {
  const file = logFileName(start);
  if (parsed.txns.length === 0) return { kind: 'remove', files: [file] };
  if (parsed.damage === 'torn') return { kind: 'truncate', file, size: parsed.validLength };
  return { kind: 'sync', file };
}
