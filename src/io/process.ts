/**
 * A process is data: fields that hold plain values, arrays, Maps, Sets and objects of the same kind, and one
 * door.
 */
import type { Event } from './event.ts';
import type { Io } from './io.ts';

/**
 * A server or a client. Its fields are all of its state: no closure, promise, timer handle or socket; so that
 * one generic routine forks, fingerprints, compares and prints it. `handle` may change its own state and use
 * `io`, nothing else.
 */
export interface Process {
  handle(event: Event, io: Io): void;
  /**
   * All that came in together is handled: what was put off to be done once for many events is done now. Called by worlds whose
   * `io` says `hasTurns`.
   */
  afterTurn?(io: Io): void;
}
