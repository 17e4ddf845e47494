/**
 * A queue that many put into and many take from (ZooKeeper's DistributedQueue, kazoo's Queue). An item is put once and taken
 * once, whatever happens to connections: putting creates the item, taking deletes it, and either leaves a mark in the same
 * transaction. A mark in the item's own name would not do: whoever puts could not tell an item that was never there from one
 * that is taken already. What a taker does with an item before its session ends is its own affair.
 */
import { isZooKeeperError, MultiError } from '../client/errors.ts';
import type { Data } from '../client/operations.ts';
import type { ZooKeeper } from '../client/zookeeper-face.ts';
import type { Bytes } from '../wire/words.ts';
import type { WaitOptions } from './line-face.ts';
import { childOf, commitOnce, ensurePath, happensWithin, nextChange, retrying, timeUpAfter, tolerating } from './retry-face.ts';
import { inSequence } from './sequence.ts';

/** What was taken. `zxid` is that of the item's creation. */
export interface QueueItem {
  readonly data: Bytes | null;
  readonly name: string;
  readonly zxid: number;
}

/** See the head of the file. */
export class Queue {
  protected readonly zk: ZooKeeper;
  private readonly items: string;
  private readonly marks: string;
  private isReady = false;

  constructor(zk: ZooKeeper, path: string) {
    this.zk = zk;
    this.items = childOf(path, 'items');
    this.marks = childOf(path, 'marks');
  }

  /** Adds an item at the end. */
  put(data: Data): Promise<void> {
    return this.putNamed('item', data);
  }

  /** Takes the first item, waiting for one if need be; null when the time was up. */
  async take(options: WaitOptions = {}): Promise<QueueItem | null> {
    await this.prepare();
    const timeUp = timeUpAfter(this.zk, options.timeoutMs);
    for (;;) {
      const change = nextChange();
      const names = this.inOrder(await retrying(this.zk, () => this.zk.children(this.items, { watch: change.watch })));
      for (const name of names) {
        const item = await this.tryTake(name);
        if (item !== null) return item;
      }
      if (!(await happensWithin(this.zk, this.items, change, timeUp))) return null;
    }
  }

  /** How many items there are. */
  async size(): Promise<number> {
    await this.prepare();
    return (await retrying(this.zk, () => this.zk.children(this.items))).length;
  }

  /** The names in the order of taking. */
  protected inOrder(names: readonly string[]): string[] {
    return inSequence(names);
  }

  protected async putNamed(kind: string, data: Data): Promise<void> {
    await this.prepare();
    const path = `${this.items}/${kind}-`;
    await commitOnce(this.zk, this.marks, (transaction) => transaction.create(path, data, { mode: 'PERSISTENT_SEQUENTIAL' }));
  }

  /** Null when somebody else was first. */
  private async tryTake(name: string): Promise<QueueItem | null> {
    const path = `${this.items}/${name}`;
    const node = await tolerating('NONODE', retrying(this.zk, () => this.zk.get(path)));
    if (node === undefined) return null;
    try {
      await commitOnce(this.zk, this.marks, (transaction) => transaction.delete(path));
    } catch (error) {
      if (error instanceof MultiError && isZooKeeperError(error, 'NONODE') && error.index === 0) return null;
      throw error;
    }
    return { data: node.data, name, zxid: node.stat.czxid };
  }

  private async prepare(): Promise<void> {
    if (this.isReady) return;
    await ensurePath(this.zk, this.items);
    await ensurePath(this.zk, this.marks);
    this.isReady = true;
  }
}
