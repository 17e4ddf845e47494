/**
 * Who is to be told of which event: the callbacks behind the watches that a client core keeps the paths of, by the same rules
 * (ZooKeeper's ZKWatchManager). A callback registered twice for one event is called once. Keys are the server's paths.
 */
import type { ResultCode } from '../wire/words.ts';
import { ErrorCode, WatcherType } from '../wire/words.ts';
import type { Watcher, WatchedType } from './watched-event.ts';

/** What left a watch behind. */
export type WatchKind = 'data' | 'exist' | 'child' | 'persistent' | 'recursive';

const KINDS: readonly WatchKind[] = ['data', 'exist', 'child', 'persistent', 'recursive'];
const REMOVED: Record<WatchKind, WatchedType> = {
  data: 'DataWatchRemoved', exist: 'DataWatchRemoved', child: 'ChildWatchRemoved',
  persistent: 'PersistentWatchRemoved', recursive: 'PersistentWatchRemoved',
};

type Table = Map<string, Set<Watcher>>;

/** See the head of the file. */
export class WatchTable {
  private readonly tables: Record<WatchKind, Table> = {
    data: new Map(), exist: new Map(), child: new Map(), persistent: new Map(), recursive: new Map(),
  };

  add(kind: WatchKind, path: string, watcher: Watcher): void {
    const table = this.tables[kind];
    const watchers = table.get(path);
    if (watchers === undefined) table.set(path, new Set([watcher]));
    else watchers.add(watcher);
  }

  /** After an `exists`: on a node that is there it is a data watch. */
  addExists(path: string, err: ResultCode, watcher: Watcher): void {
    if (err === ErrorCode.OK) this.add('data', path, watcher);
    else if (err === ErrorCode.NONODE) this.add('exist', path, watcher);
  }

  /** Takes back one callback; whether it was the last of its kind there. */
  drop(kind: WatchKind, path: string, watcher: Watcher): boolean {
    const watchers = this.tables[kind].get(path);
    if (watchers?.delete(watcher) !== true) return false;
    if (watchers.size > 0) return false;
    this.tables[kind].delete(path);
    return true;
  }

  /** Takes back a callback that waits for one change, whatever kind of change. */
  dropOneShot(path: string, watcher: Watcher): void {
    for (const kind of ['data', 'exist', 'child'] as const) this.drop(kind, path, watcher);
  }

  /** Whom an event concerns, each once; those whom it uses up are forgotten. */
  fire(type: WatchedType, path: string): ReadonlySet<Watcher> {
    const told = new Set<Watcher>();
    if (type === 'NodeChildrenChanged') {
      this.take('child', path, told);
    } else {
      this.take('data', path, told);
      this.take('exist', path, told);
      if (type === 'NodeDeleted') this.take('child', path, told);
      for (const above of selfAndParents(path)) this.see('recursive', above, told);
    }
    this.see('persistent', path, told);
    return told;
  }

  /** Takes back what `removeWatches` with this type removes, and says what to tell whom. */
  remove(path: string, watcherType: number): readonly (readonly [WatchedType, Watcher])[] {
    const removed: [WatchedType, Watcher][] = [];
    for (const kind of KINDS) {
      if (!isOfType(kind, watcherType)) continue;
      for (const watcher of this.tables[kind].get(path) ?? []) removed.push([REMOVED[kind], watcher]);
      this.tables[kind].delete(path);
    }
    return removed;
  }

  /** Everybody who watches anything, each once. */
  everybody(kinds: readonly WatchKind[] = KINDS): ReadonlySet<Watcher> {
    const all = new Set<Watcher>();
    for (const kind of kinds) for (const watchers of this.tables[kind].values()) for (const watcher of watchers) all.add(watcher);
    return all;
  }

  clear(): void {
    for (const kind of KINDS) this.tables[kind].clear();
  }

  private take(kind: WatchKind, path: string, told: Set<Watcher>): void {
    this.see(kind, path, told);
    this.tables[kind].delete(path);
  }

  private see(kind: WatchKind, path: string, told: Set<Watcher>): void {
    for (const watcher of this.tables[kind].get(path) ?? []) told.add(watcher);
  }
}

function selfAndParents(path: string): string[] {
  const paths = [path];
  for (let slash = path.lastIndexOf('/'); slash > 0; slash = path.lastIndexOf('/', slash - 1)) paths.push(path.slice(0, slash));
  if (path !== '/') paths.push('/');
  return paths;
}

function isOfType(kind: WatchKind, watcherType: number): boolean {
  if (watcherType === WatcherType.Any) return true;
  if (watcherType === WatcherType.Data) return kind === 'data' || kind === 'exist';
  if (watcherType === WatcherType.Children) return kind === 'child';
  return watcherType === WatcherType.Persistent ? kind === 'persistent' : kind === 'recursive';
}
