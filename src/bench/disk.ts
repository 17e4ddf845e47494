/**
 * A disk for a bench: real files in one directory, written and read at once, each answer an event that is taken when the
 * bench wants it. Nothing is ever synced: a server does that beside its work, and the disk of whoever runs the bench is not
 * what is measured.
 */
import {
  closeSync, constants, fstatSync, openSync, readFileSync, readdirSync, renameSync, rmSync, truncateSync, writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { byCodeUnit } from '../base/strings.ts';
import type { DiskToken, NodeId } from '../io/event.ts';
import type { Io } from '../io/io.ts';
import type { DiskEvent } from '../storage/storage.ts';

/** See the head of the file. Usable for nothing but the disk. */
export class BenchDisk implements Io {
  readonly self: NodeId = 1;
  private readonly directory: string;
  private readonly answers: DiskEvent[] = [];
  private readonly open = new Map<string, number>();

  constructor(directory: string) {
    this.directory = directory;
  }

  /** The next answer, in the order asked. */
  next(): DiskEvent | undefined {
    return this.answers.shift();
  }

  /** Lets go of the files. */
  closeFiles(): void {
    for (const open of this.open.values()) closeSync(open);
    this.open.clear();
  }

  append(file: string, bytes: Uint8Array, token: DiskToken): void {
    const { size } = fstatSync(this.opened(file));
    this.write(file, size, bytes, token);
  }

  write(file: string, offset: number, bytes: Uint8Array, token: DiskToken): void {
    writeSync(this.opened(file), bytes, 0, bytes.length, offset);
    this.done(token);
  }

  sync(_file: string, token: DiskToken): void {
    this.done(token);
  }

  syncDirectory(token: DiskToken): void {
    this.done(token);
  }

  read(file: string, token: DiskToken): void {
    const { buffer, byteOffset, length } = readFileSync(join(this.directory, file));
    // A Buffer would not do: its `slice` copies nothing.
    this.answers.push({ kind: 'diskRead', token, bytes: new Uint8Array(buffer, byteOffset, length) });
  }

  list(token: DiskToken): void {
    this.answers.push({ kind: 'diskListed', token, files: readdirSync(this.directory).sort(byCodeUnit) });
  }

  rename(from: string, to: string, token: DiskToken): void {
    this.closeFiles();
    renameSync(join(this.directory, from), join(this.directory, to));
    this.done(token);
  }

  remove(file: string, token: DiskToken): void {
    this.closeFiles();
    rmSync(join(this.directory, file), { force: true });
    this.done(token);
  }

  truncate(file: string, size: number, token: DiskToken): void {
    truncateSync(join(this.directory, file), size);
    this.done(token);
  }

  now(): number {
    return 0;
  }

  wallTime(): number {
    return 0;
  }

  random(): number {
    return 0;
  }

  observe(): void {
    // Nobody judges a bench.
  }

  setTimer(): void {
    unsupported();
  }

  cancelTimer(): void {
    unsupported();
  }

  connect(): number {
    return unsupported();
  }

  send(): void {
    unsupported();
  }

  close(): void {
    unsupported();
  }

  halt(reason: string): never {
    throw new Error(reason);
  }

  private opened(file: string): number {
    const known = this.open.get(file);
    if (known !== undefined) return known;
    const opened = openSync(join(this.directory, file), constants.O_RDWR | constants.O_CREAT);
    this.open.set(file, opened);
    return opened;
  }

  private done(token: DiskToken): void {
    if (token !== 0) this.answers.push({ kind: 'diskDone', token });
  }
}

function unsupported(): never {
  throw new Error('the bench has a disk and nothing else');
}
