/**
 * The leader's way from a request to a proposal (PrepRequestProcessor and ProposalRequestProcessor): check
 * the session, validate against the tree and everything that is proposed but not applied yet, stamp a zxid,
 * propose. What is refused becomes an error transaction: it takes a zxid and its place in the order like any
 * other write. It also expires sessions and reaps nodes, which nobody else may.
 */
import type { SessionId } from '../base/session-id.ts';
import { NO_SESSION } from '../base/session-id.ts';
import type { Io } from '../io/io.ts';
import { isPermitted } from '../tree/acl.ts';
import { CONFIG_PATH } from '../tree/path.ts';
import { PendingChanges, prepare } from '../tree/prepare.ts';
import type { PrepareOptions } from '../tree/prepare.ts';
import { reapable } from '../tree/reaper.ts';
import type { ReconfigRequest, Request } from '../wire/client-messages.ts';
import { encodeTxn } from '../wire/transaction-codec.ts';
import type { Txn, TxnBody, TxnHeader } from '../wire/transactions.ts';
import { ErrorCode, Permission } from '../wire/words.ts';
import type { Id } from '../wire/words.ts';
import type { Leader } from '../zab/leader.ts';
import type { ZabHost } from '../zab/host.ts';
import type { EnsembleConfig } from '../zab/quorum.ts';
import type { ServerConfig } from './config.ts';
import { RECONFIG_VERSION } from './database.ts';
import type { Database } from './database.ts';
import { nextConfig } from './reconfiguration.ts';
import { forEachEphemeral } from './request-kinds.ts';
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

/** Sessions closed in this term that are remembered, at most: requests of them may still be on their way. */
const CLOSED_REMEMBERED = 65_536;
const MS_OF_MINUTE = 60_000;
/** What a closeSession transaction holds beside its paths, with its packet around it; and beside each path. */
const CLOSE_OVERHEAD = 128;
const PATH_OVERHEAD = 4;
/** What a sequence number adds to a path. */
const SUFFIX_LENGTH = 11;

const utf8 = new TextEncoder();

/** See the head of the file; one for each term as leader. */
export class RequestProcessor {
  readonly tracker: SessionTracker;
  private readonly config: ServerConfig;
  private readonly pending: PendingChanges = new PendingChanges();
  private readonly options: PrepareOptions;
  private readonly localOptions: PrepareOptions;
  /** Kept only where local sessions are enabled, since only there a session that nobody knows may write. */
  private readonly closed: Set<SessionId> = new Set();
  /** No fewer bytes than the paths of each session's ephemerals take. */
  private readonly ephemeralBytes: Map<SessionId, number> = new Map();
  private nextReapMs: number;
  /** What waits for a reconfiguration to be committed, in the order it came. */
  private readonly held: Submission[] = [];

  /** Takes over: every open session gets a full timeout from now. */
  constructor(config: ServerConfig, database: Database, now: number) {
    const { extendedTypesEnabled, enforceQuota, skipACL: skipAcl, transportSchemes } = config;
    this.config = config;
    this.options = { extendedTypesEnabled, enforceQuota, skipAcl, isLocalSession: false, transportSchemes };
    this.localOptions = { ...this.options, isLocalSession: true };
    this.nextReapMs = now + config.containerCheckIntervalMs;
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
    if (request.kind === 'reconfig') {
      this.reconfigure(submission, request, header, database, leader, host, io);
      return;
    }
    const body = this.prepare(submission, header, database, io);
    leader.propose(this.encode(header, body, database), host, io);
  }

  /** Goes on with what waited for a reconfiguration. */
  release(database: Database, leader: Leader, host: ZabHost, io: Io): void {
    for (const submission of this.held.splice(0)) {
      if (leader.isStopped) return;
      this.submit(submission, database, leader, host, io);
    }
  }

