/** JSON as ZooKeeper's admin server prints it: indented by two, blanks around a colon, longs as numbers of any size. */

/** A number whose text is known: a double of Java's is never without a point. */
export class NumberText {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** What can be printed. */
export type Json = string | number | bigint | boolean | null | NumberText | readonly Json[] | { readonly [key: string]: Json };

/** `depth` is that of the value itself. Values are as deep as whoever made them, never as deep as data. */
export function jackson(value: Json, depth: number = 0): string {
  if (typeof value === 'bigint') return value.toString();
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  if (value instanceof NumberText) return value.text;
  if (isList(value)) return value.length === 0 ? '[ ]' : `[ ${value.map((item) => jackson(item, depth)).join(', ')} ]`;
  const entries = Object.entries(value);
  if (entries.length === 0) return '{ }';
  const indent = '  '.repeat(depth + 1);
  const lines = entries.map(([key, item]) => `${indent}${JSON.stringify(key)} : ${jackson(item, depth + 1)}`);
  return `{\n${lines.join(',\n')}\n${'  '.repeat(depth)}}`;
}

function isList(value: readonly Json[] | { readonly [key: string]: Json }): value is readonly Json[] {
  return Array.isArray(value);
}
