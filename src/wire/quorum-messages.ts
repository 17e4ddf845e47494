/**
 * The quorum and election protocols as typed records: what servers say to each other (section 2 of the
 * protocol's description). Names are ZooKeeper's packet names. "L" is a learner (follower or observer), "Ld"
 * the leader.
 */
import type { SessionId } from '../base/session-id.ts';
import type { Zxid } from '../base/zxid.ts';
import type { Request } from './client-messages.ts';
import type { SnapshotImage, Txn } from './transactions.ts';
import type { Id } from './words.ts';

/** L→Ld, first on the connection. `kind` tells a voter (FOLLOWERINFO) from an observer. */
export interface LearnerInfo {
  readonly kind: 'FOLLOWERINFO' | 'OBSERVERINFO';
  readonly acceptedEpoch: number;
  readonly sid: number;
  readonly configVersion: Zxid;
}
/** Ld→L: the epoch that is proposed. */
export interface LeaderInfo {
  readonly kind: 'LEADERINFO';
  readonly epoch: number;
}
/** L→Ld. `currentEpoch` is −1 when the epoch had been accepted before: such an answer is not counted. */
export interface AckEpoch {
  readonly kind: 'ACKEPOCH';
  readonly currentEpoch: number;
  readonly lastZxid: Zxid;
}
/**
 * Ld→L: how the history is brought in line. DIFF: proposals up to `zxid` follow. TRUNC: cut back to `zxid`
 * first.
 */
export interface SyncHeader {
  readonly kind: 'DIFF' | 'TRUNC';
  readonly zxid: Zxid;
}
/** Ld→L: the whole database replaces the learner's. */
export interface Snap {
  readonly kind: 'SNAP';
  readonly zxid: Zxid;
  readonly image: SnapshotImage;
}
/** Ld→L: the history of `epoch` is complete: make it durable, adopt the epoch, acknowledge. */
export interface NewLeader {
  readonly kind: 'NEWLEADER';
  readonly zxid: Zxid;
  /** Text of the configuration that is in force once the leader is established. */
  readonly config: string;
}
/** Ld→L: a quorum has acknowledged NEWLEADER: serve. */
export interface UpToDate {
  readonly kind: 'UPTODATE';
}
/** PROPOSAL, Ld→voter: log it and acknowledge. INFORM, Ld→observer: it is committed. */
export interface Proposal {
  readonly kind: 'PROPOSAL' | 'INFORM';
  readonly txn: Txn;
}
/** ACK, L→Ld: durable here up to `zxid`'s transaction (or NEWLEADER's epoch). COMMIT, Ld→voter. */
export interface AckOrCommit {
  readonly kind: 'ACK' | 'COMMIT';
  readonly zxid: Zxid;
}
/** A reconfiguration is committed and takes effect. `txn` is present for observers (INFORMANDACTIVATE). */
export interface Activate {
  readonly kind: 'COMMITANDACTIVATE' | 'INFORMANDACTIVATE';
  readonly zxid: Zxid;
  readonly designatedLeader: number;
  readonly txn: Txn | null;
}
/** Ld→L: are you there; the answer names the sessions heard of since the last one. */
export interface Ping {
  readonly kind: 'PING';
  readonly zxid: Zxid;
  /** null from the leader. */
  readonly touched: readonly { readonly sessionId: SessionId; readonly timeoutMs: number }[] | null;
}
/** L→Ld: a client's write or sync. `authInfo` null for createSession. */
export interface Forward {
  readonly kind: 'REQUEST';
  readonly sessionId: SessionId;
  readonly cxid: number;
  readonly request: Request;
  readonly authInfo: readonly Id[] | null;
}
/** Ld→L: answers a forwarded sync, in the order asked, in line with the commits before it. */
export interface SyncDone {
  readonly kind: 'SYNC';
}
/** L→Ld: a client moved here with this session: is it alive? */
export interface Revalidate {
  readonly kind: 'REVALIDATE';
  readonly sessionId: SessionId;
  readonly timeoutMs: number;
}
/** Ld→L: the answer (the same packet type on the wire). */
export interface Revalidated {
  readonly kind: 'REVALIDATED';
  readonly sessionId: SessionId;
  readonly valid: boolean;
}

/** What travels on a quorum connection, both ways. */
export type QuorumMessage =
  | LearnerInfo
  | LeaderInfo
  | AckEpoch
  | SyncHeader
  | Snap
  | NewLeader
  | UpToDate
  | Proposal
  | AckOrCommit
  | Activate
  | Ping
  | Forward
  | SyncDone
  | Revalidate
  | Revalidated;

/** The numbers of QuorumPeer.ServerState. */
export const ServerState = { LOOKING: 0, FOLLOWING: 1, LEADING: 2, OBSERVING: 3 } as const;
export type ServerStateName = keyof typeof ServerState;

/** First on an election connection, from its initiator. */
export interface ElectionHello {
  readonly kind: 'electionHello';
  readonly sid: number;
  /** The initiator's own election address, `host:port`, several joined with `|`. */
  readonly address: string;
}
/** A vote (FastLeaderElection's notification). */
export interface Notification {
  readonly kind: 'notification';
  readonly state: ServerStateName;
  readonly leader: number;
  readonly zxid: Zxid;
  readonly electionEpoch: number;
  readonly peerEpoch: number;
  /** Text of the configuration that the sender knows to be in force. */
  readonly config: string;
}
/** What travels on an election connection. */
export type ElectionMessage = ElectionHello | Notification;
