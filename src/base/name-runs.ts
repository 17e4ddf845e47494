/**
 * Many names in order, persistent: a search tree whose nodes end where the hash of a name says so. A name of rank r (one in 32^r)
 * ends its node at every height below r, so equal contents have equal structure, whatever the history, and no balance is kept:
 * luck keeps it. Adding or removing a name copies one node of about 32 a height. Functions on plain, shared, never mutated data.
 */
import { invariant } from './invariant.ts';
import { hashString } from './strings.ts';

const RANK_BITS = 5;

/** A node of some height: a run of names, sorted and never empty, or of nodes one lower. */
export type Run = readonly string[] | Runs;

/** An inner node. At the top it has two runs or more. */
export interface Runs {
  readonly runs: readonly Run[];
  /** The last name of each. */
  readonly lasts: readonly string[];
  /** Names in all. */
  readonly size: number;
}

/** A node that came apart behind a name of rank above its height. */
interface Parted {
  readonly left: Run;
  readonly right: Run;
  readonly rank: number;
}

/** The tree of `names`, sorted and distinct, one at least. */
export function runsOf(names: readonly string[]): Run {
  const leaves: (readonly string[])[] = [];
  const ranks: number[] = [];
  cut(names, true, leaves, ranks);
  return topOf(leaves, ranks);
}

/** The tree over its lowest runs, of which there is one at least. */
function topOf(leaves: readonly (readonly string[])[], leafRanks: readonly number[]): Run {
  let nodes: readonly Run[] = leaves;
  let ranks = leafRanks;
  for (let height = 1; nodes.length > 1; height++) [nodes, ranks] = gathered(nodes, ranks, height);
  const top = nodes[0];
  invariant(top !== undefined, 'a tree of names has one at least');
  return top;
}

/** The next height: nodes up to and including each whose last name ranks above it. */
function gathered(nodes: readonly Run[], ranks: readonly number[], height: number): [Run[], number[]] {
  const above: Run[] = [];
  const ranksAbove: number[] = [];
  let start = 0;
  for (let i = 0; i < nodes.length; i++) {
    const rank = ranks[i] ?? 0;
    if (rank <= height && i < nodes.length - 1) continue;
    above.push(inner(nodes.slice(start, i + 1)));
    ranksAbove.push(rank);
    start = i + 1;
  }
  return [above, ranksAbove];
}

/** How many names. */
export function sizeOf(run: Run): number {
  return isRuns(run) ? run.size : run.length;
}

/** Whether `name` is among them. */
export function hasName(run: Run, name: string): boolean {
  const names = leafAt(run, name);
  return names !== null && names[firstNotBelow(names, name)] === name;
}

/** The first lowest run that ends with `name` or later; null when there is none. */
export function leafAt(run: Run, name: string): readonly string[] | null {
  let node = run;
  while (isRuns(node)) {
    const next: Run | undefined = node.runs[firstNotBelow(node.lasts, name)];
    if (next === undefined) return null;
    node = next;
  }
  return (node[node.length - 1] ?? '') < name ? null : node;
}

/** All names, in order. */
export function namesOf(run: Run): string[] {
  const names: string[] = [];
  for (const leaf of leavesOf(run)) for (const name of leaf) names.push(name);
  return names;
}

/** The lowest runs, in order. */
function leavesOf(run: Run): (readonly string[])[] {
  const leaves: (readonly string[])[] = [];
  const stack: Run[] = [run];
  for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
    if (!isRuns(node)) {
      leaves.push(node);
      continue;
    }
    for (let i = node.runs.length - 1; i >= 0; i--) {
      const below = node.runs[i];
      if (below !== undefined) stack.push(below);
    }
  }
  return leaves;
}

/** With `name`, which is not there. */
export function withName(run: Run, name: string): Run {
  const added = add(run, heightOf(run), name, rankOf(name));
  if (!isParted(added)) return added;
  let { left, right } = added;
  for (let height = heightOf(run) + 1; height < added.rank; height++) {
    left = inner([left]);
    right = inner([right]);
  }
  return inner([left, right]);
}

