/**
 * Writes a snapshot of the own tree while the log goes on. The file takes its name only when its bytes are durable (ZooKeeper
 * writes under the final name and hopes: ZOOKEEPER-2325), and only when the log is durable up to its zxid as well: a server
 * may have applied what its own disk does not hold yet. So the log never has a gap that only a snapshot bridges, and an older
 * snapshot with the log is always as good as a newer one: if there is no room for one, it is given up, and nothing is lost.
 */
import type { Zxid } from '../base/zxid.ts';
import type { Event } from '../io/event.ts';
import type { Io } from '../io/io.ts';
import type { SnapshotImage } from '../wire/transactions.ts';
import { snapshotFileName, temporaryFileName } from './file-names.ts';
import { SnapshotFile } from './snapshot-file.ts';

/** One snapshot being written; every request carries `token`. */
export class SnapshotWriter {
  readonly token: number;
  readonly zxid: Zxid;
  /** Null once its bytes are durable, so that the image can be forgotten. */
  bytes: SnapshotFile | null;
  /**
   * writing: piece by piece; syncing: the bytes; waiting: for the log; naming: rename and sync of the directory; removing: it
   * was given up.
   */
  stage: 'writing' | 'syncing' | 'waiting' | 'naming' | 'removing' | 'done';
  awaiting: number;
  isGivenUp: boolean;

  constructor(token: number, image: SnapshotImage) {
    this.token = token;
    this.zxid = image.zxid;
    this.bytes = new SnapshotFile(token, temporaryFileName(snapshotFileName(image.zxid)), image);
    this.stage = 'writing';
    this.awaiting = 1;
    this.isGivenUp = false;
  }

  start(io: Io): void {
    if (this.bytes?.writeOn(io) === true) this.stage = 'syncing';
  }

  /**
   * A request failed. False: that cannot be survived. A snapshot can be done without, unless what failed is
   * a sync: a disk that fails one is not to be relied on any more. A disk that is full has only now found it out: a write that
   * went to the page cache may be told of by the sync that follows it.
   */
  fail({ file, token, error }: Extract<Event, { kind: 'diskFailed' }>, io: Io): boolean {
    if (file !== this.temporaryName) return false;
    if (token === 0) {
      this.isGivenUp = true;
      return true;
    }
    if (this.stage === 'syncing' && error !== 'ENOSPC' && !(this.isGivenUp && error === 'ENOENT')) return false;
    this.isGivenUp = true;
    this.complete(this.zxid, io);
    return true;
  }

  /** One completion of `token`. */
  complete(durableZxid: Zxid, io: Io): void {
    if (this.stage === 'writing' && !this.isGivenUp) {
      this.start(io);
      return;
    }
    this.awaiting--;
    if (this.awaiting > 0) return;
    if (this.isGivenUp && this.stage !== 'removing') {
      this.stage = 'removing';
      this.bytes = null;
      this.awaiting = 1;
      io.remove(this.temporaryName, this.token);
      return;
    }
    if (this.stage !== 'syncing') {
      this.stage = 'done';
      return;
    }
    this.bytes = null;
    this.stage = 'waiting';
    this.logIsDurable(durableZxid, io);
  }

  /** The log is durable up to here. */
  logIsDurable(durableZxid: Zxid, io: Io): void {
    if (this.stage !== 'waiting' || durableZxid < this.zxid) return;
    this.stage = 'naming';
    this.awaiting = 2;
    io.rename(this.temporaryName, snapshotFileName(this.zxid), this.token);
    io.syncDirectory(this.token);
  }

  get temporaryName(): string {
    return temporaryFileName(snapshotFileName(this.zxid));
  }
}
