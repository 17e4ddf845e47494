/**
 * One server a directory: a file that names who uses it. A lock whose owner is dead is taken over, so that nobody has to clean up
 * after a crash; a number that was given to another process since is told by when that one started.
 */
import { readFileSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeDirectory, unusable } from './make-directory.ts';

const NAME = 'vivarium.lock';

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
    for (let attempt = 0; attempt < 3; attempt++) {
      try {
        writeFileSync(path, text, { flag: 'wx' });
        own.add(path);
        return new DirectoryLock(path);
      } catch (error) {
        if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw unusable(directory, error);
      }
      const holder = holderOf(path);
      if (holder !== null) {
        throw new LockError(`${directory} is in use by process ${holder}: stop that server, or choose another dataDir`);
      }
      remove(path);
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
