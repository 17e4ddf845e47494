/**
 * The configuration files of a server: `zoo.cfg.dynamic`, the configuration in force, and `zoo.cfg.dynamic.next`, one that a
 * leader announced and that may come into force. Each is written beside its place, synced, renamed and made durable by its
 * name, one after the other. Nothing waits for them: the log says what is in force (see `Membership`); they are what an
 * operator reads, and what a server goes by that has no log yet. What does not read as text is left to the caller to refuse.
 */
import type { Event } from '../io/event.ts';
import type { Io } from '../io/io.ts';
import { DiskWork } from './disk-work.ts';
import type { DiskStep } from './disk-work.ts';
import { temporaryFileName } from './file-names.ts';

const CURRENT = 'zoo.cfg.dynamic';
const NEXT = 'zoo.cfg.dynamic.next';
/** Far above the tokens of `Storage`, which is handed every other event of the disk. */
const TOKEN = 0x4000_0000;

type DiskEvent = Extract<Event, { kind: 'diskDone' | 'diskRead' | 'diskListed' | 'diskFailed' }>;

/** What is to be written; `text` null: the file is to go. */
interface Change {
  readonly file: string;
  readonly text: string | null;
}

/** What the files say; null where there is none. */
export interface ConfigFiles {
  readonly current: string | null;
  readonly next: string | null;
}

/** See the head of the file. Plain data. */
export class ConfigStore {
  /** The names found at the start; null until they are listed. */
  private names: readonly string[] | null = null;
  private readonly unread: string[] = [];
  private readonly texts: Map<string, string> = new Map();
  /** What `.next` holds, or will once everything is written. */
  private nextText: string | null = null;
  private readonly changes: Change[] = [];
  private work: DiskWork | null = null;

  /** First request of a life; `handle` hands the files back. */
  recover(io: Io): void {
    io.list(TOKEN);
  }

  /** Whether the event is one of these files'. */
  owns(event: DiskEvent): boolean {
    return event.token === TOKEN;
  }

  /** The files once all are read, null before and after; a sentence for the operator where the disk failed. */
  handle(event: DiskEvent, io: Io): ConfigFiles | string | null {
    if (event.kind === 'diskFailed') {
      return `${event.file} failed (${event.error}): see to the disk, then start this server again`;
    }
    if (event.kind === 'diskListed') {
      this.names = event.files;
      for (const file of [CURRENT, NEXT]) if (event.files.includes(file)) this.unread.push(file);
      return this.readNext(io);
    }
    if (event.kind === 'diskRead') {
      const file = this.unread.shift();
      if (file !== undefined) this.texts.set(file, new TextDecoder().decode(event.bytes));
      return this.readNext(io);
    }
    if (this.work?.complete(io) === true) {
      this.work = null;
      this.changes.shift();
      this.startFirst(io);
    }
    return null;
  }

  /** The configuration in force; what was announced before it is not any more. */
  writeCurrent(text: string, io: Io): void {
    this.change({ file: CURRENT, text }, io);
    this.writeNext(null, io);
  }

  /** What may come into force; null: nothing. */
  writeNext(text: string | null, io: Io): void {
    if (text === this.nextText) return;
    this.nextText = text;
    this.change({ file: NEXT, text }, io);
  }

  private readNext(io: Io): ConfigFiles | null {
    const file = this.unread[0];
    if (file !== undefined) {
      io.read(file, TOKEN);
      return null;
    }
    this.nextText = this.texts.get(NEXT) ?? null;
    this.removeLeftovers(io);
    return { current: this.texts.get(CURRENT) ?? null, next: this.nextText };
  }

  /** A file that a crash left half written would be appended to. */
  private removeLeftovers(io: Io): void {
    for (const file of [CURRENT, NEXT]) {
      const leftover = temporaryFileName(file);
      if (this.names?.includes(leftover) === true) this.change({ file: leftover, text: null }, io);
    }
  }

  private change(change: Change, io: Io): void {
    this.changes.push(change);
    if (this.changes.length === 1) this.startFirst(io);
  }

  private startFirst(io: Io): void {
    const first = this.changes[0];
    if (first === undefined) return;
    const temporary = temporaryFileName(first.file);
    if (first.text !== null) io.append(temporary, new TextEncoder().encode(first.text), 0);
    this.work = new DiskWork(TOKEN, stepsOf(first, temporary));
    this.work.start(io);
  }
}

function stepsOf({ file, text }: Change, temporary: string): DiskStep[] {
  if (text === null) return [{ kind: 'remove', files: [file] }];
  return [{ kind: 'sync', file: temporary }, { kind: 'rename', from: temporary, to: file }];
}
