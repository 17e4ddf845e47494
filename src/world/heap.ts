/**
 * What is still to happen, ordered by time and, at one time, by the order in which it was scheduled: the explicit number is
 * what makes the order of a run a fact and not an accident. Entries are pooled; whoever takes one out gives it back.
 */
import type { Message } from '../wire/message.ts';
import type { DiskRequest } from './device.ts';
import type { ActiveFault, Fault } from './fault.ts';
import type { Host, TimerSlot } from './host.ts';
import type { End } from './link.ts';

/** What an entry of the schedule is about. Each says which fields of `Scheduled` it uses. */
export const Due = {
  /** host, number (life): the first event of a life. */
  start: 0,
  /** timer, number (generation). */
  timer: 1,
  /** host, request, number (life). */
  disk: 2,
  /** end: the sender's; message, index, order. */
  message: 3,
  /** end: the initiator's; index. The request for a connection arrives. */
  opening: 4,
  /** end: the acceptor's; index. The initiator hears that it is connected. */
  opened: 5,
  /** end: the sender's; index. The peer hears that this end is gone. */
  closing: 6,
  /** end: what was held back on its way from this end goes on. */
  release: 7,
  /** end, number (generation): what was held back for too long ends the connection. */
  breaking: 8,
  /** end: hears that its connection is gone, whatever the links do. */
  hangUp: 9,
  /** end: the connection should stand by now. */
  connectTimeout: 10,
  /** host: goes on with what came while it was paused. */
  backlog: 11,
  /** host, number (life): starts again. */
  restart: 12,
  /** host, number (life): stops being paused. */
  resume: 13,
  fault: 14,
  faultEnd: 15,
} as const;
export type DueKind = (typeof Due)[keyof typeof Due];

/** One thing that is due. */
export class Scheduled {
  /** Microseconds. */
  time = 0;
  seq = 0;
  kind: DueKind = Due.start;
  number = 0;
  index = 0;
  order = 0;
  host: Host | null = null;
  end: End | null = null;
  message: Message | null = null;
  timer: TimerSlot | null = null;
  request: DiskRequest | null = null;
  fault: Fault | null = null;
  active: ActiveFault | null = null;
}

/** A binary heap of entries, and the simulated time. */
export class Schedule {
  /** Microseconds since the beginning of the run. */
  nowUs = 0;
  seq = 0;
  size = 0;
  readonly heap: Scheduled[] = [];
  readonly pool: Scheduled[] = [];

  /** A new entry at `timeUs`, or now if that is past; the caller fills in the rest at once. */
  add(timeUs: number, kind: DueKind): Scheduled {
    const entry = this.pool.pop() ?? new Scheduled();
    entry.time = timeUs > this.nowUs ? timeUs : this.nowUs;
    entry.seq = ++this.seq;
    entry.kind = kind;
    this.rise(entry);
    return entry;
  }

  /** The time of the next entry; Infinity if there is none. */
  nextTime(): number {
    const first = this.size > 0 ? this.heap[0] : undefined;
    return first === undefined ? Infinity : first.time;
  }

  /** Takes out the next entry and moves the time on to it. */
  take(): Scheduled | undefined {
    const first = this.pop();
    if (first !== undefined && first.time > this.nowUs) this.nowUs = first.time;
    return first;
  }

  /** Takes out the next entry. */
  pop(): Scheduled | undefined {
    if (this.size === 0) return undefined;
    const heap = this.heap;
    const first = heap[0];
    const last = heap.pop();
    this.size--;
    if (first === undefined || last === undefined) return undefined;
    if (this.size > 0) this.sink(last);
    return first;
  }

  /** Gives an entry back that nobody refers to any more. */
  recycle(entry: Scheduled): void {
    entry.host = null;
    entry.end = null;
    entry.message = null;
    entry.timer = null;
    entry.request = null;
    entry.fault = null;
    entry.active = null;
    this.pool.push(entry);
  }

  rise(entry: Scheduled): void {
    const heap = this.heap;
    let at = this.size++;
    heap.push(entry);
    while (at > 0) {
      const above = (at - 1) >> 1;
      const parent = heap[above];
      if (parent === undefined || !before(entry, parent)) break;
      heap[at] = parent;
      at = above;
    }
    heap[at] = entry;
  }

  /** Puts `entry` in the place of the first. */
  sink(entry: Scheduled): void {
    const heap = this.heap;
    const size = this.size;
    let at = 0;
    for (;;) {
      let below = 2 * at + 1;
      if (below >= size) break;
      let child = heap[below];
      const other = below + 1 < size ? heap[below + 1] : undefined;
      if (other !== undefined && child !== undefined && before(other, child)) {
        child = other;
        below++;
      }
      if (child === undefined || before(entry, child)) break;
      heap[at] = child;
      at = below;
    }
    heap[at] = entry;
  }
}

function before(a: Scheduled, b: Scheduled): boolean {
  return a.time < b.time || (a.time === b.time && a.seq < b.seq);
}
