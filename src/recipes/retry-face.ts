/**
 * What every recipe needs of a client that may lose its connection at any moment: asking again what may be asked twice,
 * creating a node and knowing it again, changing something once although the answer was lost, and waiting for a change. After
 * a lost answer, what a `sync` and a read show is final: the servers refuse what an old connection still has under way once
 * the session has moved, and answer one connection in order.
 */
import { sessionIdToHex } from '../base/session-id.ts';
import { Deferred } from '../client/deferred-face.ts';
import { isOutcomeUnknown, isSessionOver, isZooKeeperError, ZooKeeperError } from '../client/errors.ts';
import type { CreateMode, Data, MultiResult } from '../client/operations.ts';
import type { Transaction } from '../client/transaction-face.ts';
import type { WatchedEvent, Watcher } from '../client/watched-event.ts';
import { isEnd } from '../client/watched-event.ts';
import type { ZooKeeper } from '../client/zookeeper-face.ts';
import { ErrorCode } from '../wire/words.ts';

const PAUSE_MS = 50;

/** Asks until there is an answer, whatever it is. Only for what may happen twice. */
export async function retrying<T>(zk: ZooKeeper, ask: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      if (!isOutcomeUnknown(error) && !isZooKeeperError(error, 'SESSIONMOVED')) throw error;
      await zk.sleep(PAUSE_MS);
    }
  }
}

/** The path of a child. */
export function childOf(path: string, name: string): string {
  return path === '/' ? `/${name}` : `${path}/${name}`;
}

/** Creates a node and what is missing above it, persistent ones; of what is there, nothing but that is asked. */
export async function ensurePath(zk: ZooKeeper, path: string): Promise<void> {
  if (path === '/' || (await retrying(zk, () => zk.exists(path))) !== null) return;
  await ensurePath(zk, path.slice(0, Math.max(1, path.lastIndexOf('/'))));
  await tolerating('NODEEXISTS', retrying(zk, () => zk.create(path)));
}

/**
 * Creates an ephemeral node of a name of one's own. One who was there under the name, with a session that is not over yet, is
 * waited for; what this session has put there says `data` from now on.
 */
export async function createOwn(zk: ZooKeeper, path: string, data: Data): Promise<void> {
  for (;;) {
    try {
      await retrying(zk, () => zk.create(path, data, { mode: 'EPHEMERAL' }));
      return;
    } catch (error) {
      if (!isZooKeeperError(error, 'NODEEXISTS')) throw error;
    }
    const change = nextChange();
    const stat = await retrying(zk, () => zk.exists(path, { watch: change.watch }));
    if (stat === null) continue;
    if (stat.ephemeralOwner !== zk.sessionId) await change.happened;
    else if ((await tolerating('NONODE', retrying(zk, () => zk.set(path, data)))) !== undefined) return;
  }
}

/** Deletes a node that may be gone already. */
export async function remove(zk: ZooKeeper, path: string): Promise<void> {
  await tolerating('NONODE', retrying(zk, () => zk.delete(path)));
}

/** The value, or undefined when it failed with this code. */
export async function tolerating<T>(
  code: 'NONODE' | 'NODEEXISTS' | 'NOTEMPTY' | 'NOAUTH', work: Promise<T>,
): Promise<T | undefined> {
  try {
    return await work;
  } catch (error) {
    if (isZooKeeperError(error, code)) return undefined;
    throw error;
  }
}

/** A mark that no other session has used, nor this one before. */
export async function freshMark(zk: ZooKeeper): Promise<string> {
  await zk.connected();
  const count = (marks.get(zk) ?? 0) + 1;
  marks.set(zk, count);
  return `${sessionIdToHex(zk.sessionId).slice(2)}-${count}`;
}

const marks: WeakMap<ZooKeeper, number> = new WeakMap();

/** A node that was created once. `zxid` is that of its creation, which grows with every node created later: a fencing token. */
export interface OwnNode {
  readonly path: string;
  readonly name: string;
  readonly zxid: number;
}

/**
 * Creates a sequential node below `directory` once, even if the answer is lost: a mark in its name lets it be found again
 * (Curator's protected mode). Its name is `_c_MARK-NAME-NUMBER`.
 */
