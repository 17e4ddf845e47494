/** Single system image: a client never goes back in time, whichever servers it meets. */
import type { SessionId } from '../src/base/session-id.ts';
import { zxidToPair } from '../src/base/zxid.ts';
import type { NodeId } from '../src/io/event.ts';
import type { FactOf } from '../src/io/fact.ts';
import type { History } from '../src/history/history.ts';
import type { At } from '../src/history/at.ts';
import { Judge, type Property } from '../src/history/judge.ts';
import type { JudgedFact } from '../src/history/judged-fact.ts';

class SingleSystemImage extends Judge {
  /** Since which step each server serves without a break. */
  private readonly serving: Map<NodeId, number> = new Map();
  /** When each session was last without a server. */
  private readonly left: Map<SessionId, number> = new Map();

  see(fact: JudgedFact, at: At, history: History): void {
    const { session } = history;
    if (fact.kind === 'role') {
      if (fact.role === 'LOOKING') this.serving.delete(at.node);
      else this.serving.set(at.node, at.step);
    }
    if (fact.kind === 'crashed') this.serving.delete(fact.node);
    if (fact.kind === 'clientRefused') {
      this.judged++;
      if (fact.clientZxid > fact.serverZxid) return;
      this.violate(
        `server ${at.node}, at ${zxidToPair(fact.serverZxid)}, refuses session ` +
          `${fact.sessionId} as ahead of it, at ${zxidToPair(fact.clientZxid)}`,
        at,
      );
    }
    if (session === null) return;
    if (fact.kind === 'sessionDisconnected') this.left.set(fact.sessionId, at.step);
    if (fact.kind === 'sessionConnected') this.seeServer(fact, at, history);
    if (fact.kind === 'replied' && fact.cxid > 0) {
      this.judged++;
      if (fact.zxid >= session.seenZxid) return;
      this.violate(
        `session ${fact.sessionId} had seen ${zxidToPair(session.seenZxid)}, then an answer shows ${zxidToPair(fact.zxid)}`,
        at,
        session.connectedStep,
      );
    } else if (fact.kind === 'sessionConnected' && fact.resumed) {
      this.judged++;
      if (fact.lastZxidSeen >= session.seenZxid) return;
      this.violate(
        `session ${fact.sessionId} is resumed as of ${zxidToPair(fact.lastZxidSeen)}, ` +
          `though it had seen ${zxidToPair(session.seenZxid)}`,
        at,
      );
    }
  }

  /**
   * A server that was behind its client when that was let in has not gone back since: if it is behind now, it was so then. One
   * that has begun to serve only lately may have given its word in an earlier life.
   */
  private seeServer({ sessionId, server, lastZxidSeen }: FactOf<'sessionConnected'>, at: At, history: History): void {
    const left = this.left.get(sessionId);
    const since = this.serving.get(server);
    if (left === undefined || since === undefined || since > left) return;
    this.judged++;
    const applied = history.tree.zxid(history.server(server).applied);
    if (applied >= lastZxidSeen) return;
    this.violate(
      `session ${sessionId}, which has seen ${zxidToPair(lastZxidSeen)}, is let in by server ${server}, ` +
        `which has applied ${zxidToPair(applied)}`,
      at,
    );
  }
}

/** P6. */
export const singleSystemImage: Property = {
  name: 'single-system-image',
  codes: ['P6'],
  kind: 'safety',
  promise:
    'Within a session no answer is of an earlier state than an answer before it, also after moving to another server.',
  source: "programmer's guide, consistency guarantees: single system image; ZOOKEEPER-1412",
  reads: ['clientRefused', 'replied', 'sessionConnected', 'sessionDisconnected', 'role', 'crashed'],
  exemptions: [],
  mutants: ['zk-1412'],
  create: (): Judge => new SingleSystemImage(),
};
