/**
 * Watch exactness: an event reaches a client for a watch that it holds and for a change that happened, once for each watch that
 * fires once; and a watch does fire, before its client sees any state that includes the change, also a watch that was brought
 * along from an earlier connection.
 */
import type { SessionId } from '../src/base/session-id.ts';
import { type Zxid, zxidToPair } from '../src/base/zxid.ts';
import type { FactOf } from '../src/io/fact.ts';
import type { History } from '../src/history/history.ts';
import type { At } from '../src/history/at.ts';
import type { Expectations } from '../src/history/expectations.ts';
import { Judge, type Property } from '../src/history/judge.ts';
import type { JudgedFact, OrderedFact } from '../src/history/judged-fact.ts';
import type { NodeId } from '../src/io/event.ts';
import { type PathEvent, type RenewalRequest, WatchTables } from '../src/history/watch-tables.ts';
import { EventType, Permission, Xid } from '../src/wire/words.ts';

/** A change at a path. */
interface Change {
  readonly zxid: Zxid;
  readonly type: number;
  readonly atMs: number;
}

/** One connection. */
class Connection {
  readonly client: NodeId;
  readonly server: NodeId;
  readonly sinceMs: number;
  readonly tables: WatchTables = new WatchTables();
  /** setWatches under way, and what was heard meanwhile. */
  readonly renewals: RenewalRequest[] = [];
  caught: PathEvent[] = [];

  constructor(client: NodeId, server: NodeId, sinceMs: number) {
    this.client = client;
    this.server = server;
    this.sinceMs = sinceMs;
  }
}

class WatchExactness extends Judge {
  private readonly answerMs: number;
  private readonly connections: Map<SessionId, Connection> = new Map();
  /** All changes at every path, in order. */
  private readonly changes: Map<string, Change[]> = new Map();

  constructor(expectations: Expectations) {
    super();
    this.answerMs = expectations.answerMs;
  }

  see(fact: JudgedFact, at: At, history: History): void {
    switch (fact.kind) {
      case 'ordered':
        this.seeChange(fact, at);
        return;
      case 'sessionConnected':
        this.connections.set(fact.sessionId, new Connection(at.node, fact.server, at.timeMs));
        return;
      case 'sessionDisconnected':
      case 'sessionExpired':
      case 'sessionClosed':
        this.connections.delete(fact.sessionId);
        return;
      case 'crashed':
        // A client that is no more hears of nothing.
        for (const [id, { client }] of this.connections) if (client === fact.node) this.connections.delete(id);
        return;
      case 'invoked':
        if (fact.request.kind === 'setWatches' || fact.request.kind === 'setWatches2')
          this.connections.get(fact.sessionId)?.renewals.push(fact.request);
        return;
      case 'replied':
        this.seeReply(fact, at, history);
        return;
      case 'watchFired':
        this.seeEvent(fact, at);
        return;
      default:
        return;
    }
  }

  /** At the end of a quiet tail, what was to fire has fired. */
  override finish(at: At, history: History): void {
    if (history.healedMs < 0) return;
    const dueMs = at.timeMs - this.answerMs;
    for (const [id, connection] of this.connections) {
      if (connection.sinceMs > dueMs) continue;
      const { applied } = history.server(connection.server);
      for (const [path, change] of this.overdue(connection.tables, history.tree.zxid(applied), history)) {
        this.judged++;
        if (change.atMs > dueMs) continue;
        this.violate(
          `session ${id} never hears of the change of ${path} at ${zxidToPair(change.zxid)}, which it watches and ` +
            `its server ${connection.server} has applied`,
          at,
        );
      }
    }
  }

  private seeChange(fact: OrderedFact, at: At): void {
    for (const { type, path } of fact.verdict.effects.triggers) {
      const change = { zxid: fact.txn.zxid, type, atMs: at.timeMs };
      const known = this.changes.get(path);
      if (known === undefined) this.changes.set(path, [change]);
      else known.push(change);
    }
  }

