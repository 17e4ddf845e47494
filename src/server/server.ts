/**
 * A server: the one door through which everything that happens to it comes, and the roles behind it
 * (QuorumPeer). It joins the parts that know nothing of each other: storage, database, election, leader or
 * learner, and the service to clients. Between two roles it drains: no vote is cast before everything it has
 * logged is durable and applied, so that what it advertises is what a restart would find (ZOOKEEPER-2845,
 * 3642, 4712). All of its state is plain data.
 */
import { assertNever } from '../base/invariant.ts';
import { NO_SESSION, type SessionId } from '../base/session-id.ts';
import { epochOf, type Zxid } from '../base/zxid.ts';
import type { ConnectionId, Event } from '../io/event.ts';
import type { Io } from '../io/io.ts';
import type { Process } from '../io/process.ts';
import type { StorageOutcome } from '../storage/outcome.ts';
import type { Request } from '../wire/client-messages.ts';
import type { Message } from '../wire/message.ts';
import type { Forward, Notification, ServerStateName } from '../wire/quorum-messages.ts';
import type { Txn } from '../wire/transactions.ts';
import type { Id } from '../wire/words.ts';
import { Election } from '../zab/election.ts';
import { ElectionLinks } from '../zab/election-links.ts';
import type { Touched, ZabHost, ZabSettings } from '../zab/host.ts';
import { Timer } from '../zab/host.ts';
import { Leader } from '../zab/leader.ts';
import { Learner } from '../zab/learner.ts';
import { ClientService } from './client-service.ts';
import { checkConfig, electionAddress, zabSettings } from './config.ts';
import type { ServerConfig } from './config.ts';
import { isClientMessage, isElectionMessage, isQuorumMessage } from './message-kinds.ts';
import { ReplicaHost } from './replica-host.ts';
import { RequestProcessor } from './request-processor.ts';
import type { ServicePort } from './service-port.ts';

/** Where a server stands between start and service. */
type Stage = 'recovering' | 'draining' | 'looking' | 'working';

/** See the head of the file; made of a configuration, with nothing but its disk to remember by. */
export class Server extends ReplicaHost implements Process, ZabHost, ServicePort {
  readonly config: ServerConfig;
  readonly settings: ZabSettings;
  isServing = false;
  snapshotWantedIn = 0;
  private stage: Stage = 'recovering';
  private readonly links: ElectionLinks;
  private readonly election: Election = new Election();
  /** These are for reading from outside, by whoever tells of this server (`status.ts`). */
  readonly service: ClientService;
  leader: Leader | null = null;
  learner: Learner | null = null;
  processor: RequestProcessor | null = null;
  /** Sessions heard of since the leader last asked. */
  private readonly touched: Map<SessionId, number> = new Map();

  constructor(config: ServerConfig) {
    checkConfig(config);
    super(config);
    this.config = config;
    this.settings = zabSettings(config);
    this.service = new ClientService(config);
    this.links = new ElectionLinks(config.id, electionAddress(config), config.cnxTimeoutMs);
  }

  /** As an operator asks; see `Replica.takeSnapshot`. Null also while no client is served. */
  takeSnapshot(io: Io): Zxid | null {
    return this.isServing ? this.replica.takeSnapshot(io) : null;
  }

  handle(event: Event, io: Io): void {
    this.leader?.keepTime(this, io);
    this.learner?.keepTime(this, io);
    switch (event.kind) {
      case 'start':
        if (!this.ensemble.recover(io)) this.replica.recover(io);
        return;
      case 'timer':
        this.onTimer(event.timer, io);
        return;
      case 'accepted':
        this.onAccepted(event, io);
        return;
      case 'connected':
        if (event.connection === this.learner?.connection) this.learner.onConnected(this, io);
        else this.links.onConnected(event.connection, io);
        return;
      case 'received':
        this.onReceived(event.connection, event.message, io);
        return;
      case 'closed':
        this.onClosed(event.connection, io);
        return;
      case 'diskDone':
      case 'diskRead':
      case 'diskListed':
      case 'diskFailed': {
        if (this.ensemble.owns(event)) {
          this.onConfigFiles(this.ensemble.onDiskEvent(event, io), io);
          return;
        }
        const outcome = this.replica.onDiskEvent(event, io);
        if (outcome !== null) this.onStorage(outcome, io);
        return;
      }
      default:
        assertNever(event);
    }
  }

  afterTurn(io: Io): void {
    this.replica.afterTurn(io);
  }

  // What the protocol asks of this server, beside what its replica answers.

  deliver(txn: Txn, io: Io): void {
    const applied = this.replica.apply(txn, io);
    this.processor?.applied(txn);
    this.service.onApplied(txn, applied, this, io);
    this.replica.countForSnapshot(io);
  }

  startLeading(io: Io): void {
    this.processor = new RequestProcessor(this.config, this.database, io.now());
    this.startServing('LEADING', this.leader?.epoch ?? 0, io);
  }

