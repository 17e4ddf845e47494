/**
 * The reference model: the replicated state machine written a second time, naively, from the description of ZooKeeper's
 * behaviour (reference sections 1.4-1.9 and 4.1-4.3). It replays the truth log and keeps every version of everything, so
 * that it can say what any node looked like at any zxid. It shares no code with the service, so that one bug cannot agree
 * with itself; nothing in it is clever, and it must never throw on a log that breaks the rules: it says which rule, and
 * goes on.
 */
import { NO_SESSION, type SessionId } from '../base/session-id.ts';
import { ZXID_ZERO, type Zxid } from '../base/zxid.ts';
import type { CreateContainerTxn, CreateTtlTxn, CreateTxn, SimpleTxn, Txn, TxnHeader } from '../wire/transactions.ts';
import { type Acl, type Bytes, ErrorCode, OPEN_ACL_UNSAFE, type Stat } from '../wire/words.ts';
import {
  type ChildChange,
  type Effects,
  ModelSession,
  type NodeVersion,
  PathHistory,
  type TxnResult,
} from './model-state.ts';

/** The state at every zxid of the truth log. */
export class Model {
  readonly paths: Map<string, PathHistory> = new Map();
  readonly sessions: Map<SessionId, ModelSession> = new Map();
  /** Those that a server opened for itself: they write without having been created, ephemerals excepted. */
  readonly locals: Set<SessionId> = new Set();
  /** What to undo, newest last, while a multi is tried. */
  private readonly journal: { readonly history: PathHistory; readonly isVersion: boolean }[] = [];
  private isTrying = false;
  private ephemeralBreach: string | null = null;
  private sessionBreach: string | null = null;

  constructor() {
    const none = new Uint8Array(0);
    const readable: readonly Acl[] = [{ perms: 1, id: { scheme: 'world', id: 'anyone' } }];
    this.born('/', none, OPEN_ACL_UNSAFE, 0, ['zookeeper']);
    this.born('/zookeeper', none, OPEN_ACL_UNSAFE, 0, ['config', 'quota']);
    this.born('/zookeeper/quota', none, OPEN_ACL_UNSAFE, 0, []);
    this.born('/zookeeper/config', none, readable, -1, []);
  }

  private born(path: string, data: Bytes, acl: readonly Acl[], aversion: number, children: readonly string[]): void {
    const history = new PathHistory();
    const zero = ZXID_ZERO;
    history.versions.push({
      zxid: zero,
      exists: true,
      data,
      acl,
      version: 0,
      aversion,
      czxid: zero,
      mzxid: zero,
      ctime: 0,
      mtime: 0,
      owner: NO_SESSION,
    });
    history.changes.push({ zxid: zero, name: '', isCreation: true, creations: 0, count: children.length });
    for (const child of children) history.children.add(child);
    this.paths.set(path, history);
  }

  /** The node as it was after the transaction `zxid`; undefined while there was none. */
  nodeAt(path: string, zxid: Zxid): NodeVersion | undefined {
    const versions = this.paths.get(path)?.versions;
    if (versions === undefined) return undefined;
    for (let i = versions.length - 1; i >= 0; i--) {
      const version = versions[i];
      if (version !== undefined && version.zxid <= zxid) return version.exists ? version : undefined;
    }
    return undefined;
  }

  /** The node as it is after all that was replayed. */
  node(path: string): NodeVersion | undefined {
    const version = this.paths.get(path)?.versions.at(-1);
    return version?.exists === true ? version : undefined;
  }

  /** How many children the present incarnation was ever given: the stored cversion. */
  creations(path: string): number {
    return this.paths.get(path)?.changes.at(-1)?.creations ?? 0;
  }

  /** Its metadata after the transaction `zxid`, as clients see it. */
  statAt(path: string, zxid: Zxid): Stat | undefined {
    const version = this.nodeAt(path, zxid);
    const changes = this.paths.get(path)?.changes;
    if (version === undefined || changes === undefined) return undefined;
    let i = changes.length - 1;
    while (i > 0 && (changes[i]?.zxid ?? zxid) > zxid) i--;
    const change = changes[i];
    return change === undefined ? undefined : statOf(version, change);
  }

  /** The names of its children after the transaction `zxid`; a fresh set unless nothing has changed since. */
  childrenAt(path: string, zxid: Zxid): ReadonlySet<string> | undefined {
    const history = this.paths.get(path);
    if (history === undefined || this.nodeAt(path, zxid) === undefined) return undefined;
    const { changes } = history;
    if ((changes.at(-1)?.zxid ?? zxid) <= zxid) return history.children;
    const children = new Set(history.children);
    for (let i = changes.length - 1; i >= 0; i--) {
      const change = changes[i];
      if (change === undefined || change.zxid <= zxid) break;
      if (change.name === '') continue;
      if (change.isCreation) children.delete(change.name);
      else children.add(change.name);
    }
    return children;
  }