  private seeReply(fact: FactOf<'replied'>, at: At, history: History): void {
    const connection = this.connections.get(fact.sessionId);
    if (connection === undefined) return;
    const { tables, renewals } = connection;
    if (fact.cxid <= 0) {
      if (fact.cxid !== Xid.SET_WATCHES) return;
      const renewal = renewals.shift();
      if (renewal !== undefined && fact.err === 0) tables.renewed(renewal, connection.caught, fact.zxid);
      connection.caught = [];
      return;
    }
    for (const [path, { zxid }] of this.overdue(tables, fact.zxid, history)) {
      this.violate(
        `session ${fact.sessionId} is answered as of ${zxidToPair(fact.zxid)} before it hears of the change of ${path} at ` +
          `${zxidToPair(zxid)}, which it watches on this connection`,
        at,
      );
    }
    if (history.op !== null) tables.answered(history.op.request, fact.err, fact.zxid);
  }

  /** Watches that fire once, with a change that somebody who is at `zxid` must have told of. */
  private overdue(tables: WatchTables, zxid: Zxid, history: History): [path: string, change: Change][] {
    const found: [string, Change][] = [];
    for (const [path, since] of tables.data) {
      const change = this.changeWithin(path, since, zxid, (type) => type !== EventType.NodeChildrenChanged);
      if (change !== undefined && this.isReadable(path, change.zxid, history)) found.push([path, change]);
    }
    for (const [path, since] of tables.child) {
      const change = this.changeWithin(path, since, zxid, (type) => {
        return type === EventType.NodeChildrenChanged || type === EventType.NodeDeleted;
      });
      if (change !== undefined && this.isReadable(path, change.zxid, history)) found.push([path, change]);
    }
    return found;
  }

  /** The first change after `since`, up to `until`, of a type that counts. */
  private changeWithin(path: string, since: Zxid, until: Zxid, counts: (type: number) => boolean): Change | undefined {
    const changes = this.changes.get(path);
    let found: Change | undefined;
    for (let i = (changes?.length ?? 0) - 1; i >= 0; i--) {
      const change = changes?.[i];
      if (change === undefined || change.zxid <= since) break;
      if (change.zxid <= until && counts(change.type)) found = change;
    }
    return found;
  }

  /** Whether everybody may read the node before and after the change; if not, the event may rightly be missing. */
  private isReadable(path: string, zxid: Zxid, history: History): boolean {
    for (const version of history.model.paths.get(path)?.versions ?? []) {
      const isOpen = version.acl.some(({ perms, id }) => id.scheme === 'world' && (perms & Permission.READ) !== 0);
      if (version.zxid <= zxid && !isOpen) {
        this.exempt('unreadable');
        return false;
      }
    }
    return true;
  }

  private seeEvent(fact: FactOf<'watchFired'>, at: At): void {
    const connection = this.connections.get(fact.sessionId);
    const { sessionId, type, path, zxid } = fact;
    if (connection === undefined || type === EventType.None) return;
    if (zxid < 0) {
      connection.caught.push({ type, path });
      return;
    }
    this.judged++;
    if (!connection.tables.covers(fact))
      this.violate(`session ${sessionId} hears of event ${type} at ${path} (${zxidToPair(zxid)}), which it does not watch`, at);
    else if (!this.happened(fact)) {
      this.violate(`session ${sessionId} hears of event ${type} at ${path}, which ${zxidToPair(zxid)} did not bring about`, at);
    }
    connection.tables.fired(fact);
  }

  private happened({ type, path, zxid }: FactOf<'watchFired'>): boolean {
    const changes = this.changes.get(path) ?? [];
    for (let i = changes.length - 1; i >= 0; i--) {
      const change = changes[i];
      if (change === undefined || change.zxid < zxid) break;
      if (change.zxid === zxid && change.type === type) return true;
    }
    return false;
  }
}

/** P9, P10. */
export const watchExactness: Property = {
  name: 'watch-exactness',
  codes: ['P9', 'P10'],
  kind: 'safety',
  promise:
    'A client hears of each change that it watches once for each watch, before it sees the change, and of nothing else.',
  source: "programmer's guide, what ZooKeeper guarantees about watches; ZOOKEEPER-706, 3145",
  reads: [
    'ordered', 'invoked', 'replied', 'watchFired', 'sessionConnected', 'sessionDisconnected', 'sessionExpired', 'sessionClosed',
    'crashed',
  ],
  exemptions: [{ name: 'unreadable', source: 'an event is not delivered to who may not read the node (CVE-2024-23944)' }],
  mutants: ['watch-for-ever', 'watch-on-nothing', 'removed-watch-stays', 'deletion-halfway'],
  create: (expectations): Judge => new WatchExactness(expectations),
};
