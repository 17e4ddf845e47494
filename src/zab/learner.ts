/**
 * The learner's half of Zab: discovery, synchronization and broadcast as a follower or an observer sees them
 * (sections 2.4 and 2.7 of the protocol's description; Learner, Follower, Observer). Its promises are durable before they are
 * spoken: an epoch is accepted on disk before ACKEPOCH; the history is on disk, then applied, then currentEpoch is on disk, and
 * only then NEWLEADER is acknowledged (ZOOKEEPER-1291, 1282, 3911, 4643, 4646, 4685). While the disk works, messages wait.
 */
import { invariant } from '../base/invariant.ts';
import { epochOf, makeZxid, ZXID_UNINITIALIZED, ZXID_ZERO, type Zxid } from '../base/zxid.ts';
import type { ConnectionId } from '../io/event.ts';
import type { SyncMode } from '../io/fact.ts';
import type { Io } from '../io/io.ts';
import type { Activate, QuorumMessage } from '../wire/quorum-messages.ts';
import type { Txn } from '../wire/transactions.ts';
import { follows } from './follows.ts';
import { Timer, type ZabHost } from './host.ts';

/** Attempts to reach a leader before looking for another. */
const CONNECT_ATTEMPTS = 5;
/**
 * The first pause before it is tried again, where `learnerRetryMs` is longer: the next one is twice as long, and so on up to it.
 * Who was elected this moment needs a few milliseconds to take learners in. These attempts are not counted.
 */
const FIRST_RETRY_MS = 10;
const NO_CONNECTION: ConnectionId = 0;

/** What reaching a leader needs of the server. */
type Dialler = Pick<ZabHost, 'settings' | 'membership' | 'lookForLeader'>;

/** What the disk is working on for us; the inbox waits meanwhile. */
type Waiting = 'nothing' | 'acceptedEpoch' | 'history' | 'log' | 'currentEpoch';

/** See the head of the file. One for each attempt to follow; never started twice. */
export class Learner {
  readonly leader: number;
  /** How it introduces itself: an observer is told of what is committed only, anybody else acknowledges proposals. */
  readonly isObserver: boolean;
  phase: 'connecting' | 'discovery' | 'synchronization' | 'broadcast' = 'connecting';
  mode: SyncMode = 'DIFF';
  connection: ConnectionId = NO_CONNECTION;
  isStopped = false;
  /** The leader's epoch, once LEADERINFO has told it. */
  epoch = 0;
  private attempts = 0;
  private retryMs = FIRST_RETRY_MS;
  /** The leader has answered: it is not just about to lead, with its port not open yet. */
  private hasHeard = false;
  private lastHeardMs = 0;
  private waiting: Waiting = 'nothing';
  private readonly inbox: QuorumMessage[] = [];
  /** The last proposal received, or what the history was brought to: the next one must follow it. */
  private lastReceived: Zxid = ZXID_ZERO;
  /** Proposals that are not in the log yet (while synchronising). */
  private inFlight: Txn[] = [];
  /** How many of `inFlight`, from the front, are known to be committed. */
  private inFlightCommitted = 0;
  /** Proposals in the log that wait for their COMMIT, in order. */
  private readonly uncommitted: Txn[] = [];
  /** Zxids in the log that are to be acknowledged once durable. */
  private readonly unacknowledged: Zxid[] = [];
  /** From NEWLEADER: the configuration that is in force when the leader is established. */
  private config = '';

  constructor(leader: number, host: Dialler) {
    this.leader = leader;
    this.isObserver = host.membership.isObserver;
  }

  start(host: Dialler, io: Io): void {
    this.lastHeardMs = io.now();
    io.setTimer(Timer.learnerDeadline, host.settings.initLimit * host.settings.tickTimeMs);
    this.dial(io);
  }

  /** Gives up: closes the connection; nothing of this learner happens afterwards. */
  stop(io: Io): void {
    this.isStopped = true;
    io.cancelTimer(Timer.learnerRetry);
    io.cancelTimer(Timer.learnerDeadline);
    if (this.connection !== NO_CONNECTION) io.close(this.connection);
    this.connection = NO_CONNECTION;
  }

  onConnected(host: ZabHost, io: Io): void {
    this.phase = 'discovery';
    this.lastHeardMs = io.now();
    const kind = this.isObserver ? 'OBSERVERINFO' : 'FOLLOWERINFO';
    const configVersion = host.membership.current.version;
    io.send(this.connection, { kind, acceptedEpoch: host.acceptedEpoch, sid: host.settings.id, configVersion });
  }

