/**
 * Folders that are gone with this process, however it ends by itself: who is interrupted twice has no time to clean up after
 * himself. Only a kill leaves them behind.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A folder of one's own; `remove` when it has served, or it goes when the process does. */
export interface TemporaryFolder {
  readonly path: string;
  readonly remove: () => void;
}

const folders = new Set<string>();

/** Makes one, with a name that begins with `prefix`. */
export function temporaryFolder(prefix: string): TemporaryFolder {
  const path = mkdtempSync(join(tmpdir(), prefix));
  if (folders.size === 0) process.on('exit', removeAll);
  folders.add(path);
  return {
    path,
    remove: () => {
      rmSync(path, { recursive: true, force: true });
      folders.delete(path);
      if (folders.size === 0) process.off('exit', removeAll);
    },
  };
}

/** As far as it goes: whoever still writes there may be quicker, and nobody is left to be told. */
function removeAll(): void {
  for (const path of folders) {
    try {
      rmSync(path, { recursive: true, force: true });
    } catch {
      continue;
    }
  }
}
