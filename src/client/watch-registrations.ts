/**
 * The watches that a client believes to have, so that it can register them again on its next connection: servers forget a watch
 * with the connection that left it. Kept by type as ZooKeeper's client keeps them (ZKWatchManager): a watch left by `exists` on
 * a node that exists is a data watch. It never invents one: only a reply registers.
 */
import type { Zxid } from '../base/zxid.ts';
import type { Request } from '../wire/client-messages.ts';
import { AddWatchMode, ErrorCode, EventType, WatcherType, type ResultCode } from '../wire/words.ts';

/** Characters of paths in one setWatches request: a single one for all could exceed the packet limit (ZOOKEEPER-706). */
export const SET_WATCHES_LENGTH: number = 128 * 1024;

const LISTS = ['data', 'exist', 'child', 'persistent', 'recursive'] as const;

/** Paths with a watch, by type, each in the order of registration. */
export class WatchRegistrations {
  readonly data: Set<string> = new Set();
  readonly exist: Set<string> = new Set();
  readonly child: Set<string> = new Set();
  readonly persistent: Set<string> = new Set();
  readonly recursive: Set<string> = new Set();

  /** Takes note of what an answered request left behind on the server, or took away. */
  noteReply(request: Request, err: ResultCode): void {
    switch (request.kind) {
      case 'getData':
        if (request.watch && err === ErrorCode.OK) this.data.add(request.path);
        return;
      case 'exists':
        if (request.watch && err === ErrorCode.OK) this.data.add(request.path);
        else if (request.watch && err === ErrorCode.NONODE) this.exist.add(request.path);
        return;
      case 'getChildren':
      case 'getChildren2':
        if (request.watch && err === ErrorCode.OK) this.child.add(request.path);
        return;
      case 'addWatch':
        if (err === ErrorCode.OK) (request.mode === AddWatchMode.PERSISTENT ? this.persistent : this.recursive).add(request.path);
        return;
      case 'removeWatches':
        if (err === ErrorCode.OK) this.remove(request.path, request.watcherType);
        return;
      default:
    }
  }

  /** Forgets the one-shot watches that an event has used up; persistent ones stay. */
  noteEvent(type: number, path: string): void {
    if (type === EventType.NodeChildrenChanged) {
      this.child.delete(path);
      return;
    }
    this.data.delete(path);
    this.exist.delete(path);
    if (type === EventType.NodeDeleted) this.child.delete(path);
  }

  /**
   * The requests that register everything again and ask for what was missed since `relativeZxid`; none when there is nothing
   * to register. The older form travels when it suffices, for servers that know no other.
   */
  renewals(relativeZxid: Zxid): Request[] {
    const batches: Batch[] = [];
    let batch = emptyBatch();
    let length = 0;
    for (const list of LISTS) {
      for (const path of this[list]) {
        if (batches.length === 0 || (length > 0 && length + path.length > SET_WATCHES_LENGTH)) {
          batch = emptyBatch();
          batches.push(batch);
          length = 0;
        }
        batch[list].push(path);
        length += path.length;
      }
    }
    return batches.map((one) => renewal(one, relativeZxid));
  }

  /** Forgets all: the session is over. */
  clear(): void {
    for (const list of LISTS) this[list].clear();
  }

  /** Forgets what `removeWatches` with this type removes. */
  remove(path: string, watcherType: number): void {
    const isAny = watcherType === WatcherType.Any;
    if (isAny || watcherType === WatcherType.Data) {
      this.data.delete(path);
      this.exist.delete(path);
    }
    if (isAny || watcherType === WatcherType.Children) this.child.delete(path);
    if (isAny || watcherType === WatcherType.Persistent) this.persistent.delete(path);
    if (isAny || watcherType === WatcherType.PersistentRecursive) this.recursive.delete(path);
  }
}

type Batch = Record<(typeof LISTS)[number], string[]>;

function emptyBatch(): Batch {
  return { data: [], exist: [], child: [], persistent: [], recursive: [] };
}

function renewal(batch: Batch, relativeZxid: Zxid): Request {
  const standard = { relativeZxid, dataWatches: batch.data, existWatches: batch.exist, childWatches: batch.child };
  if (batch.persistent.length === 0 && batch.recursive.length === 0) return { kind: 'setWatches', ...standard };
  return { kind: 'setWatches2', ...standard, persistentWatches: batch.persistent, persistentRecursiveWatches: batch.recursive };
}
