/**
 * What a forked process runs to explore with a bug planted, or to try a share of the crash points: takes one order, and sends
 * back what came of it. The bundle that holds it holds the planted code, and nothing of it is in the process that asked.
 */
import { processorMs } from '../bench/bars.ts';
import { isHeapNearlyFull } from '../exploration/heap.ts';
import {
  crashPointsOf, type Exploration, type Explored, exploredSoFar, failureFrom, failureOn, findingIn, searchOf, tallyOf,
} from '../exploration/run.ts';
import type { Share } from '../explore/crash-points.ts';
import type { Failure } from '../run/failure.ts';
import type { Finding } from '../run/verdict.ts';

const SLICE = 2000;

/** What is asked of it. With a share, crash points are tried instead of a search. */
export interface ExploreRequest {
  readonly exploration: Exploration;
  /** For the search only. */
  readonly forMs: number;
  readonly share: Share | null;
}

/** What it answers to a search; `kept` is a sentence where there is nothing to keep. */
export interface ExploreAnswer {
  readonly explored: Explored;
  readonly kept: Failure | string;
}

/** What it answers to a share of the crash points. */
export interface CrashAnswer {
  readonly points: number;
  readonly ways: number;
  readonly disks: number;
  readonly cut: number;
  readonly steps: number;
  readonly isOver: boolean;
  readonly finding: Finding | null;
  readonly kept: Failure | string | null;
}

/** Either. */
export type WorkerAnswer =
  | { readonly kind: 'explored'; readonly answer: ExploreAnswer }
  | { readonly kind: 'crashed'; readonly answer: CrashAnswer };

function explored({ exploration, forMs }: ExploreRequest): ExploreAnswer {
  const began = Date.now();
  const used = processorMs();
  const search = searchOf(exploration);
  while (search.run(SLICE) === 'going' && Date.now() - began < forMs && !isHeapNearlyFull());
  const times = { elapsedMs: Date.now() - began, processorMs: processorMs() - used, before: 0, jobs: 1 };
  const came = exploredSoFar(exploration, tallyOf(search), times, isHeapNearlyFull() ? 'heap' : 'interrupted');
  return { explored: came, kept: failureFrom(exploration, search.found) };
}

function crashed(exploration: Exploration, share: Share): CrashAnswer {
  const tried = crashPointsOf(exploration, share);
  while (!tried.isOver) tried.run();
  const { points, ways, disks, cut, isOver, found, space } = tried;
  const finding = found === null ? null : findingIn(found.badness);
  const kept = found === null ? null : failureOn(exploration, space, found);
  return { points, ways, disks, cut, steps: space.cells.steps, isOver, finding, kept };
}

function answer(request: ExploreRequest): WorkerAnswer {
  const { exploration, share } = request;
  if (share === null) return { kind: 'explored', answer: explored(request) };
  return { kind: 'crashed', answer: crashed(exploration, share) };
}

process.once('message', (request: ExploreRequest) => {
  process.send?.(answer(request), () => process.disconnect());
});
