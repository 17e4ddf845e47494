/**
 * The leader's way from a request to a proposal (PrepRequestProcessor and ProposalRequestProcessor): check
 * the session, validate against the tree and everything that is proposed but not applied yet, stamp a zxid,
 * propose. What is refused becomes an error transaction: it takes a zxid and its place in the order like any
 * other write. It also expires sessions, which nobody else may.
 */
import type { SessionId } from '../base/session-id.ts';
import { NO_SESSION } from '../base/session-id.ts';
import type { Zxid } from '../base/zxid.ts';
import type { Io } from '../io/io.ts';
import { isPermitted } from '../tree/acl.ts';
import { CONFIG_PATH } from '../tree/path.ts';
import { DEFAULT_PREPARE_OPTIONS, PendingChanges, prepare } from '../tree/prepare.ts';
import type { Request } from '../wire/client-messages.ts';
import { encodeTxn } from '../wire/transaction-codec.ts';
import type { Txn, TxnBody, TxnHeader } from '../wire/transactions.ts';
import { ErrorCode, Permission } from '../wire/words.ts';
import type { Id, ResultCode } from '../wire/words.ts';
import type { EnsembleConfig } from '../zab/quorum.ts';
import type { Leader } from '../zab/leader.ts';
import type { ZabHost } from '../zab/host.ts';
import type { ServerConfig } from './config.ts';
import type { Database } from './database.ts';
import { nextConfig } from './reconfiguration.ts';
import type { ReconfigSituation } from './reconfiguration.ts';
import { SessionTracker } from './session-tracker.ts';

/** A request on its way to the leader. */
export interface Submission {
  /** The server that the client is connected to; 0 for the leader's own. */
  readonly owner: number;
  readonly sessionId: SessionId;
  readonly cxid: number;
  readonly request: Request;
  readonly authInfo: readonly Id[];
  /** It came while a reconfiguration was under way. */
  readonly isLate?: boolean;
}

/** See the head of the file; one for each term as leader. */
export class RequestProcessor {
  readonly tracker: SessionTracker;
  private readonly config: ServerConfig;
  private readonly pending: PendingChanges = new PendingChanges();
  /** What waits for a reconfiguration to be committed, in the order it came. */
  private readonly held: Submission[] = [];

  /** Takes over: every open session gets a full timeout from now. */
  constructor(config: ServerConfig, database: Database, now: number) {
    this.config = config;
    this.tracker = new SessionTracker(config.tickTimeMs, now);
    for (const [sessionId, timeoutMs] of database.sessions) this.tracker.add(sessionId, timeoutMs, 0, now);
  }

  submit(submission: Submission, database: Database, leader: Leader, host: ZabHost, io: Io): void {
    const { sessionId, cxid, owner, request } = submission;
    this.tracker.touch(sessionId, io.now());
    if (host.membership.pending !== null) {
      this.held.push({ ...submission, isLate: true });
      return;
    }
    if (request.kind === 'sync') {
      leader.requestSync(owner, sessionId, cxid, host, io);
      return;
    }
    const zxid = leader.claimZxid(host, io);
    if (zxid === undefined) return;
    const header: TxnHeader = { clientId: sessionId, cxid, zxid, time: io.wallTime() };
    const refusal = this.checkSession(submission);
    if (refusal === ErrorCode.OK && request.kind === 'reconfig') {
      const next = nextConfig(request, this.situation(submission, zxid, database, leader, host));
      if (typeof next !== 'number') this.proposeReconfig(header, next, next, database, leader, host, io);
      else this.propose(header, { kind: 'error', err: next }, database, leader, host, io);
      return;
    }
    const body = refusal === ErrorCode.OK ? this.prepare(submission, header, database, io) : refused(refusal);
    this.propose(header, body, database, leader, host, io);
  }

  /** Goes on with what waited for a reconfiguration. */
  release(database: Database, leader: Leader, host: ZabHost, io: Io): void {
    for (const submission of this.held.splice(0)) {
      if (leader.isStopped) return;
      this.submit(submission, database, leader, host, io);
    }
  }

  /** Writes down, for the tree to show, which configuration is in force. */
  record(config: EnsembleConfig, database: Database, leader: Leader, host: ZabHost, io: Io): void {
    const zxid = leader.claimZxid(host, io);
    if (zxid === undefined) return;
    const header: TxnHeader = { clientId: NO_SESSION, cxid: 0, zxid, time: io.wallTime() };
    this.proposeReconfig(header, config, null, database, leader, host, io);
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
    }
    const options = { ...DEFAULT_PREPARE_OPTIONS, skipAcl: this.config.skipACL };
    return prepare(database.tree, this.pending, request, { sessionId, authInfo }, header, options);
  }

  private checkSession({ sessionId, owner, request }: Submission): ResultCode {
    if (request.kind === 'createSession') return ErrorCode.OK;
    if (request.kind === 'closeSession') {
      // From here on nothing of this session is accepted, though its close is only proposed (ZOOKEEPER-1208).
      return this.tracker.beginClosing(sessionId) ? ErrorCode.OK : ErrorCode.SESSIONEXPIRED;
    }
    return sessionId === NO_SESSION ? ErrorCode.SESSIONEXPIRED : this.tracker.check(sessionId, owner);
  }

  private situation(
    { authInfo, isLate = false }: Submission, zxid: Zxid, database: Database, leader: Leader, host: ZabHost,
  ): ReconfigSituation {
    const { reconfigEnabled, standaloneEnabled, skipACL } = this.config;
    const acl = this.pending.view(database.tree).acl(CONFIG_PATH) ?? [];
    return {
      reconfigEnabled,
      standaloneEnabled,
      isInProgress: isLate,
      current: host.membership.current,
      zxid,
      isSynced: (config) => leader.isSyncedWith([config], host),
      mayWrite: () => skipACL || isPermitted(acl, Permission.WRITE, authInfo),
    };
  }

  private propose(header: TxnHeader, body: TxnBody, database: Database, leader: Leader, host: ZabHost, io: Io): void {
    leader.propose(encodeTxn(header, body, this.pending.view(database.tree).digest), host, io);
  }

  /** `next`: the configuration that it brings about; null where it only tells of one. */
  private proposeReconfig(
    header: TxnHeader, config: EnsembleConfig, next: EnsembleConfig | null,
    database: Database, leader: Leader, host: ZabHost, io: Io,
  ): void {
    const data = new TextEncoder().encode(config.text);
    const body = { kind: 'reconfig', path: CONFIG_PATH, data, version: -1 } as const;
    this.pending.record(database.tree, header, body);
    const txn = encodeTxn(header, body, this.pending.view(database.tree).digest);
    if (next === null) leader.propose(txn, host, io);
    else leader.proposeReconfig(txn, next, host, io);
  }
}

function refused(err: ResultCode): TxnBody {
  return { kind: 'error', err };
}
