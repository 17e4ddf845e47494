/** A view in a few words, for lines that have no room for more. Pure. */
import { isViewList, isViewMap } from '../page-changes.ts';
import type { View } from '../page-model.ts';

const TEXT_MAX = 140;

/** `true`, `"x"`, `[1, 2]`, `{leader: 3, …}`. */
export function inWords(view: View): string {
  const text = wordsOf(view, 3);
  return text.length <= TEXT_MAX ? text : `${text.slice(0, TEXT_MAX - 1)}…`;
}

function wordsOf(view: View, depth: number): string {
  if (isViewList(view)) {
    if (view.length === 0) return '[ ]';
    return depth === 0 ? `[${view.length}]` : `[${view.slice(0, 12).map((item) => wordsOf(item, depth - 1)).join(', ')}]`;
  }
  if (isViewMap(view)) {
    const names = Object.entries(view);
    if (names.length === 0) return '{ }';
    if (depth === 0) return `{${names.length}}`;
    return `{${names.slice(0, 12).map(([name, value]) => `${name}: ${wordsOf(value, depth - 1)}`).join(', ')}}`;
  }
  return view === '' ? '""' : String(view);
}
