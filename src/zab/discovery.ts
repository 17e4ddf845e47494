/**
 * What a would-be leader counts during discovery: whose acceptedEpoch it knows, and who has promised to
 * follow its epoch. The epoch is one more than any that a quorum has accepted, and nobody in the quorum may
 * hold more history than the leader (Leader's getEpochToPropose and waitForEpochAck). The leader itself must
 * be among them (ZOOKEEPER-1270).
 */
import type { Zxid } from '../base/zxid.ts';
import { containsQuorums } from './quorum.ts';
import type { EnsembleConfig } from './quorum.ts';

/** See the head of the file. Plain data. */
export class Discovery {
  private readonly self: number;
  /** In force, and perhaps next: it takes a quorum of each. */
  private readonly configs: readonly EnsembleConfig[];
  /** What the leader held when it was elected. */
  private readonly currentEpoch: number;
  private readonly lastZxid: Zxid;
  /** By sid, of all learners that came while the epoch was open: observers raise it too, but do not count. */
  private readonly acceptedEpochs: Map<number, number> = new Map();
  private readonly acks: Set<number> = new Set();

  constructor(self: number, configs: readonly EnsembleConfig[], currentEpoch: number, lastZxid: Zxid) {
    this.self = self;
    this.configs = configs;
    this.currentEpoch = currentEpoch;
    this.lastZxid = lastZxid;
  }

  /** `sid` has told its acceptedEpoch. */
  join(sid: number, acceptedEpoch: number): void {
    this.acceptedEpochs.set(sid, acceptedEpoch);
  }

  /** The epoch to propose; undefined while no quorum has come. */
  epochToPropose(): number | undefined {
    const connected = new Set(this.acceptedEpochs.keys());
    if (!connected.has(this.self) || !containsQuorums(this.configs, connected)) return undefined;
    let highest = 0;
    for (const epoch of this.acceptedEpochs.values()) highest = Math.max(highest, epoch);
    return highest + 1;
  }

  /**
   * Whether `sid`, with this epoch and history, should lead instead. Only a voter of the configuration in force may say so:
   * what another one holds beyond all of these was committed nowhere, or it would know a newer configuration to be in force.
   */
  isAhead(sid: number, currentEpoch: number, lastZxid: Zxid): boolean {
    if (this.configs[0]?.voters.includes(sid) !== true) return false;
    if (currentEpoch !== this.currentEpoch) return currentEpoch > this.currentEpoch;
    return lastZxid > this.lastZxid;
  }

  /** `sid` has accepted the epoch, durably. */
  acknowledge(sid: number): void {
    this.acks.add(sid);
  }

  /** A quorum has accepted the epoch. */
  get isAccepted(): boolean {
    return this.acks.has(this.self) && containsQuorums(this.configs, this.acks);
  }
}
