/**
 * Watches: a client that left a watch hears of the change before it sees any state that includes it, and hears of nothing
 * that did not happen or that it may not read. Judged within a connection, for watches of every kind; what a reconnect
 * catches up with is another matter, with losses that are documented.
 */
import type { SessionId } from '../src/base/session-id.ts';
import { type Zxid, zxidToPair } from '../src/base/zxid.ts';
import type { FactOf } from '../src/io/fact.ts';
import type { History } from '../src/history/history.ts';
import type { At } from '../src/history/at.ts';
import { Judge, type Property } from '../src/history/judge.ts';
import type { JudgedFact } from '../src/history/judged-fact.ts';
import type { Trigger } from '../src/history/model-state.ts';
import { type Ids, isAllowed } from '../src/history/permissions.ts';
import type { RenewalRequest } from '../src/history/watch-tables.ts';
import { AddWatchMode, ErrorCode, EventType, Permission, WatcherType, Xid } from '../src/wire/words.ts';

type WatchKind = 'data' | 'child' | 'persistent' | 'recursive';

/** A trigger with its transaction. */
interface Fired {
  readonly zxid: Zxid;
  readonly trigger: Trigger;
}

/** One connection's watches: the paths watched, by kind, and the events owed. */
class Watcher {
  readonly data: Set<string> = new Set();
  readonly child: Set<string> = new Set();
  readonly persistent: Set<string> = new Set();
  readonly recursive: Set<string> = new Set();
  owed: Fired[] = [];
  /** What the connection had proved when it left its first watch. */
  readonly ids: Ids;

  constructor(ids: Ids) {
    this.ids = ids;
  }
}

class Watches extends Judge {
  private readonly watchers: Map<SessionId, Watcher> = new Map();
  /** Who left a one-shot watch at a path, and who left any that stays. */
  private readonly data: Map<string, Set<Watcher>> = new Map();
  private readonly child: Map<string, Set<Watcher>> = new Map();
  private readonly staying: Set<Watcher> = new Set();
  /** setWatches under way on a connection, the oldest first. */
  private readonly renewals: Map<SessionId, RenewalRequest[]> = new Map();
  /** Every trigger there was, in order. */
  private readonly trail: Fired[] = [];

  see(fact: JudgedFact, at: At, history: History): void {
    switch (fact.kind) {
      case 'ordered':
        for (const trigger of fact.verdict.effects.triggers)
          this.seeTrigger({ zxid: fact.txn.zxid, trigger }, history);
        return;
      case 'invoked':
        if (fact.request.kind === 'setWatches' || fact.request.kind === 'setWatches2')
          this.seeRenewal(fact.sessionId, fact.request);
        return;
      case 'replied':
        if (fact.cxid > 0) this.seeReply(fact, at, history);
        else if (fact.cxid === Xid.SET_WATCHES) this.seeRenewed(fact, history);
        return;
      case 'watchFired':
        this.seeEvent(fact, at, history);
        return;
      case 'sessionDisconnected':
      case 'sessionExpired':
      case 'sessionClosed':
        this.drop(fact.sessionId);
        return;
      default:
        return;
    }
  }

  private seeRenewal(id: SessionId, request: RenewalRequest): void {
    const renewals = this.renewals.get(id);
    if (renewals === undefined) this.renewals.set(id, [request]);
    else renewals.push(request);
  }

  /** What stays has been brought along, and is owed all that happens from here on; what happened before is not told. */
  private seeRenewed(fact: FactOf<'replied'>, history: History): void {
    const request = this.renewals.get(fact.sessionId)?.shift();
    if (request?.kind !== 'setWatches2' || fact.err !== ErrorCode.OK) return;
    const ids = history.session?.ids ?? null;
    for (const path of request.persistentWatches) this.arm(fact, path, 'persistent', ids, history);
    for (const path of request.persistentRecursiveWatches) this.arm(fact, path, 'recursive', ids, history);
  }

