/**
 * The vocabulary of faults, as plain JSON: what a plan may do to a world, on whom and for how long. Whom is said by number or
 * by role, and a role is resolved when the fault happens. What they do is in `fault-driver.ts`.
 */
import type { NodeId } from '../io/event.ts';
import type { DiskImage } from './disk-image.ts';
import type { End } from './link.ts';

/** One process; of a role, one that is up and claims it. 'leader' is the latest to claim it; 'any' is any server. */
export type Target = { readonly node: NodeId } | { readonly role: TargetRole };

/** 'looking': neither leads nor follows at the moment. */
export type TargetRole = 'leader' | 'follower' | 'observer' | 'looking' | 'any' | 'client';

/** What a process may ask of its disk. */
export const DISK_CALLS = ['append', 'write', 'sync', 'syncDirectory', 'read', 'list', 'rename', 'remove', 'truncate'] as const;
/** See `Decay`. */
export const DECAYS = ['bit', 'misdirected', 'zeros'] as const;

/**
 * Which servers are cut from which. isolate: the target from all others; majority-minority: a drawn minority from the rest;
 * halves: two halves, as equal as can be; ring: each sees its two neighbours only; bridge: two halves that one server joins;
 * pair: two servers that cannot see each other, both seen by all others.
 */
export type PartitionShape = 'isolate' | 'isolate-leader' | 'majority-minority' | 'halves' | 'ring' | 'bridge' | 'pair';

/** The kinds of message that can be held back until the fault is over. */
export const HELD_MESSAGES = [
  'PROPOSAL', 'ACK', 'COMMIT', 'INFORM', 'NEWLEADER', 'UPTODATE', 'LEADERINFO', 'ACKEPOCH', 'PING', 'REQUEST', 'notification',
] as const;
/** One of them. */
export type HeldMessage = (typeof HELD_MESSAGES)[number];

/** Series of cuts; each cut is counted under the name of its series. */
export const SERIES = ['swizzle', 'rolling', 'flapping'] as const;
/** One of them. */
export type Series = (typeof SERIES)[number];

/** Something bad that happens to a world. Times in milliseconds. */
export type Fault =
  /**
   * The target dies at once or, with `afterEffects`, in the midst of its next event, after so many effects of it; with `after`,
   * of the next event that tells it of a completed sync: what it made durable is then known to nobody.
   */
  | {
      readonly kind: 'crash';
      readonly target: Target;
      readonly afterEffects?: number;
      readonly after?: 'sync';
      readonly downMs: number;
    }
  /** All servers die at once; each starts again after `downMs` and up to as much again. */
  | { readonly kind: 'power'; readonly downMs: number }
  | { readonly kind: 'pause'; readonly target: Target; readonly forMs: number }
  /** `oneWay`: only what goes into (or out of) the first side is cut. `clientsToo`: clients are on a side as well. */
  | {
      readonly kind: 'partition';
      readonly shape: PartitionShape;
      readonly target?: Target;
      /** The other one of a pair. */
      readonly peer?: NodeId;
      readonly series?: Series;
      readonly oneWay?: 'in' | 'out';
      readonly clientsToo?: boolean;
      readonly forMs: number;
    }
  /** The target serves its peers but no client. */
  | { readonly kind: 'clientCut'; readonly target: Target; readonly forMs: number }
  /** Every message takes a heavy-tailed time, `factor` times as long. */
  | { readonly kind: 'delay'; readonly factor: number; readonly forMs: number }
  /** One drawn connection of the target dies, with a lost suffix both ways. */
  | { readonly kind: 'reset'; readonly target: Target }
  /** Nothing arrives from the target at one drawn peer. */
  | { readonly kind: 'stall'; readonly target: Target; readonly forMs: number }
  | { readonly kind: 'slowSync'; readonly target: Target; readonly factor: number; readonly forMs: number }
  /** The target's clock runs at another rate, in parts per million. */
  | { readonly kind: 'drift'; readonly target: Target; readonly ppm: number; readonly forMs: number }
  /**
   * The next `times` calls of one kind fail at the target's disk. After a failed sync the page cache forgets what it likes.
   * 'lie', of a sync only: it is said to be done, and nothing is durable because of it.
   */
  | {
      readonly kind: 'diskError';
      readonly target: Target;
      readonly call: DiskCall;
      readonly error: 'EIO' | 'ENOSPC' | 'lie';
      readonly times: number;
    }
  /** The target's disk has no room for another byte. */
  | { readonly kind: 'diskFull'; readonly target: Target; readonly forMs: number }
  /**
   * Durable bytes of one drawn file, of those whose name begins with `file`, decay on the target's disk: only while it is at
   * rest, so that nothing is lost that was not safe, and only while enough other voters have disks that are whole.
   */
  | { readonly kind: 'bitRot'; readonly target: Target; readonly decay: Decay; readonly file?: string }
  /** Some servers are cut off one after the other, and come back one by one in another order. */
  | { readonly kind: 'swizzle'; readonly forMs: number }
  /** Every server is cut off for a while, the next one shortly before the one before is back. */
  | { readonly kind: 'rolling'; readonly eachMs: number }
  /** One link of the target comes and goes. */
  | { readonly kind: 'flapping'; readonly target: Target; readonly periodMs: number; readonly forMs: number }
  /** What the target sends of one kind, and on its connection all behind it, waits for the end of the fault. */
  | { readonly kind: 'hold'; readonly target: Target; readonly message: HeldMessage; readonly forMs: number }
  /**
   * What the target sends on one drawn connection is late by `delayMs`; half way it loses the connection and may make another,
   * while the old data still arrives on the old one, of which the peer knows no better.
   */
  | { readonly kind: 'lateData'; readonly target: Target; readonly delayMs: number }
  /** What the target sends trickles: on each connection one message in `gapMs`. */
  | { readonly kind: 'drip'; readonly target: Target; readonly gapMs: number; readonly forMs: number }
  /** The target sends, but does not read what it is sent. */
  | { readonly kind: 'slowReader'; readonly target: Target; readonly forMs: number }
  /** Nobody can connect to the target anew: it refuses, or there is no answer at all. */
  | { readonly kind: 'refuse'; readonly target: Target; readonly answer: 'refuse' | 'hang'; readonly forMs: number }
  /** The target's wall clock, not the one that timers go by, is set forward or back. */
  | { readonly kind: 'wallJump'; readonly target: Target; readonly byMs: number }
  /** No timer of the target fires; at the end all that were due do, at once. */
  | { readonly kind: 'lateTimers'; readonly target: Target; readonly forMs: number }
  /**
   * The target dies and finds an empty disk when it is back; or its own as it was `ageMs` before; or that of another voter. Only
   * where enough others have all that is lost: see `atlas.ts`.
   */
  | { readonly kind: 'wipe'; readonly target: Target; readonly downMs: number }
  | { readonly kind: 'oldImage'; readonly target: Target; readonly ageMs: number; readonly downMs: number }
  | { readonly kind: 'clone'; readonly target: Target; readonly downMs: number };

