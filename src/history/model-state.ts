/** What the reference model keeps of every path and session, and what it tells of every transaction. Plain data. */
import type { SessionId } from '../base/session-id.ts';
import { ZXID_ZERO, type Zxid } from '../base/zxid.ts';
import type { Acl, Bytes, ResultCode, Stat } from '../wire/words.ts';

/** What a node was from `zxid` on, children aside. */
export interface NodeVersion {
  readonly zxid: Zxid;
  /** false: deleted. */
  readonly exists: boolean;
  readonly data: Bytes | null;
  readonly acl: readonly Acl[];
  readonly version: number;
  readonly aversion: number;
  readonly czxid: Zxid;
  readonly mzxid: Zxid;
  readonly ctime: number;
  readonly mtime: number;
  /** Of an ephemeral node. Containers and nodes with a TTL do not show whose they are. */
  readonly owner: SessionId;
  readonly isContainer: boolean;
  /** 0: none. */
  readonly ttlMs: number;
}

/** A child came or went; a change without a name begins an incarnation of the parent. */
export interface ChildChange {
  readonly zxid: Zxid;
  readonly name: string;
  readonly isCreation: boolean;
  /** Creations and children in this incarnation, this change included. */
  readonly creations: number;
  readonly count: number;
}

/** All that ever was at one path. */
export class PathHistory {
  readonly versions: NodeVersion[] = [];
  readonly changes: ChildChange[] = [];
  readonly children: Set<string> = new Set();
}

/** A session as transactions know it. */
export class ModelSession {
  closed: Zxid = ZXID_ZERO;
  readonly ephemerals: Set<string> = new Set();
  readonly opened: Zxid;
  readonly timeoutMs: number;

  constructor(opened: Zxid, timeoutMs: number) {
    this.opened = opened;
    this.timeoutMs = timeoutMs;
  }
}

/** What one operation of a transaction came to. */
export interface TxnResult {
  readonly kind: string;
  readonly err: ResultCode;
  readonly path: string | null;
  readonly stat: Stat | null;
}

/** An event for whoever watches `path`, and the list of the node that it is about at that moment: it needs READ. */
export interface Trigger {
  readonly type: number;
  readonly path: string;
  readonly acl: readonly Acl[];
}

/**
 * What a transaction came to, what it sets off, in order, and the rules of sessions and ephemerals that it broke (a clause
 * each; null: none).
 */
export interface Effects {
  readonly results: readonly TxnResult[];
  readonly triggers: readonly Trigger[];
  readonly ephemeralBreach: string | null;
  readonly sessionBreach: string | null;
}
