/**
 * A queue that is read with `for await`: events go in as they come, and wait until somebody asks. Nothing is dropped, so a reader
 * that stops reading should close it.
 */
import { Deferred } from './deferred-face.ts';

/** See the head of the file. One reader. */
export class Stream<T> implements AsyncIterableIterator<T> {
  private readonly items: T[] = [];
  private readers: Deferred<IteratorResult<T, undefined>>[] = [];
  private isClosed = false;
  private readonly onClose: () => void;

  /** `onClose` is called once, when the reader leaves or `close` is called. */
  constructor(onClose: () => void = () => undefined) {
    this.onClose = onClose;
  }

  push(item: T): void {
    if (this.isClosed) return;
    const reader = this.readers.shift();
    if (reader === undefined) this.items.push(item);
    else reader.resolve({ value: item, done: false });
  }

  /** Ends the iteration after what is queued. */
  close(): void {
    if (this.isClosed) return;
    this.isClosed = true;
    const { readers } = this;
    this.readers = [];
    for (const reader of readers) reader.resolve({ value: undefined, done: true });
    this.onClose();
  }

  next(): Promise<IteratorResult<T, undefined>> {
    const item = this.items.shift();
    if (item !== undefined) return Promise.resolve({ value: item, done: false });
    if (this.isClosed) return Promise.resolve({ value: undefined, done: true });
    const reader = new Deferred<IteratorResult<T, undefined>>();
    this.readers.push(reader);
    return reader.promise;
  }

  return(): Promise<IteratorResult<T, undefined>> {
    this.close();
    return Promise.resolve({ value: undefined, done: true });
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}
