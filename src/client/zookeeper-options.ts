/**
 * What the promise-based client takes and gives beside plain values: the options of a session, a read and a reconfiguration.
 * Those of a session are looked at, because a misspelt one would else be a default that nobody chose.
 */
import type { Bytes, Stat, WatcherType } from '../wire/words.ts';
import type { Watcher } from './watched-event.ts';

/** How a client is made. */
export interface ZooKeeperOptions {
  /** A wish: the server clamps it. 30,000 if left out. */
  readonly sessionTimeoutMs?: number;
  /** Be served reads by a server without a leader rather than not at all. */
  readonly canBeReadOnly?: boolean;
  /** Credentials, presented on every connection. */
  readonly auth?: readonly { readonly scheme: string; readonly auth: string | Bytes }[];
  /** How long to wait for any answer before REQUESTTIMEOUT; left out or 0: as long as the session lives. */
  readonly requestTimeoutMs?: number;
  /** Hears of the session, and of nothing else. */
  readonly onSession?: Watcher;
}

/** A read that may leave a watch: told once, of the next change or of the end of the session. */
export interface ReadOptions {
  readonly watch?: Watcher;
}

/** What reconfig changes: joining and leaving members, or all of them. */
export interface Reconfiguration {
  /** Server lines, as `server.4=host:2888:3888:participant;2181`, separated by commas. */
  readonly joining?: string;
  /** Ids, separated by commas. */
  readonly leaving?: string;
  /** Server lines of the whole new ensemble. */
  readonly members?: string;
  /** The version that the caller read; left out: whatever it is. */
  readonly fromVersion?: number;
}

/** Which watches `removeWatches` removes. */
export type RemovableWatch = keyof typeof WatcherType;

/** A node's content. */
export interface NodeData {
  readonly data: Bytes | null;
  readonly stat: Stat;
}

const OPTIONS: readonly string[] = ['sessionTimeoutMs', 'canBeReadOnly', 'auth', 'requestTimeoutMs', 'onSession'];

/** The options as they were given; throws a `TypeError`, with a sentence, where they are not what they can be. */
export function checked(options: ZooKeeperOptions): ZooKeeperOptions {
  const wrong = Object.keys(options).find((name) => !OPTIONS.includes(name));
  if (wrong !== undefined) throw new TypeError(`no option of a client is called "${wrong}"; there are ${OPTIONS.join(', ')}`);
  checkMs('sessionTimeoutMs', options.sessionTimeoutMs, 1);
  checkMs('requestTimeoutMs', options.requestTimeoutMs, 0);
  return options;
}

function checkMs(name: string, value: unknown, least: number): void {
  const isSound = value === undefined || (typeof value === 'number' && value >= least && value <= 0x7fff_ffff);
  if (!isSound) throw new TypeError(`${name} must be milliseconds, a number from ${least} on`);
}
