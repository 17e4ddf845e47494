/**
 * Sessions: created once, closed once, silent afterwards, and never expired before their time. Late is allowed:
 * elections restart the timers.
 */
import type { SessionId } from '../src/base/session-id.ts';
import { ZXID_ZERO, zxidToPair } from '../src/base/zxid.ts';
import type { FactOf } from '../src/io/fact.ts';
import type { History } from '../src/history/history.ts';
import type { At } from '../src/history/at.ts';
import type { Expectations } from '../src/history/expectations.ts';
import { Judge, type Property } from '../src/history/judge.ts';
import type { JudgedFact, OrderedFact } from '../src/history/judged-fact.ts';

/** Shorter timeouts may pass while a ping and a tick are under way. */
const QUIET_TICKS = 4;

class Sessions extends Judge {
  /** How much of a timeout must pass by the world's clock, in thousandths. */
  private readonly patience: number;
  private readonly expectations: Expectations;
  /** Since when each session has been connected. */
  private readonly connectedMs: Map<SessionId, number> = new Map();
  /** Those for which a leader has proposed createSession; and those whose client lost its connection before that. */
  private readonly proposed: Set<SessionId> = new Set();
  private readonly leftAsLocal: Set<SessionId> = new Set();

  constructor(expectations: Expectations) {
    super();
    this.patience = 1000 - expectations.clockDriftPerMille;
    this.expectations = expectations;
  }

  see(fact: JudgedFact, at: At, history: History): void {
    switch (fact.kind) {
      case 'ordered':
        this.seeOrdered(fact, at, history);
        return;
      case 'sessionConnected':
        this.connectedMs.set(fact.sessionId, at.timeMs);
        this.leftAsLocal.delete(fact.sessionId);
        this.seeConnected(fact, at, history);
        return;
      case 'sessionDisconnected':
        this.connectedMs.delete(fact.sessionId);
        if (history.model.isLocal(fact.sessionId) && !this.proposed.has(fact.sessionId)) this.leftAsLocal.add(fact.sessionId);
        return;
      case 'proposed':
        if (fact.txn.body.kind === 'createSession') this.proposed.add(fact.txn.clientId);
        return;
      case 'sessionExpired':
        this.seeExpired(fact, at, history);
        return;
      case 'sessionExpiring':
        this.seeExpiring(fact, at, history);
        return;
      case 'replied': {
        const { session } = history;
        if (fact.err !== 0 || session === null || session.endedStep === 0) return;
        this.violate(
          `session ${fact.sessionId} was answered ${fact.cxid} after it was told that it is gone`,
          at,
          session.endedStep,
        );
        return;
      }
      default:
        return;
    }
  }

  private seeConnected(fact: FactOf<'sessionConnected'>, at: At, history: History): void {
    const { model } = history;
    const before = history.sessions.clients.get(at.node);
    this.judged++;
    if (fact.resumed && before !== undefined && before.id !== fact.sessionId) {
      this.violate(
        `a client came back to server ${fact.server} with session ${before.id}, and was given ${fact.sessionId} instead`,
        at,
        before.connectedStep,
      );
    }
    if (fact.resumed || model.sessions.has(fact.sessionId)) return;
    if (model.locals.has(fact.sessionId)) this.exempt('local-session');
    else this.violate(`session ${fact.sessionId} stands at server ${fact.server}, but its creation is not committed`, at);
  }

  private seeOrdered(fact: OrderedFact, at: At, history: History): void {
    const { txn } = fact;
    this.judged++;
    if (txn.body.kind === 'closeSession') {
      const session = history.model.sessions.get(txn.clientId);
      if (session === undefined || (session.closed !== ZXID_ZERO && session.closed !== txn.zxid))
        this.exempt('closed-twice');
    }
    const breach = fact.verdict.effects.sessionBreach;
    if (breach !== null)
      this.violate(
        `at ${zxidToPair(txn.zxid)}, session ${txn.clientId}: ${breach}`,
        at,
        history.tree.proposedSteps[fact.log] ?? 0,
      );
  }

