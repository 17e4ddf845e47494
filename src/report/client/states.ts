/**
 * The state of any process at any event, put together from the differences that were recorded. Keyframes are made on the way and
 * kept, so that a jump costs no more than a few hundred differences.
 */
import { applyChange, viewAt } from '../page-changes.ts';
import type { Change, View, ViewPath } from '../page-model.ts';
import { lastAtMost } from './trace.ts';
import type { Trace } from './trace.ts';

const KEYFRAME_EVERY = 128;

/** One thing that an event changed. `before` and `after` are undefined where there was or is nothing. */
export interface Difference {
  readonly path: ViewPath;
  readonly before: View | undefined;
  readonly after: View | undefined;
}

/** See the head of the file. */
export class States {
  private readonly trace: Trace;
  /** Of each process its patches, as indices, and the events that they belong to. */
  private readonly patches: number[][];
  private readonly at: number[][];
  /** Of each process the view after so many patches, for some numbers of patches. */
  private readonly frames: Map<number, View>[];

  constructor(trace: Trace) {
    this.trace = trace;
    this.patches = trace.model.processes.map(() => []);
    this.at = trace.model.processes.map(() => []);
    this.frames = trace.model.processes.map(() => new Map([[0, null]]));
    trace.model.patches.process.forEach((process, patch) => {
      this.patches[process]?.push(patch);
      this.at[process]?.push(trace.model.patches.at[patch] ?? 0);
    });
  }

  /** The state of a process after an event; null while it is down. */
  after(process: number, event: number): View {
    return this.view(process, lastAtMost(this.at[process] ?? [], event) + 1);
  }

  /** What changed in a process by an event, and by what happened to it before the next. */
  changedBy(process: number, event: number): Difference[] {
    const at = this.at[process] ?? [];
    const [first, end] = [lastAtMost(at, event - 1) + 1, lastAtMost(at, event) + 1];
    const differences: Difference[] = [];
    let before = this.view(process, first);
    for (let patch = first; patch < end; patch++) {
      for (const change of this.changesOf(process, patch)) {
        const path = this.trace.model.paths[change[0]] ?? [];
        const after = applyChange(before, change, this.trace.model.paths);
        differences.push(...differencesOf(path, change, viewAt(before, path), viewAt(after, path)));
        before = after;
      }
    }
    return differences;
  }

  private view(process: number, patches: number): View {
    const frames = this.frames[process];
    let number = patches;
    while (number > 0 && frames?.has(number) !== true) number--;
    let view = frames?.get(number) ?? null;
    for (; number < patches; number++) {
      for (const change of this.changesOf(process, number)) view = applyChange(view, change, this.trace.model.paths);
      if ((number + 1) % KEYFRAME_EVERY === 0) frames?.set(number + 1, view);
    }
    return view;
  }

  private changesOf(process: number, patch: number): readonly Change[] {
    return this.trace.model.patches.changes[this.patches[process]?.[patch] ?? -1] ?? [];
  }
}

/** A change of a list is told item by item. */
function differencesOf(
  path: ViewPath, change: Change, before: View | undefined, after: View | undefined,
): Difference[] {
  if (change.length !== 4) return [{ path, before, after }];
  const [, start, removed, inserted] = change;
  const out = Array.from({ length: removed }, (_, i): Difference => {
    return { path: [...path, start + i], before: viewAt(before ?? null, [start + i]), after: undefined };
  });
  return [...out, ...inserted.map((item, i): Difference => ({ path: [...path, start + i], before: undefined, after: item }))];
}
