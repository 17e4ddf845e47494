/**
 * Where in the diagram an event stands, and which part of it is in view. Either every event has the same room (order), so that
 * each arrow can be read, or events stand where they were in time. Pure.
 */
import type { Trace } from './trace.ts';

/** order: a unit is an event. time: a unit is a millisecond. */
export type AxisMode = 'order' | 'time';

/** The fewest units in view at once. */
const SPAN_MIN = { order: 6, time: 0.02 };

/** The horizontal axis. `from` and `to`: what is in view, in units. */
export class Axis {
  mode: AxisMode = 'order';
  from = 0;
  to = 1;
  private readonly trace: Trace;

  constructor(trace: Trace) {
    this.trace = trace;
    this.showAll();
  }

  /** Where it begins and ends. */
  get start(): number {
    return 0;
  }

  get end(): number {
    return this.mode === 'order' ? this.trace.count + 1 : (this.trace.timeUs[this.trace.count] ?? 0) / 1000 + 1;
  }

  /** Where an event stands. */
  of(event: number): number {
    return this.mode === 'order' ? event : (this.trace.timeUs[event] ?? 0) / 1000;
  }

  /** Where something stands that happened between an event and the next, at a time. */
  between(event: number, us: number): number {
    return this.mode === 'order' ? event + 0.5 : us / 1000;
  }

  /** The last event at or before a position; 0 if there is none. */
  eventAt(position: number): number {
    if (this.mode === 'order') return Math.max(0, Math.min(this.trace.count, Math.floor(position)));
    let low = 1;
    let high = this.trace.count + 1;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.trace.timeUs[middle] ?? 0) / 1000 <= position) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  }

  setMode(mode: AxisMode): void {
    const [first, last] = [Math.max(1, this.eventAt(this.from)), Math.max(1, this.eventAt(this.to))];
    this.mode = mode;
    this.show(this.of(first), Math.max(this.of(last), this.of(first) + SPAN_MIN[mode]));
  }

  /** Brings a range into view, as far as there is one. */
  show(from: number, to: number): void {
    const span = Math.min(Math.max(to - from, SPAN_MIN[this.mode]), this.end - this.start);
    const middle = (from + to) / 2;
    // The last event need not stand at the very edge.
    const room = span < this.end - this.start ? span * 0.1 : 0;
    this.from = Math.min(Math.max(middle - span / 2, this.start), this.end + room - span);
    this.to = this.from + span;
  }

  showAll(): void {
    this.show(this.start, this.end);
  }

  pan(by: number): void {
    this.show(this.from + by, this.to + by);
  }

  /** Zooms so that `at` stays where it is. `factor` < 1 zooms in. */
  zoom(at: number, factor: number): void {
    const span = Math.min(Math.max((this.to - this.from) * factor, SPAN_MIN[this.mode]), this.end - this.start);
    const share = (at - this.from) / (this.to - this.from);
    this.show(at - span * share, at + span * (1 - share));
  }

  /** Brings an event into view, with some room on both sides, if it is not there. */
  reveal(event: number): void {
    const [at, span] = [this.of(event), this.to - this.from];
    if (at < this.from + span * 0.05) this.show(at - span * 0.3, at + span * 0.7);
    else if (at > this.to - span * 0.05) this.show(at - span * 0.7, at + span * 0.3);
  }
}

/** A round step, 1, 2 or 5 times a power of ten, of which about `count` fit into `span`. */
export function roundStep(span: number, count: number): number {
  const rough = span / Math.max(1, count);
  const power = 10 ** Math.floor(Math.log10(rough));
  const digit = [1, 2, 5, 10].find((candidate) => candidate * power >= rough) ?? 10;
  return digit * power;
}
