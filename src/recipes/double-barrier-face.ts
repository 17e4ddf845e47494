/**
 * A double barrier: nobody begins before so many have entered, and nobody goes on before all of them have left (ZooKeeper's
 * recipe, Curator's DistributedDoubleBarrier). For one round; another round takes another path.
 */
import type { ZooKeeper } from '../client/zookeeper-face.ts';
import { childOf, createOwn, ensurePath, nextChange, remove, retrying, tolerating } from './retry-face.ts';

/** See the head of the file. */
export class DoubleBarrier {
  private readonly zk: ZooKeeper;
  private readonly count: number;
  private readonly members: string;
  private readonly ready: string;
  private readonly self: string;

  /** `name` is this member's own; `count` members make a round. */
  constructor(zk: ZooKeeper, path: string, count: number, name: string) {
    this.zk = zk;
    this.count = count;
    this.members = childOf(path, 'members');
    this.ready = childOf(path, 'ready');
    this.self = `${this.members}/${name}`;
  }

  /**
   * Resolves once `count` members have entered. A member whose session ends before no longer counts; one that comes again under
   * its name, with another session, counts once the former is over.
   */
  async enter(): Promise<void> {
    const { zk } = this;
    await ensurePath(zk, this.members);
    const change = nextChange();
    const isReady = (await retrying(zk, () => zk.exists(this.ready, { watch: change.watch }))) !== null;
    await createOwn(zk, this.self, null);
    if (isReady) return;
    if ((await retrying(zk, () => zk.children(this.members))).length >= this.count) {
      await tolerating('NODEEXISTS', retrying(zk, () => zk.create(this.ready)));
      return;
    }
    await change.happened;
  }

  /** Resolves once everybody who entered has left. */
  async leave(): Promise<void> {
    const { zk } = this;
    await remove(zk, this.self);
    for (;;) {
      const change = nextChange();
      const left = await retrying(zk, () => zk.children(this.members, { watch: change.watch }));
      if (left.length === 0) return;
      await change.happened;
    }
  }
}
