/** Single system image: a client never goes back in time, whichever servers it meets. */
import { zxidToPair } from '../src/base/zxid.ts';
import type { History } from '../src/history/history.ts';
import { type At, Judge, type JudgedFact, type Property } from '../src/history/judge.ts';

class SingleSystemImage extends Judge {
  see(fact: JudgedFact, at: At, history: History): void {
    const { session } = history;
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
}

/** P6. */
export const singleSystemImage: Property = {
  name: 'single-system-image',
  codes: ['P6'],
  kind: 'safety',
  promise:
    'Within a session no answer is of an earlier state than an answer before it, also after moving to another server.',
  source: "programmer's guide, consistency guarantees: single system image; ZOOKEEPER-1412",
  reads: ['clientRefused', 'replied', 'sessionConnected'],
  exemptions: [],
  mutants: ['ssi-connect', 'zk-1412'],
  create: (): Judge => new SingleSystemImage(),
};
