/**
 * What a leader remembers of one learner's connection (LearnerHandler): how far it has come, and whether it
 * still answers in time.
 */
import { ZXID_ZERO } from '../base/zxid.ts';
import type { Zxid } from '../base/zxid.ts';
import type { ConnectionId } from '../io/event.ts';
import type { Io } from '../io/io.ts';
import type { Txn } from '../wire/transactions.ts';

/** In the order they are gone through. */
export type HandlerPhase =
  | 'connected'
  | 'info'
  | 'leaderInfoSent'
  | 'epochAcked'
  | 'readingLog'
  | 'newLeaderSent'
  | 'newLeaderAcked'
  | 'serving';

/** See the head of the file. Times are the leader's monotonic milliseconds. */
export class LearnerHandler {
  readonly connection: ConnectionId;
  /** 0 until it has introduced itself. */
  sid = 0;
  /** It came as an observer: it is told of what is committed. Anybody else is sent proposals, and acknowledges them. */
  isObserver = false;
  phase: HandlerPhase = 'connected';
  /** From ACKEPOCH: the end of its history. */
  peerLastZxid: Zxid = ZXID_ZERO;
  /** Proposals and commits go to it as they come. */
  isForwarding = false;
  /** What was read of the own log for it; see `LeaderHistory`. */
  fromLog: readonly Txn[] | null | undefined = undefined;
  /** Rounds of the pings that it has not answered yet. */
  private readonly pings: number[] = [];
  /** It must have been heard by then. */
  private deadlineMs: number;
  /**
   * The oldest unacknowledged proposal that is watched, and one sent after it (SyncLimitCheck); 0 for none.
   */
  private watched: Zxid = ZXID_ZERO;
  private watchedSinceMs = 0;
  private next: Zxid = ZXID_ZERO;
  private nextSinceMs = 0;

  constructor(connection: ConnectionId, deadlineMs: number) {
    this.connection = connection;
    this.deadlineMs = deadlineMs;
  }

  introduce(sid: number, isObserver: boolean): void {
    this.sid = sid;
    this.isObserver = isObserver;
    this.phase = 'info';
  }

  heard(now: number, limitMs: number): void {
    if (this.phase === 'serving') this.deadlineMs = now + limitMs;
    else this.deadlineMs = Math.max(this.deadlineMs, now + limitMs);
  }

  /** A ping of a round; each is answered once, in order. */
  sendPing(zxid: Zxid, round: number, io: Io): void {
    this.pings.push(round);
    io.send(this.connection, { kind: 'PING', zxid, touched: null });
  }

  /** The round that a ping just answered was of; undefined where none had been sent. */
  takePong(): number | undefined {
    return this.pings.shift();
  }

  /** A live proposal, to whoever acknowledges such. */
  sendProposal(txn: Txn, io: Io): void {
    if (!this.isForwarding || this.isObserver) return;
    this.proposalSent(txn.zxid, io.now());
    io.send(this.connection, { kind: 'PROPOSAL', txn });
  }

  /** It is committed. */
  sendCommit(txn: Txn, io: Io): void {
    if (!this.isForwarding) return;
    if (this.isObserver) io.send(this.connection, { kind: 'INFORM', txn });
    else io.send(this.connection, { kind: 'COMMIT', zxid: txn.zxid });
  }

  /** It is committed, and a reconfiguration. */
  sendActivation(txn: Txn, designatedLeader: number, io: Io): void {
    if (!this.isForwarding) return;
    const { zxid } = txn;
    if (this.isObserver) io.send(this.connection, { kind: 'INFORMANDACTIVATE', zxid, designatedLeader, txn });
    else io.send(this.connection, { kind: 'COMMITANDACTIVATE', zxid, designatedLeader, txn: null });
  }

  /** Sends a transaction that is committed already. */
  sendCommitted(txn: Txn, io: Io): void {
    if (this.isObserver) {
      io.send(this.connection, { kind: 'INFORM', txn });
      return;
    }
    io.send(this.connection, { kind: 'PROPOSAL', txn });
    io.send(this.connection, { kind: 'COMMIT', zxid: txn.zxid });
  }

  proposalSent(zxid: Zxid, now: number): void {
    if (this.watched === ZXID_ZERO) {
      this.watched = zxid;
      this.watchedSinceMs = now;
    } else {
      this.next = zxid;
      this.nextSinceMs = now;
    }
  }

  proposalAcked(zxid: Zxid): void {
    if (zxid < this.watched || this.watched === ZXID_ZERO) return;
    this.watched = this.next > zxid ? this.next : ZXID_ZERO;
    this.watchedSinceMs = this.nextSinceMs;
    this.next = ZXID_ZERO;
  }

  /** Nothing heard by the deadline, or a proposal unacknowledged for longer than `limitMs`. */
  isLate(now: number, limitMs: number): boolean {
    if (now > this.deadlineMs) return true;
    return this.phase === 'serving' && this.watched !== ZXID_ZERO && now - this.watchedSinceMs > limitMs;
  }
}
