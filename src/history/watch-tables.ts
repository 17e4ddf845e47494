/**
 * The watches that a server must hold for one connection, as its client can work them out: what reads and addWatch left there,
 * what setWatches brought along, less what fired and what was removed. Requests, replies and events of a connection are in one
 * order on both sides, so this is exact. Plain data.
 */
import type { Zxid } from '../base/zxid.ts';
import type { Request, SetWatches2Request, SetWatchesRequest } from '../wire/client-messages.ts';
import { AddWatchMode, ErrorCode, EventType, type ResultCode, WatcherType } from '../wire/words.ts';

/** An event for those who watch `path`. */
export interface PathEvent {
  readonly type: number;
  readonly path: string;
}

/** The requests that register watches again. */
export type RenewalRequest = SetWatchesRequest | SetWatches2Request;

/** Each watch with the zxid of the state that it was left on. */
export class WatchTables {
  readonly data: Map<string, Zxid> = new Map();
  readonly child: Map<string, Zxid> = new Map();
  readonly persistent: Set<string> = new Set();
  readonly recursive: Set<string> = new Set();

  /** An ordinary request was answered as of `zxid`. */
  answered(request: Request, err: ResultCode, zxid: Zxid): void {
    const isOk = err === ErrorCode.OK;
    switch (request.kind) {
      case 'getData':
        if (request.watch && isOk) addFirst(this.data, request.path, zxid);
        return;
      case 'exists':
        if (request.watch && (isOk || err === ErrorCode.NONODE)) addFirst(this.data, request.path, zxid);
        return;
      case 'getChildren':
      case 'getChildren2':
        if (request.watch && isOk) addFirst(this.child, request.path, zxid);
        return;
      case 'addWatch':
        if (isOk) (request.mode === AddWatchMode.PERSISTENT ? this.persistent : this.recursive).add(request.path);
        return;
      case 'removeWatches':
        if (isOk) this.remove(request.path, request.watcherType);
        return;
      default:
    }
  }

  /** setWatches was answered as of `zxid`, after the events `caught`: those watches are used up, the others stand. */
  renewed(request: RenewalRequest, caught: readonly PathEvent[], zxid: Zxid): void {
    const isCaught = (path: string, ...types: readonly number[]): boolean => {
      return caught.some((event) => event.path === path && types.includes(event.type));
    };
    for (const path of request.dataWatches) {
      if (!isCaught(path, EventType.NodeDeleted, EventType.NodeDataChanged)) addFirst(this.data, path, zxid);
    }
    for (const path of request.existWatches) if (!isCaught(path, EventType.NodeCreated)) addFirst(this.data, path, zxid);
    for (const path of request.childWatches) {
      if (!isCaught(path, EventType.NodeDeleted, EventType.NodeChildrenChanged)) addFirst(this.child, path, zxid);
    }
    if (request.kind !== 'setWatches2') return;
    for (const path of request.persistentWatches) this.persistent.add(path);
    for (const path of request.persistentRecursiveWatches) this.recursive.add(path);
  }

  /** Whether any watch is about the event. */
  covers({ type, path }: PathEvent): boolean {
    const isAboutChildren = type === EventType.NodeChildrenChanged;
    if (this.persistent.has(path)) return true;
    if (isAboutChildren) return this.child.has(path);
    if (this.data.has(path) || (type === EventType.NodeDeleted && this.child.has(path))) return true;
    for (const above of this.recursive) if (isAtOrBelow(path, above)) return true;
    return false;
  }

  /** An event has used up what fires once. */
  fired({ type, path }: PathEvent): void {
    if (type !== EventType.NodeChildrenChanged) this.data.delete(path);
    if (type === EventType.NodeChildrenChanged || type === EventType.NodeDeleted) this.child.delete(path);
  }

  private remove(path: string, type: number): void {
    const isAny = type === WatcherType.Any;
    if (isAny || type === WatcherType.Data) this.data.delete(path);
    if (isAny || type === WatcherType.Children) this.child.delete(path);
    if (isAny || type === WatcherType.Persistent) this.persistent.delete(path);
    if (isAny || type === WatcherType.PersistentRecursive) this.recursive.delete(path);
  }
}

function addFirst(watches: Map<string, Zxid>, path: string, zxid: Zxid): void {
  if (!watches.has(path)) watches.set(path, zxid);
}

function isAtOrBelow(path: string, above: string): boolean {
  return path === above || path.startsWith(above === '/' ? '/' : `${above}/`);
}
