/**
 * Timers on a schedule that does not know them: a timer that is set again and again (as a deadline that is always moved)
 * costs no new entry each time, and a change of the clock's rate makes none of them early.
 */
import type { Core } from './core.ts';
import { Due } from './heap.ts';
import type { TimerSlot } from './host.ts';

/** Sees to it that the schedule asks for an armed timer no later than it is due. An entry that is early already will do. */
export function queueTimer(core: Core, slot: TimerSlot): void {
  const dueUs = slot.host.clock.whenUs(slot.dueLocalUs);
  if (slot.queuedUs <= dueUs) return;
  enqueue(core, slot, dueUs);
}

/** Whether the entry with this number means that the timer is due now; if it is armed and not due yet, it is queued again. */
export function isTimerDue(core: Core, slot: TimerSlot, number: number): boolean {
  if (slot.queuedNumber !== number) return false;
  slot.queuedUs = Infinity;
  if (!slot.armed || isLate(core, slot)) return false;
  if (slot.host.clock.localUs(core.schedule.nowUs) < slot.dueLocalUs) {
    queueTimer(core, slot);
    return false;
  }
  slot.armed = false;
  return true;
}

/** Whether the timers of its process are late at the moment: then it is queued for when they all fire. */
function isLate(core: Core, slot: TimerSlot): boolean {
  const { timersLate, timersUntilUs } = slot.host.ailments;
  if (timersLate === null) return false;
  core.counters.touched(timersLate);
  enqueue(core, slot, timersUntilUs + 1);
  return true;
}

function enqueue(core: Core, slot: TimerSlot, timeUs: number): void {
  slot.queuedUs = timeUs;
  const entry = core.schedule.add(timeUs, Due.timer);
  entry.timer = slot;
  entry.number = ++slot.queuedNumber;
}