  recordConfig(io: Io): void {
    if (this.leader === null || !this.config.reconfigEnabled) return;
    const { current } = this.membership;
    // A server alone is of no ensemble: nobody is to look for it where it says.
    if (this.config.standaloneEnabled && current.servers.length === 1) return;
    if (!this.database.shows(current.text)) this.processor?.record(current, this.database, this.leader, this, io);
  }

  onReconfigured(io: Io): void {
    if (this.leader !== null) this.processor?.release(this.database, this.leader, this, io);
  }

  startFollowing(io: Io): void {
    this.startServing(this.membership.isObserver ? 'OBSERVING' : 'FOLLOWING', this.learner?.epoch ?? 0, io);
  }

  lookForLeader(reason: string, io: Io): void {
    io.observe({ kind: 'abandoned', reason });
    this.leader?.stop(io);
    this.learner?.stop(io);
    this.leader = null;
    this.learner = null;
    this.processor = null;
    this.isServing = false;
    this.touched.clear();
    this.service.closeAll(io);
    this.beginDraining(io);
  }

  onElected(leader: number, io: Io): void {
    this.stage = 'working';
    this.service.onElected(io);
    if (leader === this.config.id) {
      this.leader = new Leader(this);
      this.leader.start(this, io);
    } else {
      this.learner = new Learner(leader, this);
      this.learner.start(this, io);
    }
  }

  onQuorumLost(io: Io): void {
    this.replica.halt(this.replica.whyNoHistory, io);
  }

  onForwarded(sid: number, message: Forward, io: Io): void {
    const { sessionId, cxid, request, authInfo } = message;
    this.process(sid, sessionId, cxid, request, authInfo ?? [], io);
  }

  onTouched(touched: Touched, io: Io): void {
    for (const { sessionId } of touched) this.processor?.tracker.touch(sessionId, io.now());
  }

  revalidateFor(sid: number, sessionId: SessionId, io: Io): boolean {
    if (this.processor === null) return false;
    const { tracker } = this.processor;
    if (!tracker.touch(sessionId, io.now()) || !tracker.setOwner(sessionId, sid)) return false;
    this.processor.leaveBehind(sessionId);
    io.observe({ kind: 'sessionOwner', sessionId, server: sid });
    return true;
  }

  onSyncAnswered(io: Io): void {
    this.service.onSyncAnswered(this, io);
  }

  onRevalidated(sessionId: SessionId, isValid: boolean, io: Io): void {
    this.service.onRevalidated(sessionId, isValid, this, io);
  }

  takeTouched(): Touched {
    const touched = [...this.touched].map(([sessionId, timeoutMs]) => ({ sessionId, timeoutMs }));
    this.touched.clear();
    return touched;
  }

  // What the client service asks of this server.

  submit(sessionId: SessionId, cxid: number, request: Request, authInfo: readonly Id[], io: Io): void {
    if (this.leader !== null) {
      this.process(this.config.id, sessionId, cxid, request, authInfo, io);
    } else if (this.learner !== null) {
      const forwarded = request.kind === 'createSession' ? null : authInfo;
      io.send(this.learner.connection, { kind: 'REQUEST', sessionId, cxid, request, authInfo: forwarded });
    }
  }

  revalidate(sessionId: SessionId, timeoutMs: number, io: Io): boolean | undefined {
    if (this.learner === null) {
      if (this.revalidateFor(this.config.id, sessionId, io)) return true;
      if (this.leader === null) return false;
      this.leader.deny(0, sessionId, this, io);
      return undefined;
    }
    io.send(this.learner.connection, { kind: 'REVALIDATE', sessionId, timeoutMs });
    return undefined;
  }

  hasMoved(sessionId: SessionId): boolean {
    return this.processor?.tracker.hasMovedFrom(sessionId, this.config.id) === true;
  }

  touch(sessionId: SessionId, timeoutMs: number, io: Io): void {
    if (this.processor !== null) this.processor.tracker.touch(sessionId, io.now());
    else this.touched.set(sessionId, timeoutMs);
  }

  // What happens.

  private onTimer(timer: number, io: Io): void {
    switch (timer) {
      case Timer.electionPoll:
        this.election.onPollTimeout(this, this.links, io);
        return;
      case Timer.electionFinalize:
        this.election.onFinalizeTimeout(this, io);
        return;
      case Timer.leaderTick:
        this.leader?.onTick(this, io);
        if (this.leader !== null) this.processor?.onTick(this.database, this.leader, this, io);
        return;
      case Timer.learnerRetry:
        this.learner?.onRetry(io);
        return;
      case Timer.learnerDeadline:
        this.learner?.onDeadline(this, io);
        return;
      default:
        this.service.onTimer(timer, this, io);
    }
  }

  private onAccepted({ connection, port, address, identities }: Extract<Event, { kind: 'accepted' }>, io: Io): void {
    if (port === 'client') this.service.onAccepted(connection, address, identities, this, io);
    else if (port === 'election' && this.stage !== 'recovering') this.links.onAccepted(connection);
    else if (port === 'quorum' && this.leader !== null) this.leader.onAccepted(connection, this, io);
    else io.close(connection);
  }

