/**
 * Watches: a client that left a watch hears of the change before it sees any state that includes it. Judged within a
 * connection, for one-shot watches; what a reconnect catches up with is another matter, with losses that are documented.
 */
import type { SessionId } from '../src/base/session-id.ts';
import { type Zxid, zxidToPair } from '../src/base/zxid.ts';
import type { FactOf } from '../src/io/fact.ts';
import { isAllowed } from '../src/history/decide.ts';
import type { History } from '../src/history/history.ts';
import { type At, Judge, type JudgedFact, type Property } from '../src/history/judge.ts';
import { parentOf } from '../src/history/model.ts';
import type { Txn, TxnBody } from '../src/wire/transactions.ts';
import { ErrorCode, EventType, Permission } from '../src/wire/words.ts';

type Table = 'data' | 'child';

interface Due {
  readonly table: Table;
  readonly path: string;
  readonly zxid: Zxid;
}

/** One session's one-shot watches: the paths watched, and the events owed. */
class Watcher {
  readonly data: Set<string> = new Set();
  readonly child: Set<string> = new Set();
  owed: Due[] = [];
}

class Watches extends Judge {
  private readonly watchers: Map<SessionId, Watcher> = new Map();
  /** Who watches a path. */
  private readonly data: Map<string, Set<Watcher>> = new Map();
  private readonly child: Map<string, Set<Watcher>> = new Map();

  see(fact: JudgedFact, at: At, history: History): void {
    switch (fact.kind) {
      case 'ordered':
        if (this.watchers.size > 0) this.seeChange(fact.txn.body, fact.txn, history);
        return;
      case 'replied':
        if (fact.cxid > 0) this.seeReply(fact, at, history);
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

  private seeReply(fact: FactOf<'replied'>, at: At, history: History): void {
    const watcher = this.watchers.get(fact.sessionId);
    for (const due of watcher?.owed ?? []) {
      if (due.zxid > fact.zxid) continue;
      this.violate(
        `session ${fact.sessionId} is answered as of ${zxidToPair(fact.zxid)} before it hears of the change ` +
          `of ${due.path} at ${zxidToPair(due.zxid)}, which it watches`,
        at,
      );
    }
    const request = history.op?.request;
    if (request === undefined) return;
    if (request.kind === 'removeWatches') {
      watcher?.data.delete(request.path);
      watcher?.child.delete(request.path);
    }
    const hasWatch =
      'watch' in request &&
      request.watch &&
      (fact.err === ErrorCode.OK || (request.kind === 'exists' && fact.err === ErrorCode.NONODE));
    if (hasWatch)
      this.arm(fact, request.path, request.kind === 'exists' || request.kind === 'getData' ? 'data' : 'child', history);
  }

  private arm(fact: FactOf<'replied'>, path: string, table: Table, history: History): void {
    let watcher = this.watchers.get(fact.sessionId);
    if (watcher === undefined) {
      watcher = new Watcher();
      this.watchers.set(fact.sessionId, watcher);
    }
    this.judged++;
    const { model } = history;
    const zxid = table === 'data' ? model.dataChangeAfter(path, fact.zxid) : model.childChangeAfter(path, fact.zxid);
    if (zxid !== undefined) {
      this.owe(watcher, { table, path, zxid }, history);
      return;
    }
    watcher[table].add(path);
    const known = this[table].get(path);
    if (known === undefined) this[table].set(path, new Set([watcher]));
    else known.add(watcher);
  }

  /** An event is dropped for a watcher who may not read the node. */
  private owe(watcher: Watcher, due: Due, history: History): void {
    const acl = history.model.paths.get(due.path)?.versions.at(-1)?.acl;
    if (acl === undefined || isAllowed(acl, Permission.READ) === true) watcher.owed.push(due);
    else this.exempt('unreadable');
  }

  private seeChange(body: TxnBody, txn: Txn, history: History): void {
    switch (body.kind) {
      case 'create':
      case 'create2':
      case 'createContainer':
      case 'createTTL':
        this.trigger('data', body.path, txn.zxid, history);
        this.trigger('child', parentOf(body.path), txn.zxid, history);
        return;
      case 'delete':
      case 'deleteContainer':
        this.triggerDeletion(body.path, txn.zxid, history);
        return;
      case 'setData':
        this.trigger('data', body.path, txn.zxid, history);
        return;
      case 'multi':
        for (const part of body.txns) this.seeChange(part, txn, history);
        return;
      case 'closeSession':
        for (const path of body.paths ?? []) this.triggerDeletion(path, txn.zxid, history);
        return;
      default:
        return;
    }
  }

  private triggerDeletion(path: string, zxid: Zxid, history: History): void {
    this.trigger('data', path, zxid, history);
    this.trigger('child', path, zxid, history);
    this.trigger('child', parentOf(path), zxid, history);
  }

  private trigger(table: Table, path: string, zxid: Zxid, history: History): void {
    const watchers = this[table].get(path);
    if (watchers === undefined) return;
    this[table].delete(path);
    for (const watcher of watchers) if (watcher[table].delete(path)) this.owe(watcher, { table, path, zxid }, history);
  }

  private seeEvent(fact: FactOf<'watchFired'>, at: At, history: History): void {
    const { session } = history;
    this.judged++;
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
    if (watcher.owed.length > 0)
      watcher.owed = watcher.owed.filter((due) => due.path !== fact.path || !(due.table === 'data' ? isData : isChild));
  }

  private drop(id: SessionId): void {
    const watcher = this.watchers.get(id);
    if (watcher === undefined) return;
    this.watchers.delete(id);
    for (const path of watcher.data) this.data.get(path)?.delete(watcher);
    for (const path of watcher.child) this.child.get(path)?.delete(watcher);
    if (watcher.data.size + watcher.child.size + watcher.owed.length > 0) this.exempt('connection-lost');
  }
}

/** P9, P11. */
export const watches: Property = {
  name: 'watches',
  codes: ['P9', 'P11'],
  kind: 'safety',
  promise: 'A client is told of a change that it watches before it sees any state that includes the change.',
  source: "programmer's guide, what ZooKeeper guarantees about watches",
  reads: ['ordered', 'replied', 'watchFired', 'sessionDisconnected', 'sessionExpired', 'sessionClosed'],
  exemptions: [
    {
      name: 'connection-lost',
      source: "programmer's guide: watches are kept by the connection; a change and its reversal while away go unnoticed",
    },
    { name: 'unreadable', source: 'an event is not delivered to who may not read the node' },
  ],
  mutants: [],
  create: (): Judge => new Watches(),
};