  /**
   * The session has come again, on a new connection: what it left behind on the old one and waits here is not carried out. That
   * closeSession is, and that a sync is answered, its sender counts on.
   */
  leaveBehind(sessionId: SessionId): void {
    if (this.held.length === 0) return;
    const stays = ({ request: { kind }, sessionId: other }: Submission): boolean =>
      other !== sessionId || kind === 'closeSession' || kind === 'sync';
    this.held.splice(0, this.held.length, ...this.held.filter(stays));
  }

  /** Writes down, for the tree to show, which configuration is in force. */
  record(config: EnsembleConfig, database: Database, leader: Leader, host: ZabHost, io: Io): void {
    const zxid = leader.claimZxid(host, io);
    if (zxid === undefined) return;
    const header: TxnHeader = { clientId: NO_SESSION, cxid: 0, zxid, time: io.wallTime() };
    leader.propose(this.encodeConfig(header, config, database), host, io);
  }

  /** A transaction has been applied: what was pending of it is now in the tree. */
  applied(txn: Txn): void {
    this.pending.applied(txn.zxid);
    if (txn.body.kind !== 'closeSession') return;
    this.tracker.remove(txn.clientId);
    this.ephemeralBytes.delete(txn.clientId);
    if (this.config.localSessionsEnabled) this.rememberClosed(txn.clientId);
  }

  /** Does what is the leader's own to do, when it is time for it. */
  onTick(database: Database, leader: Leader, host: ZabHost, io: Io): void {
    this.expireSessions(database, leader, host, io);
    if (io.now() >= this.nextReapMs) this.reap(database, leader, host, io);
  }

  /** Closes the sessions that have run out. */
  private expireSessions(database: Database, leader: Leader, host: ZabHost, io: Io): void {
    for (const { sessionId, idleMs, timeoutMs } of this.tracker.expire(io.now())) {
      if (leader.isStopped) return;
      io.observe({ kind: 'sessionExpiring', sessionId, idleMs, timeoutMs });
      this.submitOwn(sessionId, { kind: 'closeSession' }, database, leader, host, io);
    }
  }

  /** Deletes containers and TTL nodes that have outlived their use, not too many at a time (ContainerManager). */
  private reap(database: Database, leader: Leader, host: ZabHost, io: Io): void {
    const { containerCheckIntervalMs, containerMaxPerMinute, containerMaxNeverUsedIntervalMs } = this.config;
    const share = Math.max(1, Math.floor((containerMaxPerMinute * containerCheckIntervalMs) / MS_OF_MINUTE));
    const paths = reapable(this.pending.view(database.tree), io.wallTime(), containerMaxNeverUsedIntervalMs);
    const chosen = paths.slice(0, share);
    // Where one is more than the share of an interval, the next waits for longer.
    const shareMs = Math.ceil((chosen.length * MS_OF_MINUTE) / containerMaxPerMinute);
    this.nextReapMs = io.now() + Math.max(containerCheckIntervalMs, shareMs);
    for (const path of chosen) {
      if (leader.isStopped) return;
      this.submitOwn(NO_SESSION, { kind: 'deleteContainer', path }, database, leader, host, io);
    }
  }

  private submitOwn(sessionId: SessionId, request: Request, database: Database, leader: Leader, host: ZabHost, io: Io): void {
    this.submit({ owner: 0, sessionId, cxid: 0, request, authInfo: [] }, database, leader, host, io);
  }

  private reconfigure(
    { sessionId, owner, authInfo, isLate = false }: Submission, request: ReconfigRequest, header: TxnHeader,
    database: Database, leader: Leader, host: ZabHost, io: Io,
  ): void {
    const { reconfigEnabled, standaloneEnabled, skipACL } = this.config;
    const acl = this.pending.view(database.tree).acl(CONFIG_PATH) ?? [];
    const refusal = this.mayBeLocal(sessionId) ? ErrorCode.OK : this.tracker.check(sessionId, owner);
    const next = refusal !== ErrorCode.OK ? refusal : nextConfig(request, {
      reconfigEnabled,
      standaloneEnabled,
      isInProgress: isLate,
      current: host.membership.current,
      zxid: header.zxid,
      isSynced: (config) => leader.isSyncedWith([config], host),
      mayWrite: () => skipACL || isPermitted(acl, Permission.WRITE, authInfo),
    });
    if (typeof next === 'number') leader.propose(this.encode(header, { kind: 'error', err: next }, database), host, io);
    else leader.proposeReconfig(this.encodeConfig(header, next, database), next, host, io);
  }

