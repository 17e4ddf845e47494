/** What can happen to a process: the only things it ever hears of, each through its one door. */
import type { Message, Port } from '../wire/message.ts';
import type { Id } from '../wire/words.ts';

/** A number that a process chose for one of its own timers. One timer of a number runs at a time. */
export type TimerId = number;
/** A number that a process chose for one of its disk requests, > 0, to know the completion by. */
export type DiskToken = number;
/** One end of a connection, numbered by the world, never reused within a life of the process. */
export type ConnectionId = number;
/** A process of the world: servers 1..255 by their server id, clients from 1001. */
export type NodeId = number;

/** EIO: the device failed. ENOSPC: it is full. ENOENT: there is no such file. */
export type DiskError = 'EIO' | 'ENOSPC' | 'ENOENT';

export type Event =
  /** First event of every life of a process. */
  | { readonly kind: 'start' }
  /** Never before its time by the process's own clock; perhaps late. */
  | { readonly kind: 'timer'; readonly timer: TimerId }
  /**
   * Somebody connected to `port` here; `address` is where from, as an IP literal. `identities`: what the transport has proved
   * about them (x509, sasl), if anything.
   */
  | {
      readonly kind: 'accepted';
      readonly connection: ConnectionId;
      readonly port: Port;
      readonly address: string;
      readonly identities?: readonly Id[];
    }
  /** A `connect` succeeded. */
  | { readonly kind: 'connected'; readonly connection: ConnectionId }
  | { readonly kind: 'received'; readonly connection: ConnectionId; readonly message: Message }
  /**
   * The connection is gone, refused, reset or timed out; nothing more comes of it. Not said for one's own
   * `close`.
   */
  | { readonly kind: 'closed'; readonly connection: ConnectionId }
  /** A disk request is complete (for `sync`: durable). */
  | { readonly kind: 'diskDone'; readonly token: DiskToken }
  /** The bytes of a file, all of them; not to be mutated. */
  | { readonly kind: 'diskRead'; readonly token: DiskToken; readonly bytes: Uint8Array }
  /** The names of the files there are, sorted. */
  | { readonly kind: 'diskListed'; readonly token: DiskToken; readonly files: readonly string[] }
  /**
   * A disk request failed. Of a request without token (0), the failure is said with token 0 and the file's
   * name.
   */
  | { readonly kind: 'diskFailed'; readonly token: DiskToken; readonly error: DiskError; readonly file: string };

export type EventKind = Event['kind'];
