/**
 * The replicated state of a server: the tree, the session table and the last committed transactions, changed
 * by nothing but transactions in zxid order (ZKDatabase). Equal on all servers at equal zxid. It knows no
 * disk, no network and no client.
 */
import type { CensusEntry } from '../io/fact.ts';
import type { SessionId } from '../base/session-id.ts';
import type { Zxid } from '../base/zxid.ts';
import { DataTree } from '../tree/data-tree.ts';
import type { Applied } from '../tree/applied.ts';
import type { SnapshotImage, Txn } from '../wire/transactions.ts';

/** See the head of the file. Plain data, but for the tree, which forks for nothing. */
export class Database {
  tree: DataTree = new DataTree();
  /** Negotiated timeout in ms of every open session. */
  readonly sessions: Map<SessionId, number> = new Map();
  /** The newest transactions, ascending, at most `commitLogCount` (and a little more, to cut rarely). */
  committedLog: Txn[] = [];
  private readonly commitLogCount: number;

  constructor(commitLogCount: number) {
    this.commitLogCount = commitLogCount;
  }

  get lastProcessedZxid(): Zxid {
    return this.tree.lastProcessedZxid;
  }

  /** Starts over from a snapshot (null: empty) and the log that follows it. */
  load(image: SnapshotImage | null, txns: readonly Txn[]): void {
    this.tree = image === null ? new DataTree() : DataTree.fromImage(image);
    this.sessions.clear();
    this.committedLog = [];
    if (image !== null) for (const session of image.sessions) this.sessions.set(session.id, session.timeoutMs);
    for (const txn of txns) this.apply(txn);
  }

  apply(txn: Txn): Applied {
    const applied = this.tree.apply(txn, txn.body);
    if (txn.body.kind === 'createSession') this.sessions.set(txn.clientId, txn.body.timeoutMs);
    else if (txn.body.kind === 'closeSession') this.sessions.delete(txn.clientId);
    this.committedLog.push(txn);
    if (this.committedLog.length > this.commitLogCount + (this.commitLogCount >> 2)) {
      this.committedLog = this.committedLog.slice(-this.commitLogCount);
    }
    return applied;
  }

  /** Every session that is open or owns ephemeral nodes, with those. */
  census(): CensusEntry[] {
    const ids = new Set(this.sessions.keys());
    for (const id of this.tree.sessionsWithEphemerals()) ids.add(id);
    return [...ids].map((sessionId) => {
      return { sessionId, isOpen: this.sessions.has(sessionId), ephemerals: this.tree.ephemerals(sessionId) };
    });
  }

  /** A point in time, as a snapshot holds it. */
  image(): SnapshotImage {
    const sessions = [...this.sessions].map(([id, timeoutMs]) => ({ id, timeoutMs }));
    sessions.sort((a, b) => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0));
    return this.tree.image(sessions);
  }
}
