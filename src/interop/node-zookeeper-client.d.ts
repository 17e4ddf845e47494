/** What is used of the npm package `node-zookeeper-client`, which comes without types; for tests only. */
declare module 'node-zookeeper-client' {
  /** An error of the server, or of the connection. */
  export interface ZooKeeperException extends Error {
    getCode(): number;
    getName(): string;
  }
  type Done<T> = (error: ZooKeeperException | null, value: T) => void;
  export interface WatchEvent {
    readonly name: string;
    readonly path: string;
  }
  export interface NodeStat {
    readonly version: number;
    readonly numChildren: number;
  }
  export interface Transaction {
    create(path: string, data: Buffer): Transaction;
    setData(path: string, data: Buffer, version: number): Transaction;
    check(path: string, version: number): Transaction;
    remove(path: string, version: number): Transaction;
    commit(done: Done<unknown>): void;
  }
  export interface Client {
    once(event: 'connected', listener: () => void): void;
    connect(): void;
    close(): void;
    create(path: string, data: Buffer, mode: number, done: Done<string>): void;
    remove(path: string, version: number, done: (error: ZooKeeperException | null) => void): void;
    exists(path: string, done: Done<NodeStat | null>): void;
    getChildren(path: string, done: Done<string[]>): void;
    getData(path: string, watcher: (event: WatchEvent) => void, done: Done<Buffer>): void;
    setData(path: string, data: Buffer, version: number, done: Done<NodeStat>): void;
    mkdirp(path: string, done: Done<string>): void;
    addAuthInfo(scheme: string, auth: Buffer): void;
    transaction(): Transaction;
    getSessionTimeout(): number;
  }
  /** How a node lives. */
  export const CreateMode: {
    readonly PERSISTENT: number; readonly EPHEMERAL: number; readonly PERSISTENT_SEQUENTIAL: number;
  };
  const library: {
    createClient(servers: string, options: { readonly sessionTimeout: number; readonly retries: number }): Client;
    readonly CreateMode: typeof CreateMode;
  };
  export { library as default };
}