  onClosed(host: Dialler, io: Io): void {
    const { learnerRetryMs } = host.settings;
    this.connection = NO_CONNECTION;
    if (this.hasHeard) {
      host.lookForLeader('the connection to the leader is gone', io);
    } else if (this.retryMs < learnerRetryMs) {
      io.setTimer(Timer.learnerRetry, this.retryMs);
      this.retryMs *= 2;
    } else {
      this.attempts += 1;
      if (this.attempts >= CONNECT_ATTEMPTS) host.lookForLeader('the leader cannot be reached', io);
      else io.setTimer(Timer.learnerRetry, learnerRetryMs);
    }
  }

  onRetry(io: Io): void {
    if (this.connection === NO_CONNECTION) this.dial(io);
  }

  /** Nothing heard for too long, measured from the last message. */
  onDeadline(host: ZabHost, io: Io): void {
    const { initLimit, syncLimit, tickTimeMs } = host.settings;
    const limitMs = (this.phase === 'broadcast' ? syncLimit : initLimit) * tickTimeMs;
    const idleMs = io.now() - this.lastHeardMs;
    if (idleMs >= limitMs) host.lookForLeader('nothing was heard from the leader in time', io);
    else io.setTimer(Timer.learnerDeadline, limitMs - idleMs);
  }

  /** Before anything else is looked at: in a pause, or where timers come late, the deadline passes unnoticed (as in `Leader`). */
  keepTime(host: ZabHost, io: Io): void {
    const { syncLimit, tickTimeMs } = host.settings;
    if (this.phase === 'broadcast' && io.now() - this.lastHeardMs > syncLimit * tickTimeMs) this.onDeadline(host, io);
  }

  onMessage(message: QuorumMessage, host: ZabHost, io: Io): void {
    this.lastHeardMs = io.now();
    this.hasHeard = true;
    if (this.waiting !== 'nothing') {
      this.inbox.push(message);
      return;
    }
    this.take(message, host, io);
  }

  onEpochWritten(host: ZabHost, io: Io): void {
    if (this.waiting === 'acceptedEpoch') {
      this.waiting = 'nothing';
      this.acknowledgeEpoch(host.currentEpoch, host, io);
    } else if (this.waiting === 'currentEpoch') {
      this.waiting = 'nothing';
      this.acknowledgeNewLeader(io);
    }
    this.drainInbox(host, io);
  }

  /** TRUNC or SNAP is done: log and database are what the leader wants them to be. */
  onHistoryReplaced(host: ZabHost, io: Io): void {
    if (this.waiting !== 'history') return;
    this.waiting = 'nothing';
    this.lastReceived = host.lastLogged;
    this.drainInbox(host, io);
  }

  /** The log is durable up to `zxid`. */
  onDurable(zxid: Zxid, host: ZabHost, io: Io): void {
    if (this.waiting === 'log') {
      if (host.isLogDurable) this.applyHistory(host, io);
      this.drainInbox(host, io);
      return;
    }
    this.acknowledge(zxid, io);
  }

  private dial(io: Io): void {
    this.connection = io.connect(this.leader, 'quorum');
  }

  private drainInbox(host: ZabHost, io: Io): void {
    while (this.waiting === 'nothing' && !this.isStopped) {
      const message = this.inbox.shift();
      if (message === undefined) return;
      this.take(message, host, io);
    }
  }

  private take(message: QuorumMessage, host: ZabHost, io: Io): void {
    if (this.phase === 'broadcast') this.takeInBroadcast(message, host, io);
    else if (this.phase === 'synchronization') this.takeInSynchronization(message, host, io);
    else this.takeInDiscovery(message, host, io);
  }

  private takeInDiscovery(message: QuorumMessage, host: ZabHost, io: Io): void {
    switch (message.kind) {
      case 'LEADERINFO':
        this.onLeaderInfo(message.epoch, host, io);
        return;
      case 'DIFF':
        this.phase = 'synchronization';
        this.lastReceived = host.lastLogged;
        return;
      case 'TRUNC':
        this.phase = 'synchronization';
        this.mode = 'TRUNC';
        this.waiting = 'history';
        host.truncate(message.zxid, io);
        return;
      case 'SNAP':
        this.phase = 'synchronization';
        this.mode = 'SNAP';
        this.waiting = 'history';
        host.installSnapshot(message.image, io);
        return;
      default:
        host.lookForLeader('the leader broke the protocol during discovery', io);
    }
  }

