/**
 * Sessions that a leader does not know, and what it must wait for before it says so. One that was deposed without having noticed
 * does not know the sessions of its successor, and may have begun to close one that its successor goes on with; a client that
 * believes it gives its session up for nothing. So a denial waits until all that was proposed before the question is committed,
 * and until a quorum has answered a ping that was sent after the question: whoever answers has not followed another leader since.
 */
import type { SessionId } from '../base/session-id.ts';
import type { Zxid } from '../base/zxid.ts';
import type { ConnectionId } from '../io/event.ts';
import { containsQuorums, type EnsembleConfig } from './quorum.ts';

/** Who asked, for which session; `connection` 0 is the leader itself. */
export interface Denial {
  readonly connection: ConnectionId;
  readonly sessionId: SessionId;
  /** The last proposal, and the last round of pings, before the question. */
  readonly after: Zxid;
  readonly afterRound: number;
}

/** The questions that wait, oldest first. Plain data. */
export class Denials {
  /** Rounds of pings so far. */
  round = 0;
  private readonly waiting: Denial[] = [];
  /** The latest round that each voter has answered; the leader has answered all. */
  private readonly answered: Map<number, number> = new Map();

  get isEmpty(): boolean {
    return this.waiting.length === 0;
  }

  add(connection: ConnectionId, sessionId: SessionId, after: Zxid): void {
    this.waiting.push({ connection, sessionId, after, afterRound: this.round });
  }

  /** A learner that may vote has answered the pings of this round. */
  confirm(sid: number, round: number): void {
    this.answered.set(sid, round);
  }

  /** The oldest question that may be answered now, if there is one. */
  take(leader: number, lastCommitted: Zxid, configs: readonly EnsembleConfig[]): Denial | undefined {
    const oldest = this.waiting[0];
    if (oldest === undefined || oldest.after > lastCommitted) return undefined;
    const faithful = new Set([leader]);
    for (const [sid, round] of this.answered) if (round > oldest.afterRound) faithful.add(sid);
    if (!containsQuorums(configs, faithful)) return undefined;
    this.waiting.shift();
    return oldest;
  }
}