export async function createMarked(
  zk: ZooKeeper, directory: string, name: string, data: Data, mode: CreateMode,
): Promise<OwnNode> {
  const mark = `_c_${await freshMark(zk)}-`;
  for (;;) {
    try {
      const { path, stat } = await zk.createWithStat(childOf(directory, `${mark}${name}-`), data, { mode });
      return { path, name: path.slice(path.lastIndexOf('/') + 1), zxid: stat.czxid };
    } catch (error) {
      if (isZooKeeperError(error, 'NONODE')) await ensurePath(zk, directory);
      else if (!isOutcomeUnknown(error)) throw error;
    }
    const found = await findMarked(zk, directory, mark);
    if (found !== undefined) return found;
  }
}

async function findMarked(zk: ZooKeeper, directory: string, mark: string): Promise<OwnNode | undefined> {
  await retrying(zk, () => zk.sync(directory));
  const names = (await tolerating('NONODE', retrying(zk, () => zk.children(directory)))) ?? [];
  const name = names.find((each) => each.startsWith(mark));
  if (name === undefined) return undefined;
  const path = childOf(directory, name);
  const stat = await retrying(zk, () => zk.exists(path));
  return stat === null ? undefined : { path, name, zxid: stat.czxid };
}

/**
 * Commits a transaction once, even if the answer is lost: an ephemeral mark below `marksPath`, which is part of it, says whether
 * it happened. Undefined results mean that it did, and that what it answered is lost. Throws what the transaction throws.
 */
export async function commitOnce(
  zk: ZooKeeper, marksPath: string, steps: (transaction: Transaction) => Transaction,
): Promise<readonly MultiResult[] | undefined> {
  const mark = childOf(marksPath, await freshMark(zk));
  for (;;) {
    try {
      const results = await steps(zk.multi()).create(mark, null, { mode: 'EPHEMERAL' }).commit();
      await removeMark(zk, mark);
      return results;
    } catch (error) {
      if (!isOutcomeUnknown(error)) throw error;
    }
    await retrying(zk, () => zk.sync(marksPath));
    if ((await retrying(zk, () => zk.exists(mark))) === null) continue;
    await removeMark(zk, mark);
    return undefined;
  }
}

/** What it stood for has happened, whatever becomes of it: with the session, it goes too. */
async function removeMark(zk: ZooKeeper, mark: string): Promise<void> {
  try {
    await remove(zk, mark);
  } catch (error) {
    if (!isSessionOver(error)) throw error;
  }
}

/** A watch to be waited for. */
export interface Change {
  readonly watch: Watcher;
  /** Resolves with the event; rejects when the session ends before one. */
  readonly happened: Promise<WatchedEvent>;
}

/** Makes one. */
export function nextChange(): Change {
  const event = new Deferred<WatchedEvent>();
  // Whoever no longer waits for it does not want to hear of the end either.
  event.promise.catch(() => undefined);
  return {
    happened: event.promise,
    watch: (each) => {
      if (each.type !== 'None') event.resolve(each);
      else if (isEnd(each.state)) event.reject(sessionOver());
    },
  };
}

/** Resolves after so many milliseconds, at once if the client is closed; undefined: there is no end to a wait. */
export function timeUpAfter(zk: ZooKeeper, timeoutMs: number | undefined): Promise<void> | undefined {
  return timeoutMs === undefined ? undefined : zk.sleep(timeoutMs).catch(() => undefined);
}

/**
 * Whether the change, which is watched at `path`, came before the time was up; without a time, it is waited for. Else it is
 * watched no longer: those who ask again and again would leave a watch each time.
 */
export async function happensWithin(
  zk: ZooKeeper, path: string, change: Change, timeUp: Promise<void> | undefined,
): Promise<boolean> {
  const happened = change.happened.then(() => true);
  if (timeUp === undefined) return happened;
  const isInTime = await Promise.race([happened, timeUp.then(() => false)]);
  if (!isInTime) zk.unwatch(path, change.watch);
  return isInTime;
}

/** What a recipe throws when its session has ended. */
export function sessionOver(): ZooKeeperError {
  return new ZooKeeperError(ErrorCode.SESSIONEXPIRED, 'wait', '');
}
