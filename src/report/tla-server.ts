/** What one server of a run shows of itself in the words of the published specification of Zab: see `tla.ts`. */
import { type Zxid, ZXID_ZERO } from '../base/zxid.ts';
import type { NodeId } from '../io/event.ts';

/** What is compared of one server. */
export interface Observed {
  readonly state: 'LOOKING' | 'FOLLOWING' | 'LEADING';
  readonly acceptedEpoch: number;
  readonly currentEpoch: number;
  readonly history: readonly Zxid[];
  /** How much of the history it knows to be committed; 0 unless it serves. */
  readonly committed: number;
}

/** What a server showed, one after the other. */
export interface Line {
  readonly shown: Observed;
  /** The order among servers counts within an epoch. */
  readonly epoch: number;
  /** Grows with time; null: its place among what others showed does not count. */
  readonly stamp: number | null;
}

/** Something that a server did. */
interface Deed {
  readonly change: Partial<Observed>;
  /** The transaction that it is about: a crash that takes that undoes the deed. ZXID_ZERO: none. */
  readonly zxid: Zxid;
  /** Has to be durable before the deed is done. */
  readonly needs: Zxid;
  readonly isOrdered: boolean;
}

interface Done extends Deed {
  readonly stamp: number | null;
}

const AT_FIRST: Observed = { state: 'LOOKING', acceptedEpoch: 0, currentEpoch: 0, history: [], committed: 0 };

/** See the head of the file. */
export class TracedServer {
  readonly id: NodeId;
  /** Its log, as far as it was written. */
  log: Zxid[] = [];
  /** The last transaction that it applied. */
  applied: Zxid = ZXID_ZERO;
  /** A number that grows with time, kept by whoever tells what happened. */
  now = 0;
  private isLeading = false;
  /** It is established or in line with its leader: until then, what it applies is not news of a commit. */
  private isServing = false;
  /** How much of its log it took over with its epoch; null: it has not come to that since its last election. */
  private adopted: number | null = null;
  private durable: Zxid = ZXID_ZERO;
  private readonly done: Done[] = [];
  /** How many of these no crash undoes. */
  private settled = 0;
  /** In the order of the messages that brought it about: what has to wait for the disk, and what came behind that. */
  private waiting: Deed[] = [];

  constructor(id: NodeId) {
    this.id = id;
  }

  /** In the specification a role begins with the election; our facts call it one when it is established. */
  elect(isLeading: boolean): void {
    this.isLeading = isLeading;
    this.adopted = null;
    this.add({ state: isLeading ? 'LEADING' : 'FOLLOWING' });
  }

  /** Its role ends. What it knows to be committed is compared while it serves only. */
  leave(): void {
    this.isServing = false;
    this.isLeading = false;
    this.add({ state: 'LOOKING', committed: 0 });
  }

  accept(epoch: number): void {
    this.add({ acceptedEpoch: epoch });
  }

  /** In the specification, NEWLEADER brings epoch and history at once. A leader's epoch may be durable behind its followers'. */
  adopt(epoch: number): void {
    this.adopted = this.log.length;
    this.add({ currentEpoch: epoch, history: this.log.slice() }, { isOrdered: !this.isLeading });
  }

  /** In the specification a follower saves a transaction and acknowledges it in one step, and a leader needs no disk. */
  append(zxid: Zxid): void {
    this.log.push(zxid);
    // Else it is a part of what comes with NEWLEADER.
    if (this.adopted === null) return;
    this.add({ history: this.log.slice() }, { zxid, needs: this.isLeading ? ZXID_ZERO : zxid, isOrdered: true });
  }

  serve(): void {
    this.isServing = true;
    const count = Math.max(this.adopted ?? 0, this.log.indexOf(this.applied) + 1);
    this.add({ committed: count }, { zxid: this.log[count - 1] ?? ZXID_ZERO, isOrdered: true });
  }

  commit(zxid: Zxid): void {
    this.add({ committed: this.log.indexOf(zxid) + 1 }, { zxid, isOrdered: true });
  }

  apply(zxid: Zxid): void {
    this.applied = zxid;
    if (this.isServing && !this.isLeading) this.commit(zxid);
  }

  /** The log is durable up to here. */
  sync(zxid: Zxid): void {
    this.durable = zxid;
    let [next] = this.waiting;
    while (next !== undefined && next.needs <= this.durable) {
      this.waiting.shift();
      this.finish(next);
      [next] = this.waiting;
    }
  }

  /** The log was cut back, durably. */
  cut(zxid: Zxid): void {
    this.log = this.log.filter((each) => each <= zxid);
    this.waiting = this.waiting.filter(({ needs }) => needs <= zxid);
    this.sync(zxid);
    this.settled = this.done.length;
  }

  /** A snapshot replaced the log. */
  install(log: readonly Zxid[], zxid: Zxid): void {
    this.cut(ZXID_ZERO);
    this.log = log.slice();
    this.sync(zxid);
  }

  /** It is back, with its log up to here: what a crash took of it was not done. Returns what that is. */
  recover(lastZxid: Zxid): readonly Zxid[] {
    const lost = this.log.filter((zxid) => zxid > lastZxid);
    const isLeft = ({ zxid }: Deed): boolean => zxid <= lastZxid;
    this.waiting = this.waiting.filter(isLeft);
    this.done.push(...this.done.splice(this.settled).filter(isLeft));
    this.cut(lastZxid);
    return lost;
  }

  /** What it showed, the first of which is how all begin. */
  lines(): readonly Line[] {
    let shown = AT_FIRST;
    const lines: Line[] = [{ shown, epoch: 0, stamp: null }];
    for (const { change, stamp } of this.done) {
      const next: Observed = { ...shown, ...change };
      if (isSame(shown, next)) continue;
      lines.push({ shown: next, epoch: next.currentEpoch, stamp });
      shown = next;
    }
    return lines;
  }

  private add(change: Partial<Observed>, about: Partial<Omit<Deed, 'change'>> = {}): void {
    const deed: Deed = { change, zxid: ZXID_ZERO, needs: ZXID_ZERO, isOrdered: false, ...about };
    if (this.waiting.length === 0 && deed.needs <= this.durable) this.finish(deed);
    else this.waiting.push(deed);
  }

  private finish(deed: Deed): void {
    this.done.push({ ...deed, stamp: deed.isOrdered ? this.now : null });
  }
}

function isSame(one: Observed, other: Observed): boolean {
  return one.state === other.state && one.acceptedEpoch === other.acceptedEpoch && one.currentEpoch === other.currentEpoch
    && one.committed === other.committed && one.history.length === other.history.length
    && one.history.every((zxid, index) => zxid === other.history[index]);
}
