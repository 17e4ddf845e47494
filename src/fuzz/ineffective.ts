/** Faults that fire and never change anything are worse than none: they look like testing. A campaign names them as defects. */
import type { FaultCounter } from '../world/fault.ts';

/** So often a fault may fire in vain before it counts as a defect. */
export const PATIENCE = 40;

/** Faults that may well never have an effect, and why. */
export const EXCUSED: ReadonlyMap<string, string> = new Map([
  ['clone', 'a disk is cloned only where a majority apart from its server holds all that it held'],
]);

/** One sentence for each fault that never had an effect and has no excuse. */
export function ineffectiveFaults(faults: readonly FaultCounter[]): string[] {
  const idle = faults.filter(({ name, fired, effective }) => fired >= PATIENCE && effective === 0 && !EXCUSED.has(name));
  return idle.map(({ name, fired }) => `the fault ${name} fired ${fired} times and never had an effect`);
}

/** Properties that have something to judge in one scenario only: elsewhere their silence says nothing. */
export const NEED_SCENARIO: ReadonlyMap<string, string> = new Map([['recipes', 'recipes']]);
