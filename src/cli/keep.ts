/** What commands leave on disk: folders are made before the work that they are to hold, and a verdict outlives a full disk. */
import { UsageError } from '../command/command.ts';
import { DirectoryError, makeDirectory } from '../host/make-directory.ts';
import { writeFailure } from '../run/failure.ts';
import type { Failure } from '../run/failure.ts';

/** Makes the folder that the user named, where it is not there; throws `UsageError`. */
export function folderFor(directory: string): string {
  try {
    makeDirectory(directory);
  } catch (error) {
    if (error instanceof DirectoryError) throw new UsageError(`${directory} cannot be written: ${error.message}`);
    throw error;
  }
  return directory;
}

/** Where the failure file went, or a sentence that says why there is none. */
export function keepFailure(reports: string, failure: Failure): string {
  try {
    return writeFailure(reports, failure);
  } catch (error) {
    return `the failure could not be kept in ${reports}: ${error instanceof Error ? error.message : String(error)}`;
  }
}
