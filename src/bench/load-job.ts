/** What the process that makes the load is told, and what it answers. */
import type { Endpoint } from '../host/endpoint.ts';

/** What is asked of the servers. `mixed`: seven gets to three sets. */
export type LoadOperation = 'get' | 'set' | 'create' | 'mixed';

/** Requests of one kind, as many at a time as are answered. */
export interface ThroughputJob {
  readonly kind: 'throughput';
  readonly servers: readonly Endpoint[];
  readonly operation: LoadOperation;
  /** Its `count` nodes are there, but for 'create', which makes `root` and nodes below it, and removes them all. */
  readonly root: string;
  readonly count: number;
  /** Bytes that a node holds. */
  readonly size: number;
  /** Sessions are spread over the servers, and what is in flight over the sessions. */
  readonly sessions: number;
  readonly inFlight: number;
  /** Not counted, before what is. */
  readonly warmMs: number;
  readonly forMs: number;
}

/** What is left behind when whoever started it all is killed: processes by their ids, and directories. */
export interface Remains {
  readonly kind: 'remains';
  readonly pids: readonly number[];
  readonly directories: readonly string[];
}

/** One thing to do. */
export type LoadJob =
  | ThroughputJob
  /** Opens a session at the first server that lets it, and reads the root; both again and again until then. */
  | { readonly kind: 'first'; readonly servers: readonly Endpoint[] }
  /** Makes `root` and `count` nodes of `size` bytes below it. */
  | {
      readonly kind: 'fill'; readonly servers: readonly Endpoint[]; readonly root: string; readonly count: number;
      readonly size: number;
    }
  /** Makes `path` and changes it `rounds` times, each time when all `watchers` have heard of the last; they are sessions. */
  | {
      readonly kind: 'fanOut'; readonly servers: readonly Endpoint[]; readonly path: string; readonly watchers: number;
      readonly rounds: number;
    }
  /** Writes to the root until 'probed' is asked, one write after the other, through whichever server answers. */
  | { readonly kind: 'probe'; readonly servers: readonly Endpoint[] }
  /** Ends the probe: how long after `sinceNs` (by the machine's clock) a write succeeded that was begun after it. */
  | { readonly kind: 'probed'; readonly sinceNs: bigint };

/** What came of it; 0 where it says nothing. Times are milliseconds. */
export interface LoadResult {
  readonly operations: number;
  readonly elapsedMs: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
  /** Processor time that this process took meanwhile, as a share of one processor. */
  readonly busy: number;
}

/** The answer to a job. */
export type LoadAnswer =
  | { readonly kind: 'done'; readonly result: LoadResult }
  | { readonly kind: 'failed'; readonly reason: string };

/** Nothing to say but that it was done. */
export const NO_RESULT: LoadResult = { operations: 0, elapsedMs: 0, p50Ms: 0, p99Ms: 0, maxMs: 0, busy: 0 };

/** What all those times, in milliseconds, amount to. */
export function resultOf(times: Float64Array, elapsedMs: number, busyMs: number): LoadResult {
  const sorted = times.slice().sort();
  const at = (share: number): number => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;
  return {
    operations: sorted.length, elapsedMs, p50Ms: at(0.5), p99Ms: at(0.99), maxMs: at(1),
    busy: elapsedMs > 0 ? busyMs / elapsedMs : 0,
  };
}
