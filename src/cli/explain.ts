/** `viv explain`: why a run fails, in words. */
import { performance } from 'node:perf_hooks';
import { UsageError } from '../command/command.ts';
import type { Command } from '../command/command.ts';
import type { Shell } from '../command/shell.ts';
import { duration, wholeNumber } from '../command/values.ts';
import type { Property } from '../history/judge.ts';
import { sideBySide, traceOf } from '../report/side-by-side.ts';
import { StoryTeller, storyText } from '../report/story.ts';
import { explain as explainFailure } from '../run/explain.ts';
import type { Explanation } from '../run/explain.ts';
import type { Failure } from '../run/failure.ts';
import { chooserOf, futureChooser } from '../run/follow.ts';
import { runPlan } from '../run/run.ts';
import { whichRun } from './which-run.ts';

const DEFAULT_FUTURES = 12;
const DEFAULT_TIME = '60s';

/** Why. */
export const explain: Command = {
  name: 'explain',
  summary: 'why a run fails: the story, the event that decided it, the nearest run that passes',
  usage: 'FILE-or-SCENARIO [--seed S] [--futures K] [--for 60s]',
  flags: [
    { name: 'seed', value: 'S', help: 'of a scenario: the seed (1)' },
    { name: 'futures', value: 'K', help: `so many fresh futures of each prefix (${DEFAULT_FUTURES}); 0 tells the story only` },
    { name: 'for', value: 'TIME', help: `look for the deciding event at most so long (${DEFAULT_TIME})` },
  ],
  notes: ['Shrink first: of a small run the story is short, and futures are quick.'],
  run(given, shell) {
    const count = wholeNumber('futures', given.text('futures') ?? String(DEFAULT_FUTURES));
    const forMs = duration('for', given.text('for') ?? DEFAULT_TIME);
    const { failure, properties } = whichRun('explain', given, shell);
    const teller = new StoryTeller();
    const result = runPlan(failure.plan, chooserOf(failure), { properties, trace: teller });
    if (result.finding === null) {
      throw new UsageError('this run violates nothing now, so there is nothing to explain (viv replay says why)');
    }
    const story = teller.story(result);
    // Told before the search for the deciding event, which takes a while.
    if (!given.has('json')) for (const line of storyText(story)) shell.out(line);
    const untilMs = performance.now() + forMs;
    const isOver = (): boolean => performance.now() >= untilMs;
    const found = { ...failure, verdict: result.finding, events: result.events };
    const why = count === 0 ? null : explainFailure(found, properties, count, isOver);
    if (given.has('json')) {
      shell.out(JSON.stringify({ story, ...why }, null, 2));
      return Promise.resolve(0);
    }
    if (why !== null) tell(found, properties, why, shell);
    return Promise.resolve(0);
  },
};

function tell(failure: Failure, properties: readonly Property[], why: Explanation, shell: Shell): void {
  const { futures, curve, decisive, lastPassing, needed } = why;
  shell.out('');
  shell.out(`of ${futures} fresh futures each, so many fail: ${
    curve.map(({ afterStep, failing }) => `${failing} after event ${afterStep}`).join(', ')
  }`);
  const failingRun = (trace: Parameters<Parameters<typeof traceOf>[0]>[0]): void =>
    void runPlan(failure.plan, chooserOf(failure), { properties, trace });
  if (decisive === null) shell.out('the share does not rise: the plan alone decides it, whatever the luck');
  else {
    const line = traceOf(failingRun).find((each) => Number(each.slice(0, 6)) === decisive.step);
    shell.out(`decided by event ${decisive.step}, where it rises from ${decisive.before} to ${decisive.after}:`);
    if (line !== undefined) shell.out(line);
  }
  if (needed.length > 0) shell.out(`it never fails without ${needed.join(', nor without ')}`);
  if (lastPassing?.passing === null || lastPassing === null) return;
  const { afterStep, passing } = lastPassing;
  shell.out(`the nearest run that passes is the same up to event ${afterStep}; left it fails, right it passes:`);
  const { chooser, trace: clock } = futureChooser(failure, afterStep, passing);
  const passes = traceOf((lines) => void runPlan(failure.plan, chooser, {
    properties, maxSteps: failure.events * 20, trace: {
      event: (...args) => {
        clock.event(...args);
        lines.event(...args);
      },
      sent: (...args) => { lines.sent?.(...args); },
      fact: (...args) => { lines.fact?.(...args); },
    },
  }));
  for (const line of sideBySide(traceOf(failingRun), passes)) shell.out(line);
}
