/** What is searched, within which bounds. */
import type { Expectations } from '../history/expectations.ts';
import type { Property } from '../history/judge.ts';
import type { NodeSpec } from '../world/host.ts';

/** What a search may use of each kind. */
export interface Bounds {
  readonly crashes: number;
  /** Pairs of processes whose connections die. */
  readonly partitions: number;
  /** Timers that fire before their time has come. */
  readonly timeouts: number;
  /** Calls of disks that fail; left out: none. */
  readonly diskFaults?: number;
  /** Syncs of one server's disk that are said to be done, and are not; left out: none. */
  readonly lies?: number;
  /** Bits that flip on one server's disk at rest; left out: none. */
  readonly rot?: number;
  /** Times that a server's wall clock is set; left out: none. */
  readonly wallJumps?: number;
  /** No epoch above this, and no round of elections. */
  readonly epochs: number;
  readonly rounds: number;
}

/** What is searched, and by which properties it is judged. */
export interface Subject {
  readonly nodes: readonly NodeSpec[];
  readonly properties: readonly Property[];
  readonly expectations: Expectations;
  readonly bounds: Bounds;
  /** Take clients, which all do the same, for one another. */
  readonly symmetry: boolean;
}
