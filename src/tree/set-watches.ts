/**
 * What a client that comes back has missed (setWatches and setWatches2; the table is in section 4.2 of the protocol's
 * description). For each of its watches: an event that it would have had, or the watch again. Persistent watches are
 * only registered: what they missed is not told, as in ZooKeeper. A path in two lists may cause two events.
 */
import type { SetWatches2Request, SetWatchesRequest } from '../wire/client-messages.ts';
import { EventType } from '../wire/words.ts';
import type { DataTree } from './data-tree.ts';
import type { WatchKind } from './watches.ts';

/** Events to send (with zxid −1, before the reply) and watches to register, each in the order of the lists. */
export interface CatchUp {
  readonly events: readonly { readonly type: number; readonly path: string }[];
  readonly watches: readonly { readonly path: string; readonly kind: WatchKind }[];
}

/** See the head of the file. */
export function catchUp(tree: DataTree, request: SetWatchesRequest | SetWatches2Request): CatchUp {
  const since = request.relativeZxid;
  const events: { readonly type: number; readonly path: string }[] = [];
  const watches: { readonly path: string; readonly kind: WatchKind }[] = [];
  for (const path of request.dataWatches) {
    const stat = tree.node(path)?.stat;
    if (stat === undefined) events.push({ type: EventType.NodeDeleted, path });
    else if (stat.mzxid > since) events.push({ type: EventType.NodeDataChanged, path });
    else watches.push({ path, kind: 'data' });
  }
  for (const path of request.existWatches) {
    if (tree.node(path) !== undefined) events.push({ type: EventType.NodeCreated, path });
    else watches.push({ path, kind: 'data' });
  }
  for (const path of request.childWatches) {
    const stat = tree.node(path)?.stat;
    if (stat === undefined) events.push({ type: EventType.NodeDeleted, path });
    else if (stat.pzxid > since) events.push({ type: EventType.NodeChildrenChanged, path });
    else watches.push({ path, kind: 'child' });
  }
  if (request.kind === 'setWatches2') {
    for (const path of request.persistentWatches) watches.push({ path, kind: 'persistent' });
    for (const path of request.persistentRecursiveWatches) watches.push({ path, kind: 'recursive' });
  }
  return { events, watches };
}
