/** `viv explore --crash-points`: one run, and every way in which each disk may come out of a crash at every step of it. */
import type { Given } from '../command/command.ts';
import type { Shell } from '../command/shell.ts';
import { crashPointsOf, type Exploration, failureOn, findingIn } from '../exploration/run.ts';
import { bundleWorker, type SourceEdit } from '../fuzz/bundle.ts';
import { decimal, duration as inWords } from '../report/format.ts';
import { describeFinding } from '../report/text.ts';
import { EXIT_CODES } from '../run/verdict.ts';
import { askWorker, WORKER } from './explore-mutants.ts';
import type { CrashAnswer } from './explore-worker.ts';
import { keepFailure } from './keep.ts';

/** How to try them. */
export interface CrashTask {
  readonly exploration: Exploration;
  readonly jobs: number;
  /** A planted bug; none: no edits. */
  readonly edits: readonly SourceEdit[];
}

/** Tries all of them. */
export async function tryCrashPoints(task: CrashTask, given: Given, shell: Shell): Promise<number> {
  const { exploration, jobs } = task;
  const began = Date.now();
  const came = jobs === 1 && task.edits.length === 0 ? await tryHere(exploration, shell) : await tryOnAll(task, shell);
  shell.status('');
  const { points, ways, disks, cut, finding } = came;
  const kept = came.kept === null ? null : typeof came.kept === 'string' ? came.kept : keepFailure(shell.reports, came.kept);
  const outcome = finding?.outcome ?? (came.isOver && cut === 0 ? 'held' : 'unknown');
  const elapsedMs = Date.now() - began;
  if (given.has('json')) {
    const { scenario } = exploration.plan;
    shell.out(JSON.stringify({ scenario, outcome, jobs, points, ways, disks, cut, elapsedMs, finding, kept }, null, 2));
  } else {
    shell.out(`${exploration.plan.scenario}, crash points: ${finding === null ? outcome : describeFinding(finding)}`);
    shell.out(`  ${decimal(points)} points, ${decimal(ways)} ways to crash there, ${decimal(disks)} different disks left;`
      + ` ${cut} points with more ways than are tried`);
    shell.out(`  each started again and was judged; ${decimal(came.steps)} steps of real code in ${inWords(elapsedMs)}`);
    if (kept !== null) shell.out(kept.endsWith('.json') ? `  viv replay ${kept}` : `  ${kept}`);
  }
  return EXIT_CODES[outcome];
}

async function tryHere(exploration: Exploration, shell: Shell): Promise<CrashAnswer> {
  const tried = crashPointsOf(exploration);
  while (!tried.isOver && !shell.signal.aborted) {
    tried.run();
    shell.status(`${decimal(tried.points)} points, ${decimal(tried.ways)} ways to crash there`);
    // Ctrl-C is heard between two steps.
    await new Promise((resolve) => setImmediate(resolve));
  }
  const { points, ways, disks, cut, isOver, found, space } = tried;
  const finding = found === null ? null : findingIn(found.badness);
  const kept = found === null ? null : failureOn(exploration, space, found);
  return { points, ways, disks, cut, steps: space.cells.steps, isOver, finding, kept };
}

/** All take the same run, and each tries its share of the points. What the first of them found is told. */
async function tryOnAll({ exploration, jobs, edits }: CrashTask, shell: Shell): Promise<CrashAnswer> {
  const bundle = await bundleWorker(shell.root, WORKER, edits);
  try {
    const shares = Array.from({ length: jobs }, (_, index) => ({ index, of: jobs }));
    const parts = await Promise.all(shares.map(async (share) => {
      const came = await askWorker(bundle.script, { exploration, forMs: 0, share }, shell.signal);
      return came.kind === 'crashed' ? [came.answer] : [];
    }));
    return added(parts.flat());
  } finally {
    bundle.remove();
  }
}

function added(parts: readonly CrashAnswer[]): CrashAnswer {
  const sum = (of: (part: CrashAnswer) => number): number => parts.reduce((total, part) => total + of(part), 0);
  // Whoever found something stopped at its point.
  const found = parts.filter(({ finding }) => finding !== null).sort((one, other) => one.points - other.points)[0];
  return {
    points: Math.max(...parts.map(({ points }) => points)), ways: sum(({ ways }) => ways), disks: sum(({ disks }) => disks),
    cut: sum(({ cut }) => cut), steps: sum(({ steps }) => steps), isOver: parts.every(({ isOver }) => isOver),
    finding: found?.finding ?? null, kept: found?.kept ?? null,
  };
}
