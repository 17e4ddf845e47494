/**
 * The clock of the real machine: monotonic milliseconds, wall time and numbered timers, as `io/io.ts` promises them. A timer
 * never fires early by the clock that the process reads; it may be late, by as long as the event loop is busy.
 */
import type { TimerId } from '../io/event.ts';

/** Node fires a longer timeout at once; a timer that is due later is asked for again. */
const LONGEST_TIMEOUT_MS = 0x7fff_ffff;
/** Since the machine started, so that a process that is started again does not go back. */
const OFFSET_MS = Number(process.hrtime.bigint()) / 1e6 - performance.now();

interface Slot {
  dueMs: number;
  /** When the timeout under way will look at the slot again; Infinity: there is none. */
  looksMs: number;
  handle: NodeJS.Timeout | undefined;
}

/** Monotonic milliseconds, an integer. */
export function monotonicMs(): number {
  return Math.floor(performance.now() + OFFSET_MS);
}

/** The timers of one process. */
export class Timers {
  private readonly fire: (timer: TimerId) => void;
  private readonly slots: Map<TimerId, Slot> = new Map();

  constructor(fire: (timer: TimerId) => void) {
    this.fire = fire;
  }

  /**
   * (Re)starts `timer`. Most timers are pushed back again and again before they fire, so a timeout that looks too early is left
   * to look, and goes on waiting then.
   */
  set(timer: TimerId, afterMs: number): void {
    const slot = this.slots.get(timer) ?? { dueMs: 0, looksMs: Infinity, handle: undefined };
    this.slots.set(timer, slot);
    slot.dueMs = monotonicMs() + afterMs;
    if (slot.looksMs <= slot.dueMs) return;
    clearTimeout(slot.handle);
    this.wait(timer, slot);
  }

  cancel(timer: TimerId): void {
    const slot = this.slots.get(timer);
    if (slot === undefined) return;
    clearTimeout(slot.handle);
    this.slots.delete(timer);
  }

  /** No timer fires afterwards. */
  stop(): void {
    for (const { handle } of this.slots.values()) clearTimeout(handle);
    this.slots.clear();
  }

  private wait(timer: TimerId, slot: Slot): void {
    const afterMs = Math.min(Math.max(0, slot.dueMs - monotonicMs()), LONGEST_TIMEOUT_MS);
    slot.looksMs = monotonicMs() + afterMs;
    slot.handle = setTimeout(() => {
      this.look(timer, slot);
    }, afterMs);
  }

  private look(timer: TimerId, slot: Slot): void {
    if (monotonicMs() < slot.dueMs) {
      this.wait(timer, slot);
      return;
    }
    this.slots.delete(timer);
    this.fire(timer);
  }
}
