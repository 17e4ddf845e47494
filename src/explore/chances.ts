/** What may befall a server by chance, as far as the budgets last: crashes, faults of its disk; and starting again. */
import { Act, codeOf } from './action.ts';
import { type CrashLuck, LIE } from './cell.ts';
import type { Readiness } from './cells.ts';
import { WALL_JUMPS_MS } from './wall-jump.ts';

/** What is left of the budgets for it. */
export interface Budgets {
  readonly crashes: number;
  readonly diskFaults: number;
  /** Zero if a disk is impaired: most of the voters' must not be. */
  readonly lies: number;
  readonly wallJumps: number;
}

/** What crashes make of disks, by the last part of their codes, but for those that somebody lists. */
export const NAMED_LUCKS: readonly CrashLuck[] = ['keep', 'lose', 'tear'];
/** Which of them costs a fault of the disk as well. */
export const TEAR = 2;

/** Adds the codes of all that may befall the server at `index`. */
export function addChances(index: number, ready: Readiness, budgets: Budgets, into: number[]): void {
  const { crashes, diskFaults, lies, wallJumps } = budgets;
  if (!ready.isUp) {
    into.push(codeOf(Act.restart, index, 0));
    return;
  }
  if (diskFaults > 0) for (let fault = 0; fault < LIE; fault++) into.push(codeOf(Act.diskFault, index, fault));
  if (lies > 0) into.push(codeOf(Act.diskFault, index, LIE));
  if (wallJumps > 0) for (const which of WALL_JUMPS_MS.keys()) into.push(codeOf(Act.wallJump, index, which));
  if (crashes === 0) return;
  into.push(codeOf(Act.crash, index, 0));
  if (!ready.hasUnsynced) return;
  into.push(codeOf(Act.crash, index, 1));
  if (diskFaults > 0) into.push(codeOf(Act.crash, index, TEAR));
}

/** Adds the codes of all places at which its bytes may decay. */
export function addRot(index: number, places: number, into: number[]): void {
  for (let place = 0; place < places; place++) into.push(codeOf(Act.rot, index, place));
}
