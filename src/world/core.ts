/**
 * What all parts of a world share: its settings, the schedule, the rolling hash, the counters and the streams of luck. Data
 * with a few one-line helpers; no part of a world reaches another through it.
 */
import { RollingHash } from '../base/hash.ts';
import type { Event } from '../io/event.ts';
import type { Message } from '../wire/message.ts';
import { type Chooser, HashedStream, type Stream } from './chooser.ts';
import { Counters } from './counters.ts';
import type { Host } from './host.ts';
import type { End } from './link.ts';
import { type SchedulerPlan, SteeredSchedule } from './scheduler.ts';
import type { WorldSettings } from './settings.ts';
import type { TraceSink } from './trace.ts';

/** Takes a message through its encoding and back. */
export type Recode = (message: Message) => Message;

/** Where events for processes go: handled at once, or kept while the process is paused. */
export interface Dispatcher {
  dispatch(host: Host, event: Event, end: End | null): void;
}

/** The common ground of one world. */
export class Core {
  readonly settings: WorldSettings;
  readonly chooser: Chooser;
  readonly recode: Recode | null;
  readonly trace: TraceSink | null;
  readonly schedule: SteeredSchedule;
  readonly hash: RollingHash = new RollingHash();
  /** Whether anything enters the hash. */
  readonly isHashed: boolean;
  readonly counters: Counters = new Counters();
  /** Events handled so far. */
  step = 0;

  constructor(
    settings: WorldSettings,
    chooser: Chooser,
    recode: Recode | null,
    trace: TraceSink | null,
    scheduler: SchedulerPlan,
    isHashed: boolean = true,
  ) {
    this.isHashed = isHashed;
    this.settings = settings;
    this.chooser = chooser;
    this.recode = settings.encode ? recode : null;
    this.trace = trace;
    this.schedule = new SteeredSchedule(scheduler, this.stream('scheduler'));
  }

  /** A stream whose draws enter the trace hash. */
  stream(label: string): Stream {
    if (!this.isHashed) return this.chooser.stream(label);
    return new HashedStream(this.chooser.stream(label), this.hash);
  }
}
