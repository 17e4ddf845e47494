/**
 * Fast leader election (section 2.3 of the protocol's description; FastLeaderElection). Servers that look for
 * a leader exchange votes in rounds until a quorum agrees on the best one; a server that comes late joins
 * what a quorum has already established. It decides who may try to lead, not who leads: discovery and
 * synchronization must still succeed, so a wrong guess costs time and never safety. It knows nothing of
 * connections: notifications go out through the sender that is handed in.
 */
import type { Io } from '../io/io.ts';
import type { Notification } from '../wire/quorum-messages.ts';
import { ZXID_UNINITIALIZED } from '../base/zxid.ts';
import type { ElectionHost, ElectionSender } from './host.ts';
import { Timer } from './host.ts';
import { containsQuorum } from './quorum.ts';
import { agree, beats, NO_CANDIDATE, voteOf } from './vote.ts';
import type { Candidate, Vote } from './vote.ts';

/**
 * See the head of the file. One for the life of a server: the round and the last vote outlive an election.
 */
export class Election {
  /** The round; grows with every election that this server begins or joins. */
  logicalClock = 0;
  isLooking = false;
  /** What we stand for while looking; the outcome afterwards. */
  private current: Vote = { leader: NO_CANDIDATE, zxid: ZXID_UNINITIALIZED, peerEpoch: -1, electionEpoch: 0, state: 'LOOKING' };
  /** Votes of this round, by sender. */
  private readonly received: Map<number, Vote> = new Map();
  /** Votes of servers that follow or lead already, by sender. */
  private readonly established: Map<number, Vote> = new Map();
  /** Voters that said that they have no history. */
  private readonly bereft: Set<number> = new Set();
  private pollMs = 0;
  /** How long a better vote is waited for; null: what we stand for has no quorum. */
  private finalizeMs: number | null = null;

  /** Begins a round. The log must be durable: its last zxid is advertised here. */
  start(host: ElectionHost, sender: ElectionSender, io: Io): void {
    this.logicalClock += 1;
    this.isLooking = true;
    this.finalizeMs = null;
    this.received.clear();
    this.established.clear();
    this.bereft.clear();
    this.propose(initialCandidate(host));
    this.pollMs = host.settings.minNotificationIntervalMs;
    io.observe({ kind: 'electionStarted', round: this.logicalClock, lastZxid: host.lastLogged });
    io.setTimer(Timer.electionPoll, this.pollMs);
    this.broadcast(host, sender, io);
    this.countOwnVote(host, io);
    if (!canVote(host)) this.countBereft(host.settings.id, host, io);
  }

  /** A vote arrived from server `from`. */
  onNotification(from: number, notification: Notification, host: ElectionHost, sender: ElectionSender, io: Io): void {
    const { membership } = host;
    if (this.isLooking && host.learnConfig(notification.config, io)) {
      // Who votes has changed: what was gathered counts for nothing.
      this.start(host, sender, io);
      return;
    }
    if (!membership.voters.includes(from)) {
      // An observer, or a server we do not know: tell it what we hold, count nothing.
      if (notification.state === 'LOOKING') sender.send(from, this.notification(host), io);
      return;
    }
    if (!this.isLooking) {
      if (!host.hasHistory && isVoter(host)) return;
      if (notification.state === 'LOOKING') sender.send(from, this.notification(host), io);
      return;
    }
    if (notification.state === 'LOOKING' && notification.electionEpoch < this.logicalClock) {
      // A laggard: our vote brings it into this round. The vote itself is of the past and must not count. One that has no say
      // brings nobody anywhere: a voter answers it, and the two would answer each other for ever.
      if (membership.voters.includes(host.settings.id)) sender.send(from, this.notification(host), io);
      return;
    }
    if (notification.zxid === ZXID_UNINITIALIZED) this.countBereft(from, host, io);
    else this.bereft.delete(from);
    if (!membership.mayBeLed(notification.leader)) {
      this.joinRound(notification, host, sender, io);
      return;
    }
    if (notification.zxid === ZXID_UNINITIALIZED) return;
    // A voter without history takes no side: its word would count as a vote. It joins what the others establish.
    if (notification.state === 'LOOKING' && !host.hasHistory && isVoter(host)) return;
    if (notification.state === 'LOOKING') this.onLooking(from, voteOf(notification), host, sender, io);
    else this.onEstablished(from, voteOf(notification), host, io);
  }

