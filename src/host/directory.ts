/** What a disk does to directories: making the names in them durable, and listing them. */
import { closeSync, constants, fsync, openSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import type { Layout } from './layout.ts';

/** Opens, syncs and closes: a directory, or a file that nobody writes. */
export function syncPath(path: string, done: (error: NodeJS.ErrnoException | null) => void): void {
  let fd: number;
  try {
    fd = openSync(path, constants.O_RDONLY);
  } catch (error) {
    done(error instanceof Error ? error : new Error(String(error)));
    return;
  }
  fsync(fd, (error) => {
    closeSync(fd);
    done(error);
  });
}

/** The names of the files in a layout, sorted. */
export async function listFiles(layout: Layout): Promise<string[]> {
  const files: string[] = [];
  for (const directory of layout.directories) {
    for (const entry of await readdir(directory, { withFileTypes: true })) {
      if (entry.isFile() && layout.owns(entry.name, directory)) files.push(entry.name);
    }
  }
  return files.sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
}
