/**
 * Series of cuts as pure arithmetic: which cut begins when and for how long. Each is a fault like any other, counted under the
 * name of its series.
 */
import type { NodeId } from '../io/event.ts';
import type { Fault } from './fault.ts';
import type { Draw } from './topology.ts';

/** A fault that happens so many milliseconds after the beginning of its series. */
export interface Part {
  readonly afterMs: number;
  readonly fault: Fault;
}

/** Swizzle-clog: a drawn few of the servers (two at least) are cut off one by one, and mended one by one in another order. */
export function swizzle(shuffled: readonly NodeId[], forMs: number, draw: Draw): Part[] {
  const count = Math.min(shuffled.length, 2 + draw(Math.max(1, shuffled.length - 1)));
  const half = Math.floor(forMs / 2);
  return shuffled.slice(0, count).map((node, index) => {
    const afterMs = Math.floor((half * index) / count);
    return isolation(node, afterMs, half + draw(half + 1) - afterMs, 'swizzle');
  });
}

/** Every server in turn; a tenth of the time two are cut off. */
export function rolling(servers: readonly NodeId[], eachMs: number): Part[] {
  return servers.map((node, index) => isolation(node, index * Math.ceil((eachMs * 9) / 10), eachMs, 'rolling'));
}

/** One link, cut for half of each period. */
export function flapping(node: NodeId, peer: NodeId, periodMs: number, forMs: number): Part[] {
  const parts: Part[] = [];
  const half = Math.max(1, Math.floor(periodMs / 2));
  for (let afterMs = 0; afterMs < forMs && parts.length < 1000; afterMs += 2 * half) {
    parts.push({ afterMs, fault: { kind: 'partition', shape: 'pair', target: { node }, peer, series: 'flapping', forMs: half } });
  }
  return parts;
}

function isolation(node: NodeId, afterMs: number, forMs: number, series: 'swizzle' | 'rolling'): Part {
  return { afterMs, fault: { kind: 'partition', shape: 'isolate', target: { node }, series, forMs } };
}
