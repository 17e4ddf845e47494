/**
 * Who is alive: the leader's table of session deadlines, in buckets of one tick (SessionTrackerImpl,
 * ExpiryQueue). A session is expired by the leader alone and late rather than early; from the moment its
 * close is prepared it is closing, and nothing of it is accepted any more (ZOOKEEPER-1208, 1496). It also
 * remembers which server the session is connected to, so that a request that lags behind a move is refused
 * (ZOOKEEPER-417). Time is monotonic (ZOOKEEPER-1366).
 */
import type { SessionId } from '../base/session-id.ts';
import { ErrorCode } from '../wire/words.ts';
import type { ResultCode } from '../wire/words.ts';

interface Tracked {
  readonly timeoutMs: number;
  /** A bucket: a multiple of the tick, by the leader's monotonic clock. */
  deadlineMs: number;
  lastTouchMs: number;
  /** The server that it is connected to; 0 while unknown (a new leader learns it from the first request). */
  owner: number;
  isClosing: boolean;
}

/** A session that has run out. */
export interface ExpiredSession {
  readonly sessionId: SessionId;
  readonly idleMs: number;
  readonly timeoutMs: number;
}

/** Sessions that run out together. */
export interface Deadline {
  readonly deadlineMs: number;
  readonly sessions: readonly SessionId[];
}

/** The end of the bucket that `ms` falls into. */
export function roundToNextTick(ms: number, tickMs: number): number {
  return (Math.floor(ms / tickMs) + 1) * tickMs;
}

/** See the head of the file. Times are the leader's monotonic milliseconds. */
export class SessionTracker {
  private readonly tickMs: number;
  private readonly sessions: Map<SessionId, Tracked> = new Map();
  private readonly buckets: Map<number, Set<SessionId>> = new Map();
  /** No bucket before this one is left. */
  private nextBucketMs: number;

  constructor(tickMs: number, now: number) {
    this.tickMs = tickMs;
    this.nextBucketMs = roundToNextTick(now, tickMs);
  }

  /** How many sessions there are, closing ones too. */
  get size(): number {
    return this.sessions.size;
  }

  has(sessionId: SessionId): boolean {
    return this.sessions.has(sessionId);
  }

  ids(): Iterable<SessionId> {
    return this.sessions.keys();
  }

  /** Begins to track it, or knows it already. */
  add(sessionId: SessionId, timeoutMs: number, owner: number, now: number): void {
    if (this.sessions.has(sessionId)) return;
    const deadlineMs = roundToNextTick(now + timeoutMs, this.tickMs);
    this.sessions.set(sessionId, { timeoutMs, deadlineMs, lastTouchMs: now, owner, isClosing: false });
    this.bucket(deadlineMs).add(sessionId);
  }

  /** It was heard of; false when it is unknown or closing. */
  touch(sessionId: SessionId, now: number): boolean {
    const tracked = this.sessions.get(sessionId);
    if (tracked === undefined || tracked.isClosing) return false;
    tracked.lastTouchMs = now;
    const deadlineMs = roundToNextTick(now + tracked.timeoutMs, this.tickMs);
    if (deadlineMs > tracked.deadlineMs) {
      this.buckets.get(tracked.deadlineMs)?.delete(sessionId);
      tracked.deadlineMs = deadlineMs;
      this.bucket(deadlineMs).add(sessionId);
    }
    return true;
  }

  /** Moves it to a server; false when it is unknown or closing. */
  setOwner(sessionId: SessionId, owner: number): boolean {
    const tracked = this.sessions.get(sessionId);
    if (tracked === undefined || tracked.isClosing) return false;
    tracked.owner = owner;
    return true;
  }

  /**
   * Whether a write of this session that came through `owner` may go on: OK, SESSIONEXPIRED or SESSIONMOVED.
   */
  check(sessionId: SessionId, owner: number): ResultCode {
    const tracked = this.sessions.get(sessionId);
    if (tracked === undefined || tracked.isClosing) return ErrorCode.SESSIONEXPIRED;
    if (tracked.owner === 0) tracked.owner = owner;
    return tracked.owner === owner ? ErrorCode.OK : ErrorCode.SESSIONMOVED;
  }

  /** Whether another server than `owner` has it. */
  hasMovedFrom(sessionId: SessionId, owner: number): boolean {
    const current = this.sessions.get(sessionId)?.owner ?? 0;
    return current !== 0 && current !== owner;
  }

  /** Its close is prepared; false when it is unknown or was closing already: a session is closed once. */
  beginClosing(sessionId: SessionId): boolean {
    const tracked = this.sessions.get(sessionId);
    if (tracked === undefined || tracked.isClosing) return false;
    tracked.isClosing = true;
    return true;
  }

  /** Its close is committed. */
  remove(sessionId: SessionId): void {
    const tracked = this.sessions.get(sessionId);
    if (tracked === undefined) return;
    this.buckets.get(tracked.deadlineMs)?.delete(sessionId);
    this.sessions.delete(sessionId);
  }

  /** Takes the sessions of all buckets that are due, the earliest first. */
  expire(now: number): readonly ExpiredSession[] {
    if (now < this.nextBucketMs) return [];
    const expired: ExpiredSession[] = [];
    for (; this.nextBucketMs <= now; this.nextBucketMs += this.tickMs) {
      const bucket = this.buckets.get(this.nextBucketMs);
      if (bucket === undefined) continue;
      this.buckets.delete(this.nextBucketMs);
      for (const sessionId of bucket) {
        const tracked = this.sessions.get(sessionId);
        if (tracked === undefined || tracked.isClosing) continue;
        expired.push({ sessionId, idleMs: now - tracked.lastTouchMs, timeoutMs: tracked.timeoutMs });
      }
    }
    return expired;
  }

  /** The buckets that are not due yet, the earliest first, and who is in them. */
  deadlines(): readonly Deadline[] {
    const buckets = [...this.buckets].map(([deadlineMs, sessions]) => ({ deadlineMs, sessions: [...sessions] }));
    return buckets.sort((a, b) => a.deadlineMs - b.deadlineMs);
  }

  private bucket(deadlineMs: number): Set<SessionId> {
    const existing = this.buckets.get(deadlineMs);
    if (existing !== undefined) return existing;
    const fresh = new Set<SessionId>();
    this.buckets.set(deadlineMs, fresh);
    return fresh;
  }
}
