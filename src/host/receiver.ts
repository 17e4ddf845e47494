/**
 * Who is told what comes in: events, in turns. What comes in together, between `begin` and the `end` that goes with it, is one
 * turn; an event by itself is one, too. At the end of a turn what it gave rise to is done, once for all: the log is synced, and
 * what was sent goes out.
 */
import type { Event } from '../io/event.ts';

/** See the head of the file. */
export interface Receiver {
  begin(): void;
  take(event: Event): void;
  end(): void;
}
