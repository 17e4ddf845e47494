/** A server's wall clock that is set, as in the world (`world/ailments.ts`): not the one that its timers go by. */
import type { Fact } from '../io/fact.ts';
import type { Cell, Came } from './cell.ts';

const FAULT = 'wallJump';
const HOUR_MS = 3_600_000;
/** By how much, forward and back. */
export const WALL_JUMPS_MS: readonly number[] = [HOUR_MS, -HOUR_MS];

/** Sets it. What is stated of it is what the world states. */
export function jumpWall({ host }: Cell, which: number): Came {
  host.clock.wallOffsetMs += WALL_JUMPS_MS[which] ?? 0;
  const facts: Fact[] = [
    { kind: 'faultBegan', fault: FAULT, node: host.node, detail: '' }, { kind: 'faultEnded', fault: FAULT, node: host.node },
  ];
  return { sent: [], facts, broken: null };
}
