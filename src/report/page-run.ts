/** A run and its page's document: plays a plan with the recorder watching, and somebody who tells the story. */
import type { Property } from '../history/judge.ts';
import { FIRST_CLIENT, serverIds } from '../plan/plan.ts';
import type { Plan } from '../plan/plan.ts';
import { runPlan } from '../run/run.ts';
import type { RunResult } from '../run/run.ts';
import type { Chooser } from '../world/chooser.ts';
import type { PageFinding, PageModel } from './page-model.ts';
import { PageRecorder } from './page-recorder.ts';
import { StoryTeller } from './story.ts';

/** What a page says about its run beside what happened in it. */
export interface PageContext {
  readonly properties: readonly Property[];
  /** The hash that the run must have; null if nobody wrote it down. */
  readonly hash: string | null;
  /** How to run it again, a command a line. */
  readonly commands: readonly string[];
}

/** Plays the plan; the result, and the document of its page. */
export function recordPage(plan: Plan, chooser: Chooser, context: PageContext): { result: RunResult; model: PageModel } {
  const recorder = new PageRecorder([
    ...serverIds(plan).map((node) => ({ node, kind: 'server' as const })),
    ...plan.clients.map((_, index) => ({ node: FIRST_CLIENT + index, kind: 'client' as const })),
  ]);
  const teller = new StoryTeller();
  const result = runPlan(plan, chooser, {
    properties: context.properties,
    trace: {
      booted: (...args) => { recorder.booted(...args); },
      event: (...args) => { recorder.event(...args); },
      sent: (...args) => { recorder.sent(...args); },
      fact: (...args) => {
        recorder.fact(...args);
        teller.fact(...args);
      },
    },
  });
  const recording = recorder.finish();
  const finding = findingOf(result, context.properties);
  const model: PageModel = {
    format: 'vivarium page',
    version: 1,
    scenario: plan.scenario,
    seed: plan.seed,
    hash: result.hash,
    isAsRecorded: context.hash === null || context.hash === result.hash,
    simulatedMs: result.simulatedMs,
    finding,
    story: finding === null ? [] : teller.story(result).map(({ step, text }) => ({ at: step, text })),
    commands: context.commands,
    ...recording,
  };
  return { result, model };
}

function findingOf({ finding }: RunResult, properties: readonly Property[]): PageFinding | null {
  if (finding === null) return null;
  const promise = properties.find(({ name }) => name === finding.property)?.promise ?? '';
  return { ...finding, promise };
}
