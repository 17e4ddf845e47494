/**
 * What led to what: an event follows from the one before it in its process and, if it received a message, from the one that
 * sent it (Lamport's happened-before). Disks count as part of their process, so a restart follows from the life before. Pure.
 */
import type { Trace } from './trace.ts';

/** 1 for every event that one of `events` follows from, themselves included. Index 0 is unused. */
export function pastOf(trace: Trace, events: readonly number[]): Uint8Array {
  const past = new Uint8Array(trace.count + 1);
  for (const event of events) if (event >= 1 && event <= trace.count) past[event] = 1;
  for (let event = trace.count; event >= 1; event--) {
    if (past[event] !== 1) continue;
    past[trace.previous[event] ?? 0] = 1;
    past[trace.sender[event] ?? 0] = 1;
  }
  past[0] = 0;
  return past;
}

/** How many events a past has. */
export function sizeOf(past: Uint8Array): number {
  let size = 0;
  for (const mark of past) size += mark;
  return size;
}

/** A chain with more turns than this is a scribble. */
const TURNS_MAX = 28;

/**
 * A chain of events from `from` to `to`, each following from the one before; empty if `to` does not follow from `from`. Of all
 * chains the one along the latest messages, for these brought the news; if that is too long, the one with the fewest messages.
 * Events of one process between two messages are left out.
 */
export function chainBetween(trace: Trace, from: number, to: number): number[] {
  const latest = turnsOf(trace, latestChain(trace, from, to));
  return latest.length <= TURNS_MAX ? latest : turnsOf(trace, shortestChain(trace, from, to));
}

function latestChain(trace: Trace, from: number, to: number): number[] {
  const follows = new Uint8Array(trace.count + 1);
  follows[from] = 1;
  const doesFollow = (event: number): boolean => event > 0 && follows[event] === 1;
  for (let event = from + 1; event <= to; event++) {
    if (doesFollow(trace.previous[event] ?? 0) || doesFollow(trace.sender[event] ?? 0)) follows[event] = 1;
  }
  if (!doesFollow(to)) return [];
  const chain = [to];
  for (let event = to; event !== from; chain.push(event)) {
    const sender = trace.sender[event] ?? 0;
    event = doesFollow(sender) ? sender : (trace.previous[event] ?? from);
  }
  return chain.reverse();
}

function shortestChain(trace: Trace, from: number, to: number): number[] {
  const hops = new Int32Array(trace.count + 1).fill(-1);
  const next = new Int32Array(trace.count + 1);
  hops[to] = 0;
  for (let event = to; event > from; event--) {
    const here = hops[event] ?? -1;
    if (here < 0) continue;
    relax(hops, next, trace.previous[event] ?? 0, event, here);
    relax(hops, next, trace.sender[event] ?? 0, event, here + 1);
  }
  if ((hops[from] ?? -1) < 0) return [];
  const chain = [from];
  let event = from;
  while (event !== to) {
    event = next[event] ?? to;
    chain.push(event);
  }
  return chain;
}

function turnsOf(trace: Trace, chain: readonly number[]): number[] {
  return chain.filter((_event, index) => index === 0 || index === chain.length - 1 || isTurn(trace, chain, index));
}

function relax(hops: Int32Array, next: Int32Array, cause: number, effect: number, distance: number): void {
  const known = hops[cause] ?? -1;
  if (cause === 0 || (known >= 0 && known <= distance)) return;
  hops[cause] = distance;
  next[cause] = effect;
}

/** The chain leaves or enters a process here. */
function isTurn(trace: Trace, chain: readonly number[], index: number): boolean {
  const processes = trace.model.events.process;
  const at = (offset: number): number => processes[(chain[index + offset] ?? 1) - 1] ?? -1;
  return at(-1) !== at(0) || at(0) !== at(1);
}