  /** Nothing decided for a while: say it again, less and less often. */
  onPollTimeout(host: ElectionHost, sender: ElectionSender, io: Io): void {
    if (!this.isLooking || this.finalizeMs !== null) return;
    this.broadcast(host, sender, io);
    this.pollMs = Math.min(this.pollMs * 2, host.settings.maxNotificationIntervalMs);
    io.setTimer(Timer.electionPoll, this.pollMs);
  }

  /** No better vote came while the quorum's was being finalised. */
  onFinalizeTimeout(host: ElectionHost, io: Io): void {
    if (!this.isLooking || this.finalizeMs === null) return;
    this.decide(this.current.leader, this.current, host, io);
  }

  /**
   * After synchronization the vote speaks of the new epoch, so that late joiners agree with it
   * (ZOOKEEPER-1732).
   */
  updateEpoch(epoch: number): void {
    this.current = { ...this.current, peerEpoch: epoch };
  }

  private onLooking(from: number, vote: Vote, host: ElectionHost, sender: ElectionSender, io: Io): void {
    if (vote.electionEpoch > this.logicalClock) {
      this.logicalClock = vote.electionEpoch;
      this.received.clear();
      const initial = initialCandidate(host);
      this.propose(beats(vote, initial) ? vote : initial);
      this.restart(host, sender, io);
    } else if (beats(vote, this.current)) {
      this.propose(vote);
      this.restart(host, sender, io);
    }
    this.received.set(from, vote);
    this.countVotes(host, io);
  }

  /**
   * A voter-to-be has no candidate until somebody names one, but is in a later round, in which alone it listens. A
   * voter that took no notice would wait in vain where its vote is needed, as ZooKeeper's does.
   */
  private joinRound({ state, electionEpoch }: Notification, host: ElectionHost, sender: ElectionSender, io: Io): void {
    if (state !== 'LOOKING' || electionEpoch <= this.logicalClock) return;
    this.logicalClock = electionEpoch;
    this.received.clear();
    this.propose(initialCandidate(host));
    this.restart(host, sender, io);
  }

  private onEstablished(from: number, vote: Vote, host: ElectionHost, io: Io): void {
    if (vote.electionEpoch === this.logicalClock) {
      this.received.set(from, vote);
      if (this.isJoinable(this.received, vote, host)) {
        this.decide(vote.leader, vote, host, io);
        return;
      }
    }
    this.established.set(from, vote);
    if (this.isJoinable(this.established, vote, host)) {
      this.logicalClock = vote.electionEpoch;
      this.decide(vote.leader, vote, host, io);
    }
  }

  /**
   * A quorum holds this vote, and its leader says itself that it leads (a dead leader's followers must not
   * lure others).
   */
  private isJoinable(votes: ReadonlyMap<number, Vote>, vote: Vote, host: ElectionHost): boolean {
    // To follow whom a quorum of the configuration in force follows is safe, whatever was to come next.
    if (!containsQuorum(host.membership.current, this.supporters(votes, vote))) return false;
    if (vote.leader === host.settings.id) return this.logicalClock === vote.electionEpoch;
    return votes.get(vote.leader)?.state === 'LEADING' || this.established.get(vote.leader)?.state === 'LEADING';
  }

  private supporters(votes: ReadonlyMap<number, Vote>, vote: Vote): ReadonlySet<number> {
    const supporters = new Set<number>();
    for (const [sid, other] of votes) if (agree(other, vote)) supporters.add(sid);
    return supporters;
  }

  /**
   * A quorum for what we stand for may be there before a better vote has come: it is waited for. Not so when everybody who has
   * a say stands for the same in this round. Each of them has named itself, and holds what beats all that it has heard of; so
   * who could name anything better has named it, and is heard already. Only a server that comes back meanwhile, or a voter new to
   * us, could: it joins what was decided, or there is another round, as there would be after the wait.
   */
  private countVotes(host: ElectionHost, io: Io): void {
    const supporters = this.supporters(this.received, this.current);
    if (!host.membership.hasQuorum(supporters)) {
      if (this.finalizeMs === null) return;
      this.stopFinalizing(io);
      io.setTimer(Timer.electionPoll, this.pollMs);
      return;
    }
    const waitMs = this.isUnanimous(supporters, host) ? 0 : host.settings.finalizeWaitMs;
    if (this.finalizeMs !== null && this.finalizeMs <= waitMs) return;
    this.finalizeMs = waitMs;
    io.setTimer(Timer.electionFinalize, waitMs);
  }