  private encode(header: TxnHeader, body: TxnBody, database: Database): Txn {
    return encodeTxn(header, body, this.pending.view(database.tree).digest);
  }

  private encodeConfig(header: TxnHeader, { text }: EnsembleConfig, database: Database): Txn {
    const body: TxnBody = { kind: 'reconfig', path: CONFIG_PATH, data: utf8.encode(text), version: RECONFIG_VERSION };
    this.pending.record(database.tree, header, body);
    return this.encode(header, body, database);
  }

  private prepare(submission: Submission, header: TxnHeader, database: Database, io: Io): TxnBody {
    const { sessionId, owner, request, authInfo } = submission;
    let { options } = this;
    if (request.kind === 'createSession') {
      this.tracker.add(sessionId, request.timeoutMs, owner, io.now());
      io.observe({ kind: 'sessionOwner', sessionId, server: owner });
    } else if (request.kind === 'closeSession') {
      // From here on nothing of this session is accepted, though its close is only proposed (ZOOKEEPER-1208).
      if (!this.tracker.beginClosing(sessionId)) return { kind: 'error', err: ErrorCode.SESSIONEXPIRED };
    } else if (this.mayBeLocal(sessionId)) {
      options = this.localOptions;
    } else if (request.kind !== 'deleteContainer') {
      const err = sessionId === NO_SESSION ? ErrorCode.SESSIONEXPIRED : this.tracker.check(sessionId, owner);
      if (err !== ErrorCode.OK) return { kind: 'error', err };
    }
    if (!this.canBeClosed(sessionId, request, database)) return { kind: 'error', err: ErrorCode.QUOTAEXCEEDED };
    return prepare(database.tree, this.pending, request, { sessionId, authInfo }, header, options);
  }

  /** A session that the leader does not know may be a local one of some server, unless it was known and is closed. */
  private mayBeLocal(sessionId: SessionId): boolean {
    if (!this.config.localSessionsEnabled || sessionId === NO_SESSION) return false;
    return !this.tracker.has(sessionId) && !this.closed.has(sessionId);
  }

  private rememberClosed(sessionId: SessionId): void {
    this.closed.add(sessionId);
    if (this.closed.size <= CLOSED_REMEMBERED) return;
    for (const oldest of this.closed) {
      this.closed.delete(oldest);
      return;
    }
  }

  /**
   * Whether the session could still be closed by one transaction, which lists its ephemerals, if it had those that are
   * asked for too (ZOOKEEPER-4306: one that is too long can neither be sent nor read back from the log). Counted from
   * above; only when that is too much, exactly.
   */
  private canBeClosed(sessionId: SessionId, request: Request, database: Database): boolean {
    let asked = 0;
    forEachEphemeral(request, (path) => { asked += utf8.encode(path).length + SUFFIX_LENGTH + PATH_OVERHEAD; });
    if (asked === 0) return true;
    const limit = this.config.juteMaxBuffer - CLOSE_OVERHEAD;
    let held = this.ephemeralBytes.get(sessionId);
    if (held === undefined || held + asked > limit) held = this.bytesOfEphemerals(sessionId, database);
    const fits = held + asked <= limit;
    this.ephemeralBytes.set(sessionId, fits ? held + asked : held);
    return fits;
  }

  private bytesOfEphemerals(sessionId: SessionId, database: Database): number {
    let bytes = 0;
    for (const path of this.pending.view(database.tree).ephemerals(sessionId)) bytes += utf8.encode(path).length + PATH_OVERHEAD;
    return bytes;
  }
}
