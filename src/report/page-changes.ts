/**
 * The difference between two views of a process, small, and how to apply it. The recorder takes differences, the page applies
 * them; lists are compared from both ends, because processes mostly append to them and take from their front. Pure: views are
 * never changed, what did not differ is shared.
 */
import type { Change, View, ViewMap, ViewPath } from './page-model.ts';

/** Numbers paths as they come up. */
export class PathTable {
  readonly paths: ViewPath[] = [];
  private readonly numbers: Map<string, number> = new Map();

  numberOf(path: ViewPath): number {
    const key = JSON.stringify(path);
    let number = this.numbers.get(key);
    if (number === undefined) {
      number = this.paths.length;
      this.paths.push(path);
      this.numbers.set(key, number);
    }
    return number;
  }
}

/** A view that has parts with names. */
export function isViewMap(view: View | undefined): view is ViewMap {
  return typeof view === 'object' && view !== null && !Array.isArray(view);
}

/** A view that is a list. */
export function isViewList(view: View | undefined): view is readonly View[] {
  return Array.isArray(view);
}

/** Whether two views are the same data. */
export function sameView(one: View, other: View): boolean {
  if (one === other) return true;
  if (isViewList(one)) {
    return isViewList(other) && one.length === other.length && one.every((item, i) => sameView(item, other[i] ?? null));
  }
  if (!isViewMap(one) || !isViewMap(other)) return false;
  const names = Object.keys(one);
  if (names.length !== Object.keys(other).length) return false;
  return names.every((name) => Object.hasOwn(other, name) && sameView(one[name] ?? null, other[name] ?? null));
}

/** What must be done to `before` to get `after`. */
export function changesBetween(before: View, after: View, table: PathTable): Change[] {
  const changes: Change[] = [];
  compare(before, after, [], table, changes);
  return changes;
}

function compare(before: View, after: View, path: ViewPath, table: PathTable, changes: Change[]): void {
  if (before === after) return;
  if (isViewMap(before) && isViewMap(after)) {
    for (const name of Object.keys(before)) if (!Object.hasOwn(after, name)) changes.push([table.numberOf([...path, name])]);
    for (const [name, value] of Object.entries(after)) {
      const old = before[name];
      if (old === undefined) changes.push([table.numberOf([...path, name]), value]);
      else if (old !== value) compare(old, value, [...path, name], table, changes);
    }
  } else if (isViewList(before) && isViewList(after)) {
    compareLists(before, after, path, table, changes);
  } else {
    changes.push([table.numberOf(path), after]);
  }
}

function compareLists(
  before: readonly View[], after: readonly View[], path: ViewPath, table: PathTable, changes: Change[],
): void {
  const shorter = Math.min(before.length, after.length);
  let head = 0;
  while (head < shorter && sameView(before[head] ?? null, after[head] ?? null)) head++;
  let tail = 0;
  while (tail < shorter - head && sameView(before.at(-1 - tail) ?? null, after.at(-1 - tail) ?? null)) tail++;
  const [removed, inserted] = [before.length - head - tail, after.slice(head, after.length - tail)];
  if (removed === 0 && inserted.length === 0) return;
  if (removed === inserted.length) {
    inserted.forEach((item, i) => compare(before[head + i] ?? null, item, [...path, head + i], table, changes));
    return;
  }
  changes.push([table.numberOf(path), head, removed, inserted]);
}

/** The view after a change. */
export function applyChange(view: View, change: Change, paths: readonly ViewPath[]): View {
  return rebuilt(view, paths[change[0]] ?? [], 0, change);
}

function rebuilt(view: View, path: ViewPath, depth: number, change: Change): View {
  const name = path[depth];
  if (name === undefined) return replaced(view, change);
  const isGone = change.length === 1 && depth === path.length - 1;
  if (isViewList(view)) {
    const index = Number(name);
    return isGone ? view.toSpliced(index, 1) : view.with(index, rebuilt(view[index] ?? null, path, depth + 1, change));
  }
  const map = isViewMap(view) ? view : {};
  if (!isGone) return { ...map, [name]: rebuilt(map[name] ?? null, path, depth + 1, change) };
  return Object.fromEntries(Object.entries(map).filter(([other]) => other !== name));
}

function replaced(view: View, change: Change): View {
  if (change.length === 2) return change[1];
  if (change.length === 4) return isViewList(view) ? view.toSpliced(change[1], change[2], ...change[3]) : view;
  return null;
}

/** What stands at a path of a view; undefined if nothing does. */
export function viewAt(view: View, path: ViewPath): View | undefined {
  let at: View | undefined = view;
  for (const name of path) {
    if (isViewList(at)) at = at[Number(name)];
    else if (isViewMap(at) && Object.hasOwn(at, String(name))) at = at[String(name)];
    else return undefined;
  }
  return at;
}
