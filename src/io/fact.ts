/**
 * Facts: what processes and the world state about themselves, for judges, traces and reports. A fact names
 * what happened in the words of the protocol and carries no conclusion. Who states it, when and at which step
 * comes with it from the world (`FactContext`). Facts are immutable. Durable means: synced, would survive the
 * loss of power.
 */
import type { SessionId } from '../base/session-id.ts';
import type { Zxid } from '../base/zxid.ts';
import type { Request, Response } from '../wire/client-messages.ts';
import type { ServerStateName } from '../wire/quorum-messages.ts';
import type { Digest, Txn } from '../wire/transactions.ts';
import type { ResultCode } from '../wire/words.ts';
import type { NodeId } from './event.ts';

/** How a learner was brought in line with its leader. */
export type SyncMode = 'DIFF' | 'TRUNC' | 'TRUNC+DIFF' | 'SNAP';

/** A session, and the paths of its ephemeral nodes. */
export interface CensusEntry {
  readonly sessionId: SessionId;
  readonly isOpen: boolean;
  readonly ephemerals: readonly string[];
}

/** What a server (voter or observer) states about the replicated log and its role in it. */
export type ServerFact =
  /**
   * Recovery from disk is complete. `digest` is the tree's at `lastZxid`; `tornTail`: damaged bytes at the
   * log's end were dropped.
   */
  | {
      readonly kind: 'recovered';
      readonly lastZxid: Zxid;
      readonly digest: Digest;
      readonly acceptedEpoch: number;
      readonly currentEpoch: number;
      readonly tornTail: boolean;
    }
  /**
   * Recovery found a state that this server cannot answer for. It holds nothing and has no vote until a snapshot
   * from a leader is installed; `reason` is for people.
   */
  | {
      readonly kind: 'stateRefused';
      readonly reason: string;
      readonly acceptedEpoch: number;
      readonly currentEpoch: number;
    }
  /** The role changed. `epoch` is the epoch led or followed (currentEpoch while LOOKING). */
  | { readonly kind: 'role'; readonly role: ServerStateName; readonly epoch: number }
  /** The present role, or the attempt at one, comes to an end; 'role' says so right after. */
  | { readonly kind: 'abandoned'; readonly reason: string }
  /**
   * Which sessions are open in the database as of `zxid`, and which ephemeral nodes each session has: stated where a
   * history was taken over as a whole, and where a role begins.
   */
  | { readonly kind: 'census'; readonly zxid: Zxid; readonly sessions: readonly CensusEntry[] }
  /** An election began here; `round` is the logical clock. */
  | { readonly kind: 'electionStarted'; readonly round: number; readonly lastZxid: Zxid }
  /** This server decided. */
  | { readonly kind: 'elected'; readonly leader: NodeId; readonly round: number }
  /** acceptedEpoch / currentEpoch is durable here with this value. */
  | { readonly kind: 'acceptedEpoch'; readonly epoch: number }
  | { readonly kind: 'currentEpoch'; readonly epoch: number }
  /**
   * The leader of `epoch` has its quorum of NEWLEADER acknowledgements. `lastZxid` ends its initial history.
   */
  | { readonly kind: 'established'; readonly epoch: number; readonly lastZxid: Zxid }
  /**
   * The leader has chosen how to synchronise `learner`, whose last zxid is `peerLastZxid`. `toZxid`: TRUNC
   * target or DIFF/SNAP end. `fromLog`: what follows was read from the log on disk (left out: it was not).
   */
  | {
      readonly kind: 'syncChosen';
      readonly learner: NodeId;
      readonly mode: SyncMode;
      readonly peerLastZxid: Zxid;
      readonly toZxid: Zxid;
      readonly fromLog?: boolean;
    }
  /** This learner has received UPTODATE and serves. */
  | {
      readonly kind: 'synchronized';
      readonly leader: NodeId;
      readonly epoch: number;
      readonly mode: SyncMode;
    }
  /** The leader proposes. */
  | { readonly kind: 'proposed'; readonly txn: Txn }
  /** Handed to the log (not durable yet). */
  | { readonly kind: 'appended'; readonly txn: Txn }
  /** The log is durable up to here. */
  | { readonly kind: 'durable'; readonly zxid: Zxid }
  /**
   * This server's acknowledgement of a proposal (or, with counter 0, of NEWLEADER) has been handed to the
   * network, or counted by the leader itself.
   */
  | { readonly kind: 'acked'; readonly zxid: Zxid; readonly to: NodeId }
  /** The leader has counted a quorum of acknowledgements for it. */
  | { readonly kind: 'committed'; readonly txn: Txn }
  /** Applied to the tree here; `digest` is the tree's afterwards. */
  | { readonly kind: 'applied'; readonly txn: Txn; readonly digest: Digest }
  /** The log (and tree) were cut back to `zxid`, durably. */
  | { readonly kind: 'truncated'; readonly zxid: Zxid }
  /** A snapshot from the leader replaced tree and log; durable. */
  | { readonly kind: 'snapshotInstalled'; readonly zxid: Zxid; readonly digest: Digest }
  /** A snapshot of the own tree at `zxid` is durable. */
  | { readonly kind: 'snapshotWritten'; readonly zxid: Zxid }
  /** This server goes by this configuration from now on: ids, ascending; a zxid as its version. */
  | {
      readonly kind: 'configActivated';
      readonly version: Zxid;
      readonly voters: readonly NodeId[];
      readonly observers: readonly NodeId[];
    }
  /** The process stops itself. */
  | { readonly kind: 'halted'; readonly reason: string };

