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

/** The name nearest to `given`; undefined only when there are no names. The first of equals wins. */
export function nearest(given: string, names: readonly string[]): string | undefined {
  let best: string | undefined;
  let least = Number.POSITIVE_INFINITY;
  for (const name of names) {
    const far = distance(given.toLowerCase(), name.toLowerCase());
    if (far < least) {
      least = far;
      best = name;
    }
  }
  return best;
}

/** `no scenario is called "fvie"; did you mean "five"?` */
export function unknownName(what: string, given: string, names: readonly string[]): string {
  const guess = nearest(given, names);
  return `no ${what} is called "${given}"${guess === undefined ? '' : `; did you mean "${guess}"?`}`;
}
