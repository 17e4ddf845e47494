/** Order and hash of strings, the same in every place and locale: code unit by code unit. */

/** Compares strings by UTF-16 code unit: the order of everything that is sorted here. */
export function byCodeUnit(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** FNV-1a over code units, with a final mix, since tries take their digits from the low end. */
export function hashString(text: string): number {
  return hashPrefix(text, text.length);
}

/** The hash of the first `length` code units, without making a string of them. */
export function hashPrefix(text: string, length: number): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  hash ^= hash >>> 15;
  hash = Math.imul(hash, 0x2c1b3c6d);
  return hash ^ (hash >>> 13);
}
