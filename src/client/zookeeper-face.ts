/**
 * ZooKeeper as a client of promises. The same class stands on a simulated world and on a real machine (`ClientHost`), so that
 * what is written with it is tested in the one and run in the other. It asks nothing twice: an answer that was lost is a
 * CONNECTIONLOSS, and the caller decides whether to ask again (`src/recipes/retry-face.ts`). An ended session stays ended.
 */
import { invariant } from '../base/invariant.ts';
import { NO_SESSION, type SessionId } from '../base/session-id.ts';
import { zxidFromNumber } from '../base/zxid.ts';
import type { Request, Response } from '../wire/client-messages.ts';
import { encodeText } from '../wire/utf8.ts';
import { AddWatchMode, ErrorCode, WatcherType, type Acl, type Bytes, type Stat } from '../wire/words.ts';
import type { ClientHost } from './client-host.ts';
import { toClientPath, toServerPath } from './client-path.ts';
import { parseConnectString } from './connect-string.ts';
import { Deferred } from './deferred-face.ts';
import { isZooKeeperError, ZooKeeperError } from './errors.ts';
import { checkedVersion, checkPath, createRequest, stepRequest, stepResults } from './operations.ts';
import type { CreateOptions, Data, MultiResult, MultiStep } from './operations.ts';
import { PersistentWatch } from './persistent-watch-face.ts';
import { SessionProcess, type SessionNews } from './session-face.ts';
import { Stream } from './stream-face.ts';
import { Transaction } from './transaction-face.ts';
import { WatchTable, type WatchKind } from './watch-table-face.ts';
import { isEnd, watchedType, type SessionState, type WatchedEvent, type Watcher } from './watched-event.ts';
import { checked, type NodeData, type ReadOptions, type Reconfiguration, type RemovableWatch } from './zookeeper-options.ts';
import type { ZooKeeperOptions } from './zookeeper-options.ts';
export type * from './zookeeper-options.ts';

const DEFAULT_SESSION_TIMEOUT_MS = 30_000;
/** How long a client that has no connection waits for one to close its session by. */
const CLOSE_PATIENCE_MS = 2000;
const CONFIG_PATH = '/zookeeper/config';
const STATES = { disconnected: 'Disconnected', expired: 'Expired', authFailed: 'AuthFailed', closed: 'Closed' } as const;

/** See the head of the file. */
export class ZooKeeper {
  readonly chroot: string;
  /** The session as its owner sees it; `Disconnected` until the first connection. */
  state: SessionState = 'Disconnected';
  private readonly host: ClientHost;
  private readonly process: SessionProcess;
  private readonly requestTimeoutMs: number;
  private readonly watches: WatchTable = new WatchTable();
  private readonly sessionWatchers: Set<Watcher> = new Set();
  private readonly waiting: Set<Deferred<undefined>> = new Set();
  private closing: Promise<void> | null = null;

  /** Begins at once to look for a server; throws `ConnectStringError`. */
  constructor(host: ClientHost, connectString: string, options: ZooKeeperOptions = {}) {
    const { servers, chroot } = parseConnectString(connectString);
    const { sessionTimeoutMs = DEFAULT_SESSION_TIMEOUT_MS, canBeReadOnly = false, requestTimeoutMs = 0 } = checked(options);
    this.chroot = chroot;
    this.host = host;
    this.requestTimeoutMs = requestTimeoutMs;
    if (options.onSession !== undefined) this.sessionWatchers.add(options.onSession);
    const settings = { servers: host.resolve(servers), sessionTimeoutMs, canBeReadOnly };
    this.process = new SessionProcess(settings, (news) => { this.onNews(news); });
    this.process.sit(host.seat(this.process));
    // A client that is closed before that presents nothing.
    for (const { scheme, auth } of options.auth ?? []) this.addAuth(scheme, auth).catch(() => undefined);
    this.process.open();
  }

  get sessionId(): SessionId {
    return this.process.core.sessionId;
  }

  /** Of the session; 16 bytes. */
  get password(): Bytes {
    return this.process.core.password;
  }

  /** As negotiated. */
  get sessionTimeoutMs(): number {
    return this.process.core.timeoutMs;
  }

  /** Resolves when the session stands on a connection, at once if it does; rejects when it has ended. */
  connected(): Promise<void> {
    if (this.state === 'SyncConnected' || this.state === 'ConnectedReadOnly') return Promise.resolve();
    if (isEnd(this.state)) return Promise.reject(new ZooKeeperError(ErrorCode.SESSIONEXPIRED, 'connect', ''));
    const connected = new Deferred<undefined>();
    this.waiting.add(connected);
    return connected.promise;
  }

  /** Calls `watcher` with every change of the session; the function that is returned takes it back. */
  onSession(watcher: Watcher): () => void {
    this.sessionWatchers.add(watcher);
    return () => { this.sessionWatchers.delete(watcher); };
  }

