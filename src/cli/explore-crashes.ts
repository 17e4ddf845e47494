/** `viv explore --crash-points`: one run, and every way in which each disk may come out of a crash at every step of it. */
import { crashPointsOf, type Exploration, failureOn, findingIn } from '../fuzz/explore-run.ts';
import { writeFailure } from '../fuzz/failure.ts';
import { EXIT_CODES } from '../fuzz/verdict.ts';
import { decimal, duration as inWords } from '../report/format.ts';
import { describeFinding } from '../report/text.ts';
import type { Given } from './command.ts';
import type { Shell } from './shell.ts';

/** Tries all of them. */
export async function tryCrashPoints(exploration: Exploration, given: Given, shell: Shell): Promise<number> {
  const began = Date.now();
  const points = crashPointsOf(exploration);
  while (!points.isOver && !shell.signal.aborted) {
    points.run();
    shell.status(`${decimal(points.points)} points, ${decimal(points.ways)} ways to crash there`);
    await new Promise((resolve) => setImmediate(resolve));
  }
  shell.status('');
  const { found, space } = points;
  const finding = found === null ? null : findingIn(found.badness);
  const failure = found === null ? null : failureOn(exploration, space, found);
  const kept = failure === null ? null : typeof failure === 'string' ? failure : writeFailure(shell.reports, failure);
  const outcome = finding?.outcome ?? (points.isOver && points.cut === 0 ? 'held' : 'unknown');
  const { ways, disks, cut } = points;
  const elapsedMs = Date.now() - began;
  if (given.has('json')) {
    const { scenario } = exploration.plan;
    shell.out(JSON.stringify({ scenario, outcome, points: points.points, ways, disks, cut, elapsedMs, finding, kept }, null, 2));
  } else {
    shell.out(`${exploration.plan.scenario}, crash points: ${finding === null ? outcome : describeFinding(finding)}`);
    shell.out(`  ${decimal(points.points)} points, ${decimal(ways)} ways to crash there, ${decimal(disks)} different disks left;`
      + ` ${cut} points with more ways than are tried`);
    shell.out(`  each started again and was judged; ${decimal(space.cells.steps)} steps of real code in ${inWords(elapsedMs)}`);
    if (kept !== null) shell.out(kept.endsWith('.json') ? `  viv replay ${kept}` : `  ${kept}`);
  }
  return EXIT_CODES[outcome];
}
