/**
 * Where the process of a promise-based client runs: a simulated world or a real machine. The client brings a `Process`; the host
 * gives it events and its `io`. Written here because the client may not know either of them.
 */
import type { NodeId, TimerId } from '../io/event.ts';
import type { Process } from '../io/process.ts';
import type { ServerAddress } from './connect-string.ts';

/** The way into a running process. */
export interface ClientSeat {
  /** Has it handle the event `{ kind: 'timer', timer: CALL_TIMER }` as soon as can be, after the code that is running now. */
  call(): void;
  /** It has no more to do: nothing is kept open for it. */
  stop(): void;
  /** Nothing happens there any more, so that nothing more can be asked; left out: there is no such place. */
  isOver?(): boolean;
}

/** A place for clients. */
export interface ClientHost {
  /** The numbers by which `Network.connect` will know these servers, at least one. */
  resolve(servers: readonly ServerAddress[]): readonly NodeId[];
  /** Starts a process; its first event is 'start'. */
  seat(process: Process): ClientSeat;
  /** A callback of the user's threw; there is nobody else to tell. */
  report(error: unknown): void;
}

/** The timer that carries calls into the process: never set through `io`, only sent by `ClientSeat.call`. */
export const CALL_TIMER: TimerId = 1;
/** The timer that everything which waits for a time shares. */
export const SLEEP_TIMER: TimerId = 2;