  private onReceived(connection: ConnectionId, message: Message, io: Io): void {
    if (isClientMessage(message)) {
      this.service.onMessage(connection, message, this, io);
    } else if (isElectionMessage(message)) {
      const received = this.links.onMessage(connection, message, io);
      if (received !== undefined) this.onNotification(received.from, received.notification, io);
    } else if (isQuorumMessage(message)) {
      if (connection === this.learner?.connection) this.learner.onMessage(message, this, io);
      else this.leader?.onMessage(connection, message, this, io);
    }
  }

  /** A server that recovers or drains has no vote to tell yet; its peers will hear of it when it has. */
  private onNotification(from: number, notification: Notification, io: Io): void {
    if (this.stage === 'recovering' || this.stage === 'draining') return;
    this.election.onNotification(from, notification, this, this.links, io);
  }

  private onClosed(connection: ConnectionId, io: Io): void {
    if (connection === this.learner?.connection) this.learner.onClosed(this, io);
    else if (this.leader?.owns(connection) === true) this.leader.onClosed(connection);
    else if (this.service.owns(connection)) this.service.onClosed(connection, this, io);
    else this.links.onClosed(connection);
  }

  private onStorage(outcome: StorageOutcome, io: Io): void {
    switch (outcome.kind) {
      case 'recovered':
      case 'refused':
        this.replica.onRecovered(outcome, io);
        this.beginDraining(io);
        return;
      case 'durable':
        this.replica.onDurable(outcome.zxid, io);
        this.leader?.onDurable(outcome.zxid, this, io);
        this.learner?.onDurable(outcome.zxid, this, io);
        break;
      case 'epochWritten':
        this.replica.onEpochWritten(outcome.file, outcome.epoch, io);
        this.leader?.onEpochWritten(outcome.file, this, io);
        this.learner?.onEpochWritten(this, io);
        break;
      case 'truncated':
        this.replica.onTruncated(outcome.zxid, outcome.image, outcome.txns, io);
        this.learner?.onHistoryReplaced(this, io);
        break;
      case 'snapshotInstalled':
        this.replica.onSnapshotInstalled(outcome.zxid, io);
        this.learner?.onHistoryReplaced(this, io);
        break;
      case 'logRead':
        this.leader?.onLogRead(outcome.from, outcome.txns, this, io);
        return;
      case 'snapshotWritten':
        io.observe({ kind: 'snapshotWritten', zxid: outcome.zxid });
        return;
      case 'truncateRefused':
        this.replica.onTruncateRefused();
        if (this.learner !== null) this.followAnew(this.learner, io);
        break;
      case 'unrecoverable':
      case 'failed':
        return this.replica.halt(outcome.reason, io);
      default:
        assertNever(outcome);
    }
    this.drain(io);
  }

  /**
   * The log cannot be cut back as this leader asks, so this leader shall send a snapshot: no other may be told that there is no
   * history here, and to look for one could go on for ever where two take turns to be elected by this server's vote.
   */
  private followAnew(learner: Learner, io: Io): void {
    io.observe({ kind: 'abandoned', reason: 'the log cannot be cut back as the leader asks' });
    this.snapshotWantedIn = learner.epoch;
    learner.stop(io);
    this.learner = new Learner(learner.leader, this);
    this.learner.start(this, io);
  }

  /** The configuration files are read before everything else, and written beside it. */
  private onConfigFiles(outcome: boolean | string, io: Io): void {
    if (typeof outcome === 'string') this.replica.halt(outcome, io);
    if (outcome) this.replica.recover(io);
  }

  private beginDraining(io: Io): void {
    this.stage = 'draining';
    io.observe({ kind: 'role', role: 'LOOKING', epoch: this.currentEpoch });
    this.drain(io);
  }

  /**
   * Ends a role for good: when the disk is still, the rest of the log is applied and a leader is looked for.
   */
  private drain(io: Io): void {
    if (this.stage !== 'draining' || this.replica.isChanging) return;
    if (!this.isLogDurable) {
      this.replica.sync(io);
      return;
    }
    this.replica.absorbLog(io);
    const epoch = epochOf(this.lastLogged);
    if (epoch > this.currentEpoch) {
      // A synchronization was cut short between its history and its epoch. The history holds all of what that
      // epoch began with, so the epoch may be adopted now (ZOOKEEPER-1653).
      this.writeEpoch('currentEpoch', epoch, io);
      return;
    }
    this.ensemble.settle(this.database, io);
    this.stage = 'looking';
    this.service.onLooking(this.config, io);
    this.election.start(this, this.links, io);
  }

  private startServing(role: ServerStateName, epoch: number, io: Io): void {
    this.isServing = true;
    this.election.updateEpoch(epoch);
    io.observe({ kind: 'role', role, epoch });
    this.replica.observeCensus(io);
  }

  private process(owner: number, sessionId: SessionId, cxid: number, request: Request, authInfo: readonly Id[], io: Io): void {
    if (this.leader === null || this.processor === null || sessionId === NO_SESSION) return;
    this.processor.submit({ owner, sessionId, cxid, request, authInfo }, this.database, this.leader, this, io);
  }
}
