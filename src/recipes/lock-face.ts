/**
 * A lock that one session holds at a time, in the order of asking (ZooKeeper's recipe; kazoo's Lock, Curator's
 * InterProcessMutex). A session can end without its owner knowing yet, so whatever the lock protects should refuse a `fence`
 * lower than one that it has seen: fences grow from holder to holder.
 */
import { invariant } from '../base/invariant.ts';
import type { ZooKeeper } from '../client/zookeeper-face.ts';
import { everybodyAhead, Line, type Blocker, type WaitOptions } from './line-face.ts';
import type { OwnNode } from './retry-face.ts';

/** A lock that is held until it is released or the session ends. */
export class HeldLock {
  /** Greater than that of every holder before. */
  readonly fence: number;
  readonly path: string;
  private readonly line: Line;
  private readonly place: OwnNode;

  constructor(line: Line, place: OwnNode) {
    this.line = line;
    this.place = place;
    this.fence = place.zxid;
    this.path = place.path;
  }

  /** False as soon as the session may have ended: without a connection nobody can know. */
  get isSafe(): boolean {
    return this.line.zk.state === 'SyncConnected';
  }

  async release(): Promise<void> {
    await this.line.leave(this.place);
  }
}

/** See the head of the file. */
export class Lock {
  protected readonly line: Line;
  protected readonly kind: string = 'lock';

  constructor(zk: ZooKeeper, path: string) {
    this.line = new Line(zk, path);
  }

  /** The lock, once it is held; null when the time was up. SESSIONEXPIRED when the session ended meanwhile. */
  async acquire(options: WaitOptions = {}): Promise<HeldLock | null> {
    const place = await this.line.enter(this.kind, null, this.blocker(), options);
    return place === null ? null : new HeldLock(this.line, place);
  }

  /** Does `work` while holding the lock, however long that takes to come by. */
  async with<T>(work: (held: HeldLock) => Promise<T>): Promise<T> {
    const held = await this.acquire();
    invariant(held !== null, 'without a time, a lock is waited for');
    try {
      return await work(held);
    } finally {
      await held.release();
    }
  }

  /** Whom a newcomer waits for. */
  protected blocker(): Blocker {
    return everybodyAhead;
  }
}
