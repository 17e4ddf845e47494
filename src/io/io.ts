/**
 * What a process may ask of the world while it handles one event. Effects happen in the order asked. A
 * process must not keep the `io` it was handed: it is valid for that event only. Nothing here returns a
 * promise; what comes of a request comes back as an event.
 */
import type { Message, Port } from '../wire/message.ts';
import type { ConnectionId, DiskToken, NodeId, TimerId } from './event.ts';
import type { Fact } from './fact.ts';

/** Time by the process's own clock. */
export interface Clock {
  /**
   * Monotonic milliseconds since some moment before the process started; drifts, never goes back. An integer.
   */
  now(): number;
  /** Milliseconds since 1970 by the wall clock; may jump. An integer. */
  wallTime(): number;
  /** (Re)starts timer `timer`: one 'timer' event, no earlier than `afterMs` (an integer >= 0) from now. */
  setTimer(timer: TimerId, afterMs: number): void;
  /** Stops it; no event of it comes afterwards. */
  cancelTimer(timer: TimerId): void;
}

/** Connections as TCP gives them: ordered and loss-free while they live. */
export interface Network {
  /** Starts connecting to a port of `node`; 'connected' or 'closed' follows, or nothing for a long time. */
  connect(node: NodeId, port: Port): ConnectionId;
  /** Queues a message; on a connection that is gone, nothing happens. */
  send(connection: ConnectionId, message: Message): void;
  /** Closes this end; what was sent before still travels. */
  close(connection: ConnectionId): void;
}

/**
 * Files of bytes in one flat directory, under a page cache. Changes are visible at once to later requests of
 * the same process, and durable only after `sync` (a file's bytes) and `syncDirectory` (its name). Every
 * request is answered by 'diskDone', 'diskRead', 'diskListed' or 'diskFailed' with its token; with token 0
 * (append, write, remove, close only) success is not said.
 */
export interface Disk {
  /** Appends at the end; creates the file if there is none. `bytes` is handed over. */
  append(file: string, bytes: Uint8Array, token: DiskToken): void;
  /**
   * Writes at `offset`, over what is there or beyond it (zeros fill a gap); creates the file if there is none.
   * `bytes` is handed over.
   */
  write(file: string, offset: number, bytes: Uint8Array, token: DiskToken): void;
  /** Makes all of the file's bytes durable that were written before this call. */
  sync(file: string, token: DiskToken): void;
  /** Makes all creations, renames and removals durable that came before this call. */
  syncDirectory(token: DiskToken): void;
  read(file: string, token: DiskToken): void;
  list(token: DiskToken): void;
  /** Replaces `to` if it exists, atomically. */
  rename(from: string, to: string, token: DiskToken): void;
  remove(file: string, token: DiskToken): void;
  /** Cuts the file to `size` bytes. */
  truncate(file: string, size: number, token: DiskToken): void;
}

/** Luck that the process asks for itself (an id, a jitter). */
export interface Random {
  /** An integer in 0..bound−1, bound in 1..2³². */
  random(bound: number): number;
}

/** All that a process can do to the outside, for the length of one event. */
export interface Io extends Clock, Network, Disk, Random {
  readonly self: NodeId;
  /** `Process.afterTurn` follows, soon and before anything is waited for; left out: it does not. */
  readonly hasTurns?: boolean;
  /**
   * States a fact for the judges and the trace. Costs nothing where nobody listens; never changes what
   * happens.
   */
  observe(fact: Fact): void;
  /**
   * Stops this process for good, with a sentence for the operator. Nothing of this event happens afterwards.
   */
  halt(reason: string): never;
}