/** A kind of request to a disk. */
export type DiskCall = (typeof DISK_CALLS)[number];
/** What of a file decays: one bit; a sector that the bytes of another overwrite; a sector that reads as zeros. */
export type Decay = (typeof DECAYS)[number];

export type FaultKind = Fault['kind'];

/** A disk that waits to be put into a server, and how long the server is down for it. */
export interface Restoration {
  readonly image: DiskImage;
  readonly downMs: number;
}

/** A fault that goes on. */
export class ActiveFault {
  /** As it is counted: the kind, and of a partition also the shape. */
  readonly name: string;
  readonly node: NodeId;
  effective = false;
  over = false;
  /** The cuts that it made: from, to, from, to, ... */
  readonly cuts: NodeId[] = [];
  /** The disk that its node will have when it is over, unless everything is over by then. */
  restoration: Restoration | null = null;
  /** The end of a connection whose data it keeps back. */
  lingering: End | null = null;

  constructor(name: string, node: NodeId) {
    this.name = name;
    this.node = node;
  }
}

/** How often a fault happened, and how often it changed anything. */
export interface FaultCounter {
  readonly name: string;
  readonly fired: number;
  readonly effective: number;
}

/** The names under which a world counts, in the order of its report. */
export const FAULT_NAMES: readonly string[] = [
  'crash',
  'crashBetweenEffects',
  'crashAfterSync',
  'power',
  'halt',
  'pause',
  'partition:isolate',
  'partition:isolate-leader',
  'partition:majority-minority',
  'partition:halves',
  'partition:ring',
  'partition:bridge',
  'partition:pair',
  'partition:oneWay',
  'clientCut',
  'delay',
  'reset',
  'stall',
  'slowSync',
  'clockDrift',
  'diskError:EIO',
  'diskError:ENOSPC',
  'diskError:lie',
  'diskFull',
  'bitRot:bit',
  'bitRot:misdirected',
  'bitRot:zeros',
  'swizzle',
  'rolling',
  'flapping',
  'hold',
  'lateData',
  'drip',
  'slowReader',
  'connect:refuse',
  'connect:hang',
  'wallJump',
  'lateTimers',
  'wipe',
  'oldImage',
  'clone',
  'heavyTail',
  'overtaking',
  'halfOpen',
  'lostSuffix',
  'lostWrite',
  'tornWrite',
  'reorderedWrite',
  'lostDirectoryEntry',
  'lostRename',
  'undoneRemove',
];
