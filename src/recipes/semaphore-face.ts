/** A number of leases, held by as many sessions at a time, in the order of asking (kazoo's Semaphore, Curator's SemaphoreV2). */
import type { ZooKeeper } from '../client/zookeeper-face.ts';
import { Line, type WaitOptions } from './line-face.ts';
import { HeldLock } from './lock-face.ts';

/** See the head of the file. */
export class Semaphore {
  private readonly line: Line;
  private readonly leases: number;

  /** All who use one path must name the same number of leases. */
  constructor(zk: ZooKeeper, path: string, leases: number) {
    this.line = new Line(zk, path);
    this.leases = leases;
  }

  /** A lease, once there is one; null when the time was up. */
  async acquire(options: WaitOptions = {}): Promise<HeldLock | null> {
    // Whoever of those ahead goes first makes room, so all of them are watched.
    const blocker = (ahead: readonly string[]): string | undefined => (ahead.length < this.leases ? undefined : ahead[0]);
    const place = await this.line.enter('lease', null, blocker, { ...options, watchesAll: true });
    return place === null ? null : new HeldLock(this.line, place);
  }
}