  /** Every change of the session from now on, to its end; nothing, if it has ended. */
  sessionEvents(): AsyncIterableIterator<WatchedEvent> {
    const stream: Stream<WatchedEvent> = new Stream(() => { leave(); });
    const leave = this.onSession((event) => {
      stream.push(event);
      if (isEnd(event.state)) stream.close();
    });
    if (isEnd(this.state)) stream.close();
    return stream;
  }

  /** The path of the new node, with its sequence number if it has one. NODEEXISTS, NONODE (no parent), ... */
  async create(path: string, data: Data = null, options: CreateOptions = {}): Promise<string> {
    return (await this.createWithStat(path, data, options)).path;
  }

  /** As `create`, with the new node's Stat. */
  async createWithStat(path: string, data: Data = null, options: CreateOptions = {}): Promise<{ path: string; stat: Stat }> {
    const request = createRequest(this.chroot, path, data, options);
    const response = await this.ask(request, path);
    invariant('stat' in response && 'path' in response, 'a create is answered by path and Stat');
    return { path: toClientPath(this.chroot, response.path), stat: response.stat };
  }

  /** NONODE, NOTEMPTY, BADVERSION; `version` −1 matches any. */
  async delete(path: string, version: number = -1): Promise<void> {
    await this.ask(stepRequest(this.chroot, { kind: 'delete', path, version }), path);
  }

  /** The Stat, or null where there is no node; a watch is left either way. */
  async exists(path: string, options: ReadOptions = {}): Promise<Stat | null> {
    const { watch } = options;
    checkPath('exists', path);
    const serverPath = this.toServer(path);
    const reply = await this.process.ask({ kind: 'exists', path: serverPath, watch: watch !== undefined }, {
      path, timeoutMs: this.requestTimeoutMs,
      onReply: ({ err }) => { if (watch !== undefined) this.watches.addExists(serverPath, err, watch); },
    });
    if (reply.err === ErrorCode.NONODE) return null;
    const response = this.succeed(reply.err, reply.response, 'exists', path);
    invariant(response.kind === 'exists', 'exists is answered by a Stat');
    return response.stat;
  }

  /** Content and Stat; NONODE leaves no watch. */
  async get(path: string, options: ReadOptions = {}): Promise<NodeData> {
    const response = await this.read('getData', path, 'data', options.watch);
    invariant(response.kind === 'getData', 'getData is answered by data');
    return { data: response.data, stat: response.stat };
  }

  /** The new Stat. */
  async set(path: string, data: Data, version: number = -1): Promise<Stat> {
    const response = await this.ask(stepRequest(this.chroot, { kind: 'set', path, data, version }), path);
    invariant(response.kind === 'setData', 'setData is answered by a Stat');
    return response.stat;
  }

  /** Names of the children, in no particular order. */
  async children(path: string, options: ReadOptions = {}): Promise<readonly string[]> {
    return (await this.childrenWithStat(path, options)).children;
  }

  /** As `children`, with the Stat of the parent. */
  async childrenWithStat(path: string, options: ReadOptions = {}): Promise<{ children: readonly string[]; stat: Stat }> {
    const response = await this.read('getChildren2', path, 'child', options.watch);
    invariant(response.kind === 'getChildren2', 'getChildren2 is answered by names and Stat');
    return { children: response.children, stat: response.stat };
  }

  /** Begins a transaction. */
  multi(): Transaction {
    return new Transaction((steps) => this.commit(steps));
  }

  /** What the leader had committed when it was asked is visible here to what is asked afterwards. */
  async sync(path: string = '/'): Promise<void> {
    await this.askAt(path, (at) => ({ kind: 'sync', path: at }));
  }

  async getAcl(path: string): Promise<{ acl: readonly Acl[]; stat: Stat }> {
    const response = await this.askAt(path, (at) => ({ kind: 'getACL', path: at }));
    invariant(response.kind === 'getACL', 'getACL is answered by a list');
    return { acl: response.acl, stat: response.stat };
  }

  /** `version` is the aversion expected; −1 matches any. */
  async setAcl(path: string, acl: readonly Acl[], version: number = -1): Promise<Stat> {
    checkedVersion('setACL', path, version);
    const response = await this.askAt(path, (at) => ({ kind: 'setACL', path: at, acl, version }));
    invariant(response.kind === 'setACL', 'setACL is answered by a Stat');
    return response.stat;
  }

  /** Presents credentials, now and on every later connection. Resolves when they are sent; a refusal ends the session. */
  addAuth(scheme: string, auth: string | Bytes): Promise<void> {
    return this.process.addAuth(scheme, typeof auth === 'string' ? encodeText(auth) : auth);
  }