/** Without `name`, which is there; null when nothing is left. */
export function withoutName(run: Run, name: string): Run | null {
  let top = name === lastOf(run) ? withoutLast(run) : remove(run, heightOf(run), name, rankOf(name));
  while (top !== null && isRuns(top) && top.runs.length === 1) top = top.runs[0] ?? null;
  return top;
}

/**
 * With `added`, none of which is there, and without `removed`, all of which are, each in order; null when nothing is left. Takes
 * as long as there are lowest runs, and copies those that change.
 */
export function changedRuns(run: Run, added: readonly string[], removed: readonly string[]): Run | null {
  const leaves: (readonly string[])[] = [];
  const ranks: number[] = [];
  let rest: readonly string[] = [];
  let nextAdded = 0;
  let nextRemoved = 0;
  const old = leavesOf(run);
  old.forEach((names, index) => {
    const isLast = index === old.length - 1;
    const last = names[names.length - 1] ?? '';
    const addedEnd = isLast ? added.length : endOf(added, nextAdded, last);
    const removedEnd = endOf(removed, nextRemoved, last);
    const isChanged = addedEnd > nextAdded || removedEnd > nextRemoved;
    const here = !isChanged
      ? names
      : changedArray(names, added.slice(nextAdded, addedEnd), removed.slice(nextRemoved, removedEnd));
    rest = rest.length === 0 ? here : [...rest, ...here];
    nextAdded = addedEnd;
    nextRemoved = removedEnd;
    if (isChanged || rest !== here || isLast) rest = cut(rest, isLast, leaves, ranks);
    else {
      leaves.push(rest);
      ranks.push(rankOf(last));
      rest = [];
    }
  });
  return leaves.length === 0 ? null : topOf(leaves, ranks);
}

/** Puts off what ends a run, or the whole; what is left waits for more. */
function cut(names: readonly string[], isLast: boolean, leaves: (readonly string[])[], ranks: number[]): readonly string[] {
  let start = 0;
  for (let i = 0; i < names.length; i++) {
    const rank = rankOf(names[i] ?? '');
    if (rank === 0 && !(isLast && i === names.length - 1)) continue;
    leaves.push(start === 0 && i === names.length - 1 ? names : names.slice(start, i + 1));
    ranks.push(rank);
    start = i + 1;
  }
  return names.slice(start);
}

/** `names` with `added` and without `removed`, all in order. Looks each change up, and copies what lies between. */
export function changedArray(names: readonly string[], added: readonly string[], removed: readonly string[]): string[] {
  const changed = new Array<string>(names.length + added.length - removed.length);
  let to = 0;
  let from = 0;
  let nextRemoved = 0;
  const copyTo = (name: string | undefined): void => {
    const end = name === undefined ? names.length : firstNotBelow(names, name, from);
    while (from < end) changed[to++] = names[from++] ?? '';
  };
  const removeTo = (name: string | undefined): void => {
    for (; nextRemoved < removed.length; nextRemoved++) {
      const gone = removed[nextRemoved];
      if (gone === undefined || (name !== undefined && gone > name)) return;
      copyTo(gone);
      from++;
    }
  };
  for (const name of added) {
    removeTo(name);
    copyTo(name);
    changed[to++] = name;
  }
  removeTo(undefined);
  copyTo(undefined);
  return changed;
}

/** From `begin` on, where those of `names` end that are not after `last`. */
function endOf(names: readonly string[], begin: number, last: string): number {
  let end = begin;
  while (end < names.length && (names[end] ?? '') <= last) end++;
  return end;
}

/** How many heights a name ends a node at. */
function rankOf(name: string): number {
  const hash = hashString(name);
  return hash === 0 ? 6 : Math.floor((31 - Math.clz32(hash & -hash)) / RANK_BITS);
}

function isRuns(run: Run | Parted): run is Runs {
  return 'runs' in run;
}

function isParted(run: Run | Parted): run is Parted {
  return 'rank' in run;
}

function inner(runs: readonly Run[]): Runs {
  return { runs, lasts: runs.map(lastOf), size: runs.reduce((sum, run) => sum + sizeOf(run), 0) };
}

