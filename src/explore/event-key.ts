/** Numbers that tell what happens to one process from all else that may happen to it: what outcomes are looked up by. */
import type { Move } from './wires.ts';

/** Numbers of events that are no move, for one process. */
export const Key = {
  start: 1, restart: 2, timer: 0x100, fault: 0x8000, rot: 0x9000, wallJump: 0xa000,
  disk: 0x1_0000, crash: 0x2_0000, move: 0x10_0000,
} as const;

/** A number for the event of a move, above all others. */
export function eventKey({ kind, connection, message, peer, port }: Move): number {
  if (kind === 'received') return (connection + 1) * 0x100_0000 + message;
  const sub = kind === 'accepted' ? (peer * 4 + port) * 4 : kind === 'connected' ? connection * 4 + 1 : connection * 4 + 2;
  return Key.move + sub;
}