  /** Everybody who has a say is looking, and stands for what we stand for. Who is established already may know of more. */
  private isUnanimous(supporters: ReadonlySet<number>, host: ElectionHost): boolean {
    for (const sid of supporters) if (this.received.get(sid)?.state !== 'LOOKING') return false;
    return host.membership.hasEverybody(supporters);
  }

  /** The proposal changed: what was gathered for the old one does not count for it. */
  private restart(host: ElectionHost, sender: ElectionSender, io: Io): void {
    this.stopFinalizing(io);
    this.pollMs = host.settings.minNotificationIntervalMs;
    io.setTimer(Timer.electionPoll, this.pollMs);
    this.broadcast(host, sender, io);
    this.countOwnVote(host, io);
  }

  private stopFinalizing(io: Io): void {
    if (this.finalizeMs === null) return;
    this.finalizeMs = null;
    io.cancelTimer(Timer.electionFinalize);
  }

  private countOwnVote(host: ElectionHost, io: Io): void {
    if (!canVote(host)) return;
    this.received.set(host.settings.id, this.current);
    this.countVotes(host, io);
  }

  private decide(leader: number, vote: Vote, host: ElectionHost, io: Io): void {
    const { id } = host.settings;
    this.isLooking = false;
    this.finalizeMs = null;
    io.cancelTimer(Timer.electionPoll);
    io.cancelTimer(Timer.electionFinalize);
    const state = leader === id ? 'LEADING' : host.membership.isObserver ? 'OBSERVING' : 'FOLLOWING';
    this.current = { leader, zxid: vote.zxid, peerEpoch: vote.peerEpoch, electionEpoch: this.logicalClock, state };
    this.received.clear();
    this.established.clear();
    io.observe({ kind: 'elected', leader, round: this.logicalClock });
    host.onElected(leader, io);
  }

  /** Voter `sid` has no history. Whoever has none either gives up when the others can be no quorum. */
  private countBereft(sid: number, host: ElectionHost, io: Io): void {
    if (!isVoter(host) || host.hasHistory) return;
    this.bereft.add(sid);
    const others = new Set(host.membership.voters.filter((voter) => !this.bereft.has(voter)));
    if (!containsQuorum(host.membership.current, others)) host.onQuorumLost(io);
  }

  private propose(candidate: Candidate): void {
    const { leader, zxid, peerEpoch } = candidate;
    this.current = { leader, zxid, peerEpoch, electionEpoch: this.logicalClock, state: 'LOOKING' };
  }

  private broadcast(host: ElectionHost, sender: ElectionSender, io: Io): void {
    const notification = this.notification(host);
    for (const voter of host.membership.voters) {
      if (voter !== host.settings.id) sender.send(voter, notification, io);
    }
  }

  private notification(host: ElectionHost): Notification {
    const { leader, zxid, peerEpoch, electionEpoch, state } = this.current;
    const config = host.membership.current.text;
    return { kind: 'notification', state, leader, zxid, electionEpoch, peerEpoch, config };
  }
}

/** An observer has no vote; nor has a voter that cannot answer for what it acknowledged (ZOOKEEPER-2325, 3056). */
function canVote(host: ElectionHost): boolean {
  return isVoter(host) && host.hasHistory;
}

function isVoter(host: ElectionHost): boolean {
  return host.membership.voters.includes(host.settings.id);
}

/** A voter stands for itself with the history it holds; whoever has no vote, or one that weighs nothing, for nobody. */
function initialCandidate(host: ElectionHost): Candidate {
  if (!host.membership.mayLead || !host.hasHistory) return { leader: NO_CANDIDATE, zxid: ZXID_UNINITIALIZED, peerEpoch: -1 };
  return { leader: host.settings.id, zxid: host.lastLogged, peerEpoch: host.currentEpoch };
}
