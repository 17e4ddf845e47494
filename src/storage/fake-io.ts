/**
 * An `Io` with nothing but a disk, for the tests of this folder: requests take effect on a device at once, and a test lets their
 * completions happen one by one, in an order of its choosing (per file: as asked). Not part of the storage.
 */
import { InvariantViolation } from '../base/invariant.ts';
import { ZXID_ZERO } from '../base/zxid.ts';
import type { DiskError, NodeId } from '../io/event.ts';
import type { Io } from '../io/io.ts';
import type { StorageSettings } from './outcome.ts';
import type { DiskEvent } from './storage.ts';

/** Keeps one snapshot, takes no space in advance, starts with an image that holds nothing at all. */
export const SETTINGS: StorageSettings = {
  snapRetainCount: 1,
  logSizes: { preAllocSize: 0, sizeLimit: 0, maxBatchSize: Infinity },
  emptyImage: { zxid: ZXID_ZERO, sessions: [], acls: [], nodes: [], digest: null },
  isAutocreated: true,
  isEmptyTrusted: false,
};

/** What the world's simulated disk offers; `Mark` names what a sync covers. */
export interface Device<Mark> {
  append(file: string, bytes: Uint8Array): void;
  write(file: string, offset: number, bytes: Uint8Array): void;
  sync(file: string): Mark | undefined;
  settle(mark: Mark): void;
  syncDirectory(): number;
  settleDirectory(mark: number): void;
  read(file: string): Uint8Array | undefined;
  list(): string[];
  rename(from: string, to: string): DiskError | undefined;
  remove(file: string): DiskError | undefined;
  truncate(file: string, size: number): DiskError | undefined;
}

/** A completion to come. */
interface Pending<Mark> {
  readonly file: string;
  readonly event: DiskEvent;
  readonly mark: Mark | undefined;
  readonly directoryMark: number;
}

/** Not usable for anything but the disk. */
export class FakeIo<Mark> implements Io {
  readonly self: NodeId = 1;
  readonly device: Device<Mark>;
  readonly pending: Pending<Mark>[] = [];
  /** Every request, as `verb file`. */
  readonly requests: string[] = [];
  /** The requests that fail, as in `requests`. */
  readonly failing: Set<string> = new Set();
  /** So many requests from now one fails; below 0: none. */
  failsIn = -1;
  hasFailed = false;

  constructor(device: Device<Mark>) {
    this.device = device;
  }

  /** The pending completion that `choice` (any integer >= 0) picks among those that may come next; undefined: there is none. */
  next(choice: number): DiskEvent | undefined {
    const ready = this.pending.filter((one, index) => !this.pending.slice(0, index).some((earlier) => earlier.file === one.file));
    const chosen = ready[choice % Math.max(1, ready.length)];
    if (chosen === undefined) return undefined;
    this.pending.splice(this.pending.indexOf(chosen), 1);
    if (chosen.mark !== undefined) this.device.settle(chosen.mark);
    if (chosen.directoryMark >= 0) this.device.settleDirectory(chosen.directoryMark);
    return chosen.event;
  }

  append(file: string, bytes: Uint8Array, token: number): void {
    if (this.fails('append', file, token)) return;
    this.device.append(file, bytes);
    if (token !== 0) this.done(file, token);
  }

  write(file: string, offset: number, bytes: Uint8Array, token: number): void {
    if (this.fails('write', file, token)) return;
    this.device.write(file, offset, bytes);
    if (token !== 0) this.done(file, token);
  }

  sync(file: string, token: number): void {
    if (this.fails('sync', file, token)) return;
    const mark = this.device.sync(file);
    if (mark === undefined) this.answer(file, token, 'ENOENT');
    else this.pending.push({ file, event: { kind: 'diskDone', token }, mark, directoryMark: -1 });
  }

  syncDirectory(token: number): void {
    if (this.fails('syncDirectory', '.', token)) return;
    const directoryMark = this.device.syncDirectory();
    this.pending.push({ file: '.', event: { kind: 'diskDone', token }, mark: undefined, directoryMark });
  }

  read(file: string, token: number): void {
    if (this.fails('read', file, token)) return;
    const bytes = this.device.read(file);
    if (bytes === undefined) this.answer(file, token, 'ENOENT');
    else this.push(file, { kind: 'diskRead', token, bytes });
  }

  list(token: number): void {
    if (!this.fails('list', '.', token)) this.push('.', { kind: 'diskListed', token, files: this.device.list() });
  }

  rename(from: string, to: string, token: number): void {
    if (!this.fails('rename', from, token)) this.answer(from, token, this.device.rename(from, to));
  }

  remove(file: string, token: number): void {
    if (!this.fails('remove', file, token)) this.answer(file, token, this.device.remove(file));
  }

  truncate(file: string, size: number, token: number): void {
    if (!this.fails('truncate', file, token)) this.answer(file, token, this.device.truncate(file, size));
  }

  fails(verb: string, file: string, token: number): boolean {
    this.requests.push(`${verb} ${file}`);
    const isChosen = this.failsIn >= 0 && this.failsIn-- === 0;
    if (!isChosen && !this.failing.has(`${verb} ${file}`)) return false;
    this.hasFailed = true;
    this.answer(file, token, 'EIO');
    return true;
  }

  answer(file: string, token: number, error: DiskError | undefined): void {
    if (error !== undefined) this.push(file, { kind: 'diskFailed', token, error, file });
    else if (token !== 0) this.done(file, token);
  }

  done(file: string, token: number): void {
    this.push(file, { kind: 'diskDone', token });
  }

  push(file: string, event: DiskEvent): void {
    this.pending.push({ file, event, mark: undefined, directoryMark: -1 });
  }

  now(): number { return unused(); }
  wallTime(): number { return unused(); }
  setTimer(): void { unused(); }
  cancelTimer(): void { unused(); }
  connect(): number { return unused(); }
  send(): void { unused(); }
  close(): void { unused(); }
  random(): number { return unused(); }
  observe(): void { unused(); }
  halt(): never { return unused(); }
}

function unused(): never {
  throw new InvariantViolation('the storage asked for something other than its disk');
}