  /**
   * The zxid of the first change to the node itself after `zxid` that a data watch notices (`setACL` is none);
   * undefined if none yet.
   */
  dataChangeAfter(path: string, zxid: Zxid): Zxid | undefined {
    const versions = this.paths.get(path)?.versions ?? [];
    let found: Zxid | undefined;
    for (let i = versions.length - 1; i >= 0; i--) {
      const version = versions[i];
      if (version === undefined || version.zxid <= zxid) break;
      if (!version.exists || version.mzxid === version.zxid) found = version.zxid;
    }
    return found;
  }

  /** The zxid of the first change to the node's children, or of its deletion, after `zxid`; undefined if none yet. */
  childChangeAfter(path: string, zxid: Zxid): Zxid | undefined {
    const history = this.paths.get(path);
    let found: Zxid | undefined;
    for (let i = (history?.changes.length ?? 0) - 1; i >= 0; i--) {
      const change = history?.changes[i];
      if (change === undefined || change.zxid <= zxid) break;
      if (change.name !== '') found = change.zxid;
    }
    for (let i = (history?.versions.length ?? 0) - 1; i >= 0; i--) {
      const version = history?.versions[i];
      if (version === undefined || version.zxid <= zxid) break;
      if (!version.exists && (found === undefined || version.zxid < found)) found = version.zxid;
    }
    return found;
  }

  /** Whether no transaction has made it a session of all servers. */
  isLocal(sessionId: SessionId): boolean {
    return this.locals.has(sessionId) && !this.sessions.has(sessionId);
  }

  isOpen(sessionId: SessionId): boolean {
    const session = this.sessions.get(sessionId);
    return session !== undefined && session.closed === ZXID_ZERO;
  }

  /** Replays the next transaction of the truth log. */
  apply(txn: Txn): Effects {
    this.ephemeralBreach = null;
    this.sessionBreach = null;
    const { body } = txn;
    let results: TxnResult[] = [];
    if (body.kind === 'multi') for (const part of body.txns) results.push(this.applySimple(txn, part));
    else if (body.kind === 'createSession') this.openSession(txn, body.timeoutMs);
    else if (body.kind === 'closeSession') this.closeSession(txn, body.paths);
    else results = [this.applySimple(txn, body)];
    this.checkSession(txn);
    return { results, ephemeralBreach: this.ephemeralBreach, sessionBreach: this.sessionBreach };
  }

  /** Replays one operation; also how a multi is tried, between `begin` and `rollBack` or `keep`. */
  applySimple(header: TxnHeader, body: SimpleTxn): TxnResult {
    switch (body.kind) {
      case 'create':
      case 'create2':
      case 'createContainer':
      case 'createTTL':
        return this.create(header, body);
      case 'delete':
      case 'deleteContainer':
        this.remove(header, body.path);
        return { kind: body.kind, err: ErrorCode.OK, path: null, stat: null };
      case 'setData':
      case 'reconfig': {
        const old = this.node(body.path);
        if (old !== undefined) {
          this.push(body.path, {
            ...old,
            zxid: header.zxid,
            data: body.data,
            version: body.version,
            mzxid: header.zxid,
            mtime: header.time,
          });
        }
        return { kind: body.kind, err: ErrorCode.OK, path: null, stat: this.statAt(body.path, header.zxid) ?? null };
      }
      case 'setACL': {
        const old = this.node(body.path);
        if (old !== undefined) this.push(body.path, { ...old, zxid: header.zxid, acl: body.acl, aversion: body.version });
        return { kind: body.kind, err: ErrorCode.OK, path: null, stat: this.statAt(body.path, header.zxid) ?? null };
      }
      case 'check':
        return { kind: body.kind, err: ErrorCode.OK, path: null, stat: null };
      case 'error':
        return { kind: body.kind, err: body.err, path: null, stat: null };
    }
  }

  begin(): void {
    this.isTrying = true;
    this.journal.length = 0;
  }

  keep(): void {
    this.isTrying = false;
    this.journal.length = 0;
  }

  /** Undoes everything since `begin`. */
  rollBack(): void {
    for (let i = this.journal.length - 1; i >= 0; i--) {
      const entry = this.journal[i];
      if (entry === undefined) continue;
      if (entry.isVersion) this.undoVersion(entry.history);
      else this.undoChange(entry.history);
    }
    this.keep();
  }

  private undoChange(history: PathHistory): void {
    const change = history.changes.pop();
    if (change === undefined || change.name === '') return;
    if (change.isCreation) history.children.delete(change.name);
    else history.children.add(change.name);
  }

  private undoVersion(history: PathHistory): void {
    history.versions.pop();
  }