/** What a server states about sessions and requests. */
export type SessionFact =
  /** The leader made `server` the owner of the session. */
  | { readonly kind: 'sessionOwner'; readonly sessionId: SessionId; readonly server: NodeId }
  /**
   * The leader (or standalone server) decided to expire it. `idleMs`: since the last touch that reached it.
   */
  | {
      readonly kind: 'sessionExpiring';
      readonly sessionId: SessionId;
      readonly idleMs: number;
      readonly timeoutMs: number;
    }
  /** This server opened a session of its own, which no transaction tells of; `isReadOnly`: while it has no leader. */
  | {
      readonly kind: 'localSessionOpened';
      readonly sessionId: SessionId;
      readonly timeoutMs: number;
      readonly isReadOnly: boolean;
    }
  /** It is over: closed, expired or lost with this server's role. One that was upgraded is no local session any more. */
  | { readonly kind: 'localSessionClosed'; readonly sessionId: SessionId }
  /** A client that has seen `clientZxid` was refused by a server that is behind it. */
  | {
      readonly kind: 'clientRefused';
      readonly sessionId: SessionId;
      readonly clientZxid: Zxid;
      readonly serverZxid: Zxid;
    }
  /** The leader answers a sync request now; `lastCommitted` is its last committed zxid. */
  | {
      readonly kind: 'syncAnswered';
      readonly sessionId: SessionId;
      readonly cxid: number;
      readonly lastCommitted: Zxid;
    };

/**
 * What a client states: the history that clients can see. `cxid` is the xid that the request travelled under.
 */
