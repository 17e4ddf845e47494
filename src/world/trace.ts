/** Where a world tells what happens, for reports and for `--verbose`. Absent by default; it never changes what happens. */
import type { Event, NodeId } from '../io/event.ts';
import type { Message } from '../wire/message.ts';

export interface TraceSink {
  /** `node` is about to handle `event`, as step `step`. `peer` is the other end of the connection that it is about, else 0. */
  event(step: number, timeUs: number, node: NodeId, event: Event, peer: NodeId): void;
  /** During step `step`, `from` sent a message to `to`. */
  sent?(step: number, timeUs: number, from: NodeId, to: NodeId, message: Message): void;
}
