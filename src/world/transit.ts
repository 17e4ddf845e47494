/**
 * What becomes of one message on its way, as far as that is a matter of the message alone: how long it takes, whether a fault
 * holds it back, and what happens to it in a world whose connections are broken on purpose.
 */
import type { Core } from './core.ts';
import type { ActiveFault } from './fault.ts';
import type { Scheduled } from './heap.ts';
import type { End, Link } from './link.ts';
import { type BrokenAssumptions, drawOrdinary, drawTail } from './settings.ts';

/** How links are at the moment, all of them. */
export interface Weather {
  readonly tails: boolean;
  readonly delayFactor: number;
  readonly delay: ActiveFault | null;
}

/** How long a message takes, in microseconds. */
export function drawDelay(core: Core, { tails, delayFactor, delay }: Weather, link: Link): number {
  const { latency } = core.settings.network;
  const ordinary = drawOrdinary(link.stream, latency, tails, 'latency');
  if (ordinary >= 0 && delayFactor === 1) return ordinary;
  if (delay !== null) core.counters.touched(delay);
  if (ordinary >= 0 && !link.stream.chance(1, 4, 'delayed')) return ordinary * delayFactor;
  core.counters.hit('heavyTail');
  return drawTail(link.stream, latency, 'tail') * delayFactor;
}

/** Whether something other than a cut holds the entry back. */
export function isImpeded(core: Core, end: End, entry: Scheduled): boolean {
  const { from, to } = end.link;
  const { holding, heldMessage } = from.ailments;
  let cause: ActiveFault | null = null;
  if (to.ailments.notReading !== null) cause = to.ailments.notReading;
  else if (holding !== null && entry.message?.kind === heldMessage) cause = holding;
  if (cause === null) return end.stuckUntilUs > core.schedule.nowUs;
  core.counters.touched(cause);
  return true;
}

/** What happens to a message that no connection would do to it; nothing, unless the world is made so. */
export function breakage({ settings: { broken } }: Core, end: End): BrokenAssumptions['connections'] {
  if (broken?.connections === undefined) return undefined;
  return end.link.stream.chance(1, broken.oneIn, 'broken') ? broken.connections : undefined;
}

/** A drawn suffix of what is on its way from `end` never arrives. */
export function loseSuffix(core: Core, end: End): void {
  const lost = end.link.stream.below(end.inFlight + 1, 'lostSuffix');
  if (end.inFlight > 0) core.counters.fired('lostSuffix');
  if (lost > 0) core.counters.effective('lostSuffix');
  end.limit = Math.min(end.limit, end.sent - lost);
}