export type ClientFact =
  /** The session stands on a connection to `server`. `resumed`: it existed before. */
  | {
      readonly kind: 'sessionConnected';
      readonly sessionId: SessionId;
      readonly server: NodeId;
      readonly timeoutMs: number;
      readonly resumed: boolean;
      readonly lastZxidSeen: Zxid;
    }
  | { readonly kind: 'sessionDisconnected'; readonly sessionId: SessionId }
  /** The server said that the session is gone. */
  | { readonly kind: 'sessionExpired'; readonly sessionId: SessionId }
  /** The client's own closeSession was answered. */
  | { readonly kind: 'sessionClosed'; readonly sessionId: SessionId; readonly zxid: Zxid }
  /**
   * A request was handed to the network for the first and only time; credentials (cxid −4) and setWatches (−8) on every
   * connection.
   */
  | {
      readonly kind: 'invoked';
      readonly sessionId: SessionId;
      readonly cxid: number;
      readonly request: Request;
    }
  /** Its reply arrived. `response` is null when `err` is not 0. */
  | {
      readonly kind: 'replied';
      readonly sessionId: SessionId;
      readonly cxid: number;
      readonly zxid: Zxid;
      readonly err: ResultCode;
      readonly response: Response | null;
    }
  /** The connection died first: it happened once or never. */
  | { readonly kind: 'lost'; readonly sessionId: SessionId; readonly cxid: number }
  /** A watch fired. `zxid` −1: caught up after a reconnect. */
  | {
      readonly kind: 'watchFired';
      readonly sessionId: SessionId;
      readonly type: number;
      readonly path: string;
      readonly zxid: Zxid;
    }
  /** The client takes itself for the holder of a lock or an office: in the state of `zxid` its node `path` is the first one. */
  | { readonly kind: 'recipeHeld'; readonly sessionId: SessionId; readonly path: string; readonly zxid: Zxid }
  /** It takes itself for one of several holders: `limit` at most (null: any number), and nobody who holds alone. */
  | {
      readonly kind: 'recipeShared';
      readonly sessionId: SessionId;
      readonly path: string;
      readonly zxid: Zxid;
      readonly limit: number | null;
    }
  /** It has been given `count` numbers from `first` on, by its change of the counter `path` at `zxid`. */
  | {
      readonly kind: 'recipeNumbered';
      readonly sessionId: SessionId;
      readonly path: string;
      readonly zxid: Zxid;
      readonly first: number;
      readonly count: number;
    }
  /**
   * It was told what a transaction of `sites` sites came to, by the node `path` as of `zxid`. Votes are beside it: of
   * `/tx/t1-decision`, each child of `/tx` that begins with `t1-commit-` or `t1-abort-`.
   */
  | {
      readonly kind: 'recipeDecided';
      readonly sessionId: SessionId;
      readonly path: string;
      readonly zxid: Zxid;
      readonly decision: 'commit' | 'abort';
      readonly sites: number;
    }
  /** It has taken an element off a queue: the node `path`, deleted at `zxid`. */
  | { readonly kind: 'recipeTaken'; readonly sessionId: SessionId; readonly path: string; readonly zxid: Zxid }
  /** Of the queue that it saw in the state of `zxid`, what it has taken, `path`, is the most urgent element. */
  | { readonly kind: 'recipeForemost'; readonly sessionId: SessionId; readonly path: string; readonly zxid: Zxid }
  /** It takes itself for a member of a group: in the state of `zxid`, `path` is its node. */
  | { readonly kind: 'recipeJoined'; readonly sessionId: SessionId; readonly path: string; readonly zxid: Zxid }
  /** It has found an instance of a service: in the state of `zxid`, `path` is there. */
  | { readonly kind: 'recipeFound'; readonly sessionId: SessionId; readonly path: string; readonly zxid: Zxid };

/** What the world states. `node` is the process concerned (0 where it is not about one). */
export type WorldFact =
  | {
      readonly kind: 'crashed';
      readonly node: NodeId;
      readonly cause: 'fault' | 'power' | 'halt' | 'invariant';
      readonly detail: string;
    }
  | { readonly kind: 'restarted'; readonly node: NodeId }
  /** A fault began or ended; `detail` is for people. */
  | { readonly kind: 'faultBegan'; readonly fault: string; readonly node: NodeId; readonly detail: string }
  | { readonly kind: 'faultEnded'; readonly fault: string; readonly node: NodeId }
  /** `image` is what is durable on the disk of this server now. */
  | { readonly kind: 'diskImaged'; readonly node: NodeId; readonly image: number }
  /** The disk of a server that is down now holds an image made before; 0: nothing. */
  | { readonly kind: 'diskReplaced'; readonly node: NodeId; readonly image: number }
  /** All faults are over, everything is up and connected again: the quiet tail begins. */
  | { readonly kind: 'healed' };

export type Fact = ServerFact | SessionFact | ClientFact | WorldFact;
export type FactKind = Fact['kind'];
/** The fact of one kind. */
export type FactOf<K extends FactKind> = Extract<Fact, { readonly kind: K }>;
