/**
 * Numbers that nobody has been given before, anywhere: blocks of them are taken from a counter, and given out here one by one.
 * What is left of a block when its owner ends is never given out, so ids are unique and growing per generator, and not without
 * gaps.
 */
import { invariant } from '../base/invariant.ts';
import type { ZooKeeper } from '../client/zookeeper-face.ts';
import { Counter } from './counter-face.ts';

const BLOCK = 100;

/** See the head of the file. */
export class IdGenerator {
  private readonly counter: Counter;
  private readonly block: number;
  private next = 0;
  private end = 0;
  private refilling: Promise<void> | undefined;

  /** `block`: how many are taken at a time. */
  constructor(zk: ZooKeeper, path: string, block: number = BLOCK) {
    invariant(Number.isInteger(block) && block > 0, 'a block of ids is a whole number of them, 1 or more');
    this.counter = new Counter(zk, path);
    this.block = block;
  }

  /** A number from 0 on. */
  async id(): Promise<number> {
    while (this.next >= this.end) {
      this.refilling ??= this.refill().finally(() => { this.refilling = undefined; });
      await this.refilling;
    }
    this.next += 1;
    return this.next - 1;
  }

  private async refill(): Promise<void> {
    const end = await this.counter.add(this.block);
    this.next = end - this.block;
    this.end = end;
  }
}