  /** The identities that the server knows this connection by. */
  async whoAmI(): Promise<readonly { readonly scheme: string; readonly user: string }[]> {
    const response = await this.ask({ kind: 'whoAmI' }, '');
    invariant(response.kind === 'whoAmI', 'whoAmI is answered by a list');
    return response.users;
  }

  /** The ephemeral nodes of this session whose paths begin with `prefix`. */
  async getEphemerals(prefix: string = '/'): Promise<readonly string[]> {
    const response = await this.ask({ kind: 'getEphemerals', path: this.toServer(prefix) }, prefix);
    invariant(response.kind === 'getEphemerals', 'getEphemerals is answered by paths');
    return response.paths.map((path) => this.toClient(path));
  }

  /** How many nodes are below this one, at any depth. */
  async getAllChildrenNumber(path: string): Promise<number> {
    const response = await this.askAt(path, (at) => ({ kind: 'getAllChildrenNumber', path: at }));
    invariant(response.kind === 'getAllChildrenNumber', 'getAllChildrenNumber is answered by a number');
    return response.total;
  }

  /** The configuration of the ensemble; its path does not know the chroot. */
  async config(options: ReadOptions = {}): Promise<NodeData> {
    const { watch } = options;
    const response = await this.ask({ kind: 'getData', path: CONFIG_PATH, watch: watch !== undefined }, CONFIG_PATH, () => {
      if (watch !== undefined) this.watches.add('data', CONFIG_PATH, watch);
    });
    invariant(response.kind === 'getData', 'getData is answered by data');
    return { data: response.data, stat: response.stat };
  }

  /** Changes the ensemble; the new configuration. */
  async reconfig(change: Reconfiguration): Promise<NodeData> {
    const { joining = null, leaving = null, members = null, fromVersion = -1 } = change;
    const configVersion = zxidFromNumber(fromVersion);
    if (configVersion === undefined) throw ZooKeeperError.badArguments('reconfig', '', `${fromVersion} is no version of members`);
    const request: Request = {
      kind: 'reconfig', joiningServers: joining, leavingServers: leaving, newMembers: members, configVersion,
    };
    const response = await this.ask(request, '');
    invariant(response.kind === 'reconfig', 'reconfig is answered by the configuration');
    return { data: response.data, stat: response.stat };
  }

  /** Calls `watcher` at every change, of the node alone or (`recursive`) of all below it; it also hears of the session. */
  async addWatch(path: string, watcher: Watcher, options: { readonly recursive?: boolean } = {}): Promise<void> {
    checkPath('addWatch', path);
    const isRecursive = options.recursive === true;
    const serverPath = this.toServer(path);
    const mode = isRecursive ? AddWatchMode.PERSISTENT_RECURSIVE : AddWatchMode.PERSISTENT;
    await this.ask({ kind: 'addWatch', path: serverPath, mode }, path, () => {
      this.watches.add(isRecursive ? 'recursive' : 'persistent', serverPath, watcher);
    });
  }

  /** As `addWatch`, to be read with `for await`. */
  async watch(path: string, options: { readonly recursive?: boolean } = {}): Promise<PersistentWatch> {
    const hear: Watcher = (event) => { watch.take(event); };
    const watch: PersistentWatch = new PersistentWatch(path, () => this.leave(path, hear, options.recursive === true));
    await this.addWatch(path, hear, options);
    return watch;
  }

  /** Removes every watch of a type from a path; NOWATCHER. `local`: here at least, if the server cannot be asked. */
  async removeWatches(path: string, type: RemovableWatch = 'Any', options: { readonly local?: boolean } = {}): Promise<void> {
    checkPath('removeWatches', path);
    const watcherType = WatcherType[type];
    const serverPath = this.toServer(path);
    // With the reply: who watches from then on stays.
    const forget = (): void => {
      for (const [told, watcher] of this.watches.remove(serverPath, watcherType)) {
        this.tell(new Set([watcher]), { type: told, state: this.state, path, zxid: -1 });
      }
    };
    try {
      await this.ask({ kind: 'removeWatches', path: serverPath, watcherType }, path, forget);
    } catch (error) {
      if (options.local !== true || !isZooKeeperError(error, 'CONNECTIONLOSS')) throw error;
      this.process.core.watches.remove(serverPath, watcherType);
      forget();
    }
  }

  /** What a read has left at `path` no longer calls `watcher`. The server is not asked: its own watch stays until it fires. */
  unwatch(path: string, watcher: Watcher): void {
    this.watches.dropOneShot(this.toServer(path), watcher);
  }

  /** Resolves after so many milliseconds of the clock that sessions are counted by: simulated in a simulation. */
  sleep(ms: number): Promise<void> {
    return this.process.sleep(ms);
  }

  /** Milliseconds since some moment, by the same clock. */
  now(): Promise<number> {
    return this.process.now();
  }

