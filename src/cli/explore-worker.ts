/**
 * What a forked process runs to explore with a bug planted: takes one exploration, and sends back what came of it. The bundle
 * that holds it holds the planted code, and nothing of it is in the process that asked.
 */
import { type Exploration, type Explored, exploredSoFar, failureFrom, searchOf, tallyOf } from '../fuzz/explore-run.ts';
import type { Failure } from '../fuzz/failure.ts';
import { processorMs } from './bench-bars.ts';

const SLICE = 2000;

/** What is asked of it. */
export interface ExploreRequest {
  readonly exploration: Exploration;
  readonly forMs: number;
}

/** What it answers; `kept` is a sentence where there is nothing to keep. */
export interface ExploreAnswer {
  readonly explored: Explored;
  readonly kept: Failure | string;
}

function answer({ exploration, forMs }: ExploreRequest): ExploreAnswer {
  const began = Date.now();
  const used = processorMs();
  const search = searchOf(exploration);
  while (search.run(SLICE) === 'going' && Date.now() - began < forMs);
  const times = { elapsedMs: Date.now() - began, processorMs: processorMs() - used, before: 0, jobs: 1 };
  const explored = exploredSoFar(exploration, tallyOf(search), times, search.status === 'going');
  return { explored, kept: failureFrom(exploration, search.found) };
}

process.once('message', (request: ExploreRequest) => {
  process.send?.(answer(request), () => process.disconnect());
});