  private onLeaderInfo(epoch: number, host: ZabHost, io: Io): void {
    // The promise of who has no vote binds nobody: it may follow an older epoch than one that it heard of and that
    // came to nothing. A leader that counts on it nevertheless sees what it has accepted, and steps down.
    const isBound = host.membership.voters.includes(host.settings.id);
    const promised = isBound ? host.acceptedEpoch : host.currentEpoch;
    if (epoch < promised) {
      host.lookForLeader('the leader proposes an epoch older than one already accepted', io);
      return;
    }
    this.epoch = epoch;
    if (epoch > host.acceptedEpoch) {
      this.waiting = 'acceptedEpoch';
      host.writeEpoch('acceptedEpoch', epoch, io);
    } else {
      this.acknowledgeEpoch(-1, host, io);
    }
  }

  private acknowledgeEpoch(currentEpoch: number, host: ZabHost, io: Io): void {
    // A history that cannot be cut back as this leader asked must be replaced: to have none is to be sent a
    // snapshot. No other leader is told so, and this one does not count the answer (currentEpoch is −1, for
    // the epoch was accepted before).
    const isRefuser = host.snapshotWantedIn === this.epoch && currentEpoch === -1;
    if (isRefuser || !host.hasHistory) {
      io.send(this.connection, { kind: 'ACKEPOCH', currentEpoch: -1, lastZxid: ZXID_UNINITIALIZED });
      return;
    }
    io.send(this.connection, { kind: 'ACKEPOCH', currentEpoch, lastZxid: host.lastLogged });
  }

  private takeInSynchronization(message: QuorumMessage, host: ZabHost, io: Io): void {
    switch (message.kind) {
      case 'PROPOSAL':
      case 'INFORM':
        this.receive(message.txn, message.kind === 'INFORM', host, io);
        return;
      case 'INFORMANDACTIVATE':
        if (message.txn !== null) this.receive(message.txn, true, host, io);
        return;
      case 'COMMIT':
      case 'COMMITANDACTIVATE':
        if (this.inFlight[this.inFlightCommitted]?.zxid !== message.zxid) {
          host.lookForLeader('a commit came for a proposal that did not', io);
          return;
        }
        this.inFlightCommitted += 1;
        return;
      case 'NEWLEADER':
        if (epochOf(message.zxid) !== this.epoch) host.lookForLeader('NEWLEADER is of another epoch', io);
        else {
          this.config = message.config;
          this.onNewLeader(host, io);
        }
        return;
      case 'UPTODATE':
        this.onUpToDate(host, io);
        return;
      case 'PING':
        return;
      default:
        host.lookForLeader('the leader broke the protocol during synchronization', io);
    }
  }

  private receive(txn: Txn, isCommitted: boolean, host: ZabHost, io: Io): void {
    if (!follows(this.lastReceived, txn.zxid)) {
      host.lookForLeader('a proposal is missing', io);
      return;
    }
    this.lastReceived = txn.zxid;
    if (this.mode === 'TRUNC') this.mode = 'TRUNC+DIFF';
    this.inFlight.push(txn);
    if (isCommitted) this.inFlightCommitted += 1;
  }

  /** The history is complete: log, sync, apply, adopt the epoch, acknowledge; in this order and no other. */
  private onNewLeader(host: ZabHost, io: Io): void {
    for (let index = 0; index < this.inFlightCommitted; index += 1) {
      const txn = this.inFlight[index];
      if (txn !== undefined) host.append(txn, io);
    }
    if (host.isLogDurable) {
      this.applyHistory(host, io);
      return;
    }
    this.waiting = 'log';
    host.sync(io);
  }

  private applyHistory(host: ZabHost, io: Io): void {
    const committed = this.inFlight.slice(0, this.inFlightCommitted);
    // What was proposed during synchronization and is not committed yet stays: it is logged after UPTODATE
    // (ZOOKEEPER-4394).
    this.inFlight = this.inFlight.slice(this.inFlightCommitted);
    this.inFlightCommitted = 0;
    for (const txn of committed) host.deliver(txn, io);
    host.onConfigAnnounced(this.config, io);
    if (host.currentEpoch === this.epoch) {
      this.waiting = 'nothing';
      this.acknowledgeNewLeader(io);
      return;
    }
    this.waiting = 'currentEpoch';
    host.writeEpoch('currentEpoch', this.epoch, io);
  }

