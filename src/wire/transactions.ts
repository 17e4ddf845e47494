/**
 * Transactions: what the leader makes of a request, what the log keeps, what every replica applies. A
 * transaction is decided: applying it never fails. It carries its own bytes (header, record, digest: the same
 * in a log entry and in a PROPOSAL), so that it is encoded once, by the leader.
 */
import type { SessionId } from '../base/session-id.ts';
import type { Zxid } from '../base/zxid.ts';
import type { Acl, Bytes, ResultCode, StatPersisted } from './words.ts';

/**
 * `type` 1 or 15 on the wire. `parentCVersion` is the stored cversion that the parent has afterwards; −1 in
 * very old logs.
 */
export interface CreateTxn {
  readonly kind: 'create' | 'create2';
  readonly path: string;
  readonly data: Bytes | null;
  readonly acl: readonly Acl[];
  readonly ephemeral: boolean;
  readonly parentCVersion: number;
}
export interface CreateContainerTxn {
  readonly kind: 'createContainer';
  readonly path: string;
  readonly data: Bytes | null;
  readonly acl: readonly Acl[];
  readonly parentCVersion: number;
}
export interface CreateTtlTxn {
  readonly kind: 'createTTL';
  readonly path: string;
  readonly data: Bytes | null;
  readonly acl: readonly Acl[];
  readonly parentCVersion: number;
  readonly ttl: number;
}
export interface DeleteTxn {
  readonly kind: 'delete' | 'deleteContainer';
  readonly path: string;
}
/** `version` is the new one. */
export interface SetDataTxn {
  readonly kind: 'setData' | 'reconfig';
  readonly path: string;
  readonly data: Bytes | null;
  readonly version: number;
}
export interface SetAclTxn {
  readonly kind: 'setACL';
  readonly path: string;
  readonly acl: readonly Acl[];
  readonly version: number;
}
export interface CheckTxn {
  readonly kind: 'check';
  readonly path: string;
  readonly version: number;
}
export interface CreateSessionTxn {
  readonly kind: 'createSession';
  readonly timeoutMs: number;
}
/** `paths`: the ephemerals to delete, or null in logs of releases that did not list them. */
export interface CloseSessionTxn {
  readonly kind: 'closeSession';
  readonly paths: readonly string[] | null;
}
/** A write that was refused: it consumes a zxid and changes nothing. */
export interface ErrorTxn {
  readonly kind: 'error';
  readonly err: ResultCode;
}
/** A multi: all of it or, when it was refused, a list of error records. */
export interface MultiTxn {
  readonly kind: 'multi';
  readonly txns: readonly SimpleTxn[];
}
export type SimpleTxn = CreateTxn | CreateContainerTxn | CreateTtlTxn | DeleteTxn | SetDataTxn | SetAclTxn | CheckTxn | ErrorTxn;
export type TxnBody = SimpleTxn | CreateSessionTxn | CloseSessionTxn | MultiTxn;

/**
 * Who asked for it and when: the first 32 bytes of every log entry. `time` is the leader's wall clock in ms.
 */
export interface TxnHeader {
  readonly clientId: SessionId;
  readonly cxid: number;
  readonly zxid: Zxid;
  readonly time: number;
}

/** The tree's digest after the transaction: an unsigned 64-bit number in two halves, each 0..2³²−1. */
export interface Digest {
  readonly high: number;
  readonly low: number;
}

/**
 * A decided transaction, immutable and shared. `bytes` is its encoding: header, record and, when present,
 * digest.
 */
export interface Txn extends TxnHeader {
  readonly body: TxnBody;
  readonly digest: Digest | null;
  readonly bytes: Bytes;
}

/** A database at one zxid, as a snapshot file or a SNAP stream holds it. Paths are full; the root's is ''. */
export interface SnapshotImage {
  readonly zxid: Zxid;
  readonly sessions: readonly SnapshotSession[];
  /** Interned access control lists; id −1 is the open one and is not listed. */
  readonly acls: readonly SnapshotAcl[];
  /** Pre-order: a parent before its children. */
  readonly nodes: readonly SnapshotNode[] | SnapshotNodes;
  readonly digest: Digest | null;
}
/** Nodes that are made one by one, from a tree that does not change: a million of them need not be there at once. */
export interface SnapshotNodes extends Iterable<SnapshotNode> {
  readonly length: number;
  /** A walk over all of them. Plain data, as whoever keeps it from one event to the next needs it to be. */
  cursor(): SnapshotCursor;
}
/** A walk that can rest; null at the end. */
export interface SnapshotCursor {
  next(): SnapshotNode | null;
}
export interface SnapshotSession {
  readonly id: SessionId;
  readonly timeoutMs: number;
}
export interface SnapshotAcl {
  readonly aclId: number;
  readonly acl: readonly Acl[];
}
export interface SnapshotNode {
  readonly path: string;
  readonly data: Bytes | null;
  readonly aclId: number;
  readonly stat: StatPersisted;
}
