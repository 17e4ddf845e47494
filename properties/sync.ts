/**
 * sync: the answer to how to read what others have been told. After it, a session's reads see every write answered
 * before it was asked.
 */
import type { SessionId } from '../src/base/session-id.ts';
import { type Zxid, ZXID_ZERO, zxidToPair } from '../src/base/zxid.ts';
import type { FactOf } from '../src/io/fact.ts';
import type { History } from '../src/history/history.ts';
import type { At } from '../src/history/at.ts';
import { Judge, type Property } from '../src/history/judge.ts';
import type { JudgedFact } from '../src/history/judged-fact.ts';

interface Floor {
  readonly cxid: number;
  readonly zxid: Zxid;
  readonly step: number;
}

class Sync extends Judge {
  private readonly floors: Map<SessionId, Floor> = new Map();

  see(fact: JudgedFact, at: At, history: History): void {
    if (fact.kind === 'sessionDisconnected') this.floors.delete(fact.sessionId);
    else if (fact.kind === 'syncAnswered') this.seeAnswer(fact, at, history);
    else if (fact.kind === 'replied') this.seeReply(fact, at, history);
  }

  private seeAnswer(fact: FactOf<'syncAnswered'>, at: At, history: History): void {
    const { op } = history;
    if (op === null) return;
    if (op.isAnsweredByDeposed) {
      this.exempt('deposed-leader');
      return;
    }
    this.judged++;
    if (fact.lastCommitted >= op.answeredFloor) return;
    this.violate(
      `server ${at.node} answers sync ${fact.cxid} of session ${fact.sessionId} at ${zxidToPair(fact.lastCommitted)}, ` +
        `though ${zxidToPair(op.answeredFloor)} had been answered before it was asked`,
      at,
      op.invokedStep,
    );
  }

  private seeReply(fact: FactOf<'replied'>, at: At, history: History): void {
    const { op } = history;
    if (op === null) return;
    if (op.request.kind === 'sync') {
      if (fact.err !== 0 || op.isAnsweredByDeposed || op.answeredFloor === ZXID_ZERO) return;
      this.floors.set(fact.sessionId, { cxid: op.cxid, zxid: op.answeredFloor, step: op.invokedStep });
      return;
    }
    const floor = this.floors.get(fact.sessionId);
    if (floor === undefined || op.isWrite || op.cxid < floor.cxid) return;
    this.judged++;
    if (fact.zxid >= floor.zxid) return;
    this.violate(
      `session ${fact.sessionId}: after sync ${floor.cxid}, its ${op.request.kind} (${op.cxid}) is answered as of ` +
        `${zxidToPair(fact.zxid)}, though ${zxidToPair(floor.zxid)} had been answered before the sync`,
      at,
      floor.step,
      op.invokedStep,
    );
  }
}

/** P8. */
export const sync: Property = {
  name: 'sync',
  codes: ['P8'],
  kind: 'safety',
  promise:
    'Reads behind a sync, on the same connection, see every write that was answered to anyone before the sync was issued.',
  source: "programmer's guide, consistency guarantees: sync; ZOOKEEPER-108",
  reads: ['sessionDisconnected', 'syncAnswered', 'replied'],
  exemptions: [
    {
      name: 'deposed-leader',
      source: 'sync is not a quorum operation (ZOOKEEPER-1675): a leader that was replaced, and does not know, may answer',
    },
  ],
  mutants: ['zk-108'],
  create: (): Judge => new Sync(),
};
