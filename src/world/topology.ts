/**
 * The shapes of partitions as pure arithmetic: which processes cannot hear which. A cut is a pair (from, to); a symmetric one
 * appears in both directions.
 */
import type { NodeId } from '../io/event.ts';
import type { PartitionShape } from './fault.ts';

/** An integer below the bound. */
export type Draw = (bound: number) => number;
/** From, to, from, to, ... */
export type Cuts = NodeId[];

/** Cuts everything between two sides. `oneWay` 'in': only what goes into the first side; 'out': only what comes out of it. */
export function cutSides(first: readonly NodeId[], second: readonly NodeId[], oneWay: 'in' | 'out' | undefined): Cuts {
  const cuts: Cuts = [];
  for (const a of first) {
    for (const b of second) {
      if (a === b) continue;
      if (oneWay !== 'in') cuts.push(a, b);
      if (oneWay !== 'out') cuts.push(b, a);
    }
  }
  return cuts;
}

/** The sides of a shape, for servers in a drawn order; the first is the one that `oneWay` speaks of. `draw` is below(bound). */
export function sidesOf(shape: PartitionShape, servers: readonly NodeId[], draw: Draw): [NodeId[], NodeId[]] {
  const minorityMax = Math.max(1, Math.floor((servers.length - 1) / 2));
  const size = shape === 'halves' ? Math.floor(servers.length / 2) : shape === 'majority-minority' ? 1 + draw(minorityMax) : 1;
  if (shape === 'pair') return [servers.slice(0, 1), servers.slice(1, 2)];
  return [servers.slice(0, size), servers.slice(size)];
}

/** A ring: each server sees its two neighbours only. Up to three servers see each other anyway, and lose one link. */
export function cutRing(servers: readonly NodeId[]): Cuts {
  const count = servers.length;
  if (count <= 3) return cutSides(servers.slice(0, 1), servers.slice(1, 2), undefined);
  const cuts: Cuts = [];
  for (const [i, a] of servers.entries()) {
    for (const [j, b] of servers.entries()) {
      const apart = Math.abs(i - j);
      if (apart > 1 && apart < count - 1) cuts.push(a, b);
    }
  }
  return cuts;
}

/** A bridge: two halves that see each other only through the last server. */
export function cutBridge(servers: readonly NodeId[]): Cuts {
  const half = Math.floor((servers.length - 1) / 2);
  return cutSides(servers.slice(0, half), servers.slice(half, -1), undefined);
}
