/**
 * Files of the real machine, as `io/io.ts` promises them: a change is made at once (it goes to the page cache, which costs no
 * more than a copy), a sync waits for the device without holding up the process. Completions for one file come in the order
 * asked. It says what failed and decides nothing: after a sync that failed, the kernel may have dropped the pages, and whoever
 * asked must not try again.
 */
import {
  closeSync, constants, fdatasync, fstatSync, fsync, ftruncateSync, openSync, readFile, readSync, renameSync, unlinkSync,
  writeSync,
} from 'node:fs';
import { readdir } from 'node:fs/promises';
import type { DiskError, DiskToken, Event } from '../io/event.ts';
import type { Layout } from './layout.ts';
import { monotonicMs } from './clock.ts';

type DiskEvent = Extract<Event, { kind: 'diskDone' | 'diskRead' | 'diskListed' | 'diskFailed' }>;

/** Files kept open; beyond them, the one unused for longest is closed. */
const OPEN_FILES_MAX = 24;

interface OpenFile {
  readonly fd: number;
  size: number;
  /** Requests of the operating system that still need the descriptor. */
  busy: number;
  isForgotten: boolean;
}

/** A request in the order of its file. */
interface Slot {
  event: DiskEvent | undefined;
  isDone: boolean;
}

/** What a disk tells of itself beside the answers. */
export interface DiskOptions {
  readonly layout: Layout;
  /** False: a sync is answered without waiting for the device (forceSync=no). */
  readonly isSyncing?: boolean;
  /** A sync took so many milliseconds. */
  readonly onSync?: (file: string, tookMs: number) => void;
  /** Milliseconds by which every sync takes longer than it does: a slow disk, for tests. */
  readonly syncDelayMs?: () => number;
  /** Why the next sync fails, whatever the device says; null: it does not. A failing disk, for tests. */
  readonly syncFailure?: () => Error | null;
}

/** See the head of the file. */
export class RealDisk {
  private readonly options: DiskOptions;
  private readonly answer: (event: DiskEvent) => void;
  private readonly open: Map<string, OpenFile> = new Map();
  private readonly slots: Map<string, Slot[]> = new Map();
  /** Files whose first slots may be done. */
  private readonly ripe: Set<string> = new Set();
  private isScheduled = false;
  private isStopped = false;

  /** `answer` is never called from within a request. */
  constructor(options: DiskOptions, answer: (event: DiskEvent) => void) {
    this.options = options;
    this.answer = answer;
  }

  append(file: string, bytes: Uint8Array, token: DiskToken): void {
    this.change(file, token, () => {
      const opened = this.opened(file, true);
      writeAll(opened, bytes, opened.size);
    });
  }

  write(file: string, offset: number, bytes: Uint8Array, token: DiskToken): void {
    this.change(file, token, () => writeAll(this.opened(file, true), bytes, offset));
  }

  truncate(file: string, size: number, token: DiskToken): void {
    this.change(file, token, () => {
      const opened = this.opened(file, false);
      ftruncateSync(opened.fd, size);
      opened.size = size;
    });
  }

  rename(from: string, to: string, token: DiskToken): void {
    this.change(from, token, () => {
      renameSync(this.options.layout.pathOf(from), this.options.layout.pathOf(to));
      this.forget(to);
      const opened = this.open.get(from);
      if (opened === undefined) return;
      this.open.delete(from);
      this.open.set(to, opened);
    });
  }

  remove(file: string, token: DiskToken): void {
    this.change(file, token, () => {
      unlinkSync(this.options.layout.pathOf(file));
      this.forget(file);
    });
  }

  sync(file: string, token: DiskToken): void {
    this.attempt(file, token, (settle) => {
      const opened = this.opened(file, false);
      if (this.options.isSyncing === false) {
        settle(null);
        return;
      }
      const sinceMs = monotonicMs();
      opened.busy += 1;
      fdatasync(opened.fd, (error) => {
        this.release(opened);
        const delayMs = this.options.syncDelayMs?.() ?? 0;
        const done = (): void => {
          const failure = error ?? this.options.syncFailure?.() ?? null;
          if (failure === null) this.options.onSync?.(file, monotonicMs() - sinceMs);
          settle(failure);
        };
        if (delayMs > 0) setTimeout(done, delayMs);
        else done();
      });
    });
  }

  syncDirectory(token: DiskToken): void {
    this.attempt('', token, (settle) => {
      if (this.options.isSyncing === false) {
        settle(null);
        return;
      }
      const { directories } = this.options.layout;
      let left = directories.length;
      let failure: NodeJS.ErrnoException | null = null;
      for (const directory of directories) {
        syncPath(directory, (error) => {
          failure ??= error;
          left -= 1;
          if (left === 0) settle(failure);
        });
      }
    });
  }