function lastOf(run: Run): string {
  return (isRuns(run) ? run.lasts[run.lasts.length - 1] : run[run.length - 1]) ?? '';
}

function heightOf(run: Run): number {
  let height = 0;
  for (let node = run; isRuns(node); height++) {
    const first = node.runs[0];
    invariant(first !== undefined, 'an inner node of names has a run');
    node = first;
  }
  return height;
}

/** Where the first of `names`, `from` on, that is not below `name` stands; their count when there is none. */
export function firstNotBelow(names: readonly string[], name: string, from = 0): number {
  let low = from;
  let high = names.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((names[middle] ?? '') < name) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Recursion below is on height, which grows with the logarithm of the size. */
function add(run: Run, height: number, name: string, rank: number): Run | Parted {
  if (!isRuns(run)) return addToLeaf(run, name, rank);
  const at = Math.min(firstNotBelow(run.lasts, name), run.runs.length - 1);
  const below = run.runs[at];
  invariant(below !== undefined, 'an inner node of names has a run');
  const added = add(below, height - 1, name, rank);
  if (!isParted(added)) return withRun(run, at, added, 1);
  const runs = run.runs.toSpliced(at, 1, added.left, added.right);
  return added.rank > height
    ? { left: inner(runs.slice(0, at + 1)), right: inner(runs.slice(at + 1)), rank: added.rank }
    : { runs, lasts: run.lasts.toSpliced(at, 1, lastOf(added.left), lastOf(added.right)), size: run.size + 1 };
}

function addToLeaf(names: readonly string[], name: string, rank: number): Run | Parted {
  const at = firstNotBelow(names, name);
  const more = names.toSpliced(at, 0, name);
  if (at < names.length) return rank > 0 ? { left: more.slice(0, at + 1), right: more.slice(at + 1), rank } : more;
  // Only the very last run is added to at its end, and that end may be one that was waiting for a follower.
  const before = rankOf(lastOf(names));
  return before > 0 ? { left: names, right: [name], rank: before } : more;
}

function withRun(node: Runs, at: number, run: Run, more: number): Runs {
  const last = lastOf(run);
  const lasts = node.lasts[at] === last ? node.lasts : node.lasts.with(at, last);
  return { runs: node.runs.with(at, run), lasts, size: node.size + more };
}

/** Without a name that others follow: the node that it ended, at every height below its rank, continues into the next. */
function remove(run: Run, height: number, name: string, rank: number): Run {
  if (!isRuns(run)) return run.toSpliced(firstNotBelow(run, name), 1);
  const at = firstNotBelow(run.lasts, name);
  const below = run.runs[at];
  invariant(below !== undefined, 'a name is removed that is not there');
  if (rank !== height) return withRun(run, at, remove(below, height - 1, name, rank), -1);
  const next = run.runs[at + 1];
  invariant(next !== undefined, 'a name that ends a node is followed by another');
  const joined = joinBehind(below, next);
  return { runs: run.runs.toSpliced(at, 2, joined), lasts: run.lasts.toSpliced(at, 1), size: run.size - 1 };
}

/** Two neighbours of one height as one, without the name between them: the last of the left. */
function joinBehind(left: Run, right: Run): Run {
  if (!isRuns(left) || !isRuns(right)) return [...namesOf(left).slice(0, -1), ...namesOf(right)];
  const [seamLeft, seamRight] = [left.runs[left.runs.length - 1], right.runs[0]];
  invariant(seamLeft !== undefined && seamRight !== undefined, 'an inner node of names has a run');
  return inner([...left.runs.slice(0, -1), joinBehind(seamLeft, seamRight), ...right.runs.slice(1)]);
}

/** Without its last name; null when there is no other. */
function withoutLast(run: Run): Run | null {
  if (!isRuns(run)) return run.length === 1 ? null : run.slice(0, -1);
  const last = run.runs[run.runs.length - 1];
  const rest = last === undefined ? null : withoutLast(last);
  if (rest !== null) return withRun(run, run.runs.length - 1, rest, -1);
  return run.runs.length === 1 ? null : inner(run.runs.slice(0, -1));
}
