/**
 * How a leader brings a learner's history in line with its own: nothing, a DIFF, a TRUNC, both, or a whole
 * snapshot (LearnerHandler.syncFollower). Pure: it is given what the leader has and what the learner said,
 * and decides by membership in the leader's history, never by range alone (ZOOKEEPER-1154).
 */
import { counterOf, epochOf } from '../base/zxid.ts';
import type { Zxid } from '../base/zxid.ts';
import type { Txn } from '../wire/transactions.ts';

/** What the leader sends: `truncateTo` null for no TRUNC; the entries follow as committed proposals. */
export type SyncChoice =
  | { readonly kind: 'entries'; readonly truncateTo: Zxid | null; readonly entries: readonly Txn[]; readonly lastZxid: Zxid }
  | { readonly kind: 'snapshot' }
  /** The log on disk must be read from the learner's zxid on; then ask again with what was found. */
  | { readonly kind: 'readLog' };

/**
 * What the leader has: its committed log in memory (ascending), its last processed zxid, and the log on disk
 * where it was read.
 */
export interface LeaderHistory {
  readonly committed: readonly Txn[];
  readonly lastProcessed: Zxid;
  /** undefined: not read yet. null: it does not reach back far enough without a gap, or is too long. */
  readonly fromLog: readonly Txn[] | null | undefined;
}

/** Section 2.6 of the protocol's description; the first case that matches wins. */
export function chooseSync(peerLastZxid: Zxid, history: LeaderHistory): SyncChoice {
  const { committed, lastProcessed, fromLog } = history;
  const first = committed[0];
  const last = committed[committed.length - 1];
  const min = first === undefined ? lastProcessed : first.zxid;
  const max = last === undefined ? lastProcessed : last.zxid;
  if (peerLastZxid === lastProcessed) {
    return { kind: 'entries', truncateTo: null, entries: [], lastZxid: peerLastZxid };
  }
  // A learner at the very start of an epoch ('e:0') has nothing of it that could be cut off (ZOOKEEPER-2033).
  if (peerLastZxid > max && counterOf(peerLastZxid) !== 0) {
    return { kind: 'entries', truncateTo: max, entries: [], lastZxid: max };
  }
  if (peerLastZxid >= min && peerLastZxid <= max) return queueFrom(peerLastZxid, committed, null);
  if (peerLastZxid > max) return { kind: 'snapshot' };
  if (fromLog === undefined) return { kind: 'readLog' };
  if (fromLog === null) return { kind: 'snapshot' };
  return queueFrom(peerLastZxid, joinHistories(fromLog, committed, lastProcessed), fromLog);
}

/**
 * The log's entries, then those of memory; empty where there is a gap between the two. What is not processed
 * yet is left out.
 */
function joinHistories(fromLog: readonly Txn[], committed: readonly Txn[], lastProcessed: Zxid): readonly Txn[] {
  const firstCommitted = committed[0];
  const lastRead = fromLog[fromLog.length - 1];
  if (lastRead === undefined) return [];
  if (firstCommitted === undefined) return fromLog.filter((txn) => txn.zxid <= lastProcessed);
  // The two must overlap, or what lies between is unknown (a gap): a snapshot then.
  if (lastRead.zxid < firstCommitted.zxid) return [];
  const joined: Txn[] = [];
  for (const txn of fromLog) if (txn.zxid < firstCommitted.zxid) joined.push(txn);
  for (const txn of committed) joined.push(txn);
  return joined;
}

/** Walks the history from the learner's zxid on (LearnerHandler.queueCommittedProposals). */
function queueFrom(peerLastZxid: Zxid, history: readonly Txn[], fromLog: readonly Txn[] | null): SyncChoice {
  const last = history[history.length - 1];
  if (last === undefined) return { kind: 'snapshot' };
  let previous: Txn | undefined;
  let index = 0;
  for (; index < history.length; index += 1) {
    const txn = history[index];
    if (txn === undefined || txn.zxid > peerLastZxid) break;
    previous = txn;
  }
  const entries = history.slice(index);
  if (previous !== undefined && previous.zxid === peerLastZxid) {
    return { kind: 'entries', truncateTo: null, entries, lastZxid: last.zxid };
  }
  if (counterOf(peerLastZxid) === 0 && (previous !== undefined || fromLog !== null)) {
    return { kind: 'entries', truncateTo: null, entries, lastZxid: last.zxid };
  }
  // The learner's last transaction is not ours. Cutting it back is right only within the epoch of its
  // predecessor: what it may hold of an epoch that we never saw cannot be named.
  if (previous !== undefined && epochOf(previous.zxid) === epochOf(peerLastZxid)) {
    return { kind: 'entries', truncateTo: previous.zxid, entries, lastZxid: last.zxid };
  }
  return { kind: 'snapshot' };
}
