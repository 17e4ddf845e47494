/**
 * Makes a server's directory, or says in one sentence why it cannot be: a file stands there, or nobody may write. Parents are
 * made one at a time, because Node 20's own recursive `mkdir` never returns when it is asked for something below /proc.
 */
import { accessSync, constants, mkdirSync, readdirSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

/** A directory that cannot be used; the message is one sentence for the operator. */
export class DirectoryError extends Error {
  override readonly name = 'DirectoryError';
}

/** Makes the directory and its parents where they are missing; it must be ours to read and write. Throws `DirectoryError`. */
export function makeDirectory(directory: string): void {
  const missing: string[] = [];
  let path = resolve(directory);
  try {
    while (!isThere(path)) {
      missing.push(path);
      path = dirname(path);
    }
    for (const one of missing.reverse()) makeOne(one);
    accessSync(directory, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (error) {
    throw unusable(directory, error);
  }
}

/**
 * Whoever ran a server as another user left files behind that this one cannot open; met in the middle of its work, that would
 * look like a broken disk. Those that `isRewritten` must be writable as well. Throws `DirectoryError`.
 */
export function checkFiles(directory: string, isOurs: (file: string) => boolean, isRewritten: (file: string) => boolean): void {
  try {
    for (const entry of readdirSync(directory, { withFileTypes: true })) {
      if (!entry.isFile() || !isOurs(entry.name)) continue;
      accessSync(join(directory, entry.name), constants.R_OK | (isRewritten(entry.name) ? constants.W_OK : 0));
    }
  } catch (error) {
    throw unusable(directory, error);
  }
}

/** The refusal that an error of the file system comes to. */
export function unusable(directory: string, error: unknown): DirectoryError {
  if (error instanceof DirectoryError) return error;
  const reason = error instanceof Error ? error.message : String(error);
  const remedy = 'choose another, or give it to this user';
  return new DirectoryError(`${directory} cannot be used as a directory of data: ${reason}; ${remedy}`);
}

function isThere(path: string): boolean {
  let isDirectory = false;
  try {
    isDirectory = statSync(path).isDirectory();
  } catch (error) {
    // ENOTDIR: a parent is a file, which is found next.
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR')) return false;
    throw error;
  }
  if (!isDirectory) throw new DirectoryError(`${path} is a file, and a directory of data is wanted there: choose another`);
  return true;
}

function makeOne(path: string): void {
  try {
    mkdirSync(path);
  } catch (error) {
    // Another server may have made it meanwhile.
    if (!isThere(path)) throw error;
  }
}
