/**
 * What a would-be leader counts during discovery: whose acceptedEpoch it knows, and who has promised to
 * follow its epoch. The epoch is one more than any that a quorum has accepted, and nobody in the quorum may
 * hold more history than the leader (Leader's getEpochToPropose and waitForEpochAck). The leader itself must
 * be among them (ZOOKEEPER-1270).
 */
import type { Zxid } from '../base/zxid.ts';
import { hasQuorum } from './quorum.ts';

/** See the head of the file. Plain data. */
export class Discovery {
  private readonly self: number;
  private readonly voters: readonly number[];
  /** What the leader held when it was elected. */
  private readonly currentEpoch: number;
  private readonly lastZxid: Zxid;
  /** By sid, of all learners that came while the epoch was open: observers raise it too, but do not count. */
  private readonly acceptedEpochs: Map<number, number> = new Map();
  private readonly acks: Set<number> = new Set();

  constructor(self: number, voters: readonly number[], currentEpoch: number, lastZxid: Zxid) {
    this.self = self;
    this.voters = voters;
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
    if (!connected.has(this.self) || !hasQuorum(this.voters, connected)) return undefined;
    let highest = 0;
    for (const epoch of this.acceptedEpochs.values()) highest = Math.max(highest, epoch);
    return highest + 1;
  }

  /** Whether a voter with this epoch and history should lead instead. */
  isAhead(currentEpoch: number, lastZxid: Zxid): boolean {
    if (currentEpoch !== this.currentEpoch) return currentEpoch > this.currentEpoch;
    return lastZxid > this.lastZxid;
  }

  /** `sid` has accepted the epoch, durably. */
  acknowledge(sid: number): void {
    this.acks.add(sid);
  }

  /** A quorum has accepted the epoch. */
  get isAccepted(): boolean {
    return this.acks.has(this.self) && hasQuorum(this.voters, this.acks);
  }
}
