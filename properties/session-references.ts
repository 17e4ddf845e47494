/**
 * Session references: in every database an ephemeral node belongs to a session that is open there. Each server says which
 * sessions and ephemeral nodes it holds whenever it has taken over a history, from its disk or from a leader; where that
 * history is committed, the reference model knows them too.
 */
import type { SessionId } from '../src/base/session-id.ts';
import { NO_SESSION } from '../src/base/session-id.ts';
import { type Zxid, ZXID_ZERO, zxidToPair } from '../src/base/zxid.ts';
import type { FactOf } from '../src/io/fact.ts';
import type { History } from '../src/history/history.ts';
import type { At } from '../src/history/at.ts';
import { Judge, type Property } from '../src/history/judge.ts';
import type { JudgedFact } from '../src/history/judged-fact.ts';

class SessionReferences extends Judge {
  see(fact: JudgedFact, at: At, history: History): void {
    if (fact.kind !== 'census') return;
    this.judged++;
    for (const { sessionId, isOpen, ephemerals } of fact.sessions) {
      if (isOpen || ephemerals.length === 0) continue;
      this.violate(
        `server ${at.node} at ${zxidToPair(fact.zxid)} holds ${ephemerals.join(', ')} of session ${sessionId}, which is not open`,
        at,
      );
    }
    const { applied } = history.server(at.node);
    if (history.tree.isOrdered(applied) && history.tree.zxid(applied) === fact.zxid) this.compare(fact, at, history);
    else this.exempt('uncommitted');
  }

  private compare(fact: FactOf<'census'>, at: At, history: History): void {
    const { zxid } = fact;
    const due = openAt(zxid, history);
    for (const { sessionId, isOpen, ephemerals } of fact.sessions) {
      const paths = due.get(sessionId);
      due.delete(sessionId);
      if (isOpen !== (paths !== undefined)) {
        this.violate(`server ${at.node} at ${zxidToPair(zxid)} holds session ${sessionId} to be ${isOpen ? 'open' : 'gone'}`, at);
      } else if (paths !== undefined && !(paths.size === ephemerals.length && ephemerals.every((path) => paths.has(path)))) {
        this.violate(
          `server ${at.node} at ${zxidToPair(zxid)} holds ${ephemerals.join(' ')} to be the ephemeral nodes of ` +
            `session ${sessionId}, not ${[...paths].join(' ')}`,
          at,
        );
      }
    }
    for (const sessionId of due.keys())
      this.violate(`server ${at.node} at ${zxidToPair(zxid)} has lost session ${sessionId}`, at);
  }
}

/** The sessions that are open after a transaction of the truth log, and their ephemeral nodes. */
function openAt(zxid: Zxid, history: History): Map<SessionId, Set<string>> {
  const open = new Map<SessionId, Set<string>>();
  for (const [id, { opened, closed }] of history.model.sessions) {
    if (opened <= zxid && (closed === ZXID_ZERO || closed > zxid)) open.set(id, new Set());
  }
  for (const path of history.model.paths.keys()) {
    const owner = history.model.nodeAt(path, zxid)?.owner ?? NO_SESSION;
    if (owner !== NO_SESSION) open.get(owner)?.add(path);
  }
  return open;
}

/** Z17. */
export const sessionReferences: Property = {
  name: 'session-references',
  codes: ['Z17'],
  kind: 'safety',
  promise: 'In every database each ephemeral node belongs to a session that is open there.',
  source: 'ZOOKEEPER-1208, 3144, 4541, 4837',
  reads: ['census'],
  exemptions: [
    { name: 'uncommitted', source: 'a log may end in proposals that nobody has committed; the model does not know them' },
  ],
  mutants: ['zk-1367', 'closed-in-name-only', 'zk-3144'],
  create: (): Judge => new SessionReferences(),
};
