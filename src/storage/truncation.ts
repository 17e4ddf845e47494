/**
 * Cuts the log back to a zxid (TRUNC) and reloads what is left. First everything is read that will remain, so that a truncation
 * that cannot be done changes nothing (ZOOKEEPER-3701). Then, each step durable before the next:
 *
 *   1. mark no more than the zxid as durable: what is cut off will not be missed
 *   2. remove the snapshots beyond the zxid (ZOOKEEPER-4837); the log still holds what they hold
 *   3. remove the log files that begin beyond it, the newest first
 *   4. cut the file that contains it, and mark the zxid
 *
 * A crash anywhere leaves the old state without some of its last transactions, never one without some in the middle.
 */
import type { Zxid } from '../base/zxid.ts';
import { zxidToHex } from '../base/zxid.ts';
import type { Event } from '../io/event.ts';
import type { Io } from '../io/io.ts';
import { DiskWork } from './disk-work.ts';
import type { DiskStep } from './disk-work.ts';
import { logFileName, snapshotFileName } from './file-names.ts';
import { Loading } from './loading.ts';
import type { StorageOutcome } from './outcome.ts';
import type { DurableFiles, StorageTask } from './task.ts';
import { NO_MARK } from './watermark.ts';
import type { Mark } from './watermark.ts';

/** One truncation; its outcome is 'truncated' or 'truncateRefused'. */
export class Truncation implements StorageTask {
  readonly token: number;
  readonly zxid: Zxid;
  readonly loading: Loading;
  files: DurableFiles | null;
  /** Null while loading. */
  work: DiskWork | null;
  outcome: StorageOutcome | null;
  /** The one on the disk when it began. */
  mark: Mark;

  constructor(token: number, zxid: Zxid) {
    this.token = token;
    this.zxid = zxid;
    this.loading = new Loading(token, { bound: zxid, isEmptyTrusted: false });
    this.files = null;
    this.work = null;
    this.outcome = null;
    this.mark = NO_MARK;
  }

  get isReading(): boolean {
    return this.work === null;
  }

  start(io: Io, mark: Mark): void {
    this.mark = mark;
    this.loading.start(io);
  }

  handle(event: Event, io: Io): StorageOutcome | null {
    if (this.work === null) return this.loading.handle(event, io) ? this.conclude(io) : null;
    if (!this.work.complete(io)) return null;
    this.files = filesUpTo(marks(this.mark, this.zxid)[1], this.loading);
    return this.outcome;
  }

  /** Everything that remains is read. */
  conclude(io: Io): StorageOutcome | null {
    const { loading, zxid } = this;
    const assembly = loading.assemble();
    const refusal = 'reason' in assembly ? assembly.reason : refusalToEndAt(assembly.lastZxid, zxid);
    if ('reason' in assembly || refusal !== undefined) {
      return { kind: 'truncateRefused', zxid, reason: `the log cannot be cut to ${zxidToHex(zxid)}: ${refusal ?? ''}` };
    }
    this.outcome = { kind: 'truncated', zxid, image: loading.image, txns: assembly.txns };
    this.work = new DiskWork(this.token, truncationSteps(marks(this.mark, zxid), loading));
    this.work.start(io);
    return null;
  }
}

function refusalToEndAt(lastZxid: Zxid, zxid: Zxid): string | undefined {
  if (lastZxid === zxid) return undefined;
  return `it has no such transaction, the last one before it is ${zxidToHex(lastZxid)}; take a snapshot from the leader`;
}

/** The one before anything is cut, which must not claim what is not durable yet, and the one afterwards. */
function marks({ sequence, zxid }: Mark, target: Zxid): readonly [before: Mark, after: Mark] {
  return [{ sequence: sequence + 1, zxid: zxid < target ? zxid : target }, { sequence: sequence + 2, zxid: target }];
}

function filesUpTo(mark: Mark, { image, inventory }: Loading): DurableFiles {
  const { zxid } = mark;
  const sound = image === null ? [] : [image.zxid];
  const logs = inventory.logs.filter((start) => start <= zxid);
  return { logs, snapshots: inventory.snapshots.filter((name) => name <= zxid), sound, lastZxid: zxid, mark };
}

function truncationSteps([before, after]: readonly [Mark, Mark], { inventory, logs }: Loading): DiskStep[] {
  const { zxid } = after;
  const steps: DiskStep[] = [{ kind: 'mark', mark: before }];
  const snapshots = inventory.snapshots.filter((name) => name > zxid);
  if (snapshots.length > 0) steps.push({ kind: 'remove', files: snapshots.map(snapshotFileName) });
  const later = inventory.logs.filter((start) => start > zxid).reverse();
  for (const start of later) steps.push({ kind: 'remove', files: [logFileName(start)] });
  const last = logs[logs.length - 1];
  if (last !== undefined) {
    const kept = last.parsed.txns.filter((txn) => txn.zxid <= zxid).length;
    steps.push({ kind: 'truncate', file: logFileName(last.start), size: last.parsed.ends[kept - 1] ?? last.parsed.validLength });
  }
  steps.push({ kind: 'syncDirectory' }, { kind: 'mark', mark: after });
  return steps;
}
