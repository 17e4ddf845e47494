/**
 * Who watches what: two tables, data and child, from path to watchers (section 4.2 of the protocol's description;
 * WatchManager). A watcher is a number, one a connection; nothing here is replicated. Watchers fire in the order in
 * which they registered, each once per trigger whatever it holds; a one-shot watch is gone then. Filtering by
 * permission happens at delivery, not here.
 */
import { EventType, WatcherType } from '../wire/words.ts';
import { clientPath, parentOf } from './path.ts';

/** 'data' and 'child' fire once; the others stay. 'persistent' is in both tables, 'recursive' in data, for all below as well. */
export type WatchKind = 'data' | 'child' | 'persistent' | 'recursive';

const ONE_SHOT = 1;
const PERSISTENT = 2;
const RECURSIVE = 4;
const ANY = 7;
/** Not frozen: V8 walks over what is frozen by the slow way, and this is walked over with every change. */
const NOBODY: readonly number[] = [];

/** One table: path to watcher to modes, and which paths a watcher is at. */
class WatchManager {
  readonly byPath: Map<string, Map<number, number>> = new Map();
  readonly byWatcher: Map<number, Set<string>> = new Map();
  /** Watches for everything below a path; while there are none, no ancestor is looked at. */
  recursiveCount = 0;

  add(path: string, watcher: number, mode: number): void {
    const modes = this.modes(path, watcher);
    if ((mode & ~modes & RECURSIVE) !== 0) this.recursiveCount++;
    let watchers = this.byPath.get(path);
    if (watchers === undefined) this.byPath.set(path, (watchers = new Map<number, number>()));
    watchers.set(watcher, modes | mode);
    let paths = this.byWatcher.get(watcher);
    if (paths === undefined) this.byWatcher.set(watcher, (paths = new Set<string>()));
    paths.add(path);
  }

  modes(path: string, watcher: number): number {
    return this.byPath.get(path)?.get(watcher) ?? 0;
  }

  /** Whether there was one. */
  remove(path: string, watcher: number, mask: number): boolean {
    const modes = this.modes(path, watcher);
    if ((modes & mask) === 0) return false;
    if ((modes & mask & RECURSIVE) !== 0) this.recursiveCount--;
    if ((modes & ~mask) !== 0) {
      this.byPath.get(path)?.set(watcher, modes & ~mask);
      return true;
    }
    const watchers = this.byPath.get(path);
    watchers?.delete(watcher);
    if (watchers?.size === 0) this.byPath.delete(path);
    const paths = this.byWatcher.get(watcher);
    paths?.delete(path);
    if (paths?.size === 0) this.byWatcher.delete(watcher);
    return true;
  }

  removeWatcher(watcher: number): void {
    for (const path of [...(this.byWatcher.get(watcher) ?? [])]) this.remove(path, watcher, ANY);
  }

  /** Those to notify of a change at `path`, one-shot watches consumed. */
  trigger(path: string): readonly number[] {
    const here = this.byPath.get(path);
    if (here === undefined && this.recursiveCount === 0) return NOBODY;
    const fired: number[] = here === undefined ? [] : [...here.keys()];
    for (const watcher of fired) this.remove(path, watcher, ONE_SHOT);
    if (this.recursiveCount > 0) this.addRecursive(path, fired);
    return fired;
  }

  /** Nearest ancestor first. */
  addRecursive(path: string, fired: number[]): void {
    for (let ancestor = path; ancestor !== '/'; ) {
      ancestor = clientPath(parentOf(ancestor));
      const watchers = this.byPath.get(ancestor);
      if (watchers === undefined) continue;
      for (const [watcher, modes] of watchers) if ((modes & RECURSIVE) !== 0 && !fired.includes(watcher)) fired.push(watcher);
    }
  }
}

/**
 * See the head of the file. Paths are as clients name them, letter by letter: '' reads as the root, and yet a watch at '' hears
 * nothing, for what happens there is told of '/' (as in ZooKeeper).
 */
export class WatchTable {
  readonly data: WatchManager = new WatchManager();
  readonly child: WatchManager = new WatchManager();

  add(path: string, kind: WatchKind, watcher: number): void {
    const mode = kind === 'persistent' ? PERSISTENT : kind === 'recursive' ? RECURSIVE : ONE_SHOT;
    if (kind !== 'child') this.data.add(path, watcher, mode);
    if (kind === 'child' || kind === 'persistent') this.child.add(path, watcher, mode);
  }

  /** checkWatches: whether the watcher holds a watch of that `WatcherType` at the path. */
  has(path: string, watcherType: number, watcher: number): boolean {
    const { data, child } = masksOf(watcherType);
    return (this.data.modes(path, watcher) & data) !== 0 || (this.child.modes(path, watcher) & child) !== 0;
  }

  /** removeWatches: whether there was one to remove. A type removes its own mode only; Any removes every mode. */
  remove(path: string, watcherType: number, watcher: number): boolean {
    const { data, child } = masksOf(watcherType);
    const wasData = this.data.remove(path, watcher, data);
    const wasChild = this.child.remove(path, watcher, child);
    return wasData || wasChild;
  }

  /** The connection is gone. */
  removeWatcher(watcher: number): void {
    this.data.removeWatcher(watcher);
    this.child.removeWatcher(watcher);
  }

  /** The watchers that an event of `type` at `path` notifies. A deletion reaches each once, though it empties both tables. */
  trigger(type: number, path: string): readonly number[] {
    if (type === EventType.NodeChildrenChanged) return this.child.trigger(path);
    const fired = this.data.trigger(path);
    if (type !== EventType.NodeDeleted) return fired;
    const children = this.child.trigger(path);
    return children.length === 0 ? fired : fired.concat(children.filter((watcher) => !fired.includes(watcher)));
  }

  /** How many watches there are, how many paths and how many watchers have some: what `wchs` and `mntr` report. */
  get counts(): { readonly watches: number; readonly paths: number; readonly watchers: number } {
    let watches = 0;
    for (const table of [this.data, this.child]) for (const watchers of table.byPath.values()) watches += watchers.size;
    const paths = new Set([...this.data.byPath.keys(), ...this.child.byPath.keys()]);
    const watchers = new Set([...this.data.byWatcher.keys(), ...this.child.byWatcher.keys()]);
    return { watches, paths: paths.size, watchers: watchers.size };
  }

  /** Who watches what in the data table, in the order in which paths were first watched. */
  dataWatches(): ReadonlyMap<string, readonly number[]> {
    return new Map([...this.data.byPath].map(([path, watchers]) => [path, [...watchers.keys()]]));
  }

  /** The watched paths of one watcher in either table, sorted by nothing but the order of registration. */
  pathsOf(watcher: number): string[] {
    return [...new Set([...(this.data.byWatcher.get(watcher) ?? []), ...(this.child.byWatcher.get(watcher) ?? [])])];
  }
}

/** Whether a number is a `WatcherType`. */
export function isWatcherType(watcherType: number): boolean {
  return watcherType >= WatcherType.Children && watcherType <= WatcherType.PersistentRecursive;
}

function masksOf(watcherType: number): { readonly data: number; readonly child: number } {
  switch (watcherType) {
    case WatcherType.Children:
      return { data: 0, child: ONE_SHOT };
    case WatcherType.Data:
      return { data: ONE_SHOT, child: 0 };
    case WatcherType.Persistent:
      return { data: PERSISTENT, child: PERSISTENT };
    case WatcherType.PersistentRecursive:
      return { data: RECURSIVE, child: 0 };
    case WatcherType.Any:
      return { data: ANY, child: ANY };
    default:
      return { data: 0, child: 0 };
  }
}
