/**
 * The leader's half of Zab: discovery, synchronization and broadcast (sections 2.5 and 2.6 of the protocol's description; Leader
 * and LearnerHandler). It decides an epoch with a quorum, brings every learner's history in line with its own, and then commits
 * proposals strictly in order, each when a quorum of voters has it on disk. Its own promises are durable before they are spoken
 * and its own acknowledgement counts only when its own log is durable.
 */
import { invariant } from '../base/invariant.ts';
import { counterOf, epochOf, makeZxid, nextZxid, ZXID_ZERO, type Zxid } from '../base/zxid.ts';
import type { SessionId } from '../base/session-id.ts';
import type { ConnectionId } from '../io/event.ts';
import type { Io } from '../io/io.ts';
import type { AckEpoch, LearnerInfo, QuorumMessage } from '../wire/quorum-messages.ts';
import type { Txn } from '../wire/transactions.ts';
import { Denials } from './denials.ts';
import type { Denial } from './denials.ts';
import { Discovery } from './discovery.ts';
import { Timer, type ZabHost } from './host.ts';
import type { LearnerHandler } from './learner-handler.ts';
import { LearnerHandlers } from './learner-handlers.ts';
import { PendingSyncs, type PendingSync } from './pending-syncs.ts';
import { Proposals } from './proposals.ts';
import { designateLeader, type EnsembleConfig } from './quorum.ts';
import { synchronize } from './synchronization.ts';

const NO_VOTE = 'this leader has no vote in the new configuration';

/** See the head of the file. One for each attempt to lead; never started twice. */
export class Leader {
  /**
   * discovery until a quorum has accepted the epoch, synchronization until one has acknowledged NEWLEADER,
   * then broadcast.
   */
  phase: 'discovery' | 'synchronization' | 'broadcast' = 'discovery';
  isStopped = false;
  /** The epoch that is proposed, 0 while undecided. */
  epoch = 0;
  private isEpochAccepted = false;
  private isEpochAdopted = false;
  private phaseDeadlineMs = 0;
  private isSecondHalf = false;
  private tickedMs = 0;
  private readonly discovery: Discovery;
  /** What NEWLEADER says: in force once this leader is established. */
  private announced: EnsembleConfig;
  private readonly newLeaderAcks: Set<number> = new Set();
  /** For reading from outside. */
  readonly handlers: LearnerHandlers = new LearnerHandlers();
  private readonly proposals: Proposals = new Proposals();
  private lastProposed: Zxid = ZXID_ZERO;
  private lastCommitted: Zxid = ZXID_ZERO;
  /** For reading from outside. */
  readonly pendingSyncs: PendingSyncs = new PendingSyncs();
  private readonly denials: Denials = new Denials();

  constructor(host: ZabHost) {
    const { configs, current } = host.membership;
    this.discovery = new Discovery(host.settings.id, configs, host.currentEpoch, host.lastLogged);
    this.announced = current;
  }

  start(host: ZabHost, io: Io): void {
    const { id, tickTimeMs, initLimit } = host.settings;
    this.phaseDeadlineMs = io.now() + initLimit * tickTimeMs;
    this.tickedMs = io.now();
    io.setTimer(Timer.leaderTick, tickTimeMs >> 1);
    this.discovery.join(id, host.acceptedEpoch);
    this.decideEpoch(host, io);
  }

  /** Gives up: closes all learners; nothing of this leader happens afterwards. */
  stop(io: Io): void {
    this.isStopped = true;
    io.cancelTimer(Timer.leaderTick);
    this.handlers.closeAll(io);
  }

  owns(connection: ConnectionId): boolean {
    return this.handlers.has(connection);
  }

  onAccepted(connection: ConnectionId, host: ZabHost, io: Io): void {
    const { tickTimeMs, initLimit, syncLimit } = host.settings;
    this.handlers.add(connection, io.now() + (initLimit + syncLimit) * tickTimeMs);
  }

  onClosed(connection: ConnectionId): void {
    this.handlers.delete(connection);
  }

  onMessage(connection: ConnectionId, message: QuorumMessage, host: ZabHost, io: Io): void {
    const handler = this.handlers.get(connection);
    if (handler === undefined) return;
    handler.heard(io.now(), host.settings.syncLimit * host.settings.tickTimeMs);
    switch (message.kind) {
      case 'FOLLOWERINFO':
      case 'OBSERVERINFO':
        this.onLearnerInfo(handler, message, host, io);
        return;
      case 'ACKEPOCH':
        this.onAckEpoch(handler, message, host, io);
        return;
      case 'ACK':
        this.onAck(handler, message.zxid, host, io);
        return;
      case 'PING':
        if (message.touched !== null) host.onTouched(message.touched, io);
        this.onPong(handler, host, io);
        return;
      case 'REQUEST':
        if (handler.phase === 'serving') host.onForwarded(handler.sid, message, io);
        return;
      case 'REVALIDATE': {
        if (handler.phase !== 'serving') return;
        if (host.revalidateFor(handler.sid, message.sessionId, io))
          io.send(connection, { kind: 'REVALIDATED', sessionId: message.sessionId, valid: true });
        else this.deny(connection, message.sessionId, host, io);
        return;
      }
      default:
        this.handlers.refuse(handler, io);
    }
  }

