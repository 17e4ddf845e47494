/**
 * A process's own clock: monotonic, in whole microseconds, too fast or too slow by some parts per million. Its rate may change
 * while it runs, its reading never jumps. It knows nothing of timers; it only converts.
 */
import { invariant } from '../base/invariant.ts';

const MILLION = 1_000_000;

/** The clock of one process. */
export class DriftingClock {
  /** At this true time the clock showed `anchorLocalUs`, and since then it drifts by `ppm`. */
  anchorTrueUs = 0;
  anchorLocalUs: number;
  ppm: number;
  readonly startLocalUs: number;
  /** Wall time minus the clock's own reading, in milliseconds. */
  wallOffsetMs: number;

  constructor(startLocalUs: number, ppm: number, wallOffsetMs: number) {
    invariant(ppm > -MILLION && startLocalUs >= 0, 'a clock must go forward');
    this.startLocalUs = startLocalUs;
    this.anchorLocalUs = startLocalUs;
    this.ppm = ppm;
    this.wallOffsetMs = wallOffsetMs;
  }

  /** The clock's reading at a true time. */
  localUs(trueUs: number): number {
    const elapsed = trueUs - this.anchorTrueUs;
    const even = this.anchorLocalUs + elapsed;
    return this.ppm === 0 ? even : even + Math.floor((elapsed * this.ppm) / MILLION);
  }

  /** The first true time, no earlier than the anchor, at which the clock shows `localUs` or more. */
  whenUs(localUs: number): number {
    const wanted = localUs - this.anchorLocalUs;
    if (wanted <= 0) return this.anchorTrueUs;
    if (this.ppm === 0) return this.anchorTrueUs + wanted;
    let elapsed = Math.floor((wanted * MILLION) / (MILLION + this.ppm));
    while (elapsed > 0 && this.localUs(this.anchorTrueUs + elapsed - 1) >= localUs) elapsed--;
    while (this.localUs(this.anchorTrueUs + elapsed) < localUs) elapsed++;
    return this.anchorTrueUs + elapsed;
  }

  /** From `trueUs` on, the clock drifts by `ppm`. */
  setDrift(trueUs: number, ppm: number): void {
    invariant(ppm > -MILLION, 'a clock must go forward');
    this.anchorLocalUs = this.localUs(trueUs);
    this.anchorTrueUs = trueUs;
    this.ppm = ppm;
  }

  /** By how much the clock is off at `trueUs`, either way. */
  deviationUs(trueUs: number): number {
    return Math.abs(this.localUs(trueUs) - this.startLocalUs - trueUs);
  }
}
