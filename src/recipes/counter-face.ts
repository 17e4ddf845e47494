/**
 * A number that many change at once, every change counting once, whatever happens to connections (kazoo's Counter, Curator's
 * DistributedAtomicLong, which both may count twice).
 */
import { invariant } from '../base/invariant.ts';
import { isZooKeeperError } from '../client/errors.ts';
import type { ZooKeeper } from '../client/zookeeper-face.ts';
import { decodeText } from '../wire/utf8.ts';
import { childOf, commitOnce, ensurePath, retrying } from './retry-face.ts';

/** See the head of the file. Whole numbers up to 2⁵³. */
export class Counter {
  private readonly zk: ZooKeeper;
  private readonly value: string;
  private readonly marks: string;
  private isReady = false;

  constructor(zk: ZooKeeper, path: string) {
    this.zk = zk;
    this.value = childOf(path, 'value');
    this.marks = childOf(path, 'changes');
  }

  /** What it was when the leader was asked, or later. */
  async get(): Promise<number> {
    await this.prepare();
    await retrying(this.zk, () => this.zk.sync(this.value));
    return (await this.read()).value;
  }

  /** Adds `delta`, once; the value that came of it. */
  async add(delta: number): Promise<number> {
    await this.prepare();
    for (;;) {
      const { value, version } = await this.read();
      const sum = value + delta;
      invariant(Number.isSafeInteger(sum), 'a counter holds whole numbers up to 2⁵³');
      try {
        await commitOnce(this.zk, this.marks, (transaction) => transaction.set(this.value, String(sum), version));
        return sum;
      } catch (error) {
        if (!isZooKeeperError(error, 'BADVERSION')) throw error;
      }
    }
  }

  private async read(): Promise<{ value: number; version: number }> {
    const { data, stat } = await retrying(this.zk, () => this.zk.get(this.value));
    return { value: data === null ? 0 : Number(decodeText(data)), version: stat.version };
  }

  private async prepare(): Promise<void> {
    if (this.isReady) return;
    await ensurePath(this.zk, this.value);
    await ensurePath(this.zk, this.marks);
    this.isReady = true;
  }
}
