/**
 * Files of the real machine, as `io/io.ts` promises them. Changes go to the page cache, which costs no more than a copy; a sync
 * waits for the device without holding up the process. What a process writes to a file in one turn goes out in one piece; while
 * the file is being synced, with what other turns write. Requests see each other's changes in the order asked all the same, and
 * completions for one file come in that order. It says what failed and decides nothing: after a sync that failed, the kernel may
 * have dropped the pages, and whoever asked must not try again.
 */
import { closeSync, constants, fdatasync, fstatSync, openSync, readFile, renameSync, unlinkSync } from 'node:fs';
import type { DiskError, DiskToken, Event } from '../io/event.ts';
import { monotonicMs } from './clock.ts';
import { listFiles, syncPath } from './directory.ts';
import type { Layout } from './layout.ts';
import { diskErrorOf, OpenFile } from './open-file.ts';
import type { Receiver } from './receiver.ts';

type DiskEvent = Extract<Event, { kind: 'diskDone' | 'diskRead' | 'diskListed' | 'diskFailed' }>;

/** Files kept open; beyond them, the one unused for longest is closed. */
const OPEN_FILES_MAX = 24;
/** How far syncs that nobody waits for are apart: others need the device. The first is made at once, for a start waits for it. */
const LAZY_SYNC_MS = 200;

/** A request in the order of its file. */
interface Slot {
  event: DiskEvent | undefined;
  isDone: boolean;
}

/** A sync that was asked for. */
interface WantedSync {
  readonly file: string;
  readonly opened: OpenFile;
  /** What must be durable: so many changes. */
  readonly changes: number;
  readonly settle: (error: unknown) => void;
}

/** What a disk tells of itself beside the answers. */
export interface DiskOptions {
  readonly layout: Layout;
  /** False: a sync is answered without waiting for the device (forceSync=no). */
  readonly isSyncing?: boolean;
  /** Whether nobody waits for the syncs of a file: they are made less often, and answered later. */
  readonly isLazy?: (file: string) => boolean;
  /** A sync took so many milliseconds. */
  readonly onSync?: (file: string, tookMs: number) => void;
  /** A request failed, and the process is told so. */
  readonly onFailure?: (file: string, error: DiskError) => void;
  /** Milliseconds by which every sync takes longer than it does: a slow disk, for tests. */
  readonly syncDelayMs?: () => number;
  /** Why the next sync fails, whatever the device says; null: it does not. A failing disk, for tests. */
  readonly syncFailure?: () => Error | null;
}

/** See the head of the file. */
export class RealDisk {
  private readonly options: DiskOptions;
  private readonly receiver: Receiver;
  /** The one used last is at the end. */
  private readonly open: Map<string, OpenFile> = new Map();
  /** The last of `open`, while it is open. */
  private latest: OpenFile | null = null;
  private readonly slots: Map<string, Slot[]> = new Map();
  /** Files whose first slots may be done. */
  private readonly ripe: Set<string> = new Set();
  /** Files with something gathered that the kernel has not been given. */
  private readonly unwritten: Map<OpenFile, string> = new Map();
  private readonly lazySyncs: Map<NodeJS.Timeout, WantedSync> = new Map();
  /** None of them is made before. */
  private nextLazyMs = 0;
  private isStopped = false;

  /** `receiver` is told nothing from within a request. */
  constructor(options: DiskOptions, receiver: Receiver) {
    this.options = options;
    this.receiver = receiver;
  }

  append(file: string, bytes: Uint8Array, token: DiskToken): void {
    this.put(file, null, bytes, token);
  }

  write(file: string, offset: number, bytes: Uint8Array, token: DiskToken): void {
    this.put(file, offset, bytes, token);
  }

  truncate(file: string, size: number, token: DiskToken): void {
    this.change(file, token, () => {
      this.opened(file, false).truncate(size);
    });
  }

