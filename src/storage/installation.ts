/**
 * Installs a snapshot from the leader (SNAP): afterwards the durable state is exactly that image, whatever was there before.
 *
 * The image may end below what the own log holds, and neither may come to lie with the other: the new snapshot under old
 * records is a history that never was (ZOOKEEPER-2832), new records on a snapshot that a crash takes away have no base
 * (ZOOKEEPER-2872), and without either there would be a voter that has forgotten what it acknowledged. So there is one moment
 * that decides:
 *
 *   1. write snapshot.Z.tmp, sync it
 *   2. rename it to snapshot.Z.installing, sync the directory    before: the old state, untouched; from here on: the new one
 *   3. remove every log and every other snapshot, sync the directory
 *   4. mark Z as durable, which may be less than what was marked before
 *   5. rename it to snapshot.Z, sync the directory
 *
 * Whatever part of 3 to 5 a crash leaves done, recovery finds the file `installing`, which is complete, believes nothing
 * else, and does the rest. Once the name is gone, nothing is left that could be mistaken for a part of the new history.
 */
import type { Zxid } from '../base/zxid.ts';
import type { Event } from '../io/event.ts';
import type { Io } from '../io/io.ts';
import type { SnapshotImage } from '../wire/transactions.ts';
import { DiskWork } from './disk-work.ts';
import type { DiskStep } from './disk-work.ts';
import { installingFileName, logFileName, snapshotFileName, takeInventory, temporaryFileName } from './file-names.ts';
import type { StorageOutcome } from './outcome.ts';
import { SnapshotFile } from './snapshot-file.ts';
import type { DurableFiles, StorageTask } from './task.ts';
import { NO_MARK } from './watermark.ts';
import type { Mark } from './watermark.ts';

/** One installation; its outcome is 'snapshotInstalled'. */
export class Installation implements StorageTask {
  readonly token: number;
  readonly image: SnapshotImage;
  files: DurableFiles | null;
  /** Null until it is known what there is to remove, and again when the bytes are durable. */
  bytes: SnapshotFile | null;
  /** Steps 2 to 4; null until it is known what there is to remove. */
  work: DiskWork | null;
  isSyncing: boolean;
  /** The one that it writes. */
  mark: Mark;

  constructor(token: number, image: SnapshotImage) {
    this.token = token;
    this.image = image;
    this.files = null;
    this.bytes = null;
    this.work = null;
    this.isSyncing = false;
    this.mark = NO_MARK;
  }

  get isReading(): boolean {
    return false;
  }

  start(io: Io, { sequence }: Mark): void {
    this.mark = { sequence: sequence + 1, zxid: this.image.zxid };
    io.list(this.token);
  }

  handle(event: Event, io: Io): StorageOutcome | null {
    const { zxid } = this.image;
    if (this.work === null) {
      if (event.kind === 'diskListed') this.begin(event.files, io);
      return null;
    }
    if (this.bytes !== null) {
      if (this.isSyncing) this.bytes = null;
      if (this.bytes === null) this.work.start(io);
      else this.isSyncing = this.bytes.writeOn(io);
      return null;
    }
    if (!this.work.complete(io)) return null;
    this.files = { logs: [], snapshots: [zxid], sound: [zxid], lastZxid: zxid, mark: this.mark };
    return { kind: 'snapshotInstalled', zxid };
  }

  begin(found: readonly string[], io: Io): void {
    const { zxid } = this.image;
    const { logs, snapshots, installing, compressed } = takeInventory(found);
    // An installation that cannot be finished, its file being damaged, is given up for this one.
    const stale = [...installing.filter((other) => other !== zxid).map(installingFileName), ...compressed.values()];
    const temporary = temporaryFileName(snapshotFileName(zxid));
    this.work = new DiskWork(this.token, [
      ...(stale.length === 0 ? [] : [{ kind: 'remove', files: stale } as const]),
      { kind: 'rename', from: temporary, to: installingFileName(zxid) },
      ...finishInstallation(this.mark, logs, snapshots),
    ]);
    this.bytes = new SnapshotFile(this.token, temporary, this.image);
    this.isSyncing = this.bytes.writeOn(io);
  }
}

/** Steps 3 to 5. */
export function finishInstallation(mark: Mark, logs: readonly Zxid[], snapshots: readonly Zxid[]): DiskStep[] {
  const { zxid } = mark;
  return [
    { kind: 'remove', files: [...snapshots.map(snapshotFileName), ...logs.map(logFileName)] },
    { kind: 'mark', mark },
    { kind: 'rename', from: installingFileName(zxid), to: snapshotFileName(zxid) },
  ];
}
