/**
 * Content apart from layout. Some structures are laid out as their history went, which costs less than one layout for one
 * content; wherever only the content counts (prints of states, comparisons), what `canonicalOf` gives stands for them. Equal
 * contents must give equal stand-ins, and giving one must change nothing that anybody can tell.
 */
import type { Prototyped } from './fork.ts';

const STAND_INS = new Map<unknown, (instance: object) => unknown>();

/** Registers what stands for an instance of `type`. Subclasses register themselves. */
export function canonicalAs(type: Prototyped, standIn: (instance: object) => unknown): void {
  STAND_INS.set(type.prototype, standIn);
}

/** What stands for `value`: mostly itself. Parts of it may have stand-ins of their own. */
export function canonicalOf(value: object): unknown {
  const standIn = STAND_INS.get(Object.getPrototypeOf(value));
  return standIn === undefined ? value : standIn(value);
}
