/**
 * Watch catch-up: a client that comes back tells its watches and how much it has seen, and is told just what it missed, before
 * anything else that shows it. What came and went while it was away goes unnoticed, as documented.
 */
import type { SessionId } from '../src/base/session-id.ts';
import { type Zxid, zxidToPair } from '../src/base/zxid.ts';
import type { FactOf } from '../src/io/fact.ts';
import type { History } from '../src/history/history.ts';
import { type At, Judge, type JudgedFact, type Property } from '../src/history/judge.ts';
import type { Model } from '../src/history/model.ts';
import type { PathEvent, RenewalRequest } from '../src/history/watch-tables.ts';
import { EventType, Permission, Xid } from '../src/wire/words.ts';

/** setWatches under way on one connection, and the events that came without a zxid since the last answer to one. */
class CatchingUp {
  readonly requests: RenewalRequest[] = [];
  events: PathEvent[] = [];
}

class WatchCatchUp extends Judge {
  private readonly sessions: Map<SessionId, CatchingUp> = new Map();

  see(fact: JudgedFact, at: At, history: History): void {
    switch (fact.kind) {
      case 'sessionConnected':
      case 'sessionDisconnected':
        this.sessions.delete(fact.sessionId);
        return;
      case 'invoked':
        if (fact.request.kind === 'setWatches' || fact.request.kind === 'setWatches2')
          this.of(fact.sessionId).requests.push(fact.request);
        return;
      case 'watchFired':
        if (fact.zxid < 0) this.seeEvent(fact, at);
        return;
      case 'replied':
        this.seeReply(fact, at, history);
        return;
      default:
        return;
    }
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
  promise: 'A client that renews its watches on another connection is told what it missed, and only that, before any answer.',
  source: "programmer's guide, watches and reconnects; setWatches in the client protocol; ZOOKEEPER-706",
  reads: ['sessionConnected', 'sessionDisconnected', 'invoked', 'watchFired', 'replied'],
  exemptions: [{ name: 'unreadable', source: 'an event is not delivered to who may not read the node (CVE-2024-23944)' }],
  mutants: ['zk-706', 'missed-in-silence', 'creation-in-silence', 'since-the-beginning'],
  create: (): Judge => new WatchCatchUp(),
};
