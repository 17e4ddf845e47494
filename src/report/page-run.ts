/**
 * A run and its page's document: plays a plan with the recorder watching. The story is what the finding rests on, event by
 * event, in the words of the facts that were stated in it.
 */
import type { Property } from '../history/judge.ts';
import { FIRST_CLIENT, serverIds } from '../fuzz/plan.ts';
import type { Plan } from '../fuzz/plan.ts';
import { runPlan } from '../fuzz/run.ts';
import type { RunResult } from '../fuzz/run.ts';
import type { Chooser } from '../world/chooser.ts';
import type { PageFinding, PageModel, StoryLine } from './page-model.ts';
import { PageRecorder } from './page-recorder.ts';
import type { Recording } from './page-recorder.ts';

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
  const result = runPlan(plan, chooser, { properties: context.properties, trace: recorder });
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
    story: finding === null ? [] : storyOf(finding, recording),
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

/** The events that the finding rests on, each with what was stated in it. */
function storyOf(finding: PageFinding, recording: Recording): StoryLine[] {
  const { facts, events, processes, strings } = recording;
  return [...new Set(finding.steps)].map((at) => {
    const process = events.process[at - 1];
    const who = process === undefined ? '' : (processes[process]?.name ?? '');
    const what = strings[events.text[at - 1] ?? 0] ?? '';
    const stated = facts.text.filter((_, fact) => facts.at[fact] === at && facts.between[fact] === 0);
    const said = stated.map((text) => strings[text] ?? '').join('; ');
    return { at, text: said === '' ? `${who} ${what}` : `${who} ${what}: ${said}` };
  });
}
