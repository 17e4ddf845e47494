/**
 * The disk of one server: files in one flat directory, under a page cache, as `io/io.ts` promises them and no better. Every
 * change is visible at once; `settle` of what `sync` returned makes bytes durable, `settleDirectory` makes names durable, and a
 * crash keeps a legal subset of the rest. It is a device without time: whoever owns it decides when a sync is complete.
 * Usable alone, in the tests of whatever writes files.
 */
import type { DiskError } from '../io/event.ts';
import type { Stream } from './chooser.ts';
import { applyChange, crashDirectory, crashFile, type CrashLosses, type DirectoryChange, noLosses } from './disk-crash.ts';
import { Inode } from './inode.ts';

/** What a sync will have made durable when it is complete. */
export interface SyncMark {
  readonly inode: Inode;
  readonly mark: number;
}

/** Files, their bytes and their names, as a process sees them and as a crash would leave them. */
export class SimulatedDisk {
  /** The directory as a process sees it. */
  files: Map<string, Inode> = new Map();
  /** The directory as it would be found if all pending changes were lost. */
  durableFiles: Map<string, Inode> = new Map();
  pendingChanges: DirectoryChange[] = [];
  /** Changes of the directory that have become durable so far. */
  settledChanges = 0;

  /** Appends, creating the file if there is none. `bytes` is handed over. */
  append(file: string, bytes: Uint8Array): void {
    const inode = this.inodeOf(file);
    if (bytes.length > 0) inode.append(bytes);
  }

  /** Writes at `offset`, creating the file if there is none; zeros fill a gap. `bytes` is handed over. */
  write(file: string, offset: number, bytes: Uint8Array): void {
    const inode = this.inodeOf(file);
    if (bytes.length > 0) inode.write(offset, bytes);
  }

  /** Begins a sync of the bytes written so far; undefined if there is no such file. Complete it with `settle`. */
  sync(file: string): SyncMark | undefined {
    const inode = this.files.get(file);
    return inode === undefined ? undefined : { inode, mark: inode.mark() };
  }

  settle(sync: SyncMark): void {
    sync.inode.settle(sync.mark);
  }

  /** Begins a sync of the names. Complete it with `settleDirectory`. */
  syncDirectory(): number {
    return this.settledChanges + this.pendingChanges.length;
  }

  settleDirectory(mark: number): void {
    const count = mark - this.settledChanges;
    if (count <= 0) return;
    for (const change of this.pendingChanges.splice(0, count)) applyChange(this.durableFiles, change);
    this.settledChanges = mark;
  }

  /** The bytes of a file, not to be mutated; undefined if there is none. */
  read(file: string): Uint8Array | undefined {
    return this.files.get(file)?.contents();
  }

  /** The names, sorted. */
  list(): string[] {
    return [...this.files.keys()].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
  }

  rename(from: string, to: string): DiskError | undefined {
    const inode = this.files.get(from);
    if (inode === undefined) return 'ENOENT';
    if (from === to) return undefined;
    this.change({ kind: 'rename', from, to, inode });
    return undefined;
  }

  remove(file: string): DiskError | undefined {
    const inode = this.files.get(file);
    if (inode === undefined) return 'ENOENT';
    this.change({ kind: 'remove', from: file, to: file, inode });
    return undefined;
  }

  truncate(file: string, size: number): DiskError | undefined {
    const inode = this.files.get(file);
    if (inode === undefined) return 'ENOENT';
    inode.truncate(size);
    return undefined;
  }

  /** Makes everything durable at once, as a machine does that is shut down in an orderly way. */
  flush(): void {
    this.settleDirectory(this.syncDirectory());
    for (const inode of this.files.values()) inode.settle(inode.mark());
  }

  /** The power fails: a subset of what is not durable survives, as `luck` draws it; what survives is durable. */
  crash(luck: Stream, losses: CrashLosses): void {
    this.files = crashDirectory(this.durableFiles, this.pendingChanges, luck, losses);
    this.settledChanges += this.pendingChanges.length;
    this.pendingChanges = [];
    for (const inode of new Set(this.files.values())) if (inode.pending.length > 0) crashFile(inode, luck, losses);
    this.durableFiles = new Map(this.files);
  }

  /** A sync that failed: the page cache forgets, as operating systems do, and keeps what it likes of the unsynced bytes. */
  forget(file: string, luck: Stream): void {
    const inode = this.files.get(file);
    if (inode !== undefined && inode.pending.length > 0) crashFile(inode, luck, noLosses());
  }

  /** Some file holds bytes that have decayed. */
  get isRotten(): boolean {
    for (const inode of this.files.values()) if (inode.rotten !== null) return true;
    return false;
  }

  private inodeOf(file: string): Inode {
    const known = this.files.get(file);
    if (known !== undefined) return known;
    const inode = new Inode();
    this.files.set(file, inode);
    this.pendingChanges.push({ kind: 'create', from: file, to: file, inode });
    return inode;
  }

  private change(change: DirectoryChange): void {
    applyChange(this.files, change);
    this.pendingChanges.push(change);
  }
}
