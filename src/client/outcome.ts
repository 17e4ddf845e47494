/**
 * What a client core tells its owner (a script, a promise face, a recipe): plain records, in the order in which things happened.
 * Every xid that `submit` returned is settled by exactly one of `reply`, `lost` and `unsent`, unless the process dies first.
 */
import type { SessionId } from '../base/session-id.ts';
import type { Zxid } from '../base/zxid.ts';
import type { Response } from '../wire/client-messages.ts';
import type { ResultCode } from '../wire/words.ts';

/** A request was answered. `response` is null when `err` is not 0. */
export interface ReplyOutcome {
  readonly kind: 'reply';
  readonly cxid: number;
  readonly err: ResultCode;
  readonly zxid: Zxid;
  readonly response: Response | null;
}

/** All that can happen to a session. */
export type ClientOutcome =
  /** The session stands. `isResumed`: it stood before, on another connection. `isReadOnly`: its server has no leader. */
  | {
      readonly kind: 'connected';
      readonly sessionId: SessionId;
      readonly timeoutMs: number;
      readonly isResumed: boolean;
      readonly isReadOnly: boolean;
    }
  /** The connection is gone; the core is looking for another one by itself. */
  | { readonly kind: 'disconnected' }
  | ReplyOutcome
  /** CONNECTIONLOSS: sent, never answered; it happened once or never. */
  | { readonly kind: 'lost'; readonly cxid: number }
  /** The session ended before it was handed to the network: it did not happen. */
  | { readonly kind: 'unsent'; readonly cxid: number }
  /** A watch fired. `zxid` −1: caught up after a reconnect. */
  | { readonly kind: 'event'; readonly type: number; readonly path: string; readonly zxid: Zxid }
  /** The session is over, and the core idle until it is opened again: the server expired it, */
  | { readonly kind: 'expired' }
  /** or refused the credentials, */
  | { readonly kind: 'authFailed' }
  /** or it was closed; when not confirmed, the connection died before the answer, and the server may have to expire it. */
  | { readonly kind: 'closed'; readonly isConfirmed: boolean };
