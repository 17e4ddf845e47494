/**
 * The reference model: the replicated state machine written a second time, naively, from the description of ZooKeeper's
 * behaviour (reference sections 1.4-1.9 and 4.1-4.3). It replays the truth log and keeps every version of everything, so
 * that it can say what any node looked like at any zxid. It shares no code with the service, so that one bug cannot agree
 * with itself; nothing in it is clever, and it must never throw on a log that breaks the rules: it says which rule, and
 * goes on.
 */
import { NO_SESSION, type SessionId } from '../base/session-id.ts';
import { ZXID_ZERO } from '../base/zxid.ts';
import type {
  CreateContainerTxn,
  CreateTtlTxn,
  CreateTxn,
  SetDataTxn,
  SimpleTxn,
  Txn,
  TxnHeader,
} from '../wire/transactions.ts';
import { type Acl, type Bytes, ErrorCode, EventType, OPEN_ACL_UNSAFE } from '../wire/words.ts';
import { parentOf, Past } from './model-past.ts';
import {
  type ChildChange,
  type Effects,
  ModelSession,
  type NodeVersion,
  PathHistory,
  type Trigger,
  type TxnResult,
} from './model-state.ts';
import { countsText, isWithin, limitsOf, numbersIn, statsOf, subjectOf } from './quotas.ts';
import { type ServiceRules, USUAL_RULES } from './rules.ts';
import { sameBytes } from './same.ts';

/** The state at every zxid of the truth log. */
export class Model extends Past {
  readonly sessions: Map<SessionId, ModelSession> = new Map();
  /** Those that a server opened for itself: they write without having been created, ephemerals excepted. */
  readonly locals: Set<SessionId> = new Set();
  /** What to undo, newest last, while a multi is tried. */
  private readonly journal: { readonly history: PathHistory; readonly isVersion: boolean }[] = [];
  private isTrying = false;
  /** The paths whose nodes are counted, for a quota; as they were when a multi began to be tried. */
  private counted: Set<string> = new Set();
  private countedBefore: Set<string> = new Set();
  private triggers: Trigger[] = [];
  private ephemeralBreach: string | null = null;
  private sessionBreach: string | null = null;

  readonly rules: ServiceRules;

