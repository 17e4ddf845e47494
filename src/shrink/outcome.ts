/** How a failure is shrunk and what comes of it: what goes into `shrink.ts`, and what comes out. */
import type { Property } from '../history/judge.ts';
import type { Plan } from '../plan/plan.ts';
import type { PackedNames } from '../run/align.ts';
import type { Failure } from '../run/failure.ts';
import type { Tape } from '../world/chooser.ts';
import type { ShrinkSize } from './failing-run.ts';

/** What is known while it shrinks. */
export interface ShrinkProgress {
  readonly pass: string;
  readonly runs: number;
  readonly elapsedMs: number;
  readonly size: ShrinkSize;
}

/** How to shrink. */
export interface ShrinkOptions {
  readonly properties: readonly Property[];
  /** After so long the best so far is the result. */
  readonly forMs: number;
  readonly signal: AbortSignal;
  /** Milliseconds from anywhere. */
  readonly now: () => number;
  readonly onProgress?: (progress: ShrinkProgress) => void;
  /** Now and then, between two runs. */
  readonly onBreath?: () => void;
  /** Before another run begins: what would be left if that one did not end. What comes within half a second is left out. */
  readonly onKept?: (kept: Kept) => Promise<void>;
}

/** The smallest run so far, as it can be run again. Plain data. */
export interface Kept {
  readonly plan: Plan;
  readonly tape: Tape;
  readonly names: PackedNames;
  readonly size: ShrinkSize;
  readonly runs: number;
  readonly elapsedMs: number;
}

/**
 * How shrinking ended. `searched`: nothing was left out for long, whatever was tried; `time`: it was up, for all or for searches;
 * `stopped`: somebody had seen enough; `silent`, `died`: the process that shrank gave no sign of life any more and was ended, or
 * died (see `watch.ts`).
 */
export type ShrinkEnd = 'searched' | 'time' | 'stopped' | 'silent' | 'died';

/** What came of it. */
export interface Shrunk {
  readonly failure: Failure;
  readonly from: ShrinkSize;
  readonly to: ShrinkSize;
  readonly runs: number;
  readonly elapsedMs: number;
  readonly end: ShrinkEnd;
}

/** The failure cannot be shrunk, in a sentence. */
export class ShrinkError extends Error {
  override readonly name = 'ShrinkError';
}
