/** The ten-digit suffix that the server adds to a sequential name, and the order that it makes. Pure. */
import { byCodeUnit } from '../base/strings.ts';

const DIGITS = 10;
const INT32_LIMIT = 0x8000_0000;

/** The number at the end of a name; undefined if it has none. After 2³¹−1 the server goes on with negative numbers. */
export function sequenceOf(name: string): number | undefined {
  const suffix = name.slice(-DIGITS);
  if (suffix.length < DIGITS || !/^-?\d+$/.test(suffix)) return undefined;
  const value = Number(suffix);
  return value >= INT32_LIMIT ? -value : value;
}

/** The names that have a number, in its order. */
export function inSequence(names: readonly string[]): string[] {
  const numbered = names.flatMap((name): [number, string][] => {
    const sequence = sequenceOf(name);
    return sequence === undefined ? [] : [[sequence, name]];
  });
  numbered.sort(([one, oneName], [other, otherName]) => one - other || byCodeUnit(oneName, otherName));
  return numbered.map(([, name]) => name);
}
