/** Who is here: every member is an ephemeral node with what it says of itself (kazoo's Party, Curator's GroupMember). */
import { byCodeUnit } from '../base/strings.ts';
import { isSessionOver } from '../client/errors.ts';
import type { Data } from '../client/operations.ts';
import type { ZooKeeper } from '../client/zookeeper-face.ts';
import type { Bytes } from '../wire/words.ts';
import { childOf, createOwn, ensurePath, nextChange, remove, retrying, tolerating, type Change } from './retry-face.ts';

/** One member. */
export interface Member {
  readonly name: string;
  readonly data: Bytes | null;
  /** Of its arrival: another one of the same name is somebody else. */
  readonly zxid: number;
}

/** See the head of the file. */
export class Membership {
  private readonly zk: ZooKeeper;
  private readonly path: string;

  constructor(zk: ZooKeeper, path: string) {
    this.zk = zk;
    this.path = path;
  }

  /**
   * Joins for as long as the session lives. One who was here under the name, with a session that is not over yet, is waited for.
   * Whoever has joined already says `data` of itself from now on.
   */
  async join(name: string, data: Data = null): Promise<void> {
    await ensurePath(this.zk, this.path);
    await createOwn(this.zk, childOf(this.path, name), data);
  }

  async leave(name: string): Promise<void> {
    await remove(this.zk, childOf(this.path, name));
  }

  /** Everybody, by name. */
  members(): Promise<readonly Member[]> {
    return this.read(undefined);
  }

  /** Everybody, now and after every arrival and departure, until the session ends or the reader stops. */
  async *watch(): AsyncGenerator<readonly Member[], void, void> {
    await ensurePath(this.zk, this.path);
    try {
      for (;;) {
        const change = nextChange();
        yield await this.read(change);
        await change.happened;
      }
    } catch (error) {
      if (!isSessionOver(error)) throw error;
    }
  }

  private async read(change: Change | undefined): Promise<readonly Member[]> {
    const { zk, path } = this;
    const options = change === undefined ? {} : { watch: change.watch };
    const names = [...((await tolerating('NONODE', retrying(zk, () => zk.children(path, options)))) ?? [])].sort(byCodeUnit);
    const members: Member[] = [];
    for (const name of names) {
      const node = await tolerating('NONODE', retrying(zk, () => zk.get(childOf(path, name))));
      if (node !== undefined) members.push({ name, data: node.data, zxid: node.stat.czxid });
    }
    return members;
  }
}
