/** What comes of a request to the storage: the plain values that `Storage.handle` hands back, one at most for each disk event. */
import type { Zxid } from '../base/zxid.ts';
import type { SnapshotImage, Txn } from '../wire/transactions.ts';
import type { EpochFile } from './file-names.ts';

export interface StorageSettings {
  /** Snapshots kept by the purge after each new one; at least one is. */
  readonly snapRetainCount: number;
  /** Transactions made durable by one sync at most; left out: any number. */
  readonly maxBatchSize?: number;
}

/** What recovery found, after it has put the files in order; all of it is durable. */
export interface Recovered {
  readonly kind: 'recovered';
  /** The newest sound snapshot; null when the log goes back to the empty state. */
  readonly image: SnapshotImage | null;
  /** What the log holds beyond `image`, ascending, without a gap. */
  readonly txns: readonly Txn[];
  readonly acceptedEpoch: number;
  /** May be below the epoch of the last transaction: a synchronization was cut short after its history, before its epoch. */
  readonly currentEpoch: number;
  /** Damaged bytes at the end of the log were dropped. */
  readonly tornTail: boolean;
  /** There is neither snapshot nor transaction. */
  readonly isEmpty: boolean;
}

export type StorageOutcome =
  | Recovered
  /** The files cannot be trusted; `reason` says what to do. */
  | { readonly kind: 'unrecoverable'; readonly reason: string }
  /** The log is durable up to `zxid`. */
  | { readonly kind: 'durable'; readonly zxid: Zxid }
  | { readonly kind: 'epochWritten'; readonly file: EpochFile; readonly epoch: number }
  /** The log ends with `zxid`, durably; `image` and `txns` are what it now amounts to. */
  | { readonly kind: 'truncated'; readonly zxid: Zxid; readonly image: SnapshotImage | null; readonly txns: readonly Txn[] }
  /** The truncation cannot be done, and nothing was changed; the way on is a snapshot from the leader. */
  | { readonly kind: 'truncateRefused'; readonly zxid: Zxid; readonly reason: string }
  | { readonly kind: 'snapshotWritten'; readonly zxid: Zxid }
  | { readonly kind: 'snapshotInstalled'; readonly zxid: Zxid }
  /** Null: the log does not go back to `from` without a gap. */
  | { readonly kind: 'logRead'; readonly from: Zxid; readonly txns: readonly Txn[] | null }
  /** A change of a file failed: the server must stop. */
  | { readonly kind: 'failed'; readonly reason: string };