  rename(from: string, to: string, token: DiskToken): void {
    this.change(from, token, () => {
      this.writeOut();
      renameSync(this.options.layout.pathOf(from), this.options.layout.pathOf(to));
      this.forget(to);
      const opened = this.open.get(from);
      if (opened === undefined) return;
      this.open.delete(from);
      this.open.set(to, opened);
      this.latest = opened;
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
        this.writeOut();
        settle(null);
        return;
      }
      opened.busy += 1;
      const { changes } = opened;
      const wanted: WantedSync = {
        file, opened, changes, settle: (error) => {
          this.release(opened);
          settle(error);
        },
      };
      if (this.options.isLazy?.(file) === true) this.putOff(wanted);
      else this.begin(wanted);
    });
  }

  syncDirectory(token: DiskToken): void {
    this.attempt('', token, (settle) => {
      this.writeOut();
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
      this.writeOut();
      const opened = this.open.get(file);
      if (opened !== undefined) {
        settle(null, { kind: 'diskRead', token, bytes: opened.readAll() });
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
      this.writeOut();
      listFiles(this.options.layout).then(
        (files) => settle(null, { kind: 'diskListed', token, files }),
        (error: unknown) => settle(error),
      );
    });
  }

  /** Gives the kernel what was gathered; what is written to a file that is being synced may wait for the next sync. */
  endTurn(): void {
    if (this.unwritten.size === 0) return;
    for (const [opened, file] of this.unwritten) if (opened.syncing === null) this.writeOutOne(opened, file);
  }

  /** Nothing is answered afterwards. What was written stays with the kernel; what was only gathered too, if `isOrderly`. */
  stop(isOrderly: boolean): void {
    if (isOrderly) this.writeOut();
    this.isStopped = true;
    for (const timer of this.lazySyncs.keys()) clearTimeout(timer);
    for (const { opened } of this.lazySyncs.values()) this.release(opened);
    this.lazySyncs.clear();
    this.unwritten.clear();
    for (const file of [...this.open.keys()]) this.forget(file);
    this.slots.clear();
    this.ripe.clear();
  }

  /** Gathers what is written; `offset` null: at the end. Of what nobody waits for, only a failure is said. */
  private put(file: string, offset: number | null, bytes: Uint8Array, token: DiskToken): void {
    if (this.isStopped) return;
    if (token !== 0) {
      this.putNow(file, offset, bytes, token);
      return;
    }
    try {
      const opened = this.opened(file, true);
      opened.gather(offset ?? opened.size, bytes);
      this.unwritten.set(opened, file);
    } catch (error) {
      this.fail(file, error);
    }
  }

  private putNow(file: string, offset: number | null, bytes: Uint8Array, token: DiskToken): void {
    this.change(file, token, () => {
      const opened = this.opened(file, true);
      opened.write(offset ?? opened.size, bytes);
    });
  }

  /** Gives the kernel what was gathered. */
  private writeOut(): void {
    if (this.unwritten.size === 0) return;
    for (const [opened, file] of this.unwritten) this.writeOutOne(opened, file);
  }

  private writeOutOne(opened: OpenFile, file: string): void {
    this.unwritten.delete(opened);
    try {
      opened.writeOut();
    } catch (error) {
      this.fail(file, error);
    }
  }

  private fail(file: string, failure: unknown): void {
    this.attempt(file, 0, (settle) => settle(failure));
  }

  /** A sync for later: what was asked for meanwhile is one with it. */
  private putOff(wanted: WantedSync): void {
    const begin = (): void => {
      this.nextLazyMs = monotonicMs() + LAZY_SYNC_MS;
      this.begin(wanted);
    };
    const waitMs = this.nextLazyMs - monotonicMs();
    if (waitMs <= 0) begin();
    else {
      const timer = setTimeout(() => {
        this.lazySyncs.delete(timer);
        begin();
      }, waitMs);
      this.lazySyncs.set(timer, wanted);
    }
  }

  /** Begins a sync that was asked for; what is durable already, or about to be, needs none. */
  private begin({ file, opened, changes, settle }: WantedSync): void {
    this.writeOutOne(opened, file);
    if (opened.failure !== null) settle(opened.failure);
    else if (opened.durableChanges >= changes) settle(null);
    else if (opened.syncing !== null && opened.syncing.changes >= changes) opened.syncing.waiting.push(settle);
    else this.beginSync(file, opened, settle);
  }

  private beginSync(file: string, opened: OpenFile, settle: (error: unknown) => void): void {
    const sinceMs = monotonicMs();
    const sync = { changes: opened.changes, waiting: [settle] };
    opened.syncing = sync;
    fdatasync(opened.fd, (error) => {
      const delayMs = this.options.syncDelayMs?.() ?? 0;
      const done = (): void => {
        if (opened.syncing === sync) opened.syncing = null;
        const failure = error ?? this.options.syncFailure?.() ?? null;
        if (failure === null) {
          opened.durableChanges = Math.max(opened.durableChanges, sync.changes);
          this.options.onSync?.(file, monotonicMs() - sinceMs);
        }
        this.receiver.begin();
        for (const waiting of sync.waiting) waiting(failure);
        this.receiver.end();
      };
      if (delayMs > 0) setTimeout(done, delayMs);
      else done();
    });
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
    let isWithin = true;
    const settle = (error: unknown, event?: DiskEvent): void => {
      slot.isDone = true;
      if (error !== null) slot.event = { kind: 'diskFailed', token, error: diskErrorOf(error), file };
      else if (token !== 0) slot.event = event ?? { kind: 'diskDone', token };
      if (this.isStopped) return;
      if (isWithin) this.putOffAnswer(file);
      else this.answer(file);
    };
    try {
      act(settle);
    } catch (error) {
      settle(error);
    }
    isWithin = false;
  }

  /** Answers when no request is under way. */
  private putOffAnswer(file: string): void {
    this.ripe.add(file);
    if (this.ripe.size > 1) return;
    setImmediate(() => {
      const files = [...this.ripe];
      this.ripe.clear();
      this.receiver.begin();
      for (const ripe of files) this.answer(ripe);
      this.receiver.end();
    });
  }

  /** Answers what is done of the requests for a file, from the front. */
  private answer(file: string): void {
    const queue = this.slots.get(file);
    while (queue?.[0]?.isDone === true) {
      const { event } = queue[0];
      queue.shift();
      if (queue.length === 0) this.slots.delete(file);
      if (event === undefined || this.isDeaf()) continue;
      if (event.kind === 'diskFailed') this.options.onFailure?.(file, event.error);
      this.receiver.take(event);
    }
  }

  /** An answer may have stopped this disk. */
  private isDeaf(): boolean {
    return this.isStopped;
  }

  private opened(file: string, isCreating: boolean): OpenFile {
    const known = this.open.get(file);
    if (known !== undefined && this.latest === known) return known;
    if (known !== undefined) {
      this.open.delete(file);
      this.open.set(file, known);
      this.latest = known;
      return known;
    }
    const flags = constants.O_RDWR | (isCreating ? constants.O_CREAT : 0);
    const fd = openSync(this.options.layout.pathOf(file), flags, 0o640);
    const opened = new OpenFile(fd, fstatSync(fd).size);
    this.open.set(file, opened);
    this.latest = opened;
    const oldest = this.open.keys().next();
    if (this.open.size > OPEN_FILES_MAX && oldest.done === false) {
      this.writeOut();
      this.forget(oldest.value);
    }
    return opened;
  }

  private forget(file: string): void {
    const opened = this.open.get(file);
    if (opened === undefined) return;
    this.open.delete(file);
    this.unwritten.delete(opened);
    opened.isForgotten = true;
    if (opened.busy === 0) closeSync(opened.fd);
  }

  private release(opened: OpenFile): void {
    opened.busy -= 1;
    if (opened.isForgotten && opened.busy === 0) closeSync(opened.fd);
  }
}
