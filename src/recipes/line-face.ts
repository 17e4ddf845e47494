/**
 * People standing in line: every member is an ephemeral sequential node, and the servers' numbers are the order. What locks,
 * semaphores and elections have in common; they differ in whom a member has to wait for. A member watches one other, so that a
 * departure wakes one, not all.
 */
import type { Data } from '../client/operations.ts';
import { isSessionOver } from '../client/errors.ts';
import type { ZooKeeper } from '../client/zookeeper-face.ts';
import {
  childOf, createMarked, happensWithin, nextChange, remove, retrying, sessionOver, timeUpAfter, tolerating, type OwnNode,
} from './retry-face.ts';
import { inSequence } from './sequence.ts';

/** Of those ahead, first to last, the one that must go first; undefined if nobody has to. */
export type Blocker = (ahead: readonly string[]) => string | undefined;

/** See the head of the file. */
export class Line {
  readonly zk: ZooKeeper;
  readonly path: string;

  constructor(zk: ZooKeeper, path: string) {
    this.zk = zk;
    this.path = path;
  }

  /** Stands at the end of the line, for as long as the session lives. */
  join(name: string, data: Data = null): Promise<OwnNode> {
    return createMarked(this.zk, this.path, name, data, 'EPHEMERAL_SEQUENTIAL');
  }

  /** Everybody, first to last. */
  async names(): Promise<string[]> {
    return inSequence((await tolerating('NONODE', retrying(this.zk, () => this.zk.children(this.path)))) ?? []);
  }

  /**
   * Waits until nobody blocks this place; false when the time was up before. `watchesAll`: a change of anybody's may unblock it,
   * not only that of the one named. Throws SESSIONEXPIRED when the place was lost with the session.
   */
  async wait(place: OwnNode, blocker: Blocker, timeUp?: Promise<void>, watchesAll: boolean = false): Promise<boolean> {
    for (;;) {
      const change = nextChange();
      const watching = watchesAll ? { watch: change.watch } : {};
      const names = inSequence(await retrying(this.zk, () => this.zk.children(this.path, watching)));
      const at = names.indexOf(place.name);
      if (at < 0) throw sessionOver();
      const blocking = blocker(names.slice(0, at));
      if (blocking === undefined) return true;
      const watched = watchesAll ? this.path : childOf(this.path, blocking);
      // Asked whether it exists, one that is gone would leave a watch that never fires.
      const look = (): Promise<unknown> => retrying(this.zk, () => this.zk.get(watched, { watch: change.watch }));
      if (!watchesAll && (await tolerating('NONODE', look())) === undefined) continue;
      if (!(await happensWithin(this.zk, watched, change, timeUp))) return false;
    }
  }

  /** Leaves the line; also when the session has ended, which has done it already. */
  async leave(place: OwnNode): Promise<void> {
    try {
      await remove(this.zk, place.path);
    } catch (error) {
      if (!isSessionOver(error)) throw error;
    }
  }

  /** Stands in line until nobody blocks; null when the time was up. Leaves whenever it does not succeed. */
  async enter(name: string, data: Data, blocker: Blocker, options: EnterOptions): Promise<OwnNode | null> {
    const timeUp = timeUpAfter(this.zk, options.timeoutMs);
    const place = await this.join(name, data);
    let isIn = false;
    try {
      isIn = await this.wait(place, blocker, timeUp, options.watchesAll);
    } finally {
      if (!isIn) await this.leave(place);
    }
    return isIn ? place : null;
  }
}

/** How long to wait; left out: for ever. */
export interface WaitOptions {
  readonly timeoutMs?: number;
}

interface EnterOptions extends WaitOptions {
  readonly watchesAll?: boolean;
}

/** The last of those ahead: strictly one after the other. */
export function everybodyAhead(ahead: readonly string[]): string | undefined {
  return ahead.at(-1);
}
