/** The clients' side of a history: sessions and their operations, as the clients themselves tell of them. Plain data. */
import type { SessionId } from '../base/session-id.ts';
import { ZXID_ZERO, type Zxid } from '../base/zxid.ts';
import { addressOf, type NodeId } from '../io/event.ts';
import type { FactOf } from '../io/fact.ts';
import type { Request } from '../wire/client-messages.ts';
import type { At } from './at.ts';
import type { Verdict } from './decide.ts';
import { type Ids, provedIds } from './permissions.ts';
import type { ServiceRules } from './rules.ts';

/** What a client knows of an operation of its own. Answered ones are forgotten, unless their transaction is still to come. */
export type OpState = 'pending' | 'lost' | 'answered';

/** One request of one session. */
export class Op {
  readonly cxid: number;
  readonly request: Request;
  readonly isWrite: boolean;
  readonly invokedStep: number;
  readonly invokedMs: number;
  /** The highest zxid of any write that anybody had been answered when this was invoked. */
  readonly answeredFloor: Zxid;
  /** The highest zxid that this session had been answered by then, and its highest write. */
  readonly sessionFloor: Zxid;
  readonly ownWriteFloor: Zxid;
  /** What the connection had proved when this was sent. */
  readonly ids: Ids;
  state: OpState = 'pending';
  /** The step at which the session, having lost it, was connected again; 0: not yet. */
  movedStep = 0;
  /** The zxid of its transaction; zero: none yet. */
  zxid: Zxid = ZXID_ZERO;
  verdict: Verdict | null = null;
  /** Set for a sync that a leader answered of whom another one had already taken over. */
  isAnsweredByDeposed = false;

  constructor(cxid: number, request: Request, session: SessionView, answeredFloor: Zxid, step: number, timeMs: number) {
    this.cxid = cxid;
    this.request = request;
    this.isWrite = isWrite(request);
    this.invokedStep = step;
    this.invokedMs = timeMs;
    this.answeredFloor = answeredFloor;
    this.sessionFloor = session.seenZxid;
    this.ownWriteFloor = session.ownWriteZxid;
    this.ids = session.ids;
  }
}

/** One session. */
export class SessionView {
  readonly id: SessionId;
  client: NodeId = 0;
  /** Its unanswered operations in the order of issue. */
  readonly pending: Op[] = [];
  /** Its operations by cxid, while anything may still come of them. */
  readonly ops: Map<number, Op> = new Map();
  /** The highest zxid in any answer. */
  seenZxid: Zxid = ZXID_ZERO;
  /** The highest zxid of its own answered writes. */
  ownWriteZxid: Zxid = ZXID_ZERO;
  /** The highest cxid that has a transaction. */
  orderedCxid = 0;
  isConnected = false;
  /** Its server made it for itself, and no transaction has made it one of all servers. */
  isLocal = false;
  isClosing = false;
  /** Step at which its client heard that it is gone (expired or closed); 0: it is not. */
  endedStep = 0;
  connectedStep = 0;
  /** When anything was last heard of it, by the world's clock. */
  heardMs = 0;
  /** When a leader last proposed something for it, and which one: what reached a leader was a touch. */
  proposedMs = -1;
  proposedBy: NodeId = 0;
  timeoutMs = 0;
  /** A leader has announced that it expires. */
  isExpiring = false;
  /** What its present connection has proved, by the requests sent so far; null: nobody knows. Replaced, never changed. */
  ids: Ids = null;

  constructor(id: SessionId) {
    this.id = id;
  }
}

/** All sessions, and who holds them. `op` and `session` are what the present fact is about. */
export class SessionBook {
  readonly rules: ServiceRules;
  readonly all: Map<SessionId, SessionView> = new Map();
  /** Each client's latest session. */
  readonly clients: Map<NodeId, SessionView> = new Map();
  /** The highest zxid of any write that was answered, and of anything that any answer showed. */
  answeredZxid: Zxid = ZXID_ZERO;
  shownZxid: Zxid = ZXID_ZERO;
  op: Op | null = null;
  session: SessionView | null = null;

  constructor(rules: ServiceRules) {
    this.rules = rules;
  }

