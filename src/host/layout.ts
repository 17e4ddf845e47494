/**
 * Where the files of a process are. A process knows one flat directory; ZooKeeper's has two (dataDir and dataLogDir), each with
 * its `version-2`, so that logs can have a device of their own and either kind of server can take over the other's files.
 */
import { join } from 'node:path';
import { checkFiles, makeDirectory } from './make-directory.ts';

/** Names to places. */
export interface Layout {
  /** All of them, each once. */
  readonly directories: readonly string[];
  pathOf(file: string): string;
  /** Whether `file`, found in `directory`, is one of the process's. */
  owns(file: string, directory: string): boolean;
}

/** Everything in one directory. */
export function flatLayout(directory: string): Layout {
  return { directories: [directory], pathOf: (file) => join(directory, file), owns: () => true };
}

/**
 * ZooKeeper's: snapshots and epochs in `dataDir/version-2`, logs and the mark beside them in `dataLogDir/version-2`; what an
 * operator leaves for the server, and the configurations that it writes, in `dataDir`.
 */
export function zooKeeperLayout(dataDir: string, dataLogDir: string): Layout {
  const snapshots = join(dataDir, 'version-2');
  const logs = join(dataLogDir, 'version-2');
  const directoryOf = (file: string): string => {
    if (file.startsWith('log.') || file === 'durableZxid') return logs;
    return file === 'initialize' || file.startsWith('zoo.cfg.dynamic') ? dataDir : snapshots;
  };
  return {
    directories: [...new Set([dataDir, snapshots, logs])],
    pathOf: (file) => join(directoryOf(file), file),
    owns: (file, directory) => directoryOf(file) === directory,
  };
}

/** Makes what is missing of it, and makes sure of what is there. Throws `DirectoryError`. */
export function makeDirectories(layout: Layout): void {
  for (const directory of layout.directories) {
    makeDirectory(directory);
    // A snapshot is written once, and may well be a copy that is not to be written.
    checkFiles(directory, (file) => layout.owns(file, directory), (file) => !file.startsWith('snapshot.'));
  }
}
