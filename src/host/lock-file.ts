/**
 * One server a directory: a file that names who uses it. A lock whose owner is dead is taken over, so that nobody has to clean up
 * after a crash; a number that was given to another process since is told by when that one started.
 */
import { readFileSync, statSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeDirectory, unusable } from './make-directory.ts';

const NAME = 'vivarium.lock';
/** Whoever makes a lock, or clears a dead one away, has done so long before. */
const UNDER_WAY_MS = 2000;
/** To clear away what a dead server left; others may do the same. */
const ATTEMPTS = 3;

/** Somebody else uses the directory; the message is one sentence for the operator. */
export class LockError extends Error {
  override readonly name = 'LockError';
}

/** Directories that this process has locked: it may run several servers. */
const own = new Set<string>();

/** A directory that nobody else may use until `release`. */
export class DirectoryLock {
  private readonly path: string;

  private constructor(path: string) {
    this.path = path;
  }

  /** Makes the directory if it is missing. Throws `LockError` and `DirectoryError`. */
  static take(directory: string): DirectoryLock {
    makeDirectory(directory);
    const path = join(directory, NAME);
    const text = `${process.pid} ${startOf(process.pid) ?? ''}\n`;
    try {
      for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
        if (made(path, text)) {
          own.add(path);
          return new DirectoryLock(path);
        }
        const holder = holderOf(path);
        if (holder !== null) {
          throw new LockError(`${directory} is in use by process ${holder}: stop that server, or choose another dataDir`);
        }
        clear(path);
      }
    } catch (error) {
      throw error instanceof LockError ? error : unusable(directory, error);
    }
    throw new LockError(`${directory} is being taken by another server at this moment: choose another dataDir`);
  }

  release(): void {
    own.delete(this.path);
    remove(this.path);
  }
}

/** Whether a server that runs uses the directory. */
export function isLocked(directory: string): boolean {
  return holderOf(join(directory, NAME)) !== null;
}

/** Makes a file; false: there is one. */
function made(path: string, text: string): boolean {
  try {
    writeFileSync(path, text, { flag: 'wx' });
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  }
}

/** Takes the lock of a dead server away. One does so at a time: another would take away what the first has made since. */
function clear(path: string): void {
  const clearing = `${path}.clearing`;
  if (!made(clearing, '')) {
    if (!isUnderWay(clearing)) remove(clearing);
    return;
  }
  try {
    if (isLeft(path)) remove(path);
  } finally {
    remove(clearing);
  }
}

/** Whether a dead server has left a lock. An empty one is being made, or its maker lost power. */
function isLeft(path: string): boolean {
  try {
    return readFileSync(path, 'utf8') === '' ? !isUnderWay(path) : holderOf(path) === null;
  } catch {
    return false;
  }
}

function isUnderWay(path: string): boolean {
  try {
    return Math.abs(Date.now() - statSync(path).mtimeMs) < UNDER_WAY_MS;
  } catch {
    return true;
  }
}

/** The process that holds the lock; null where it is dead. */
function holderOf(path: string): number | null {
  let text = '';
  try {
    text = readFileSync(path, 'utf8');
  } catch {
    return null;
  }
  const [number = '', started = ''] = text.trim().split(' ');
  const pid = Number.parseInt(number, 10);
  if (!(pid > 0)) return null;
  if (pid === process.pid) return own.has(path) ? pid : null;
  if (!isAlive(pid)) return null;
  const actual = startOf(pid);
  return started !== '' && actual !== null && actual !== started ? null : pid;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

/** When a process started, in ticks since the machine did; null where the machine does not say. */
function startOf(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name, in parentheses, may hold blanks.
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? null;
  } catch {
    return null;
  }
}

function remove(path: string): void {
  try {
    unlinkSync(path);
  } catch {
    // It is gone already, which is what was wanted.
  }
}
