/**
 * A place where a process runs, life after life: what outlives a crash (its disk, its clock, its number) and what does not
 * (timers, connections, what was waiting to be heard).
 */
import { addressOf, type ConnectionId, type DiskError, type Event, type NodeId, type TimerId } from '../io/event.ts';
import type { Process } from '../io/process.ts';
import type { Stream } from './chooser.ts';
import type { DriftingClock } from './clock.ts';
import type { SimulatedDisk } from './disk.ts';
import type { ActiveFault, DiskCall } from './fault.ts';
import type { End } from './link.ts';

/** Who lives in a world. */
export interface NodeSpec {
  readonly node: NodeId;
  readonly kind: 'server' | 'client';
  /** Makes the process of a new life; it knows nothing but its configuration. */
  readonly boot: () => Process;
  readonly disk: boolean;
  /** One of those of whose disks a majority is kept whole; left out: it is not. */
  readonly isVoter?: boolean;
}

/** A timer by its number. */
export class TimerSlot {
  readonly host: Host;
  readonly id: TimerId;
  armed = false;
  /** Due when the process's own clock shows this. */
  dueLocalUs = 0;
  /** When the schedule will ask next, and the number that the entry must have to count; Infinity if it will not. */
  queuedUs: number = Infinity;
  queuedNumber = 0;

  constructor(host: Host, id: TimerId) {
    this.host = host;
    this.id = id;
  }
}

/** An event that waits for a paused process. */
export interface Waiting {
  readonly event: Event;
  readonly end: End | null;
}

/** A crash that waits for the next event of its victim, to strike between two effects of it. */
export interface ArmedCrash {
  /** How its fault is counted. */
  readonly name: string;
  /** It waits for a completed sync. */
  readonly isAfterSync: boolean;
  readonly afterEffects: number;
  readonly downMs: number;
}

/** Calls that are to fail. */
export interface ArmedDiskError {
  readonly call: DiskCall;
  readonly error: DiskError | 'lie';
  readonly fault: ActiveFault;
  times: number;
}

/** More effects than one event ever has. */
export const UNLIMITED_EFFECTS = 0x3fff_ffff;

/** What faults do to the traffic and the timers of one process; null where nothing is wrong. */
export class Ailments {
  /** The kind of message that is held back on its way out. */
  heldMessage = '';
  holding: ActiveFault | null = null;
  dripping: ActiveFault | null = null;
  dripUs = 0;
  notReading: ActiveFault | null = null;
  refusing: ActiveFault | null = null;
  refusalHangs = false;
  jumped: ActiveFault | null = null;
  timersLate: ActiveFault | null = null;
  timersUntilUs = 0;
}

/** The place of one process. */
export class Host {
  readonly spec: NodeSpec;
  readonly node: NodeId;
  readonly address: string;
  readonly disk: SimulatedDisk | null;
  readonly clock: DriftingClock;
  readonly luck: Stream;
  readonly clockLuck: Stream;
  readonly diskLuck: Stream | null;
  /** null while it is down. */
  process: Process | null = null;
  /** Lives so far; what an earlier life asked for is not answered. */
  life = 0;
  /** It does not run at the moment, because of this. */
  pausedBy: ActiveFault | null = null;
  /** What it has still to hear of, from while it was paused. */
  waiting: Waiting[] = [];
  timers: Map<TimerId, TimerSlot> = new Map();
  connections: Map<ConnectionId, End> = new Map();
  nextConnection: ConnectionId = 1;
  /** When the last request for a file will be complete, by its name; '' is the directory. */
  diskBusyUntilUs: Map<string, number> = new Map();
  /** The role that it last claimed, and when by comparison with the others. */
  role = '';
  roleNumber = 0;
  armedCrash: ArmedCrash | null = null;
  /** Down for good. */
  isLost = false;
  /** The event at hand says that a sync is complete. */
  isSyncDone = false;
  /** Effects that the event at hand may still have. */
  effectsLeft: number = UNLIMITED_EFFECTS;
  syncFactor = 1;
  /** When the disk is as fast as ever: the rest of what was slow until then takes no longer than it would have. */
  slowUntilUs = 0;
  slowSync: ActiveFault | null = null;
  driftedBy: ActiveFault | null = null;
  /** Calls of the disk that will fail. */
  diskErrors: ArmedDiskError[] = [];
  diskFull: ActiveFault | null = null;
  /** What made its disk unreadable in part; null once the process serves again from a disk that is whole. */
  impairedBy: ActiveFault | null = null;
  readonly ailments: Ailments = new Ailments();
  /** The drift that its clock has of itself. */
  readonly ownPpm: number;

  constructor(
    spec: NodeSpec,
    clock: DriftingClock,
    disk: SimulatedDisk | null,
    luck: Stream,
    clockLuck: Stream,
    diskLuck: Stream | null,
  ) {
    this.spec = spec;
    this.node = spec.node;
    this.address = addressOf(spec.node);
    this.clock = clock;
    this.ownPpm = clock.ppm;
    this.disk = disk;
    this.luck = luck;
    this.clockLuck = clockLuck;
    this.diskLuck = diskLuck;
  }

  /** It hears of everything as it happens, and nothing that it asked of its disk is under way. */
  isAtRest(nowUs: number): boolean {
    if (!this.isUp || this.pausedBy !== null || this.waiting.length > 0) return false;
    for (const untilUs of this.diskBusyUntilUs.values()) if (untilUs >= nowUs) return false;
    return true;
  }

  /** The crash that this event triggers. */
  armedFor(event: Event): ArmedCrash | null {
    const armed = this.armedCrash;
    if (armed === null || !armed.isAfterSync) return armed;
    return event.kind === 'diskDone' && this.isSyncDone ? armed : null;
  }

  get isUp(): boolean {
    return this.process !== null;
  }
}
