/** Watch order: events come in the order of their transactions, and in their place among the answers. */
import type { SessionId } from '../src/base/session-id.ts';
import { type Zxid, ZXID_ZERO, zxidToPair } from '../src/base/zxid.ts';
import type { History } from '../src/history/history.ts';
import type { At } from '../src/history/at.ts';
import { Judge, type Property } from '../src/history/judge.ts';
import type { JudgedFact } from '../src/history/judged-fact.ts';

class WatchOrder extends Judge {
  /** The last event of each session. */
  private readonly last: Map<SessionId, Zxid> = new Map();

  see(fact: JudgedFact, at: At, history: History): void {
    if (fact.kind !== 'watchFired' || fact.zxid < 0) return;
    const { sessionId, path, zxid } = fact;
    const before = this.last.get(sessionId) ?? ZXID_ZERO;
    const seen = history.session?.seenZxid ?? ZXID_ZERO;
    this.judged++;
    this.last.set(sessionId, zxid);
    if (zxid < before)
      this.violate(`session ${sessionId} hears of ${path} at ${zxidToPair(zxid)} after an event of ${zxidToPair(before)}`, at);
    if (zxid <= seen)
      this.violate(`session ${sessionId} hears of ${path} at ${zxidToPair(zxid)} after an answer as of ${zxidToPair(seen)}`, at);
  }
}

/** P11. */
export const watchOrder: Property = {
  name: 'watch-order',
  codes: ['P11'],
  kind: 'safety',
  promise: 'A client hears of changes in their order, each before the first answer that includes it and after all earlier ones.',
  source: "programmer's guide: the order of watch events and of other events and replies; ZOOKEEPER-4655",
  reads: ['watchFired'],
  exemptions: [],
  mutants: ['watch-late'],
  create: (): Judge => new WatchOrder(),
};
