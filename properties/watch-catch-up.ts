/**
 * Watch catch-up: a client that comes back tells all its watches and how much it has seen, and is told just what it missed,
 * before anything else that shows it. What came and went while it was away goes unnoticed, as documented.
 */
import type { SessionId } from '../src/base/session-id.ts';
import { type Zxid, zxidToPair } from '../src/base/zxid.ts';
import type { FactOf } from '../src/io/fact.ts';
import type { History } from '../src/history/history.ts';
import type { At } from '../src/history/at.ts';
import { Judge, type Property } from '../src/history/judge.ts';
import type { JudgedFact } from '../src/history/judged-fact.ts';
import type { Model } from '../src/history/model.ts';
import { type PathEvent, type RenewalRequest, WatchTables } from '../src/history/watch-tables.ts';
import type { Request } from '../src/wire/client-messages.ts';
import { EventType, Permission, Xid } from '../src/wire/words.ts';

/** The watches that a client has, by what it was answered and told; and those that it owes its new server. */
class Held {
  readonly tables: WatchTables = new WatchTables();
  owed: Set<string> = new Set();
}

/** setWatches under way on one connection, and the events that came without a zxid since the last answer to one. */
class CatchingUp {
  readonly requests: RenewalRequest[] = [];
  events: PathEvent[] = [];
}

class WatchCatchUp extends Judge {
  private readonly sessions: Map<SessionId, CatchingUp> = new Map();
  private readonly held: Map<SessionId, Held> = new Map();

  see(fact: JudgedFact, at: At, history: History): void {
    switch (fact.kind) {
      case 'sessionConnected':
        this.sessions.delete(fact.sessionId);
        this.seeReturn(fact.sessionId);
        return;
      case 'sessionDisconnected':
        this.sessions.delete(fact.sessionId);
        return;
      case 'sessionExpired':
      case 'sessionClosed':
        this.held.delete(fact.sessionId);
        return;
      case 'invoked':
        this.seeRequest(fact, at, history);
        return;
      case 'watchFired':
        this.held.get(fact.sessionId)?.tables.fired(fact);
        if (fact.zxid < 0) this.seeEvent(fact, at);
        return;
      case 'replied':
        if (history.op !== null) this.noteAnswer(fact, history.op.request);
        this.seeReply(fact, at, history);
        return;
      default:
        return;
    }
  }

  /** It owes all that it holds, before it asks for anything. */
  private seeReturn(id: SessionId): void {
    const held = this.held.get(id);
    if (held !== undefined) held.owed = new Set([...held.tables.data.keys(), ...held.tables.child.keys()]);
  }

  private seeRequest({ sessionId, request }: FactOf<'invoked'>, at: At, { session }: History): void {
    const held = this.held.get(sessionId);
    if (request.kind === 'setWatches' || request.kind === 'setWatches2') {
      this.of(sessionId).requests.push(request);
      const { dataWatches, existWatches, childWatches, relativeZxid } = request;
      if (session !== null && relativeZxid < session.seenZxid) {
        this.violate(
          `session ${sessionId} renews its watches as of ${zxidToPair(relativeZxid)}, though it had seen ` +
            zxidToPair(session.seenZxid),
          at,
        );
      }
      for (const path of [...dataWatches, ...existWatches, ...childWatches]) held?.owed.delete(path);
      return;
    }
    if (held === undefined || held.owed.size === 0 || request.kind === 'auth') return;
    this.violate(`session ${sessionId} came back without telling its watches on ${[...held.owed].join(', ')}`, at);
    held.owed.clear();
  }

  private noteAnswer({ sessionId, err, zxid }: FactOf<'replied'>, request: Request): void {
    const isWatching = 'watch' in request && request.watch;
    if (!isWatching && request.kind !== 'removeWatches') return;
    let held = this.held.get(sessionId);
    if (held === undefined) this.held.set(sessionId, (held = new Held()));
    held.tables.answered(request, err, zxid);
  }

