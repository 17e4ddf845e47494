/**
 * Votes of the fast leader election and their order (FastLeaderElection.totalOrderPredicate and Vote.equals).
 * Pure arithmetic: the order decides which history wins, so each comparison stands guarded by equality of
 * those before it (ZOOKEEPER-1419).
 */
import type { Zxid } from '../base/zxid.ts';
import type { Notification, ServerStateName } from '../wire/quorum-messages.ts';

/** What a server holds against the others: a candidate, its last logged zxid and its currentEpoch. */
export interface Vote {
  readonly leader: number;
  readonly zxid: Zxid;
  readonly peerEpoch: number;
  /** The round (logical clock) it was cast in. */
  readonly electionEpoch: number;
  /** The state of the server that holds it. */
  readonly state: ServerStateName;
}

/** No candidate: what an observer starts from; every real vote beats it. */
export const NO_CANDIDATE = -1;

/**
 * Whether a vote for (epoch, zxid, leader) beats one for the other: newer epoch, then longer history, then
 * larger id.
 */
export function beats(a: Candidate, b: Candidate): boolean {
  if (a.peerEpoch !== b.peerEpoch) return a.peerEpoch > b.peerEpoch;
  if (a.zxid !== b.zxid) return a.zxid > b.zxid;
  return a.leader > b.leader;
}

/** The part of a vote that is ordered. */
export interface Candidate {
  readonly leader: number;
  readonly zxid: Zxid;
  readonly peerEpoch: number;
}

/**
 * Whether two votes support the same outcome. Among servers that are looking every field counts; once one of
 * them is established only leader and epoch do, for zxid and round legitimately differ there (ZOOKEEPER-1732,
 * 1805).
 */
export function agree(a: Vote, b: Vote): boolean {
  if (a.state === 'LOOKING' || b.state === 'LOOKING') {
    return a.leader === b.leader && a.zxid === b.zxid && a.electionEpoch === b.electionEpoch && a.peerEpoch === b.peerEpoch;
  }
  return a.leader === b.leader && a.peerEpoch === b.peerEpoch;
}

/** The vote that a notification carries. */
export function voteOf(notification: Notification): Vote {
  return {
    leader: notification.leader,
    zxid: notification.zxid,
    peerEpoch: notification.peerEpoch,
    electionEpoch: notification.electionEpoch,
    state: notification.state,
  };
}