  /** The session of that id, from the first mention on. */
  of(id: SessionId): SessionView {
    let session = this.all.get(id);
    if (session === undefined) {
      session = new SessionView(id);
      this.all.set(id, session);
    }
    return session;
  }

  /** Before judges see it: finds the operation, or begins it. */
  beforeOp(fact: FactOf<'invoked' | 'replied' | 'lost'>, at: At): void {
    const session = this.of(fact.sessionId);
    this.session = session;
    this.op = null;
    // Reserved xids (pings, auth, setWatches) are outside the order of operations.
    if (fact.cxid <= 0) {
      const isAuth = fact.kind === 'invoked' && fact.request.kind === 'auth';
      if (isAuth && session.ids !== null) session.ids = [...session.ids, ...provedIds(fact.request, this.rules)];
      return;
    }
    if (fact.kind === 'invoked') {
      session.client = at.node;
      const op = new Op(fact.cxid, fact.request, session, this.answeredZxid, at.step, at.timeMs);
      session.pending.push(op);
      session.ops.set(fact.cxid, op);
      this.op = op;
      if (fact.request.kind === 'closeSession') session.isClosing = true;
      return;
    }
    this.op = session.ops.get(fact.cxid) ?? null;
  }

  /** After they have seen it: raises the maxima, and forgets what is settled. */
  afterOp(fact: FactOf<'replied' | 'lost'>, at: At): void {
    const { op, session } = this;
    if (session === null) return;
    if (op !== null) {
      const index = session.pending.indexOf(op);
      if (index >= 0) session.pending.splice(index, 1);
      op.state = fact.kind === 'lost' ? 'lost' : 'answered';
      if (fact.kind === 'replied' || !op.isWrite || op.zxid !== ZXID_ZERO) session.ops.delete(op.cxid);
    }
    if (fact.kind === 'lost') return;
    session.heardMs = at.timeMs;
    if (fact.zxid > session.seenZxid) session.seenZxid = fact.zxid;
    if (fact.zxid > this.shownZxid) this.shownZxid = fact.zxid;
    if (op?.isWrite === true) this.answerWrite(session, op.zxid);
  }

  private answerWrite(session: SessionView, zxid: Zxid): void {
    if (zxid > session.ownWriteZxid) session.ownWriteZxid = zxid;
    if (zxid > this.answeredZxid) this.answeredZxid = zxid;
    if (zxid > this.shownZxid) this.shownZxid = zxid;
  }

  /** The same of a fact about the session as a whole. */
  afterSession(
    fact: FactOf<'sessionConnected' | 'sessionDisconnected' | 'sessionExpired' | 'sessionClosed' | 'sessionExpiring'>,
    at: At,
  ): void {
    const { session } = this;
    if (session === null) return;
    if (fact.kind === 'sessionExpiring') {
      session.isExpiring = true;
      return;
    }
    session.heardMs = at.timeMs;
    session.client = at.node;
    session.isConnected = fact.kind === 'sessionConnected';
    if (fact.kind === 'sessionConnected') {
      session.connectedStep = at.step;
      session.ids = [{ scheme: 'ip', id: addressOf(at.node) }];
      session.timeoutMs = fact.timeoutMs;
      this.clients.set(at.node, session);
      for (const op of session.ops.values()) if (op.state === 'lost' && op.movedStep === 0) op.movedStep = at.step;
      return;
    }
    if (fact.kind === 'sessionDisconnected') return;
    session.endedStep = at.step;
    if (fact.kind !== 'sessionClosed') return;
    for (const op of session.pending) {
      op.state = 'answered';
      // The close of a local session is no write.
      if (op.request.kind === 'closeSession' && !session.isLocal) this.answerWrite(session, fact.zxid);
    }
    session.pending.length = 0;
  }
}

/** Whether the request becomes a transaction. */
export function isWrite(request: Request): boolean {
  switch (request.kind) {
    case 'create':
    case 'create2':
    case 'createContainer':
    case 'createTTL':
    case 'delete':
    case 'deleteContainer':
    case 'setData':
    case 'setACL':
    case 'multi':
    case 'reconfig':
    case 'createSession':
    case 'closeSession':
      return true;
    default:
      return false;
  }
}
