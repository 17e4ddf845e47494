/**
 * Which configuration is in force here, and which one may be next (QuorumPeer's quorumVerifier and lastSeenQuorumVerifier).
 *
 * A reconfiguration is a transaction z. Two rules make the log alone tell what is in force, whatever a crash leaves of the
 * files beside it:
 *
 *   1. Nothing is proposed behind z until z is committed; and z is committed by a quorum of the old configuration and a quorum
 *      of the new one.
 *   2. No snapshot ends with a reconfiguration.
 *
 * So a log in which anything follows z shows that z is committed, and the new configuration is in force:
 *
 *      ... y            old
 *      ... y z          old and new: z may be committed or lost, and only quorums of both can tell
 *      ... y z a        new
 *
 * and by rule 2 the configuration before z is always known from the snapshot or from the log. Whoever acknowledges `a`, which
 * needs a quorum of the new configuration only, has z on disk before it; hence no leader that still goes by the old one alone
 * can be established with such a server, nor without it.
 *
 * A configuration may also be next because a leader announced it (NEWLEADER), or because the operator's directory had a
 * pending one when this server started. It then needs both quorums as well.
 */
import type { Zxid } from '../base/zxid.ts';
import { containsQuorum, containsQuorums, mayLead } from './quorum.ts';
import type { EnsembleConfig } from './quorum.ts';

/** See the head of the file. Plain data. */
export class Membership {
  readonly id: number;
  /** In force. */
  current: EnsembleConfig;
  /** Next, perhaps: in the log but not known to be committed, or announced. */
  pending: EnsembleConfig | null = null;
  /** Announced, but not in the log. */
  announced: EnsembleConfig | null = null;
  /** What a decision needs quorums of. */
  configs: readonly EnsembleConfig[];
  /** The voters of `configs`, ascending. */
  voters: readonly number[];

  constructor(id: number, initial: EnsembleConfig) {
    this.id = id;
    this.current = initial;
    this.configs = [initial];
    this.voters = initial.voters;
  }

  /** Whether it learns as an observer. A server that nobody has told of is a follower without a vote, as ZooKeeper's joiners. */
  get isObserver(): boolean {
    return this.current.observers.includes(this.id);
  }

  /** Whether it may stand for election. */
  get mayLead(): boolean {
    return mayLead(this.current, this.id);
  }

  /** Whether a vote for `leader` may be listened to. */
  mayBeLed(leader: number): boolean {
    return this.configs.some((config) => mayLead(config, leader));
  }

  /** Whether `acks` may decide: an election, an epoch, what to begin with. */
  hasQuorum(acks: ReadonlySet<number>): boolean {
    return containsQuorums(this.configs, acks);
  }

  /** Whether everybody whose vote weighs something is among `votes`. */
  hasEverybody(votes: ReadonlySet<number>): boolean {
    return this.configs.every((config) => config.voters.every((id) => votes.has(id) || !mayLead(config, id)));
  }

  /** Whether the transaction `zxid` may be committed: what precedes a reconfiguration does not depend on it. */
  mayCommit(zxid: Zxid, acks: ReadonlySet<number>): boolean {
    if (this.pending !== null && zxid >= this.pending.version) return containsQuorums(this.configs, acks);
    return containsQuorum(this.current, acks);
  }

  /** `config` is next. */
  propose(config: EnsembleConfig): void {
    this.expect(config);
  }

  /** A leader, or a file, says that `config` may be next; null: that none is. */
  announce(config: EnsembleConfig | null): void {
    this.announced = config !== null && config.version > this.current.version ? config : null;
  }

  /** `config` is committed; false when it is not newer than what is in force. */
  activate(config: EnsembleConfig): boolean {
    if (config.version <= this.current.version) return false;
    this.current = config;
    if (this.announced !== null && this.announced.version <= config.version) this.announced = null;
    this.expect(this.pending !== null && this.pending.version > config.version ? this.pending : null);
    return true;
  }

  /** Between two roles: `logged` is what the log ends with, if it ends with a reconfiguration. */
  settle(logged: EnsembleConfig | null): void {
    const { announced } = this;
    const next = announced !== null && announced.version > (logged?.version ?? 0) ? announced : logged;
    this.expect(next !== null && next.version > this.current.version ? next : null);
  }

  private expect(config: EnsembleConfig | null): void {
    this.pending = config;
    this.configs = config === null ? [this.current] : [this.current, config];
    const voters = new Set(this.current.voters);
    for (const id of config?.voters ?? []) voters.add(id);
    this.voters = [...voters].sort((a, b) => a - b);
  }
}
