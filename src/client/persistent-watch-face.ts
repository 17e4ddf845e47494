/**
 * A watch that stays, read with `for await`. ZooKeeper does not replay what a persistent watch missed while there was no
 * connection; so that a reader knows, the stream also holds `None` events with the session's state: after `SyncConnected`,
 * read again what you keep a copy of. It ends when it is closed, when its reader leaves the loop, and when the session does.
 */
import { Stream } from './stream-face.ts';
import { isEnd, type WatchedEvent } from './watched-event.ts';

/** See the head of the file. */
export class PersistentWatch implements AsyncIterable<WatchedEvent> {
  readonly path: string;
  private readonly stream: Stream<WatchedEvent>;
  private left: Promise<void> = Promise.resolve();

  constructor(path: string, leave: () => Promise<void>) {
    this.path = path;
    this.stream = new Stream(() => {
      this.left = leave();
      // Whoever has left the loop does not wait for that.
      this.left.catch(() => undefined);
    });
  }

  /** For the client that it belongs to. */
  take(event: WatchedEvent): void {
    this.stream.push(event);
    if (event.type === 'None' && isEnd(event.state)) this.stream.close();
  }

  /** Takes the watch back, on the server too when it was the last of its kind on the path. */
  async close(): Promise<void> {
    this.stream.close();
    await this.left;
  }

  [Symbol.asyncIterator](): AsyncIterator<WatchedEvent> {
    return this.stream;
  }
}
