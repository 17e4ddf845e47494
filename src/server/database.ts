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
import { CONFIG_PATH } from '../tree/path.ts';
import type { SnapshotImage, Txn } from '../wire/transactions.ts';
import type { Bytes } from '../wire/words.ts';

type LoggedConfig = Omit<RecordedConfig, 'isLast'>;

/** Of the node after a reconfiguration; whoever else writes counts on. */
export const RECONFIG_VERSION = -1;
const NOTHING: Bytes = new Uint8Array(0);

/** A configuration as a transaction, or a snapshot, has it. */
export interface RecordedConfig {
  readonly text: string;
  /** Of the transaction that wrote it. */
  readonly zxid: Zxid;
  /** Nothing was applied after that transaction. */
  readonly isLast: boolean;
}

/** What every server begins with. */
export const EMPTY_IMAGE: SnapshotImage = new DataTree().image([]);

/** See the head of the file. Plain data, but for the tree, which forks for nothing. */
export class Database {
  tree: DataTree = new DataTree();
  /** Negotiated timeout in ms of every open session. */
  readonly sessions: Map<SessionId, number> = new Map();
  /** The newest transactions, ascending, at most `commitLogCount` (and a little more, to cut rarely). */
  committedLog: Txn[] = [];
  private readonly commitLogCount: number;
  /** The tree before the last transaction, if that is a reconfiguration. */
  private beforeReconfig: DataTree | null = null;
  private lastConfig: LoggedConfig | null = null;
  private previousConfig: LoggedConfig | null = null;

  constructor(commitLogCount: number) {
    this.commitLogCount = commitLogCount;
  }

  get lastProcessedZxid(): Zxid {
    return this.tree.lastProcessedZxid;
  }

  /** The last configuration that a reconfiguration wrote, and the one before it; null where there is none, or none is known. */
  get recorded(): RecordedConfig | null {
    const { lastConfig } = this;
    return lastConfig === null ? null : { ...lastConfig, isLast: this.endsWithReconfig };
  }

  /** The tree shows this configuration, and a reconfiguration wrote it: a snapshot of the tree tells of it. */
  shows(config: string): boolean {
    return this.configOfTree()?.text === config;
  }

  get previous(): RecordedConfig | null {
    return this.previousConfig === null ? null : { ...this.previousConfig, isLast: false };
  }

  /** A snapshot may not end here: whoever held it could not tell which configuration was in force before. */
  get endsWithReconfig(): boolean {
    return this.beforeReconfig !== null;
  }

  /** Starts over from a snapshot (null: empty) and the log that follows it. */
  load(image: SnapshotImage | null, txns: readonly Txn[]): void {
    this.tree = image === null || image === EMPTY_IMAGE ? new DataTree() : DataTree.fromImage(image);
    this.sessions.clear();
    this.committedLog = [];
    this.beforeReconfig = null;
    this.previousConfig = null;
    this.lastConfig = this.configOfTree();
    if (image !== null) for (const session of image.sessions) this.sessions.set(session.id, session.timeoutMs);
    for (const txn of txns) this.apply(txn);
  }

  apply(txn: Txn): Applied {
    if (txn.body.kind === 'reconfig') this.noteReconfig(txn.zxid, txn.body.data);
    else this.beforeReconfig = null;
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

  /** A snapshot, and what must follow it. */
  history(): { readonly image: SnapshotImage; readonly txns: readonly Txn[] } {
    const last = this.committedLog[this.committedLog.length - 1];
    if (this.beforeReconfig === null || last === undefined) return { image: this.image(), txns: [] };
    return { image: this.image(this.beforeReconfig), txns: [last] };
  }

  /** A point in time, as a snapshot holds it. */
  image(tree: DataTree = this.tree): SnapshotImage {
    const sessions = [...this.sessions].map(([id, timeoutMs]) => ({ id, timeoutMs }));
    sessions.sort((a, b) => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0));
    return tree.image(sessions);
  }

  private noteReconfig(zxid: Zxid, data: Bytes | null): void {
    this.beforeReconfig = this.tree.copy();
    this.previousConfig = this.lastConfig;
    this.lastConfig = { text: new TextDecoder().decode(data ?? NOTHING), zxid };
  }

  /** What a client wrote there, as a super user may, is nobody's configuration. */
  private configOfTree(): LoggedConfig | null {
    const node = this.tree.node(CONFIG_PATH);
    if (node === undefined || node.data === null || node.data.length === 0) return null;
    if (node.stat.version !== RECONFIG_VERSION) return null;
    return { text: new TextDecoder().decode(node.data), zxid: node.stat.mzxid };
  }
}
