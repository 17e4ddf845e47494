/** What applying one transaction came to: the material for the reply, and the watches that it sets off. */
import type { MultiResult } from '../wire/client-messages.ts';
import type { Acl, ResultCode, Stat } from '../wire/words.ts';

/** One event for whoever watches `path`, in the order in which they fire. */
export interface Trigger {
  /** An `EventType`. */
  readonly type: number;
  /** As clients see it: '/' for the root. */
  readonly path: string;
  /** The list of the node concerned at that moment: an event is dropped for watchers without READ. */
  readonly acl: readonly Acl[];
}

/** `err` is not 0 for an error transaction, or where a replay met its own traces. */
export interface Applied {
  readonly err: ResultCode;
  readonly path: string | null;
  /** Of the node created or changed. */
  readonly stat: Stat | null;
  /** Of a multi, one an operation; `err` is 0 then. */
  readonly results: readonly MultiResult[] | null;
  readonly triggers: readonly Trigger[];
}

/** Of a transaction that nobody can watch. */
export const NO_TRIGGERS: readonly Trigger[] = Object.freeze([]);
