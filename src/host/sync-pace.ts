/**
 * Whether a process waits for a sync where it stands. To have it made aside costs two changes of threads and a round of the event
 * loop, on a fast disk about as much as the sync itself. But where others want the processor, a thread that has waited gets it
 * back late, and to wait aside is sooner done. So both are measured, from the beginning of a sync to the moment at which the
 * process goes on: what took less of late is done, and the other one now and then, to be known.
 *
 * A sync that takes long has held the process up by then; so that it does that once and not for as long as the disk is slow, the
 * next ones are made aside in any case, until several in a row were quick again.
 */
import { fdatasync, fdatasyncSync } from 'node:fs';

/** A process may stand still for so long, again and again. */
const QUICK_MS = 0.5;
/** So many quick ones make a quick file: what is synced now and then, as snapshots are, is never waited for. */
const QUICK_RUN = 8;
/**
 * With more to make durable, several ask at a time: while a sync goes on aside, their next requests are read. What that saves is
 * not seen in how long a sync takes.
 */
const CHANGES_MAX = 2;
const BYTES_MAX = 64 * 1024;
/** To wait here must take no more than so much of what it takes aside: there must be something to gain. */
const WORTH = 0.75;
/** One in so many is done in the way that took longer of late. */
const TRIAL_EVERY = 256;
/** How much one sync counts in the mean, and what it counts at most. */
const WEIGHT = 1 / 8;
const OUTLIER_MS = 4;

/** What took how long of late. */
class Mean {
  /** −1: nothing is known. */
  ms = -1;

  add(ms: number): void {
    const counted = Math.min(ms, OUTLIER_MS);
    this.ms = this.ms < 0 ? counted : this.ms + WEIGHT * (counted - this.ms);
  }
}

/** Of one open file. */
export class SyncPace {
  private quickInARow = 0;
  private untilTrial = TRIAL_EVERY;
  private readonly here: Mean = new Mean();
  private readonly aside: Mean = new Mean();

  /** Whether to wait for the next sync, which makes so many changes of so many bytes together durable. */
  choosesHere(changes: number, bytes: number): boolean {
    if (this.quickInARow < QUICK_RUN || changes > CHANGES_MAX || bytes > BYTES_MAX) return false;
    this.untilTrial -= 1;
    const isTrial = this.untilTrial <= 0;
    if (isTrial) this.untilTrial = TRIAL_EVERY;
    return (this.here.ms <= WORTH * this.aside.ms) !== isTrial;
  }

  /** A sync that succeeded took so long till the process went on. */
  took(ms: number, wasHere: boolean): void {
    this.quickInARow = ms <= QUICK_MS ? this.quickInARow + 1 : 0;
    if (wasHere) this.here.add(ms);
    else this.aside.add(ms);
  }
}

/** Syncs and waits; what went wrong, null: nothing. */
export function syncHere(fd: number): unknown {
  try {
    fdatasyncSync(fd);
    return null;
  } catch (error) {
    return error;
  }
}

/** Syncs on another thread; `done` is told what went wrong (null: nothing), so many milliseconds after the end of it. */
export function syncAside(fd: number, delayMs: () => number, done: (error: unknown) => void): void {
  fdatasync(fd, (error) => {
    const ms = delayMs();
    if (ms > 0) setTimeout(done, ms, error);
    else done(error);
  });
}
