/** A barrier that holds everybody back while its node exists (ZooKeeper's recipe, kazoo's Barrier). */
import type { ZooKeeper } from '../client/zookeeper-face.ts';
import type { WaitOptions } from './line-face.ts';
import { ensurePath, happensWithin, nextChange, remove, retrying, timeUpAfter } from './retry-face.ts';

/** See the head of the file. */
export class Barrier {
  private readonly zk: ZooKeeper;
  private readonly path: string;

  constructor(zk: ZooKeeper, path: string) {
    this.zk = zk;
    this.path = path;
  }

  /** From now on everybody waits. */
  async raise(): Promise<void> {
    await ensurePath(this.zk, this.path);
  }

  /** Lets everybody pass. */
  async lift(): Promise<void> {
    await remove(this.zk, this.path);
  }

  /** Resolves with true once the barrier is lifted, with false when the time was up. */
  async wait(options: WaitOptions = {}): Promise<boolean> {
    const timeUp = timeUpAfter(this.zk, options.timeoutMs);
    await retrying(this.zk, () => this.zk.sync(this.path));
    for (;;) {
      const change = nextChange();
      if ((await retrying(this.zk, () => this.zk.exists(this.path, { watch: change.watch }))) === null) return true;
      if (!(await happensWithin(this.zk, this.path, change, timeUp))) return false;
    }
  }
}
