/** What a watch tells: ZooKeeper's WatchedEvent by its names, with the zxid that caused it. */
import { EventType } from '../wire/words.ts';

/** What happened; `None` is a change of the session. The `...Removed` three are made by the client after `removeWatches`. */
export type WatchedType = 'None' | 'NodeCreated' | 'NodeDeleted' | 'NodeDataChanged' | 'NodeChildrenChanged' |
  'DataWatchRemoved' | 'ChildWatchRemoved' | 'PersistentWatchRemoved';

/** The state of the session (Watcher.Event.KeeperState). */
export type SessionState = 'Disconnected' | 'SyncConnected' | 'ConnectedReadOnly' | 'AuthFailed' | 'Expired' | 'Closed';

/** One event. `path` is null for `None`; `zxid` is −1 where no transaction is known to have caused it. */
export interface WatchedEvent {
  readonly type: WatchedType;
  readonly state: SessionState;
  readonly path: string | null;
  readonly zxid: number;
}

/** Hears of events. */
export type Watcher = (event: WatchedEvent) => void;

const TYPES: ReadonlyMap<number, WatchedType> = new Map([
  [EventType.NodeCreated, 'NodeCreated'],
  [EventType.NodeDeleted, 'NodeDeleted'],
  [EventType.NodeDataChanged, 'NodeDataChanged'],
  [EventType.NodeChildrenChanged, 'NodeChildrenChanged'],
]);

/** The name of a type that travelled; undefined for one that this client does not know. */
export function watchedType(type: number): WatchedType | undefined {
  return TYPES.get(type);
}

/** `WatchedEvent state:SyncConnected type:NodeDataChanged path:/x zxid: 5`, as ZooKeeper 3.9 prints it. */
export function describeWatchedEvent({ type, state, path, zxid }: WatchedEvent): string {
  return `WatchedEvent state:${state} type:${type} path:${path ?? 'null'} zxid: ${zxid}`;
}

/** Whether the session has ended with this event. */
export function isEnd(state: SessionState): boolean {
  return state === 'Expired' || state === 'AuthFailed' || state === 'Closed';
}
