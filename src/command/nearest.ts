/** Guessing what was meant: the valid name nearest to one that is not. Pure; every refusal of the command line uses it. */

/** Insertions, deletions and replacements that turn one word into the other (Levenshtein). */
export function distance(one: string, other: string): number {
  let previous = Array.from({ length: other.length + 1 }, (_, index) => index);
  for (let row = 1; row <= one.length; row++) {
    const current = [row];
    for (let column = 1; column <= other.length; column++) {
      const replaced = (previous[column - 1] ?? 0) + (one[row - 1] === other[column - 1] ? 0 : 1);
      current.push(Math.min(replaced, (previous[column] ?? 0) + 1, (current[column - 1] ?? 0) + 1));
    }
    previous = current;
  }
  return previous[other.length] ?? 0;
}

/** More names than this are not listed in a refusal. */
const LISTED_MAX = 24;

/** The name nearest to `given`; undefined where none is near: half of its letters are others. The first of equals wins. */
export function nearest(given: string, names: readonly string[]): string | undefined {
  let best: string | undefined;
  let least = Math.max(1, Math.floor(given.length / 2)) + 1;
  for (const name of names) {
    const far = distance(given.toLowerCase(), name.toLowerCase());
    if (far < least) {
      least = far;
      best = name;
    }
  }
  return best;
}

/** `no scenario is called "fvie"; did you mean "five"?` Where nothing is near, those that there are, if they are few. */
export function unknownName(what: string, given: string, names: readonly string[]): string {
  const guess = nearest(given, names);
  const refusal = `no ${what} is called "${given}"`;
  if (guess !== undefined) return `${refusal}; did you mean "${guess}"?`;
  return names.length === 0 || names.length > LISTED_MAX ? refusal : `${refusal}; there are ${names.join(', ')}`;
}