  onEpochWritten(file: 'acceptedEpoch' | 'currentEpoch', host: ZabHost, io: Io): void {
    if (file === 'acceptedEpoch') {
      this.isEpochAccepted = true;
      for (const handler of this.handlers.values()) if (handler.phase === 'info') this.sendLeaderInfo(handler, io);
      this.discovery.acknowledge(host.settings.id);
      this.countEpochAcks(host, io);
      return;
    }
    this.isEpochAdopted = true;
    this.newLeaderAcks.add(host.settings.id);
    io.observe({ kind: 'acked', zxid: makeZxid(this.epoch, 0), to: host.settings.id });
    for (const handler of this.handlers.values()) if (handler.phase === 'epochAcked') this.synchronize(handler, host, io);
    this.countNewLeaderAcks(host, io);
  }

  /**
   * The part of the log that was asked for, for all handlers that wait for it; null when it does not reach
   * back.
   */
  onLogRead(from: Zxid, txns: readonly Txn[] | null, host: ZabHost, io: Io): void {
    for (const handler of this.handlers.values()) {
      if (handler.phase !== 'readingLog' || handler.peerLastZxid !== from) continue;
      handler.fromLog = txns;
      this.synchronize(handler, host, io);
    }
  }

  /** The own log is durable up to `zxid`: the leader's own acknowledgement. */
  onDurable(zxid: Zxid, host: ZabHost, io: Io): void {
    const { id } = host.settings;
    for (const added of this.proposals.acknowledgeUpTo(zxid, id)) io.observe({ kind: 'acked', zxid: added, to: id });
    this.commit(host, io);
  }

  /** Half a tick has passed. */
  onTick(host: ZabHost, io: Io): void {
    io.setTimer(Timer.leaderTick, host.settings.tickTimeMs >> 1);
    this.tickedMs = io.now();
    if (this.phase !== 'broadcast') {
      if (io.now() >= this.phaseDeadlineMs) host.lookForLeader('no quorum of learners was synchronised in time', io);
      return;
    }
    this.handlers.dropLaggards(host, io);
    this.ping(io);
    this.isSecondHalf = !this.isSecondHalf;
    if (!this.isSecondHalf) this.checkQuorum(host, io);
  }

  /**
   * Before anything else is looked at: in a pause, or where timers come late, ticks are missed, and what waited meanwhile is no
   * sign of life. Else clients would be served by a leader that lost its followers long ago.
   */
  keepTime(host: ZabHost, io: Io): void {
    if (this.phase !== 'broadcast' || io.now() - this.tickedMs <= host.settings.tickTimeMs) return;
    this.handlers.dropLaggards(host, io);
    this.checkQuorum(host, io);
  }

  private checkQuorum(host: ZabHost, io: Io): void {
    if (!this.handlers.isSyncedWith(host.membership.configs, host)) host.lookForLeader('too few followers are synchronised', io);
  }

  /** See `LearnerHandlers.isSyncedWith`. */
  isSyncedWith(configs: readonly EnsembleConfig[], host: ZabHost): boolean {
    return this.handlers.isSyncedWith(configs, host);
  }

  /**
   * The zxid of the next proposal; undefined when the epoch's counter is used up: then the leader has stepped
   * down (ZOOKEEPER-1277).
   */
  claimZxid(host: ZabHost, io: Io): Zxid | undefined {
    invariant(this.phase === 'broadcast', 'a leader proposes only when established');
    if (counterOf(this.lastProposed) >= host.settings.counterLimit) {
      host.lookForLeader('the counter of this epoch is used up', io);
      return undefined;
    }
    this.lastProposed = nextZxid(this.lastProposed);
    return this.lastProposed;
  }

  propose(txn: Txn, host: ZabHost, io: Io): void {
    invariant(txn.zxid === this.lastProposed, 'proposals go out in the order of their zxids');
    io.observe({ kind: 'proposed', txn });
    this.proposals.add(txn);
    host.append(txn, io);
    host.sync(io);
    for (const handler of this.handlers.values()) handler.sendProposal(txn, io);
  }

  /** Nothing may be proposed behind it until it is committed (see `Membership`). */
  proposeReconfig(txn: Txn, config: EnsembleConfig, host: ZabHost, io: Io): void {
    invariant(host.membership.pending === null, 'one reconfiguration at a time');
    host.membership.propose(config);
    this.propose(txn, host, io);
  }