  /**
   * The file as it is now. One that is being written is read at once, since what is written next must not be seen; any other
   * one, as all are at the start, without holding up the process.
   */
  read(file: string, token: DiskToken): void {
    this.attempt(file, token, (settle) => {
      const opened = this.open.get(file);
      if (opened !== undefined) {
        settle(null, { kind: 'diskRead', token, bytes: readWhole(opened) });
        return;
      }
      // Opened here and now, so that neither a renaming nor a removal comes in between.
      const fd = openSync(this.options.layout.pathOf(file), constants.O_RDONLY);
      readFile(fd, (error, bytes) => {
        closeSync(fd);
        settle(error, error === null ? { kind: 'diskRead', token, bytes } : undefined);
      });
    });
  }

  list(token: DiskToken): void {
    this.attempt('', token, (settle) => {
      listFiles(this.options.layout).then(
        (files) => settle(null, { kind: 'diskListed', token, files }),
        (error: unknown) => settle(error),
      );
    });
  }

  /** Nothing is answered afterwards; what was written stays with the kernel. */
  stop(): void {
    this.isStopped = true;
    for (const file of [...this.open.keys()]) this.forget(file);
    this.slots.clear();
    this.ripe.clear();
  }

  private change(file: string, token: DiskToken, act: () => void): void {
    this.attempt(file, token, (settle) => {
      act();
      settle(null);
    });
  }

  /** Runs a request in its place in the file's order; whatever it throws is its failure. */
  private attempt(file: string, token: DiskToken, act: (settle: (error: unknown, event?: DiskEvent) => void) => void): void {
    if (this.isStopped) return;
    const slot: Slot = { event: undefined, isDone: false };
    const queue = this.slots.get(file);
    if (queue === undefined) this.slots.set(file, [slot]);
    else queue.push(slot);
    const settle = (error: unknown, event?: DiskEvent): void => {
      slot.isDone = true;
      if (error !== null) slot.event = { kind: 'diskFailed', token, error: diskErrorOf(error), file };
      else if (token !== 0) slot.event = event ?? { kind: 'diskDone', token };
      this.ripen(file);
    };
    try {
      act(settle);
    } catch (error) {
      settle(error);
    }
  }

  private ripen(file: string): void {
    if (this.isStopped) return;
    this.ripe.add(file);
    if (this.isScheduled) return;
    this.isScheduled = true;
    setImmediate(() => {
      this.isScheduled = false;
      this.harvest();
    });
  }

  /** Answers what is done, for each file from the front. */
  private harvest(): void {
    const files = [...this.ripe];
    this.ripe.clear();
    for (const file of files) {
      const queue = this.slots.get(file);
      while (queue?.[0]?.isDone === true) {
        const { event } = queue[0];
        queue.shift();
        if (queue.length === 0) this.slots.delete(file);
        if (event !== undefined && !this.isDeaf()) this.answer(event);
      }
    }
  }

  /** An answer may have stopped this disk. */
  private isDeaf(): boolean {
    return this.isStopped;
  }

  private opened(file: string, isCreating: boolean): OpenFile {
    const known = this.open.get(file);
    if (known !== undefined) {
      this.open.delete(file);
      this.open.set(file, known);
      return known;
    }
    const flags = constants.O_RDWR | (isCreating ? constants.O_CREAT : 0);
    const fd = openSync(this.options.layout.pathOf(file), flags, 0o640);
    const opened: OpenFile = { fd, size: fstatSync(fd).size, busy: 0, isForgotten: false };
    this.open.set(file, opened);
    const oldest = this.open.keys().next();
    if (this.open.size > OPEN_FILES_MAX && oldest.done === false) this.forget(oldest.value);
    return opened;
  }

  private forget(file: string): void {
    const opened = this.open.get(file);
    if (opened === undefined) return;
    this.open.delete(file);
    opened.isForgotten = true;
    if (opened.busy === 0) closeSync(opened.fd);
  }

  private release(opened: OpenFile): void {
    opened.busy -= 1;
    if (opened.isForgotten && opened.busy === 0) closeSync(opened.fd);
  }
}

function readWhole({ fd, size }: OpenFile): Uint8Array {
  const bytes = new Uint8Array(size);
  let read = 0;
  while (read < size) {
    const count = readSync(fd, bytes, read, size - read, read);
    if (count === 0) break;
    read += count;
  }
  return bytes.subarray(0, read);
}

function writeAll(opened: OpenFile, bytes: Uint8Array, offset: number): void {
  let written = 0;
  while (written < bytes.length) {
    written += writeSync(opened.fd, bytes, written, bytes.length - written, offset + written);
    opened.size = Math.max(opened.size, offset + written);
  }
}

/** Opens, syncs and closes: a directory, or a file that nobody writes. */
function syncPath(path: string, done: (error: NodeJS.ErrnoException | null) => void): void {
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

async function listFiles(layout: Layout): Promise<string[]> {
  const files: string[] = [];
  for (const directory of layout.directories) {
    for (const entry of await readdir(directory, { withFileTypes: true })) {
      if (entry.isFile() && layout.owns(entry.name, directory)) files.push(entry.name);
    }
  }
  return files.sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
}

/** What the process is told; a quota is a full disk, and whatever else fails is the device's fault. */
export function diskErrorOf(error: unknown): DiskError {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'ENOSPC' || code === 'EDQUOT') return 'ENOSPC';
  return code === 'ENOENT' ? 'ENOENT' : 'EIO';
}
