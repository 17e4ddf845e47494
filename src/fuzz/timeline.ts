/**
 * How a campaign went over time: now and then how many seeds were done, how many rare situations had been reached and how many
 * kinds of failures there were. However long it lasts, the points are few: when there are too many, every other one goes.
 */

/** How far a campaign was at a moment. */
export interface TimelinePoint {
  readonly elapsedMs: number;
  readonly seeds: number;
  /** Distinct rare situations reached. */
  readonly situations: number;
  /** Distinct failures. */
  readonly failures: number;
}

/** At most so many points are kept, and at least half as many. */
export const POINTS_MAX = 240;

/** See the head of the file. */
export class Timeline {
  private kept: TimelinePoint[] = [];
  private last: TimelinePoint | null = null;
  /** A point is kept once so many seeds are done since the last that was. */
  private stride = 1;

  /** Notes how far it is. Points at which something new was found are kept as long as any. */
  mark(point: TimelinePoint): void {
    const before = this.kept.at(-1);
    this.last = point;
    const isNew = before === undefined || point.situations > before.situations || point.failures > before.failures;
    if (!isNew && point.seeds - before.seeds < this.stride) return;
    this.kept.push(point);
    if (this.kept.length <= POINTS_MAX) return;
    this.stride *= 2;
    this.kept = this.kept.filter((_, index) => index % 2 === 0);
  }

  /** The points, in order; the last of them is the latest. */
  points(): TimelinePoint[] {
    const { kept, last } = this;
    return last === null || kept.at(-1) === last ? [...kept] : [...kept, last];
  }
}