  /**
   * Answers a sync once everything proposed before it is committed; not a quorum operation, as in ZooKeeper.
   */
  requestSync(sid: number, sessionId: SessionId, cxid: number, host: ZabHost, io: Io): void {
    const pending = { after: this.lastProposed, sid, sessionId, cxid };
    if (this.proposals.isEmpty) this.answerSync(pending, host, io);
    else this.pendingSyncs.add(pending);
  }

  /**
   * A session that is not known, or no longer: says so once it is certain (see `Denials`) that no other leader knows better.
   * `connection`: of the learner that asks, 0 for this server itself, which is answered by `onRevalidated`.
   */
  deny(connection: ConnectionId, sessionId: SessionId, host: ZabHost, io: Io): void {
    // Who asks while others wait is answered by the next tick's pings.
    const isFirst = this.denials.isEmpty;
    this.denials.add(connection, sessionId, this.lastProposed);
    if (isFirst) this.ping(io);
    this.answerDenials(host, io);
  }

  private ping(io: Io): void {
    this.denials.round++;
    for (const handler of this.handlers.values()) {
      if (handler.phase === 'serving') handler.sendPing(this.lastProposed, this.denials.round, io);
    }
  }

  private onPong(handler: LearnerHandler, host: ZabHost, io: Io): void {
    const round = handler.takePong();
    if (round === undefined || handler.isObserver) return;
    this.denials.confirm(handler.sid, round);
    this.answerDenials(host, io);
  }

  private answerDenials(host: ZabHost, io: Io): void {
    const { id } = host.settings;
    const next = (): Denial | undefined => this.denials.take(id, this.lastCommitted, host.membership.configs);
    for (let denial = next(); denial !== undefined; denial = next()) {
      const { connection, sessionId } = denial;
      const handler = this.handlers.get(connection);
      if (connection !== 0 && handler?.phase !== 'serving') continue;
      // It may have been created meanwhile.
      const valid = host.revalidateFor(handler?.sid ?? id, sessionId, io);
      if (connection === 0) host.onRevalidated(sessionId, valid, io);
      else io.send(connection, { kind: 'REVALIDATED', sessionId, valid });
    }
  }

  private onLearnerInfo(handler: LearnerHandler, info: LearnerInfo, host: ZabHost, io: Io): void {
    const isOutdated = info.configVersion > host.membership.current.version;
    if (isOutdated && this.phase !== 'broadcast') {
      // The next election begins with what that learner knows.
      host.lookForLeader('a learner knows a newer configuration', io);
      return;
    }
    if (isOutdated || handler.phase !== 'connected' || info.sid === host.settings.id) {
      this.handlers.refuse(handler, io);
      return;
    }
    const isVoter = host.membership.voters.includes(info.sid);
    this.handlers.replaceOlder(handler, info.sid, io);
    handler.introduce(info.sid, info.kind === 'OBSERVERINFO');
    if (this.epoch === 0) {
      this.discovery.join(info.sid, info.acceptedEpoch);
      this.decideEpoch(host, io);
      return;
    }
    if (isVoter && info.acceptedEpoch > this.epoch) {
      // It promised a newer epoch that came to nothing and can never follow this one: only a newer epoch can
      // win it back.
      host.lookForLeader('a follower has accepted a newer epoch', io);
      return;
    }
    if (this.isEpochAccepted) this.sendLeaderInfo(handler, io);
  }

  private decideEpoch(host: ZabHost, io: Io): void {
    const epoch = this.discovery.epochToPropose();
    if (epoch === undefined) return;
    this.epoch = epoch;
    this.restartDeadline(host, io);
    host.writeEpoch('acceptedEpoch', epoch, io);
  }

  private sendLeaderInfo(handler: LearnerHandler, io: Io): void {
    handler.phase = 'leaderInfoSent';
    io.send(handler.connection, { kind: 'LEADERINFO', epoch: this.epoch });
  }

  private onAckEpoch(handler: LearnerHandler, ack: AckEpoch, host: ZabHost, io: Io): void {
    if (handler.phase !== 'leaderInfoSent') {
      this.handlers.refuse(handler, io);
      return;
    }
    handler.phase = 'epochAcked';
    handler.peerLastZxid = ack.lastZxid;
    if (this.isEpochAdopted) {
      this.synchronize(handler, host, io);
      return;
    }
    // An observer's history decides nothing; a voter that had accepted the epoch before is not counted.
    if (handler.isObserver || ack.currentEpoch === -1 || this.phase !== 'discovery') return;
    if (this.discovery.isAhead(handler.sid, ack.currentEpoch, ack.lastZxid)) {
      host.lookForLeader('a follower is ahead of the leader', io);
      return;
    }
    this.discovery.acknowledge(handler.sid);
    this.countEpochAcks(host, io);
  }

