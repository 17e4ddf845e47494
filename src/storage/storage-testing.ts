/** A storage on a disk that a test fills, and what the files on it hold. */
import { present } from '../base/invariant.ts';
import { NO_SESSION } from '../base/session-id.ts';
import { makeZxid, type Zxid, ZXID_ZERO } from '../base/zxid.ts';
import { encodeSnapshot } from '../wire/snapshot-codec.ts';
import { encodeTxn } from '../wire/transaction-codec.ts';
import type { SnapshotImage, Txn } from '../wire/transactions.ts';
import { SimulatedDisk, type SyncMark } from '../world/disk.ts';
import { FakeIo, SETTINGS } from './fake-io.ts';
import { encodeLogEntry } from './log-format.ts';
import type { StorageOutcome, StorageSettings } from './outcome.ts';
import { Storage } from './storage.ts';
import { encodeMark } from './watermark.ts';

/** A transaction that is a refusal. */
export function txnAt(epoch: number, counter: number): Txn {
  const header = { clientId: NO_SESSION, cxid: 0, zxid: makeZxid(epoch, counter), time: 0 };
  return encodeTxn(header, { kind: 'error', err: -101 }, null);
}

/** An image that holds nothing. */
export function imageAt(zxid: Zxid): SnapshotImage {
  return { zxid, sessions: [], acls: [], nodes: [], digest: null };
}

/** A recovered storage on a disk that holds `files`. */
export class Bench {
  readonly disk: SimulatedDisk = new SimulatedDisk();
  readonly io: FakeIo<SyncMark> = new FakeIo<SyncMark>(this.disk);
  readonly storage: Storage;
  readonly first: StorageOutcome;

  constructor(files: readonly (readonly [string, Uint8Array])[] = [], settings: StorageSettings = SETTINGS) {
    this.storage = new Storage(settings);
    for (const [file, bytes] of files) this.disk.append(file, bytes);
    this.disk.flush();
    this.storage.recover(this.io);
    this.first = present(this.run()[0], 'recovery ends');
    this.io.requests.length = 0;
  }

  /** Lets all completions happen, the oldest first. */
  run(): StorageOutcome[] {
    const outcomes: StorageOutcome[] = [];
    for (let event = this.io.next(0); event !== undefined; event = this.io.next(0)) {
      const outcome = this.storage.handle(event, this.io);
      if (outcome !== null) outcomes.push(outcome);
    }
    return outcomes;
  }

  append(...txns: Txn[]): void {
    for (const txn of txns) this.storage.append(txn, this.io);
  }

  log(...txns: Txn[]): StorageOutcome[] {
    this.append(...txns);
    this.storage.sync(this.io);
    return this.run();
  }

  /** The requests since the last call. */
  get requests(): string[] {
    return this.io.requests.splice(0);
  }
}

/** A log of these transactions, by its name. */
export function logFile(...txns: Txn[]): readonly [string, Uint8Array] {
  const disk = new SimulatedDisk();
  txns.forEach((txn, index) => disk.append('log', encodeLogEntry(txn, index === 0)));
  return [`log.${present(txns[0], 'a log has a transaction').zxid.toString(16)}`, present(disk.read('log'), 'written')];
}

/** The mark that follows each sync of the log. */
export const MARKED: readonly string[] = ['write durableZxid', 'sync durableZxid'];

/** A snapshot that holds nothing, by its name. */
export function snapshotFile(zxid: Zxid): readonly [string, Uint8Array] {
  return [`snapshot.${zxid.toString(16)}`, encodeSnapshot(imageAt(zxid))];
}

/** An image whose file takes several pieces. */
export function largeImage(zxid: Zxid): SnapshotImage {
  const stat = {
    czxid: zxid, mzxid: zxid, ctime: 0, mtime: 0, version: 0, cversion: 0, aversion: 0, ephemeralOwner: NO_SESSION, pzxid: zxid,
  };
  const data = new Uint8Array(1000);
  const paths = Array.from({ length: 300 }, (_, i) => (i === 0 ? '' : `/n${i}`));
  return { ...imageAt(zxid), nodes: paths.map((path) => ({ path, data, aclId: -1, stat })) };
}

/** The bytes of a log of two transactions. */
export const BYTES: Uint8Array = logFile(txnAt(1, 1), txnAt(1, 2))[1];

/** The mark of what was durable, by its name. */
export function markFile(zxid: Zxid): readonly [string, Uint8Array] {
  return ['durableZxid', encodeMark({ sequence: 0, zxid }).bytes];
}

/** The snapshot of nothing that a storage begins with. */
export const BASE: readonly [string, Uint8Array] = snapshotFile(ZXID_ZERO);
