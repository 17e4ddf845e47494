/**
 * The leader's way from a request to a proposal (PrepRequestProcessor and ProposalRequestProcessor): check
 * the session, validate against the tree and everything that is proposed but not applied yet, stamp a zxid,
 * propose. What is refused becomes an error transaction: it takes a zxid and its place in the order like any
 * other write. It also expires sessions, which nobody else may.
 */
import type { SessionId } from '../base/session-id.ts';
import { NO_SESSION } from '../base/session-id.ts';
import type { Io } from '../io/io.ts';
import { DEFAULT_PREPARE_OPTIONS, PendingChanges, prepare } from '../tree/prepare.ts';
import type { Request } from '../wire/client-messages.ts';
import { encodeTxn } from '../wire/transaction-codec.ts';
import type { Txn, TxnBody, TxnHeader } from '../wire/transactions.ts';
import { ErrorCode } from '../wire/words.ts';
import type { Id } from '../wire/words.ts';
import type { Leader } from '../zab/leader.ts';
import type { ZabHost } from '../zab/host.ts';
import type { Database } from './database.ts';
import { SessionTracker } from './session-tracker.ts';

/** A request on its way to the leader. */
export interface Submission {
  /** The server that the client is connected to; 0 for the leader's own. */
  readonly owner: number;
  readonly sessionId: SessionId;
  readonly cxid: number;
  readonly request: Request;
  readonly authInfo: readonly Id[];
}

/** See the head of the file; one for each term as leader. */
export class RequestProcessor {
  readonly tracker: SessionTracker;
  private readonly pending: PendingChanges = new PendingChanges();

  /** Takes over: every open session gets a full timeout from now. */
  constructor(tickTimeMs: number, database: Database, now: number) {
    this.tracker = new SessionTracker(tickTimeMs, now);
    for (const [sessionId, timeoutMs] of database.sessions) this.tracker.add(sessionId, timeoutMs, 0, now);
  }

  submit(submission: Submission, database: Database, leader: Leader, host: ZabHost, io: Io): void {
    const { sessionId, cxid, owner, request } = submission;
    this.tracker.touch(sessionId, io.now());
    if (request.kind === 'sync') {
      leader.requestSync(owner, sessionId, cxid, host, io);
      return;
    }
    const zxid = leader.claimZxid(host, io);
    if (zxid === undefined) return;
    const header: TxnHeader = { clientId: sessionId, cxid, zxid, time: io.wallTime() };
    const body = this.prepare(submission, header, database, io);
    const { digest } = this.pending.view(database.tree);
    leader.propose(encodeTxn(header, body, digest), host, io);
  }

  /** A transaction has been applied: what was pending of it is now in the tree. */
  applied(txn: Txn): void {
    this.pending.applied(txn.zxid);
    if (txn.body.kind === 'closeSession') this.tracker.remove(txn.clientId);
  }

  /** Closes the sessions that have run out. */
  expireSessions(database: Database, leader: Leader, host: ZabHost, io: Io): void {
    for (const { sessionId, idleMs, timeoutMs } of this.tracker.expire(io.now())) {
      if (leader.isStopped) return;
      io.observe({ kind: 'sessionExpiring', sessionId, idleMs, timeoutMs });
      this.submit({ owner: 0, sessionId, cxid: 0, request: { kind: 'closeSession' }, authInfo: [] }, database, leader, host, io);
    }
  }

  private prepare(submission: Submission, header: TxnHeader, database: Database, io: Io): TxnBody {
    const { sessionId, owner, request, authInfo } = submission;
    if (request.kind === 'createSession') {
      this.tracker.add(sessionId, request.timeoutMs, owner, io.now());
      io.observe({ kind: 'sessionOwner', sessionId, server: owner });
    } else if (request.kind === 'closeSession') {
      // From here on nothing of this session is accepted, though its close is only proposed (ZOOKEEPER-1208).
      if (!this.tracker.beginClosing(sessionId)) return { kind: 'error', err: ErrorCode.SESSIONEXPIRED };
    } else {
      const err = sessionId === NO_SESSION ? ErrorCode.SESSIONEXPIRED : this.tracker.check(sessionId, owner);
      if (err !== ErrorCode.OK) return { kind: 'error', err };
    }
    return prepare(database.tree, this.pending, request, { sessionId, authInfo }, header, DEFAULT_PREPARE_OPTIONS);
  }
}