  private of(id: SessionId): CatchingUp {
    let session = this.sessions.get(id);
    if (session === undefined) {
      session = new CatchingUp();
      this.sessions.set(id, session);
    }
    return session;
  }

  private seeEvent(fact: FactOf<'watchFired'>, at: At): void {
    const session = this.sessions.get(fact.sessionId);
    if (fact.type === EventType.None) return;
    if (session === undefined || session.requests.length === 0)
      this.violate(`session ${fact.sessionId} catches up with ${fact.path} without having told its watches`, at);
    else session.events.push({ type: fact.type, path: fact.path });
  }

  private seeReply(fact: FactOf<'replied'>, at: At, history: History): void {
    const session = this.sessions.get(fact.sessionId);
    if (session === undefined) return;
    if (fact.cxid > 0) {
      if (session.requests.length > 0)
        this.violate(`session ${fact.sessionId} is answered ${fact.cxid} before its watches, which it told first`, at);
      return;
    }
    if (fact.cxid !== Xid.SET_WATCHES) return;
    const request = session.requests.shift();
    const { events } = session;
    session.events = [];
    if (request === undefined || fact.err !== 0) return;
    this.judged++;
    for (const { type, path } of missed(request, fact.zxid, history.model)) {
      const index = events.findIndex((event) => event.type === type && event.path === path);
      if (index >= 0) events.splice(index, 1);
      else if (!isReadable(path, fact.zxid, history.model)) this.exempt('unreadable');
      else {
        this.violate(
          `session ${fact.sessionId} had seen ${zxidToPair(request.relativeZxid)}, and is not told of event ${type} at ${path} ` +
            `by ${zxidToPair(fact.zxid)}`,
          at,
        );
      }
    }
    for (const { type, path } of events) {
      this.violate(
        `session ${fact.sessionId} had seen ${zxidToPair(request.relativeZxid)}, and is told of event ${type} at ${path}, ` +
          `which had not happened by ${zxidToPair(fact.zxid)}`,
        at,
      );
    }
  }
}

/** What a server at `zxid` must tell. A path in two lists may cause two events. */
function missed(request: RenewalRequest, zxid: Zxid, model: Model): PathEvent[] {
  const events: PathEvent[] = [];
  const since = request.relativeZxid;
  for (const path of request.dataWatches) {
    const stat = model.statAt(path, zxid);
    if (stat === undefined) events.push({ type: EventType.NodeDeleted, path });
    else if (stat.mzxid > since) events.push({ type: EventType.NodeDataChanged, path });
  }
  for (const path of request.existWatches) {
    if (model.nodeAt(path, zxid) !== undefined) events.push({ type: EventType.NodeCreated, path });
  }
  for (const path of request.childWatches) {
    const stat = model.statAt(path, zxid);
    if (stat === undefined) events.push({ type: EventType.NodeDeleted, path });
    else if (stat.pzxid > since) events.push({ type: EventType.NodeChildrenChanged, path });
  }
  return events;
}

function isReadable(path: string, zxid: Zxid, model: Model): boolean {
  const acl = model.nodeAt(path, zxid)?.acl;
  return acl === undefined || acl.some(({ perms, id }) => id.scheme === 'world' && (perms & Permission.READ) !== 0);
}

/** P9. */
export const watchCatchUp: Property = {
  name: 'watch-catch-up',
  codes: ['P9'],
  kind: 'safety',
  promise:
    'A client renews all its watches on another connection, and is told what it missed, and only that, before any answer.',
  source: "programmer's guide, watches and reconnects; setWatches in the client protocol; ZOOKEEPER-706",
  reads: [
    'sessionConnected', 'sessionDisconnected', 'sessionExpired', 'sessionClosed', 'invoked', 'watchFired', 'replied',
  ],
  exemptions: [{ name: 'unreadable', source: 'an event is not delivered to who may not read the node (CVE-2024-23944)' }],
  mutants: ['zk-706', 'missed-in-silence', 'creation-in-silence', 'since-the-beginning'],
  create: (): Judge => new WatchCatchUp(),
};
