/** Where a world tells what happens, for reports and for `--verbose`. Absent by default; it never changes what happens. */
import type { ConnectionId, Event, NodeId } from '../io/event.ts';
import type { Process } from '../io/process.ts';
import type { Message } from '../wire/message.ts';

export interface TraceSink {
  /** A new life of `node` begins with this process, which has not handled anything yet. To be looked at, never changed. */
  booted?(node: NodeId, process: Process): void;
  /**
   * `node` is about to handle `event`, as step `step`. `peer` is the other end of the connection that it is about, and
   * `peerConnection` that end's number for it; both 0 where it is about none.
   */
  event(step: number, timeUs: number, node: NodeId, event: Event, peer: NodeId, peerConnection: ConnectionId): void;
  /** During step `step`, `from` sent a message to `to`, over what is connection `connection` to it. */
  sent?(step: number, timeUs: number, from: NodeId, to: NodeId, message: Message, connection: ConnectionId): void;
}
