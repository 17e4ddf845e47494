/**
 * Java's properties as far as configuration files use them: `key=value`, `key: value` or `key value`, comments with `#` and `!`,
 * a backslash that joins lines or hides what follows it. The last of two values of a key counts, as in ZooKeeper. Pure.
 */

/** Keys in the order in which they first stood. */
export function parseProperties(text: string): Map<string, string> {
  const properties = new Map<string, string>();
  for (const line of logicalLines(text)) {
    const end = keyEnd(line);
    const key = unescaped(line.slice(0, end));
    const rest = line.slice(end).replace(/^[ \t\f]*[=:]?[ \t\f]*/, '');
    properties.set(key, unescaped(rest).trim());
  }
  return properties;
}

/** Lines without comments, a continued one made whole. */
function logicalLines(text: string): string[] {
  const lines: string[] = [];
  let held: string | null = null;
  for (const raw of text.split(/\r\n|\r|\n/)) {
    const line = raw.replace(/^[ \t\f]+/, '');
    if (held === null && (line === '' || line.startsWith('#') || line.startsWith('!'))) continue;
    const whole: string = (held ?? '') + line;
    const slashes = /\\*$/.exec(whole)?.[0].length ?? 0;
    if (slashes % 2 === 1) {
      held = whole.slice(0, -1);
      continue;
    }
    lines.push(whole);
    held = null;
  }
  if (held !== null) lines.push(held);
  return lines;
}

/** Where the key ends: at the first blank, `=` or `:` that no backslash hides. */
function keyEnd(line: string): number {
  for (let i = 0; i < line.length; i++) {
    const char = line.charAt(i);
    if (char === '\\') i++;
    else if (char === '=' || char === ':' || char === ' ' || char === '\t' || char === '\f') return i;
  }
  return line.length;
}

const ESCAPES: ReadonlyMap<string, string> = new Map([['t', '\t'], ['n', '\n'], ['r', '\r'], ['f', '\f']]);

function unescaped(text: string): string {
  return text.replace(/\\(u[0-9a-fA-F]{4}|[^])/g, (_whole, escaped: string) => {
    if (escaped.length === 5) return String.fromCharCode(Number.parseInt(escaped.slice(1), 16));
    return ESCAPES.get(escaped) ?? escaped;
  });
}