  private countEpochAcks(host: ZabHost, io: Io): void {
    if (this.phase !== 'discovery' || !this.discovery.isAccepted) return;
    this.phase = 'synchronization';
    this.announced = host.configToAnnounce(this.epoch);
    this.restartDeadline(host, io);
    host.writeEpoch('currentEpoch', this.epoch, io);
  }

  private synchronize(handler: LearnerHandler, host: ZabHost, io: Io): void {
    // Once established, what may be next is among the proposals.
    const config = this.phase === 'broadcast' ? host.membership.current : this.announced;
    synchronize(handler, this.epoch, config, this.proposals, host, io);
  }

  private onAck(handler: LearnerHandler, zxid: Zxid, host: ZabHost, io: Io): void {
    if (counterOf(zxid) === 0) {
      if (epochOf(zxid) === this.epoch) this.onNewLeaderAck(handler, host, io);
      return;
    }
    handler.proposalAcked(zxid);
    if (handler.isObserver) return;
    this.proposals.acknowledge(zxid, handler.sid);
    this.commit(host, io);
  }

  private onNewLeaderAck(handler: LearnerHandler, host: ZabHost, io: Io): void {
    if (handler.phase !== 'newLeaderSent') return;
    handler.phase = 'newLeaderAcked';
    if (!handler.isObserver) this.newLeaderAcks.add(handler.sid);
    if (this.phase === 'broadcast') this.sendUpToDate(handler, io);
    else this.countNewLeaderAcks(host, io);
  }

  private countNewLeaderAcks(host: ZabHost, io: Io): void {
    if (this.phase !== 'synchronization' || !host.membership.hasQuorum(this.newLeaderAcks)) return;
    this.phase = 'broadcast';
    this.lastProposed = makeZxid(this.epoch, 0);
    this.lastCommitted = this.lastProposed;
    io.observe({ kind: 'established', epoch: this.epoch, lastZxid: host.lastLogged });
    host.activate(this.announced, io);
    host.startLeading(io);
    for (const handler of this.handlers.values()) if (handler.phase === 'newLeaderAcked') this.sendUpToDate(handler, io);
    if (!host.membership.mayLead) host.lookForLeader(NO_VOTE, io);
    else host.recordConfig(io);
  }

  private sendUpToDate(handler: LearnerHandler, io: Io): void {
    handler.phase = 'serving';
    io.send(handler.connection, { kind: 'UPTODATE' });
  }

  /** Commits from the front while a quorum has it: never a later proposal before an earlier one. */
  private commit(host: ZabHost, io: Io): void {
    while (!this.isStopped) {
      const { pending } = host.membership;
      const next = this.proposals.takeCommitted(host.membership);
      if (next === undefined) return;
      const { txn, acks } = next;
      this.lastCommitted = txn.zxid;
      io.observe({ kind: 'committed', txn });
      if (pending?.version === txn.zxid) {
        this.reconfigure(txn, pending, acks, host, io);
        continue;
      }
      for (const handler of this.handlers.values()) handler.sendCommit(txn, io);
      host.deliver(txn, io);
      this.answerSyncs(host, io);
    }
  }

  /** Committed by quorums of both configurations, it is in force. A leader without a vote in it steps down. */
  private reconfigure(txn: Txn, config: EnsembleConfig, acks: ReadonlySet<number>, host: ZabHost, io: Io): void {
    const designatedLeader = designateLeader(host.settings.id, host.membership.current, config, acks);
    for (const handler of this.handlers.values()) handler.sendActivation(txn, designatedLeader, io);
    host.activate(config, io);
    host.deliver(txn, io);
    this.answerSyncs(host, io);
    if (designatedLeader !== host.settings.id) host.lookForLeader(NO_VOTE, io);
    else host.onReconfigured(io);
  }

  private answerSyncs(host: ZabHost, io: Io): void {
    const next = (): PendingSync | undefined => this.pendingSyncs.takeAfter(this.lastCommitted);
    for (let pending = next(); pending !== undefined; pending = next()) this.answerSync(pending, host, io);
    this.answerDenials(host, io);
  }

  private answerSync(pending: PendingSync, host: ZabHost, io: Io): void {
    const { sid, sessionId, cxid } = pending;
    io.observe({ kind: 'syncAnswered', sessionId, cxid, lastCommitted: host.lastProcessed });
    if (sid === host.settings.id) {
      host.onSyncAnswered(io);
      return;
    }
    for (const handler of this.handlers.values()) {
      if (handler.sid === sid && handler.phase === 'serving') io.send(handler.connection, { kind: 'SYNC' });
    }
  }

  private restartDeadline(host: ZabHost, io: Io): void {
    this.phaseDeadlineMs = io.now() + host.settings.initLimit * host.settings.tickTimeMs;
  }
}