  private create(header: TxnHeader, body: CreateTxn | CreateContainerTxn | CreateTtlTxn): TxnResult {
    const isEphemeral = 'ephemeral' in body && body.ephemeral;
    const parent = parentOf(body.path);
    const name = body.path.slice(parent.length === 1 ? 1 : parent.length + 1);
    if ((this.node(parent)?.owner ?? NO_SESSION) !== NO_SESSION)
      this.ephemeralBreach = `${body.path} was created under an ephemeral node`;
    if (isEphemeral && !this.isOpen(header.clientId))
      this.ephemeralBreach = `the ephemeral ${body.path} was created by a session that is not open`;
    this.changeChildren(header, parent, name, true);
    const { zxid, time } = header;
    const owner = isEphemeral ? header.clientId : NO_SESSION;
    this.push(body.path, {
      zxid,
      exists: true,
      data: body.data,
      acl: body.acl,
      version: 0,
      aversion: 0,
      czxid: zxid,
      mzxid: zxid,
      ctime: time,
      mtime: time,
      owner,
    });
    this.change(body.path, { zxid, name: '', isCreation: true, creations: 0, count: 0 });
    if (isEphemeral && !this.isTrying) this.sessions.get(owner)?.ephemerals.add(body.path);
    return { kind: body.kind, err: ErrorCode.OK, path: body.path, stat: this.statAt(body.path, zxid) ?? null };
  }

  private remove(header: TxnHeader, path: string): void {
    const old = this.node(path);
    if (old === undefined) return;
    const parent = parentOf(path);
    this.push(path, { ...old, zxid: header.zxid, exists: false });
    this.changeChildren(header, parent, path.slice(parent.length === 1 ? 1 : parent.length + 1), false);
    if (!this.isTrying) this.sessions.get(old.owner)?.ephemerals.delete(path);
  }

  private changeChildren(header: TxnHeader, parent: string, name: string, isCreation: boolean): void {
    const last = this.paths.get(parent)?.changes.at(-1);
    const creations = (last?.creations ?? 0) + (isCreation ? 1 : 0);
    const count = (last?.count ?? 0) + (isCreation ? 1 : -1);
    this.change(parent, { zxid: header.zxid, name, isCreation, creations, count });
  }

  private push(path: string, version: NodeVersion): void {
    const history = this.historyOf(path);
    history.versions.push(version);
    if (this.isTrying) this.journal.push({ history, isVersion: true });
  }

  private change(path: string, change: ChildChange): void {
    const history = this.historyOf(path);
    history.changes.push(change);
    if (change.name !== '') {
      if (change.isCreation) history.children.add(change.name);
      else history.children.delete(change.name);
    }
    if (this.isTrying) this.journal.push({ history, isVersion: false });
  }

  private historyOf(path: string): PathHistory {
    let history = this.paths.get(path);
    if (history === undefined) {
      history = new PathHistory();
      this.paths.set(path, history);
    }
    return history;
  }

  private openSession(txn: Txn, timeoutMs: number): void {
    if (this.sessions.has(txn.clientId)) this.sessionBreach = 'the session was created twice';
    else this.sessions.set(txn.clientId, new ModelSession(txn.zxid, timeoutMs));
  }

  private closeSession(txn: Txn, paths: readonly string[] | null): void {
    const session = this.sessions.get(txn.clientId);
    if (session === undefined || session.closed !== ZXID_ZERO) {
      if (paths !== null && paths.length > 0)
        this.ephemeralBreach = `closing a session that is not open deleted ${paths.join(', ')}`;
      return;
    }
    if (paths !== null) {
      const listed = new Set(paths);
      for (const path of session.ephemerals)
        if (!listed.has(path)) this.ephemeralBreach = `its ephemeral ${path} outlived the session`;
      for (const path of listed)
        if (!session.ephemerals.has(path))
          this.ephemeralBreach = `closing the session deleted ${path}, which is not its own`;
    }
    for (const path of paths ?? [...session.ephemerals]) this.remove(txn, path);
    session.closed = txn.zxid;
  }

  private checkSession(txn: Txn): void {
    const { kind } = txn.body;
    if (kind === 'error' || kind === 'createSession' || kind === 'closeSession' || txn.clientId === NO_SESSION) return;
    if (txn.body.kind === 'multi' && txn.body.txns[0]?.kind === 'error') return;
    const session = this.sessions.get(txn.clientId);
    if (this.isLocal(txn.clientId)) return;
    if (session === undefined) this.sessionBreach = 'a session that was never created wrote';
    else if (session.closed !== ZXID_ZERO) this.sessionBreach = 'a session wrote after it was closed';
  }
}

/** `/a` of `/a/b`, `/` of `/a`. */
export function parentOf(path: string): string {
  const slash = path.lastIndexOf('/');
  return slash <= 0 ? '/' : path.slice(0, slash);
}

function statOf(version: NodeVersion, change: ChildChange): Stat {
  return {
    czxid: version.czxid,
    mzxid: version.mzxid,
    ctime: version.ctime,
    mtime: version.mtime,
    version: version.version,
    // Stored, it counts creations; shown, creations and deletions.
    cversion: 2 * change.creations - change.count,
    aversion: version.aversion,
    ephemeralOwner: version.owner,
    dataLength: version.data?.length ?? 0,
    numChildren: change.count,
    pzxid: change.zxid,
  };
}
