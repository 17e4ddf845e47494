/**
 * Cuts the log back to a zxid (TRUNC) and reloads what is left. First everything is read that will remain, so that a truncation
 * that cannot be done changes nothing (ZOOKEEPER-3701). Then, each step durable before the next:
 *
 *   1. remove the snapshots beyond the zxid (ZOOKEEPER-4837); the log still holds what they hold
 *   2. remove the log files that begin beyond it, the newest first
 *   3. cut the file that contains it
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

/** One truncation; its outcome is 'truncated' or 'truncateRefused'. */
export class Truncation implements StorageTask {
  readonly token: number;
  readonly zxid: Zxid;
  readonly loading: Loading;
  files: DurableFiles | null;
  /** Null while loading. */
  work: DiskWork | null;
  outcome: StorageOutcome | null;

  constructor(token: number, zxid: Zxid) {
    this.token = token;
    this.zxid = zxid;
    this.loading = new Loading(token, zxid);
    this.files = null;
    this.work = null;
    this.outcome = null;
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
    this.files = filesUpTo(this.zxid, this.loading);
    return this.outcome;
  }

  /** Everything that remains is read. */
  conclude(io: Io): StorageOutcome | null {
    const { loading, zxid } = this;
    const assembly = loading.assemble();
    const refusal = typeof assembly === 'string' ? assembly : refusalToEndAt(assembly.lastZxid, zxid);
    if (typeof assembly === 'string' || refusal !== undefined) {
      return { kind: 'truncateRefused', zxid, reason: `the log cannot be cut to ${zxidToHex(zxid)}: ${refusal ?? ''}` };
    }
    this.outcome = { kind: 'truncated', zxid, image: loading.image, txns: assembly.txns };
    this.work = new DiskWork(this.token, truncationSteps(zxid, loading));
    this.work.start(io);
    return null;
  }
}

function refusalToEndAt(lastZxid: Zxid, zxid: Zxid): string | undefined {
  if (lastZxid === zxid) return undefined;
  return `it has no such transaction, the last one before it is ${zxidToHex(lastZxid)}; take a snapshot from the leader`;
}

function filesUpTo(zxid: Zxid, { image, inventory }: Loading): DurableFiles {
  const sound = image === null ? [] : [image.zxid];
  const logs = inventory.logs.filter((start) => start <= zxid);
  return { logs, snapshots: inventory.snapshots.filter((name) => name <= zxid), sound, lastZxid: zxid };
}

function truncationSteps(zxid: Zxid, { inventory, logs }: Loading): DiskStep[] {
  const steps: DiskStep[] = [];
  const snapshots = inventory.snapshots.filter((name) => name > zxid);
  if (snapshots.length > 0) steps.push({ kind: 'remove', files: snapshots.map(snapshotFileName) });
  const later = inventory.logs.filter((start) => start > zxid).reverse();
  for (const start of later) steps.push({ kind: 'remove', files: [logFileName(start)] });
  const last = logs[logs.length - 1];
  if (last !== undefined) {
    const kept = last.parsed.txns.filter((txn) => txn.zxid <= zxid).length;
    steps.push({ kind: 'truncate', file: logFileName(last.start), size: last.parsed.ends[kept - 1] ?? last.parsed.validLength });
  }
  steps.push({ kind: 'syncDirectory' });
  return steps;
}
