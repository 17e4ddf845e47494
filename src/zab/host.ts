/**
 * What the protocol needs of the server around it, and what the server gets from the protocol. The server
 * implements `ZabHost` and hands itself in with every call, so that the protocol's own state holds no
 * reference and stays plain data.
 */
import type { Zxid } from '../base/zxid.ts';
import type { Io } from '../io/io.ts';
import type { SessionId } from '../base/session-id.ts';
import type { Forward, Notification } from '../wire/quorum-messages.ts';
import type { SnapshotImage, Txn } from '../wire/transactions.ts';
import type { Membership } from './membership.ts';
import type { EnsembleConfig } from './quorum.ts';

/** Identity and times, all that the protocol reads of what an operator decides; who the others are is in `Membership`. */
export interface ZabSettings {
  readonly id: number;
  readonly tickTimeMs: number;
  readonly initLimit: number;
  readonly syncLimit: number;
  readonly finalizeWaitMs: number;
  readonly minNotificationIntervalMs: number;
  readonly maxNotificationIntervalMs: number;
  readonly cnxTimeoutMs: number;
  readonly learnerRetryMs: number;
  readonly counterLimit: number;
  readonly snapshotSizePercent: number;
}

/** Sessions heard of at a learner since its last answer to a ping. */
export type Touched = readonly { readonly sessionId: SessionId; readonly timeoutMs: number }[];

/**
 * The server as the protocol sees it: a durable log, a database that transactions are delivered to, and the
 * roles' services.
 */
export interface ZabHost {
  readonly settings: ZabSettings;
  readonly membership: Membership;
  /** Durable values. */
  readonly acceptedEpoch: number;
  readonly currentEpoch: number;
  /**
   * This server answers for its log. Otherwise it has no state, perhaps because its disk lost what it had acknowledged: it must
   * not vote, nor be counted, before a leader's snapshot is installed.
   */
  readonly hasHistory: boolean;
  /** The last transaction in the log (durable or not). */
  readonly lastLogged: Zxid;
  /** Everything in the log is durable. */
  readonly isLogDurable: boolean;
  /**
   * The epoch whose leader asked for a truncation that the disk refused: from it, a snapshot is wanted. 0 for
   * none.
   */
  readonly snapshotWantedIn: number;
  /** The last transaction applied to the database. */
  readonly lastProcessed: Zxid;
  /** Committed transactions in memory, ascending. */
  readonly committedLog: readonly Txn[];

  /** Answered by `onEpochWritten` of the role that asked. */
  writeEpoch(file: 'acceptedEpoch' | 'currentEpoch', epoch: number, io: Io): void;
  /** Into the log's page cache. */
  append(txn: Txn, io: Io): void;
  /** Answered by `onDurable`. */
  sync(io: Io): void;
  /** Cuts log and database back; answered by `onHistoryReplaced`. */
  truncate(zxid: Zxid, io: Io): void;
  /** Replaces log and database; answered by `onHistoryReplaced`. */
  installSnapshot(image: SnapshotImage, io: Io): void;
  /** Answered by `onLogRead`. */
  readLog(from: Zxid, io: Io): void;
  /** The database as it is now, or as it was before a reconfiguration that it ends with, and that one. */
  history(): { readonly image: SnapshotImage; readonly txns: readonly Txn[] };

  /** Applies a committed transaction, in zxid order, each once. */
  deliver(txn: Txn, io: Io): void;
  /** A peer says which configuration is in force; true when that was news, and everything begins anew. */
  learnConfig(text: string, io: Io): boolean;
  /** What the leader of `epoch` announces: what is next, or what is in force. */
  configToAnnounce(epoch: number): EnsembleConfig;
  /** The leader has announced a configuration; it is in force when the leader is established. */
  onConfigAnnounced(text: string, io: Io): void;
  /** The configuration is committed: it is in force from now on. */
  activate(config: EnsembleConfig, io: Io): void;
  /** Everything applied is committed, and what was announced is in force. */
  activateApplied(io: Io): void;

  /** The leader has its quorum: make transactions of requests from now on. */
  startLeading(io: Io): void;
  /** The established leader's first proposal, if the tree does not show the configuration in force. */
  recordConfig(io: Io): void;
  /** The leader's reconfiguration is committed, and it goes on: so does what waited. */
  onReconfigured(io: Io): void;
  /** The learner is up to date: serve clients from now on. */
  startFollowing(io: Io): void;
  /** Give the role up and look for a leader. `reason` is a constant sentence for the operator. */
  lookForLeader(reason: string, io: Io): void;
  /** So many voters have no history that those who have are no quorum: there will never be a leader. */
  onQuorumLost(io: Io): void;
  /** The election decided. */
  onElected(leader: number, io: Io): void;

  /**
   * At the leader: a learner forwards a client's request; sessions it heard of; a session that moved to it.
   */
  onForwarded(sid: number, request: Forward, io: Io): void;
  onTouched(touched: Touched, io: Io): void;
  revalidateFor(sid: number, sessionId: SessionId, io: Io): boolean;
  /** At a learner: the answers, and what to tell the leader with the next ping. */
  onSyncAnswered(io: Io): void;
  onRevalidated(sessionId: SessionId, isValid: boolean, io: Io): void;
  takeTouched(): Touched;
}

/** What an election needs of it. */
export type ElectionHost = Pick<
  ZabHost, 'settings' | 'membership' | 'hasHistory' | 'lastLogged' | 'currentEpoch' | 'learnConfig' | 'onElected' | 'onQuorumLost'
>;

/** How an election sends: the server's links do it. */
export interface ElectionSender {
  send(to: number, notification: Notification, io: Io): void;
}

/** The protocol's timers; a server's other timers are numbered from `TIMERS_OF_ZAB` on. */
export const Timer = {
  electionPoll: 1,
  electionFinalize: 2,
  leaderTick: 3,
  learnerRetry: 4,
  learnerDeadline: 5,
} as const;
/** The first timer number that the protocol does not use. */
export const TIMERS_OF_ZAB = 16;