  private seeReply(fact: FactOf<'replied'>, at: At, history: History): void {
    const watcher = this.watchers.get(fact.sessionId);
    for (const { zxid, trigger } of watcher?.owed ?? []) {
      if (zxid > fact.zxid) continue;
      this.violate(
        `session ${fact.sessionId} is answered as of ${zxidToPair(fact.zxid)} before it hears of the change ` +
          `of ${trigger.path} at ${zxidToPair(zxid)}, which it watches`,
        at,
      );
    }
    const { op } = history;
    if (op === null) return;
    const { request } = op;
    if (request.kind === 'addWatch' && fact.err === ErrorCode.OK) {
      this.arm(
        fact,
        request.path,
        request.mode === AddWatchMode.PERSISTENT ? 'persistent' : 'recursive',
        op.ids,
        history,
      );
    } else if (request.kind === 'removeWatches' && fact.err === ErrorCode.OK && watcher !== undefined) {
      this.disarm(watcher, request.path, request.watcherType);
    } else if ('watch' in request && request.watch) {
      const isMissing = request.kind === 'exists' && fact.err === ErrorCode.NONODE;
      const kind = request.kind === 'exists' || request.kind === 'getData' ? 'data' : 'child';
      if (isMissing || fact.err === ErrorCode.OK) this.arm(fact, request.path, kind, op.ids, history);
    }
  }

  /** What changed between the watch and the news of it is owed already. */
  private arm(fact: FactOf<'replied'>, path: string, kind: WatchKind, ids: Ids, history: History): void {
    let watcher = this.watchers.get(fact.sessionId);
    if (watcher === undefined) {
      watcher = new Watcher(ids);
      this.watchers.set(fact.sessionId, watcher);
    }
    this.judged++;
    const isOnce = kind === 'data' || kind === 'child';
    for (let i = this.trailFrom(fact.zxid); i < this.trail.length; i++) {
      const fired = this.trail[i];
      if (fired === undefined || !isNoticed(kind, path, fired.trigger)) continue;
      this.owe(watcher, fired, history);
      if (isOnce) return;
    }
    watcher[kind].add(path);
    if (!isOnce) {
      this.staying.add(watcher);
      return;
    }
    const known = this[kind].get(path);
    if (known === undefined) this[kind].set(path, new Set([watcher]));
    else known.add(watcher);
  }

  private disarm(watcher: Watcher, path: string, type: number): void {
    const isAny = type === WatcherType.Any;
    if (isAny || type === WatcherType.Data) watcher.data.delete(path);
    if (isAny || type === WatcherType.Children) watcher.child.delete(path);
    if (isAny || type === WatcherType.Persistent) watcher.persistent.delete(path);
    if (isAny || type === WatcherType.PersistentRecursive) watcher.recursive.delete(path);
    // What is ordered already was not necessarily applied where the watch was.
    watcher.owed = watcher.owed.filter(({ trigger }) => !isBelow(trigger.path, path));
  }

  /** The first trigger after a transaction. */
  private trailFrom(zxid: Zxid): number {
    let from = this.trail.length;
    while (from > 0 && (this.trail[from - 1]?.zxid ?? zxid) > zxid) from--;
    return from;
  }

  /** An event is dropped for a watcher who may not read the node. */
  private owe(watcher: Watcher, fired: Fired, history: History): void {
    const { trigger, zxid } = fired;
    if (isAllowed(trigger.acl, Permission.READ, watcher.ids, history.model.rules) !== true) {
      this.exempt('unreadable');
      return;
    }
    const isSame = (other: Fired): boolean => {
      return other.zxid === zxid && other.trigger.type === trigger.type && other.trigger.path === trigger.path;
    };
    if (!watcher.owed.some(isSame)) watcher.owed.push(fired);
  }

  private seeTrigger(fired: Fired, history: History): void {
    this.trail.push(fired);
    const { trigger } = fired;
    if (trigger.type !== EventType.NodeChildrenChanged) this.fire('data', fired, history);
    if (trigger.type === EventType.NodeChildrenChanged || trigger.type === EventType.NodeDeleted) {
      this.fire('child', fired, history);
    }
    for (const watcher of this.staying) {
      let isWatched = false;
      for (const path of watcher.persistent) isWatched ||= isNoticed('persistent', path, trigger);
      for (const path of watcher.recursive) isWatched ||= isNoticed('recursive', path, trigger);
      if (isWatched) this.owe(watcher, fired, history);
    }
  }

  private fire(table: 'data' | 'child', fired: Fired, history: History): void {
    const { path } = fired.trigger;
    const watchers = this[table].get(path);
    if (watchers === undefined) return;
    this[table].delete(path);
    for (const watcher of watchers) if (watcher[table].delete(path)) this.owe(watcher, fired, history);
  }