  private acknowledgeNewLeader(io: Io): void {
    const zxid = makeZxid(this.epoch, 0);
    io.send(this.connection, { kind: 'ACK', zxid });
    io.observe({ kind: 'acked', zxid, to: this.leader });
  }

  private onUpToDate(host: ZabHost, io: Io): void {
    invariant(host.currentEpoch === this.epoch, 'UPTODATE before the epoch was adopted');
    this.phase = 'broadcast';
    io.send(this.connection, { kind: 'ACK', zxid: makeZxid(this.epoch, 0) });
    io.setTimer(Timer.learnerDeadline, host.settings.syncLimit * host.settings.tickTimeMs);
    const { inFlight, inFlightCommitted } = this;
    this.inFlight = [];
    this.inFlightCommitted = 0;
    inFlight.forEach((txn) => { this.log(txn, host, io); });
    for (let index = 0; index < inFlightCommitted; index += 1) this.commitNext(host, io);
    host.activateApplied(io);
    if (this.hasNewRole(host)) {
      host.lookForLeader('this server has another role in the new configuration', io);
      return;
    }
    io.observe({ kind: 'synchronized', leader: this.leader, epoch: this.epoch, mode: this.mode });
    // Only now, with everything applied that the leader has told us is committed (ZOOKEEPER-3023).
    host.startFollowing(io);
  }

  private takeInBroadcast(message: QuorumMessage, host: ZabHost, io: Io): void {
    switch (message.kind) {
      case 'PROPOSAL':
        this.onProposal(message.txn, host, io);
        return;
      case 'COMMIT':
        if (this.uncommitted[0]?.zxid !== message.zxid) host.lookForLeader('a commit came out of order', io);
        else this.commitNext(host, io);
        return;
      case 'INFORM':
        this.onProposal(message.txn, host, io);
        if (!this.isStopped) this.commitNext(host, io);
        return;
      case 'COMMITANDACTIVATE':
      case 'INFORMANDACTIVATE':
        this.onActivate(message, host, io);
        return;
      case 'PING':
        io.send(this.connection, { kind: 'PING', zxid: message.zxid, touched: host.takeTouched() });
        return;
      case 'SYNC':
        host.onSyncAnswered(io);
        return;
      case 'REVALIDATED':
        host.onRevalidated(message.sessionId, message.valid, io);
        return;
      case 'UPTODATE':
        return;
      default:
        host.lookForLeader('the leader broke the protocol during broadcast', io);
    }
  }

  /** A reconfiguration is committed. It may have changed who leads, or what this server is: then all begins anew. */
  private onActivate({ zxid, txn, designatedLeader }: Activate, host: ZabHost, io: Io): void {
    if (txn !== null) this.onProposal(txn, host, io);
    if (this.isStopped) return;
    if (this.uncommitted[0]?.zxid !== zxid) {
      host.lookForLeader('a commit came out of order', io);
      return;
    }
    this.commitNext(host, io);
    host.activateApplied(io);
    if (designatedLeader !== this.leader) host.lookForLeader('the leader has no vote in the new configuration', io);
    else if (this.hasNewRole(host)) host.lookForLeader('this server has another role in the new configuration', io);
  }

  private hasNewRole({ membership }: ZabHost): boolean {
    return membership.isObserver !== this.isObserver;
  }

  private onProposal(txn: Txn, host: ZabHost, io: Io): void {
    if (!follows(this.lastReceived, txn.zxid)) {
      host.lookForLeader('a proposal is missing', io);
      return;
    }
    this.lastReceived = txn.zxid;
    this.log(txn, host, io);
  }

  private log(txn: Txn, host: ZabHost, io: Io): void {
    this.uncommitted.push(txn);
    if (!this.isObserver) this.unacknowledged.push(txn.zxid);
    host.append(txn, io);
    host.sync(io);
  }

  private commitNext(host: ZabHost, io: Io): void {
    const txn = this.uncommitted.shift();
    if (txn !== undefined) host.deliver(txn, io);
  }

  /** Durable, hence acknowledged: never the other way round. */
  private acknowledge(durable: Zxid, io: Io): void {
    while (this.connection !== NO_CONNECTION) {
      const zxid = this.unacknowledged[0];
      if (zxid === undefined || zxid > durable) return;
      this.unacknowledged.shift();
      io.send(this.connection, { kind: 'ACK', zxid });
      io.observe({ kind: 'acked', zxid, to: this.leader });
    }
  }
}
