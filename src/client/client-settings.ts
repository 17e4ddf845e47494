/** What a session is made with, the timers that it runs by, the phases that it goes through, and what may be asked in it. */
import type { NodeId, TimerId } from '../io/event.ts';
import type { Request } from '../wire/client-messages.ts';

const MAX_PING_INTERVAL_MS = 10_000;

/** What the user of a session decides. */
export interface ClientSettings {
  readonly servers: readonly NodeId[];
  /** A wish: the server clamps it. */
  readonly sessionTimeoutMs: number;
  /** Being served read-only, where there is no leader, is better than not at all. */
  readonly canBeReadOnly?: boolean;
}

/** The core's timers are numbered from here; below is its owner's. */
export const CORE_TIMERS: TimerId = 1000;
/** The server was silent for too long, in whatever phase. */
export const RECEIVE_TIMER: TimerId = CORE_TIMERS;
/** Time to show the server that the client is alive. */
export const PING_TIMER: TimerId = CORE_TIMERS + 1;
/** The pause before the next attempt is over. */
export const RETRY_TIMER: TimerId = CORE_TIMERS + 2;

/** Time to look for a server that writes. */
export const SEEK_TIMER: TimerId = CORE_TIMERS + 3;

/**
 * `idle` before the first `open`, `over` once a session has ended. In between: `pausing` before an attempt, `connecting`
 * until the network connects, `handshaking` until the server answers, `connected`.
 */
export type ClientPhase = 'idle' | 'pausing' | 'connecting' | 'handshaking' | 'connected' | 'over';

/** How long a connection may be idle before a ping. */
export function pingIntervalMs(timeoutMs: number): number {
  return Math.max(1, Math.min(MAX_PING_INTERVAL_MS, Math.trunc(timeoutMs / 3)));
}

/** Whether it is for the user of a session to ask: pings, watches after a reconnect and credentials are the session's own. */
export function isOrdinary(request: Request): boolean {
  return request.kind !== 'ping' && request.kind !== 'auth' && request.kind !== 'setWatches' && request.kind !== 'setWatches2';
}