  private seeEvent(fact: FactOf<'watchFired'>, at: At, history: History): void {
    this.judged++;
    const { session } = history;
    if (fact.zxid > 0) this.checkEvent(fact, at, history);
    if (session !== null && fact.zxid > 0 && fact.zxid <= session.seenZxid) {
      this.violate(
        `session ${fact.sessionId} hears of the change of ${fact.path} at ${zxidToPair(fact.zxid)} ` +
          `after an answer as of ${zxidToPair(session.seenZxid)}`,
        at,
      );
    }
    const watcher = this.watchers.get(fact.sessionId);
    if (watcher === undefined) return;
    const isData = fact.type !== EventType.NodeChildrenChanged;
    const isChild = fact.type === EventType.NodeChildrenChanged || fact.type === EventType.NodeDeleted;
    if (isData) watcher.data.delete(fact.path);
    if (isChild) watcher.child.delete(fact.path);
    if (watcher.owed.length === 0) return;
    // An event that catches up with what was missed names no transaction.
    watcher.owed = watcher.owed.filter(({ zxid, trigger }) => {
      return trigger.path !== fact.path || trigger.type !== fact.type || (fact.zxid > 0 && zxid !== fact.zxid);
    });
  }

  private checkEvent(fact: FactOf<'watchFired'>, at: At, history: History): void {
    const { sessionId, zxid, path, type } = fact;
    let due: Trigger | undefined;
    for (let i = this.trail.length - 1; i >= 0 && due === undefined; i--) {
      const fired = this.trail[i];
      if (fired === undefined || fired.zxid < zxid) break;
      if (fired.zxid === zxid && fired.trigger.type === type && fired.trigger.path === path) due = fired.trigger;
    }
    if (due === undefined) {
      this.violate(
        `session ${sessionId} hears of event ${type} at ${path}, which ${zxidToPair(zxid)} did not bring about`,
        at,
      );
    } else if (isAllowed(due.acl, Permission.READ, history.session?.ids ?? null, history.model.rules) === false) {
      this.violate(
        `session ${sessionId} hears of the change of ${path} at ${zxidToPair(zxid)}, which it may not read`,
        at,
      );
    }
  }

  private drop(id: SessionId): void {
    this.renewals.delete(id);
    const watcher = this.watchers.get(id);
    if (watcher === undefined) return;
    this.watchers.delete(id);
    this.staying.delete(watcher);
    for (const path of watcher.data) this.data.get(path)?.delete(watcher);
    for (const path of watcher.child) this.child.get(path)?.delete(watcher);
    const kept = watcher.data.size + watcher.child.size + watcher.persistent.size + watcher.recursive.size;
    if (kept + watcher.owed.length > 0) this.exempt('connection-lost');
  }
}

/** Whether a watch of that kind at `path` is about the trigger. */
function isNoticed(kind: WatchKind, path: string, trigger: Trigger): boolean {
  const isAboutChildren = trigger.type === EventType.NodeChildrenChanged;
  switch (kind) {
    case 'data':
      return !isAboutChildren && trigger.path === path;
    case 'child':
      return trigger.path === path && (isAboutChildren || trigger.type === EventType.NodeDeleted);
    case 'persistent':
      return trigger.path === path;
    case 'recursive':
      return !isAboutChildren && isBelow(trigger.path, path);
  }
}

/** The path itself, or one below. */
function isBelow(path: string, above: string): boolean {
  return path === above || path.startsWith(above === '/' ? '/' : `${above}/`);
}

/** P9, P11. */
export const watches: Property = {
  name: 'watches',
  codes: ['P9', 'P11'],
  kind: 'safety',
  promise:
    'A client is told of a change that it watches before it sees any state that includes the change, ' +
    'and of no change that did not happen or that it may not see.',
  source: "programmer's guide, what ZooKeeper guarantees about watches",
  reads: ['ordered', 'invoked', 'replied', 'watchFired', 'sessionDisconnected', 'sessionExpired', 'sessionClosed'],
  exemptions: [
    {
      name: 'connection-lost',
      source:
        "programmer's guide: watches are kept by the connection; a change and its reversal while away go unnoticed",
    },
    { name: 'unreadable', source: 'an event is not delivered to who may not read the node' },
  ],
  mutants: [
    'exists-blind', 'persistent-once', 'recursive-one-deep', 'exists-watches-children', 'children-unwatched', 'deletion-halfway',
    'watch-left-behind',
  ],
  create: (): Judge => new Watches(),
};
