/**
 * Delta debugging of a list: which of its elements can be left out while a test still passes (Zeller and Hildebrandt, TSE 2002,
 * without the half that tests subsets: for failures it seldom pays). Large parts first, then smaller ones, down to single
 * elements.
 */

/** Whether a smaller list will do. The first that does becomes the new list. */
export type Test<T> = (smaller: readonly T[]) => Promise<boolean>;

/** The list with as much left out as `test` allows; of what remains no single element can go. `isOver` ends it early. */
export async function reduceList<T>(list: readonly T[], test: Test<T>, isOver: () => boolean): Promise<readonly T[]> {
  let current = list;
  let size = current.length;
  while (size >= 1 && !isOver()) {
    let at = 0;
    let removed = false;
    while (at < current.length && !isOver()) {
      const smaller = [...current.slice(0, at), ...current.slice(at + size)];
      if (await test(smaller)) {
        current = smaller;
        removed = true;
      } else {
        at += size;
      }
    }
    if (size === 1 && !removed) break;
    size = size === 1 ? 1 : Math.min(Math.ceil(size / 2), Math.max(1, current.length));
  }
  return current;
}

/** The smallest value in `least`..`value` for which `test` passes, where larger values tend to; tried by halving. */
export async function reduceNumber(
  value: number, least: number, test: (smaller: number) => Promise<boolean>, isOver: () => boolean,
): Promise<number> {
  if (value <= least) return value;
  if (await test(least)) return least;
  let [low, high] = [least, value];
  while (high - low > Math.max(1, Math.floor(high / 8)) && !isOver()) {
    const middle = Math.floor((low + high) / 2);
    if (await test(middle)) high = middle;
    else low = middle;
  }
  return high;
}
