/**
 * How a client that is served read-only looks for a server that also writes (section 4.8 of the protocol's description): it
 * tries one after the other, first after 100 ms, then at twice the distance each time. ZooKeeper's client asks with the word
 * `isro` and then comes again; here the question is a request for a session that may write, which a read-only server
 * answers by closing, so that the answer is already the new session.
 */
import { NO_SESSION } from '../base/session-id.ts';
import { ZXID_ZERO } from '../base/zxid.ts';
import type { ConnectionId, NodeId } from '../io/event.ts';
import type { Io } from '../io/io.ts';
import { SEEK_TIMER } from './client-settings.ts';
import type { ServerRing } from './server-ring.ts';

const NO_CONNECTION: ConnectionId = -1;
const FIRST_PAUSE_MS = 100;
const MAX_PAUSE_MS = 60_000;

/** See the head of the file. Plain data. */
export class WritableSeeker {
  /** The attempt under way. */
  connection: ConnectionId = NO_CONNECTION;
  server: NodeId = 0;
  private pauseMs = FIRST_PAUSE_MS;

  start(io: Io): void {
    this.pauseMs = FIRST_PAUSE_MS;
    io.setTimer(SEEK_TIMER, this.pauseMs);
  }

  /** Gives up on the server that is being tried, and tries the next one that is not `present`. */
  tryNext(ring: ServerRing, present: NodeId, io: Io): void {
    this.abandon(io);
    this.server = ring.next();
    if (this.server === present) this.server = ring.next();
    this.connection = io.connect(this.server, 'client');
    this.pauseMs = Math.min(2 * this.pauseMs, MAX_PAUSE_MS);
    io.setTimer(SEEK_TIMER, this.pauseMs);
  }

  onConnected(sessionTimeoutMs: number, io: Io): void {
    io.send(this.connection, {
      kind: 'connectRequest',
      protocolVersion: 0,
      lastZxidSeen: ZXID_ZERO,
      timeoutMs: sessionTimeoutMs,
      sessionId: NO_SESSION,
      password: new Uint8Array(16),
      readOnly: false,
    });
  }

  /** The attempt came to nothing; the next one is due when its time has come. */
  abandon(io: Io): void {
    if (this.connection !== NO_CONNECTION) io.close(this.connection);
    this.connection = NO_CONNECTION;
  }

  /** The search is over. */
  stop(io: Io): void {
    this.abandon(io);
    io.cancelTimer(SEEK_TIMER);
  }

  /** The search has been successful: hands the connection over. */
  take(io: Io): ConnectionId {
    const { connection } = this;
    this.connection = NO_CONNECTION;
    this.stop(io);
    return connection;
  }
}
