/**
 * Settings below one node, kept in memory as they change (Curator's CuratorCache, kazoo's TreeCache). One persistent watch
 * tells of every change; since such a watch misses what happens while there is no connection, everything is read again after
 * each reconnection. What is read here is never newer than the servers, and never goes back within a session. What this session
 * may not read is not there for it.
 */
import { Stream } from '../client/stream-face.ts';
import { isEnd, type WatchedEvent } from '../client/watched-event.ts';
import { isSessionOver } from '../client/errors.ts';
import type { Data } from '../client/operations.ts';
import type { ZooKeeper } from '../client/zookeeper-face.ts';
import { decodeText } from '../wire/utf8.ts';
import type { Bytes, Stat } from '../wire/words.ts';
import { childOf, ensurePath, retrying, tolerating } from './retry-face.ts';

/** One setting; its key is its path below the root, without a slash in front. */
export interface Setting {
  readonly key: string;
  readonly data: Bytes | null;
  readonly stat: Stat;
}

/** A change of one setting; `setting` is null when it is gone. */
export interface SettingChange {
  readonly key: string;
  readonly setting: Setting | null;
}

/** See the head of the file. */
export class Configuration {
  private readonly zk: ZooKeeper;
  private readonly root: string;
  private readonly settings: Map<string, Setting> = new Map();
  private readonly readers: Set<Stream<SettingChange>> = new Set();
  /** What was told, handled one after the other. */
  private work: Promise<void> = Promise.resolve();

  private constructor(zk: ZooKeeper, root: string) {
    this.zk = zk;
    this.root = root;
  }

  /** Watches and reads everything below `root`, which is created if need be. */
  static async open(zk: ZooKeeper, root: string): Promise<Configuration> {
    const configuration = new Configuration(zk, root);
    await ensurePath(zk, root);
    await retrying(zk, () => zk.addWatch(root, (event) => { configuration.hear(event); }, { recursive: true }));
    await configuration.inTurn(() => configuration.readAll());
    return configuration;
  }

  get(key: string): Setting | undefined {
    return this.settings.get(key);
  }

  /** The text of a setting; undefined where it is none. */
  text(key: string): string | undefined {
    const data = this.settings.get(key)?.data;
    return data === null || data === undefined ? undefined : decodeText(data);
  }

  /** The keys, in the order of their first being seen. */
  keys(): string[] {
    return [...this.settings.keys()];
  }

  /** Writes a setting, and what is above it; `version` −1 matches any. Twice, if an answer was lost. */
  async set(key: string, data: Data, version: number = -1): Promise<void> {
    await ensurePath(this.zk, this.pathOf(key));
    await retrying(this.zk, () => this.zk.set(this.pathOf(key), data, version));
  }

  /** Every change from now on, until the session ends or the reader stops. */
  changes(): AsyncIterableIterator<SettingChange> {
    const stream: Stream<SettingChange> = new Stream(() => { this.readers.delete(stream); });
    this.readers.add(stream);
    if (isEnd(this.zk.state)) stream.close();
    return stream;
  }

  /** Resolves when all that was told so far is in memory. */
  async settled(): Promise<void> {
    await this.work;
  }

  private hear(event: WatchedEvent): void {
    void this.inTurn(() => this.take(event)).catch((error: unknown) => {
      if (!isSessionOver(error)) throw error;
    });
  }

  /** What fails holds up nobody behind it. */
  private inTurn(act: () => Promise<void>): Promise<void> {
    const done = this.work.then(act);
    this.work = done.catch(() => undefined);
    return done;
  }

  private async take({ type, state, path }: WatchedEvent): Promise<void> {
    if (isEnd(state)) for (const reader of [...this.readers]) reader.close();
    else if (path !== null) await this.refresh(path);
    else if (type === 'None' && state !== 'Disconnected') await this.readAll();
  }

  private async readAll(): Promise<void> {
    const gone = new Set(this.settings.keys());
    const paths = [this.root];
    for (let path = paths.shift(); path !== undefined; path = paths.shift()) {
      const above = path;
      const names = (await this.ifVisible(() => this.zk.children(above))) ?? [];
      for (const name of names) {
        const child = childOf(above, name);
        paths.push(child);
        gone.delete(this.keyOf(child));
        await this.refresh(child);
      }
    }
    for (const key of gone) await this.refresh(this.pathOf(key));
  }

  private async refresh(path: string): Promise<void> {
    if (path === this.root) return;
    const key = this.keyOf(path);
    const node = await this.ifVisible(() => this.zk.get(path));
    const before = this.settings.get(key);
    if (node === undefined) {
      this.settings.delete(key);
      if (before !== undefined) this.tell({ key, setting: null });
    } else if (before?.stat.mzxid !== node.stat.mzxid) {
      const setting = { key, ...node };
      this.settings.set(key, setting);
      this.tell({ key, setting });
    }
  }

  private ifVisible<T>(read: () => Promise<T>): Promise<T | undefined> {
    return tolerating('NOAUTH', tolerating('NONODE', retrying(this.zk, read)));
  }

  private tell(change: SettingChange): void {
    for (const reader of this.readers) reader.push(change);
  }

  private keyOf(path: string): string {
    return path.slice(childOf(this.root, '').length);
  }

  private pathOf(key: string): string {
    return childOf(this.root, key);
  }
}
