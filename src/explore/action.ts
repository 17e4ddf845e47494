/** Actions as numbers: the kind in the highest byte, whom it happens to in the next, and which of several in the rest. */

/** Kinds of actions, in the highest byte of an action's code. */
export const Act = {
  deliver: 1, disk: 2, prompt: 3, timeout: 4, crash: 5, restart: 6, reset: 7, diskFault: 8, rot: 9, wallJump: 10,
} as const;
/** Their names, by kind. */
export const ACT_NAMES: readonly string[] = [
  '', 'deliver', 'disk', 'timer', 'timeout', 'crash', 'restart', 'reset', 'disk fault', 'rot', 'wall jump',
];

/** What an action's code says. */
export interface Action {
  readonly kind: number;
  readonly index: number;
  readonly sub: number;
}

/** What a step touched and what was told on its way. */
export interface Footprint {
  /** A bit for each slot of a row. */
  readonly touched: number;
  /** Lists of facts, by number, in their order. */
  readonly told: readonly number[];
}

/** Takes a code apart. */
export function actionOf(code: number): Action {
  return { kind: code >>> 24, index: (code >>> 16) & 0xff, sub: code & 0xffff };
}

/** The code of an action. */
export function codeOf(kind: number, index: number, sub: number): number {
  return (kind << 24) | (index << 16) | sub;
}