  private seeExpired(fact: FactOf<'sessionExpired'>, at: At, history: History): void {
    const { session } = history;
    this.judged++;
    if (session === null || !history.model.isOpen(fact.sessionId)) return;
    if (session.isExpiring || session.isClosing) this.exempt('closing');
    else if (this.leftAsLocal.has(fact.sessionId)) this.exempt('left-as-local');
    else this.violate(`session ${fact.sessionId} is told that it expired, but it is open and nobody has expired it`, at);
  }

  private seeExpiring(fact: FactOf<'sessionExpiring'>, at: At, history: History): void {
    const { session } = history;
    const server = history.server(at.node);
    this.judged++;
    if (fact.idleMs < fact.timeoutMs) {
      this.violate(
        `server ${at.node} expires session ${fact.sessionId} ${fact.idleMs} ms after it ` +
          `heard of it, with a timeout of ${fact.timeoutMs} ms`,
        at,
      );
      return;
    }
    this.judgeQuiet(fact, at, history);
    // One millisecond each for rounding at both ends.
    const leastMs = Math.floor((fact.timeoutMs * this.patience) / 1000) - 2;
    if (at.timeMs - server.establishedMs < leastMs) {
      this.violate(
        `server ${at.node} expires session ${fact.sessionId} ${at.timeMs - server.establishedMs} ms ` +
          `after it began to lead, with a timeout of ${fact.timeoutMs} ms`,
        at,
      );
    } else if (session?.proposedBy === at.node && at.timeMs - session.proposedMs < leastMs) {
      this.violate(
        `server ${at.node} expires session ${fact.sessionId} ${at.timeMs - session.proposedMs} ms after it ` +
          `proposed a write of its, with a timeout of ${fact.timeoutMs} ms`,
        at,
      );
    }
  }

  /**
   * What its leader has heard of a session it says itself. In the quiet, when nothing keeps a client's pings from its server nor
   * the server's word from its leader, a session that stays connected has been heard of, whatever the leader says: a client
   * pings three times in a timeout, and what a server has heard its leader knows a tick later.
   */
  private judgeQuiet({ sessionId, timeoutMs }: FactOf<'sessionExpiring'>, at: At, history: History): void {
    const { core, heals, settleMs, tickTimeMs } = this.expectations;
    const connectedMs = this.connectedMs.get(sessionId);
    if (!heals || core !== undefined || history.healedMs < 0 || connectedMs === undefined) return;
    if (timeoutMs < QUIET_TICKS * tickTimeMs) return;
    const sinceMs = Math.max(history.healedMs + settleMs, connectedMs, history.server(at.node).establishedMs);
    if (at.timeMs - sinceMs <= timeoutMs) return;
    this.violate(
      `server ${at.node} expires session ${sessionId}, which has been connected for ${at.timeMs - connectedMs} ms ` +
        `and in the quiet for longer than its timeout of ${timeoutMs} ms`,
      at,
    );
  }
}

/** P14. */
export const sessions: Property = {
  name: 'sessions',
  codes: ['P14'],
  kind: 'safety',
  promise:
    'A session is created and closed by one transaction each, writes nothing outside them, and ' +
    'expires only after its timeout has passed in silence.',
  source: "programmer's guide, ZooKeeper sessions; ZOOKEEPER-1208, 1366, 1367",
  reads: ['ordered', 'proposed', 'sessionConnected', 'sessionDisconnected', 'sessionExpired', 'sessionExpiring', 'replied'],
  exemptions: [
    {
      name: 'closed-twice',
      source: 'closeSession skips the check of the session, so that two may follow each other; the second does nothing',
    },
    {
      name: 'local-session',
      source: "administrator's guide, localSessionsEnabled: a local session is known to its server alone, without ephemerals",
    },
    {
      name: 'left-as-local',
      source:
        "administrator's guide, localSessionsEnabled: a local session cannot be taken up at another server; what its client " +
        'left on the old connection may make it a global one once the client was told so',
    },
    { name: 'closing', source: 'a session that is being closed is refused before its closeSession is committed' },
  ],
  mutants: [
    'zk-1366', 'zk-1208', 'sess-resume', 'local-late', 'hasty-denial', 'half-a-timeout', 'untold-touches',
    'new-leader-knows-nobody',
  ],
  create: (expectations): Judge => new Sessions(expectations),
};
