/** What `import ... from 'vivarium'` gives: the client, its errors and events, and the recipes. */
export { ConnectStringError } from '../client/connect-string.ts';
export { isOutcomeUnknown, isSessionOver, isZooKeeperError, MultiError, ZooKeeperError } from '../client/errors.ts';
export type { CreateMode, CreateOptions, Data, MultiResult } from '../client/operations.ts';
export type { PersistentWatch } from '../client/persistent-watch-face.ts';
export type { Transaction } from '../client/transaction-face.ts';
export type { SessionState, WatchedEvent, WatchedType, Watcher } from '../client/watched-event.ts';
export type {
  NodeData, ReadOptions, Reconfiguration, RemovableWatch, ZooKeeper as AnyZooKeeper, ZooKeeperOptions,
} from '../client/zookeeper-face.ts';
export { OPEN_ACL_UNSAFE, Permission, type Acl, type Id, type Stat } from '../wire/words.ts';
export * from '../recipes/index.ts';
export { type RealZooKeeperOptions, ZooKeeper } from './zookeeper.ts';
