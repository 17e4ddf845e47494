/**
 * What lasting faults do to one process: beginning them and ending them. Each is a field or two of its `Host`, which the parts of
 * the world heed where it matters; a second fault of a kind takes the place of the first.
 */
import type { Core } from './core.ts';
import type { ActiveFault, Fault } from './fault.ts';
import type { Host } from './host.ts';
import type { Network } from './network.ts';
import { queueTimer } from './timers.ts';

/** Faults of one process that last a while and are a matter of its traffic or its timers. */
export type Ailment = Extract<
  Fault,
  { readonly kind: 'hold' | 'drip' | 'slowReader' | 'refuse' | 'wallJump' | 'lateTimers' }
>;

/** As it is counted. */
export function ailmentName(fault: Ailment): string {
  return fault.kind === 'refuse' ? `connect:${fault.answer}` : fault.kind;
}

/** Begins it. */
export function ail(host: Host, fault: Ailment, active: ActiveFault, core: Core, network: Network): void {
  const { ailments } = host;
  switch (fault.kind) {
    case 'hold':
      if (ailments.holding !== null) return;
      ailments.heldMessage = fault.message;
      ailments.holding = active;
      network.impediments++;
      return;
    case 'slowReader':
      if (ailments.notReading !== null) return;
      ailments.notReading = active;
      network.impediments++;
      return;
    case 'drip':
      ailments.dripping = active;
      ailments.dripUs = fault.gapMs * 1000;
      return;
    case 'refuse':
      ailments.refusing = active;
      ailments.refusalHangs = fault.answer === 'hang';
      return;
    case 'wallJump':
      ailments.jumped = active;
      host.clock.wallOffsetMs += fault.byMs;
      return;
    case 'lateTimers':
      ailments.timersLate = active;
      ailments.timersUntilUs = core.schedule.nowUs + fault.forMs * 1000;
  }
}

/** Ends what `active` is the cause of. A wall clock stays where it was set. */
export function cure(host: Host, active: ActiveFault, core: Core, network: Network): void {
  const { ailments } = host;
  if (ailments.holding === active) {
    ailments.holding = null;
    network.relieve();
  }
  if (ailments.notReading === active) {
    ailments.notReading = null;
    network.relieve();
  }
  if (ailments.dripping === active) ailments.dripping = null;
  if (ailments.refusing === active) ailments.refusing = null;
  if (ailments.timersLate === active) {
    ailments.timersLate = null;
    for (const slot of host.timers.values()) if (slot.armed) queueTimer(core, slot);
  }
}
