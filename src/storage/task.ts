/**
 * The requests that replace the durable state as a whole: recovery, truncation, installation. One runs at a time, and nothing is
 * written beside it; when it is done, the storage goes on from the files that it leaves.
 */
import type { Zxid } from '../base/zxid.ts';
import type { Event } from '../io/event.ts';
import type { Io } from '../io/io.ts';
import type { StorageOutcome } from './outcome.ts';
import type { Mark } from './watermark.ts';

/** The files there are, zxids ascending, and where the history ends. */
export interface DurableFiles {
  readonly logs: readonly Zxid[];
  readonly snapshots: readonly Zxid[];
  /** Those of the snapshots that are known to be sound. */
  readonly sound: readonly Zxid[];
  readonly lastZxid: Zxid;
  /** The watermark that it wrote last. */
  readonly mark: Mark;
}

export interface StorageTask {
  readonly token: number;
  /** What it leaves; null until it has succeeded. */
  files: DurableFiles | null;
  /** It has not begun to change anything; a request that fails is an answer like another. */
  readonly isReading: boolean;
  /** `mark` is the watermark on the disk; its own go on from there. */
  start(io: Io, mark: Mark): void;
  /** One event of `token`; what came of the task, once it has ended. */
  handle(event: Event, io: Io): StorageOutcome | null;
}