  /** Leaves the present server for another one; the session stays. */
  reconnect(): Promise<void> {
    return this.process.reconnect();
  }

  /**
   * Ends the session behind everything that was asked, its ephemeral nodes with it; never rejects. Without a connection it waits
   * for one for a moment, then leaves the session to expire, and what was asked is lost.
   */
  close(): Promise<void> {
    this.closing ??= this.end();
    return this.closing;
  }

  private async end(): Promise<void> {
    if (!isEnd(this.state)) {
      const asked = this.ask({ kind: 'closeSession' }, '').catch((error: unknown) => {
        // Whatever ended the session instead, it has ended, or the servers will expire it.
        if (!(error instanceof ZooKeeperError)) throw error;
      });
      if (this.state !== 'Disconnected') await asked;
      else if (this.sessionId !== NO_SESSION) await Promise.race([asked, this.sleep(CLOSE_PATIENCE_MS)]);
    }
    this.process.stop();
    if (!isEnd(this.state)) this.turn('Closed');
  }

  private toServer(path: string): string {
    return toServerPath(this.chroot, path);
  }

  private toClient(path: string): string {
    return path === CONFIG_PATH ? path : toClientPath(this.chroot, path);
  }

  private async leave(path: string, watcher: Watcher, isRecursive: boolean): Promise<void> {
    const isLast = this.watches.drop(isRecursive ? 'recursive' : 'persistent', this.toServer(path), watcher);
    if (!isLast || isEnd(this.state)) return;
    await this.removeWatches(path, isRecursive ? 'PersistentRecursive' : 'Persistent', { local: true });
  }

  /** One request about one path of the caller's. */
  private askAt(path: string, build: (path: string) => Request): Promise<Response> {
    const request = build(this.toServer(path));
    checkPath(request.kind, path);
    return this.ask(request, path);
  }

  private read(kind: 'getData' | 'getChildren2', path: string, left: WatchKind, watch: Watcher | undefined): Promise<Response> {
    checkPath(kind, path);
    const serverPath = this.toServer(path);
    return this.ask({ kind, path: serverPath, watch: watch !== undefined }, path, () => {
      if (watch !== undefined) this.watches.add(left, serverPath, watch);
    });
  }

  private async ask(request: Request, path: string, onSuccess?: () => void): Promise<Response> {
    const reply = await this.process.ask(request, {
      path, timeoutMs: this.requestTimeoutMs,
      onReply: ({ err }) => { if (err === ErrorCode.OK) onSuccess?.(); },
    });
    return this.succeed(reply.err, reply.response, request.kind, path);
  }

  private succeed(err: number, response: Response | null, operation: string, path: string): Response {
    if (err !== ErrorCode.OK) throw new ZooKeeperError(err, operation, path);
    invariant(response !== null, 'a reply without an error has a body');
    return response;
  }

  private async commit(steps: readonly MultiStep[]): Promise<readonly MultiResult[]> {
    if (steps.length === 0) return [];
    const response = await this.ask({ kind: 'multi', ops: steps.map((step) => stepRequest(this.chroot, step)) }, '');
    invariant(response.kind === 'multi', 'a multi is answered by its results');
    return stepResults(this.chroot, steps, response.results);
  }

  private onNews(news: SessionNews): void {
    if (news.kind === 'connected') {
      this.turn(news.isReadOnly ? 'ConnectedReadOnly' : 'SyncConnected');
    } else if (news.kind !== 'event') {
      this.turn(STATES[news.kind]);
    } else {
      const type = watchedType(news.type);
      if (type === undefined) return;
      const path = this.toClient(news.path);
      this.tell(this.watches.fire(type, news.path), { type, state: this.state, path, zxid: news.zxid });
    }
  }

  /** Those who wait for one change hear of the session only when it has ended, those who stay hear of every turn. */
  private turn(state: SessionState): void {
    this.state = state;
    const event: WatchedEvent = { type: 'None', state, path: null, zxid: -1 };
    const watchers = this.watches.everybody(isEnd(state) ? undefined : ['persistent', 'recursive']);
    this.tell(new Set([...this.sessionWatchers, ...watchers]), event);
    if (isEnd(state)) this.watches.clear();
    if (state === 'Disconnected') return;
    for (const each of this.waiting) {
      if (isEnd(state)) each.reject(new ZooKeeperError(ErrorCode.SESSIONEXPIRED, 'connect', '', `the session is ${state}`));
      else each.resolve(undefined);
    }
    this.waiting.clear();
  }

  /** After the event at hand, before those who wait for what came after it. */
  private tell(watchers: ReadonlySet<Watcher>, event: WatchedEvent): void {
    for (const watcher of watchers) Promise.resolve(event).then(watcher).catch((error: unknown) => { this.host.report(error); });
  }
}