  constructor(rules: ServiceRules = USUAL_RULES) {
    super();
    this.rules = rules;
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
      isContainer: false,
      ttlMs: 0,
    });
    history.changes.push({ zxid: zero, name: '', isCreation: true, creations: 0, count: children.length });
    for (const child of children) history.children.add(child);
    this.paths.set(path, history);
  }

  /** Whether growing by so much at `path` would break a hard limit, if those are enforced. */
  breaksQuota(path: string, countDiff: number, bytesDiff: number): boolean {
    if (!this.rules.enforceQuota) return false;
    let subject = path;
    while (subject !== '/' && this.node(limitsOf(subject)) === undefined) subject = parentOf(subject);
    if (subject === '/' || subjectOf(limitsOf(subject), 'limits') === null) return false;
    const limits = numbersIn(this.node(limitsOf(subject))?.data ?? null);
    const counts = numbersIn(this.node(statsOf(subject))?.data ?? null);
    const isOver = (limit: number, count: number, diff: number): boolean => {
      return diff > 0 && limit >= 0 && Math.max(count, 0) + diff > limit;
    };
    return (
      isOver(limits.countHardLimit, counts.count, countDiff) || isOver(limits.byteHardLimit, counts.bytes, bytesDiff)
    );
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
    this.triggers = [];
    const { body } = txn;
    let results: TxnResult[] = [];
    if (body.kind === 'multi') {
      // One refusal among them, and none takes effect.
      const isRefused = body.txns.some((part) => part.kind === 'error');
      for (const part of body.txns) results.push(isRefused ? refusal(part) : this.applySimple(txn, part));
    } else if (body.kind === 'createSession') this.openSession(txn, body.timeoutMs);
    else if (body.kind === 'closeSession') this.closeSession(txn, body.paths);
    else results = [this.applySimple(txn, body)];
    this.checkSession(txn);
    return {
      results,
      triggers: this.triggers,
      ephemeralBreach: this.ephemeralBreach,
      sessionBreach: this.sessionBreach,
    };
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
      case 'reconfig':
        return this.setData(header, body);
      case 'setACL': {
        const old = this.node(body.path);
        if (old !== undefined)
          this.push(body.path, { ...old, zxid: header.zxid, acl: body.acl, aversion: body.version });
        return { kind: body.kind, err: ErrorCode.OK, path: null, stat: this.statAt(body.path, header.zxid) ?? null };
      }
      case 'check':
        return { kind: body.kind, err: ErrorCode.OK, path: null, stat: null };
      case 'error':
        return refusal(body);
    }
  }

  begin(): void {
    this.isTrying = true;
    this.countedBefore = new Set(this.counted);
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
    this.counted = this.countedBefore;
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
      isContainer: body.kind === 'createContainer',
      ttlMs: body.kind === 'createTTL' ? body.ttl : 0,
    });
    this.change(body.path, { zxid, name: '', isCreation: true, creations: 0, count: 0 });
    if (isEphemeral && !this.isTrying) this.sessions.get(owner)?.ephemerals.add(body.path);
    this.trigger(EventType.NodeCreated, body.path, body.acl);
    this.trigger(EventType.NodeChildrenChanged, parent, this.node(parent)?.acl ?? OPEN_ACL_UNSAFE);
    const stat = this.statAt(body.path, zxid) ?? null;
    this.keepCounts(header, body.path);
    return { kind: body.kind, err: ErrorCode.OK, path: body.path, stat };
  }

  private setData(header: TxnHeader, { kind, path, data, version }: SetDataTxn): TxnResult {
    const { zxid, time } = header;
    const old = this.node(path);
    if (old !== undefined) {
      this.push(path, { ...old, zxid, data, version, mzxid: zxid, mtime: time });
      this.trigger(EventType.NodeDataChanged, path, old.acl);
    }
    const stat = this.statAt(path, zxid) ?? null;
    this.keepCounts(header, path);
    return { kind, err: ErrorCode.OK, path: null, stat };
  }

  private trigger(type: number, path: string, acl: readonly Acl[]): void {
    if (!this.isTrying) this.triggers.push({ type, path, acl });
  }

  /** After a change at `path`: the counts of every quota that it is about, and those that somebody has just written. */
  private keepCounts(header: TxnHeader, path: string): void {
    const subject = subjectOf(path, 'stats');
    if (subject !== null && this.node(path) === undefined) this.counted.delete(subject);
    else if (subject !== null) {
      this.counted.add(subject);
      this.count(header, subject);
    }
    for (const each of this.counted) if (isWithin(path, each)) this.count(header, each);
  }

  /** Counts are no data that anybody set: no version, no time and no watch notices. */
  private count(header: TxnHeader, subject: string): void {
    const old = this.node(statsOf(subject));
    if (old === undefined) return;
    const paths = this.below(subject, header.zxid).filter((path) => this.node(path) !== undefined);
    let bytes = 0;
    for (const path of paths) bytes += this.node(path)?.data?.length ?? 0;
    const data = countsText(paths.length, bytes);
    if (!sameBytes(data, old.data)) this.push(statsOf(subject), { ...old, zxid: header.zxid, data });
  }

  private remove(header: TxnHeader, path: string): void {
    const old = this.node(path);
    if (old === undefined) return;
    const parent = parentOf(path);
    this.push(path, { ...old, zxid: header.zxid, exists: false });
    this.changeChildren(header, parent, path.slice(parent.length === 1 ? 1 : parent.length + 1), false);
    if (!this.isTrying) this.sessions.get(old.owner)?.ephemerals.delete(path);
    this.trigger(EventType.NodeDeleted, path, old.acl);
    this.trigger(EventType.NodeChildrenChanged, parent, this.node(parent)?.acl ?? OPEN_ACL_UNSAFE);
    this.keepCounts(header, path);
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
    if (kind === 'error' || kind === 'createSession' || kind === 'closeSession' || txn.clientId === NO_SESSION)
      return;
    if (txn.body.kind === 'multi' && txn.body.txns[0]?.kind === 'error') return;
    const session = this.sessions.get(txn.clientId);
    if (this.isLocal(txn.clientId)) return;
    if (session === undefined) this.sessionBreach = 'a session that was never created wrote';
    else if (session.closed !== ZXID_ZERO) this.sessionBreach = 'a session wrote after it was closed';
  }
}

function refusal(body: SimpleTxn): TxnResult {
  return { kind: body.kind, err: body.kind === 'error' ? body.err : ErrorCode.OK, path: null, stat: null };
}
