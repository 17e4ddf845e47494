/** The half of a process that shrinks for a parent (`watch.ts`): it answers what it is asked, and tells that it is alive. */
import type { Property } from '../history/judge.ts';
import type { Scenario } from '../plan/scenario.ts';
import { lengthOf } from './length.ts';
import { holdLifeline } from './lifeline.ts';
import { ShrinkError } from './outcome.ts';
import type { ShrinkProgress } from './outcome.ts';
import { processorClock } from './processor-clock.ts';
import { shrink } from './shrink.ts';
import { find } from './task.ts';
import type { FromShrinker, ShrinkAnswer, ShrinkTask } from './watch.ts';

/** A sign of life is given so often, and no oftener is anybody told how far it is. */
const TOLD_EVERY_MS = 200;

/** Answers the parent until it hangs up, and never outlives it. */
export function serveShrinking(scenarios: readonly Scenario[], properties: readonly Property[]): void {
  // Ctrl-C reaches the whole group; only the parent decides what it means.
  process.on('SIGINT', () => undefined);
  holdLifeline();
  process.on('disconnect', () => process.exit(0));
  const stopped = new AbortController();
  process.on('message', (task: ShrinkTask) => {
    if (task.kind === 'stop') stopped.abort();
    else void answer(task, scenarios, properties, stopped.signal).then(tell);
  });
}

async function answer(
  task: Exclude<ShrinkTask, { readonly kind: 'stop' }>, scenarios: readonly Scenario[], properties: readonly Property[],
  signal: AbortSignal,
): Promise<ShrinkAnswer> {
  switch (task.kind) {
    case 'find':
      return { kind: 'found', found: find(task.hunt, scenarios, properties, () => void tell({ kind: 'alive' })) };
    case 'measure': {
      const { verdict } = task.failure;
      return { kind: 'measured', length: lengthOf(task.failure, properties.filter(({ name }) => name === verdict.property)) };
    }
    case 'shrink':
      return shrinkOrRefuse(task, properties, signal);
  }
}

async function shrinkOrRefuse(
  { failure, forMs, clock }: Extract<ShrinkTask, { readonly kind: 'shrink' }>, properties: readonly Property[],
  signal: AbortSignal,
): Promise<ShrinkAnswer> {
  const [isTimeToTell, isTimeToBreathe] = [seldom(), seldom()];
  try {
    const shrunk = await shrink(failure, {
      properties, forMs, signal, now: clock === 'wall' ? () => performance.now() : processorClock(),
      onProgress: (progress: ShrinkProgress) => { if (isTimeToTell()) void tell({ kind: 'progress', progress }); },
      onBreath: () => { if (isTimeToBreathe()) void tell({ kind: 'alive' }); },
      onKept: (kept) => tell({ kind: 'kept', kept }),
    });
    return { kind: 'shrunk', shrunk };
  } catch (error) {
    if (error instanceof ShrinkError) return { kind: 'refused', sentence: error.message };
    throw error;
  }
}

/** Whether it is time again, whenever it is asked. */
function seldom(): () => boolean {
  let toldMs = -Infinity;
  return () => {
    const nowMs = performance.now();
    if (nowMs - toldMs < TOLD_EVERY_MS) return false;
    toldMs = nowMs;
    return true;
  };
}

/** Resolves when the parent has it, or is about to. */
function tell(news: FromShrinker): Promise<void> {
  return new Promise((resolve) => {
    process.send?.(news, undefined, undefined, (error: Error | null) => {
      // Nobody is left to hear of it.
      if (error !== null) process.exit(0);
      resolve();
    });
  });
}
