/**
 * Timeliness: reads may be stale, but not without bound. A server that is cut off stops serving when it has heard nothing for
 * syncLimit ticks. Judged by when a read was asked, not by when its answer arrived, since an answer may be long under way: a
 * read that shows a state which had been replaced for longer than the bound when it was asked was served by a server that
 * should have given up.
 */
import { zxidToPair } from '../src/base/zxid.ts';
import type { NodeId } from '../src/io/event.ts';
import type { SessionId } from '../src/base/session-id.ts';
import type { FactOf } from '../src/io/fact.ts';
import type { History } from '../src/history/history.ts';
import type { At } from '../src/history/at.ts';
import type { Expectations } from '../src/history/expectations.ts';
import { Judge, type Property } from '../src/history/judge.ts';
import type { JudgedFact } from '../src/history/judged-fact.ts';

class Timeliness extends Judge {
  private readonly boundMs: number;
  /** Where each session is connected. */
  private readonly servers: Map<SessionId, NodeId> = new Map();
  private delays = 0;
  /** When messages last took longer than they may; −1: never. */
  private delayedMs = -1;

  constructor(expectations: Expectations) {
    super();
    this.boundMs = expectations.timelyMs;
  }

  see(fact: JudgedFact, at: At, history: History): void {
    switch (fact.kind) {
      case 'sessionConnected':
        this.servers.set(fact.sessionId, fact.server);
        return;
      case 'faultBegan':
        if (fact.fault === 'delay') this.delays++;
        return;
      case 'faultEnded':
        if (fact.fault === 'delay') {
          this.delays--;
          this.delayedMs = at.timeMs;
        }
        return;
      case 'replied':
        this.seeReply(fact, at, history);
        return;
      default:
        return;
    }
  }

  private seeReply(fact: FactOf<'replied'>, at: At, history: History): void {
    const { op } = history;
    if (op === null || op.isWrite || op.request.kind === 'sync' || fact.zxid < 0) return;
    const next = history.positionUpTo(fact.zxid) + 1;
    const replacedMs = history.truthMs[next];
    this.judged++;
    if (replacedMs === undefined || op.invokedMs - replacedMs <= this.boundMs) return;
    if (this.delays > 0 || this.delayedMs >= replacedMs) this.exempt('delayed');
    else {
      const server = this.servers.get(fact.sessionId) ?? 0;
      this.violate(
        `session ${fact.sessionId}: server ${server} answers ${op.request.kind} (${op.cxid}) as of ` +
          `${zxidToPair(fact.zxid)}, though the next transaction was committed ${op.invokedMs - replacedMs} ms ` +
          'before it was asked',
        at,
        op.invokedStep,
      );
    }
  }
}

/** P19. */
export const timeliness: Property = {
  name: 'timeliness',
  codes: ['P19'],
  kind: 'safety',
  promise: 'No read shows a state that had been replaced for longer than the servers may be out of touch with their leader.',
  source: "programmer's guide, consistency guarantees: timeliness",
  reads: ['sessionConnected', 'faultBegan', 'faultEnded', 'replied'],
  exemptions: [
    { name: 'delayed', source: 'the bound is on silence: while messages are under way for long, it is not silent' },
  ],
  mutants: ['lingering-leader', 'patient-follower', 'trusting-timers'],
  create: (expectations): Judge => new Timeliness(expectations),
};
