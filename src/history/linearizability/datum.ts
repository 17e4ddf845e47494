/**
 * Reads EDN, as Jepsen and Knossos write their histories, and JSON, which differs by a colon: one reader for both, which keeps
 * the line of every map so that later complaints can name it. It reads what history files hold (collections, names, numbers,
 * strings, comments); tags and metadata are read and forgotten. Torn text is refused with the line on which it broke off.
 * extensible data notation, github.com/edn-format/edn; RFC 8259.
 */

/** A keyword (with its colon) or a symbol. */
export class Name {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** A list, a vector or a set. */
export class Sequence {
  readonly items: Datum[] = [];
  readonly isSet: boolean;

  constructor(isSet: boolean) {
    this.isSet = isSet;
  }
}

/** A map; entries in the order of the text. */
export class Table {
  readonly entries: (readonly [key: Datum, value: Datum])[] = [];
  readonly line: number;

  constructor(line: number) {
    this.line = line;
  }

  /** The value under the keyword or string of that name. */
  get(name: string): Datum | undefined {
    return this.entries.find(([key]) => nameOf(key) === name)?.[1];
  }
}

export type Datum = null | boolean | number | string | Name | Sequence | Table;

/** What is wrong with a history, and where. */
export class HistoryError extends Error {
  override readonly name = 'HistoryError';
  readonly line: number;

  constructor(line: number, problem: string) {
    super(`line ${line}: ${problem}`);
    this.line = line;
  }
}

/** A keyword without its colon, a symbol, or a string (a leading colon aside); undefined for anything else. */
export function nameOf(datum: Datum | undefined): string | undefined {
  const text = datum instanceof Name ? datum.text : datum;
  if (typeof text !== 'string') return undefined;
  return text.startsWith(':') ? text.slice(1) : text;
}

/** The same text for equal data, and only for them. */
export function printDatum(datum: Datum): string {
  const parts: string[] = [];
  const left: (Datum | { readonly text: string })[] = [datum];
  for (let next = left.pop(); next !== undefined; next = left.pop()) {
    if (next === null) parts.push('nil');
    else if (typeof next === 'string') parts.push(JSON.stringify(next));
    else if (typeof next !== 'object') parts.push(String(next));
    else if (next instanceof Sequence) pushAll(left, next.isSet ? '#{' : '[', next.items, next.isSet ? '}' : ']');
    else if (next instanceof Table) pushAll(left, '{', next.entries.flat(), '}');
    else parts.push(next.text);
  }
  return parts.join('');
}

function pushAll(left: (Datum | { readonly text: string })[], open: string, items: readonly Datum[], close: string): void {
  left.push({ text: close });
  for (let i = items.length - 1; i >= 0; i--) {
    left.push(items[i] ?? null);
    if (i > 0) left.push({ text: ' ' });
  }
  left.push({ text: open });
}

/** How deep collections may nest. */
const DEPTH_MAX = 1000;

/** A collection that is being read. A map holds its keys and values in a row until it ends. */
interface Open {
  readonly close: string;
  readonly kind: 'sequence' | 'set' | 'map';
  readonly line: number;
  readonly items: Datum[];
  /** How many of the next data are to be forgotten (`#_`). */
  discard: number;
}

/** All data of a text, one after the other. */
export function readData(text: string): Datum[] {
  return new Reader(text).read();
}

const CLOSES: ReadonlyMap<string, string> = new Map([['(', ')'], ['[', ']'], ['{', '}']]);
const ESCAPES: ReadonlyMap<string, string> = new Map([
  ['n', '\n'], ['t', '\t'], ['r', '\r'], ['b', '\b'], ['f', '\f'], ['"', '"'], ['\\', '\\'], ['/', '/'],
]);
const TOKEN_END = /[\s,()[\]{}";]/y;
const NUMBER = /^[+-]?(\d+)(\.\d+)?([eE][+-]?\d+)?[NM]?$/;

class Reader {
  private readonly text: string;
  private at = 0;
  private line = 1;
  private readonly open: Open[] = [{ close: '', kind: 'sequence', line: 1, items: [], discard: 0 }];

  constructor(text: string) {
    this.text = text;
  }

  read(): Datum[] {
    for (let char = this.skip(); char !== ''; char = this.skip()) this.next(char);
    const { close, line, items } = this.top();
    if (close !== '') throw this.error(`the text breaks off: what was opened in line ${line} is not closed by "${close}"`);
    return items;
  }

  private next(char: string): void {
    const close = CLOSES.get(char);
    if (close !== undefined) this.begin(close, char === '{' ? 'map' : 'sequence', 1);
    else if (char === ')' || char === ']' || char === '}') this.end(char);
    else if (char === '"') this.put(this.string());
    else if (char === '\\') this.put(this.character());
    else if (char === '#') this.dispatch();
    else if (char === '^') this.metadata();
    else this.put(this.atom(this.token()));
  }

  private top(): Open {
    const top = this.open.at(-1);
    if (top === undefined) throw this.error('nothing is open');
    return top;
  }

  private begin(close: string, kind: Open['kind'], length: number): void {
    if (this.open.length >= DEPTH_MAX) throw this.error(`collections nest deeper than ${DEPTH_MAX}`);
    this.at += length;
    this.open.push({ close, kind, line: this.line, items: [], discard: 0 });
  }

  private end(char: string): void {
    const { close, kind, line, items } = this.top();
    if (close !== char) throw this.error(close === '' ? `"${char}" closes nothing` : `"${char}" stands where "${close}" is due`);
    this.at++;
    this.open.pop();
    if (kind !== 'map') {
      const sequence = new Sequence(kind === 'set');
      // A set has no order of its own.
      const sorted = kind === 'set' ? items.sort((a, b) => (printDatum(a) < printDatum(b) ? -1 : 1)) : items;
      for (const item of sorted) sequence.items.push(item);
      this.put(sequence);
      return;
    }
    if (items.length % 2 === 1) throw this.error('a map has a key without a value');
    const table = new Table(line);
    for (let i = 0; i < items.length; i += 2) table.entries.push([items[i] ?? null, items[i + 1] ?? null]);
    this.put(table);
  }

  private put(datum: Datum): void {
    const top = this.top();
    if (top.discard > 0) top.discard--;
    else top.items.push(datum);
  }

  /** `#{` begins a set, `#_` drops what follows; anything else is a tag, and what it tags is taken as it is. */
  private dispatch(): void {
    const after = this.text[this.at + 1] ?? '';
    if (after === '{') {
      this.begin('}', 'set', 2);
    } else if (after === '_') {
      this.at += 2;
      this.top().discard++;
    } else if (after === '#') {
      this.at += 2;
      this.put(new Name(`##${this.token()}`));
    } else {
      this.at++;
      this.token();
    }
  }

  private metadata(): void {
    this.at++;
    this.top().discard++;
  }

  private token(): string {
    const from = this.at;
    while (this.at < this.text.length) {
      TOKEN_END.lastIndex = this.at;
      if (TOKEN_END.test(this.text)) break;
      this.at++;
    }
    if (this.at === from) throw this.error(`"${this.text[from] ?? ''}" means nothing here`);
    return this.text.slice(from, this.at);
  }

  private atom(token: string): Datum {
    if (token === 'nil' || token === 'null') return null;
    if (token === 'true' || token === 'false') return token === 'true';
    if (!NUMBER.test(token)) return new Name(token);
    const value = Number(token.replace(/[NM]$/, ''));
    // What a double cannot hold is kept as it was written.
    return Number.isInteger(value) && !Number.isSafeInteger(value) ? new Name(token) : value;
  }

  /** `\a`, `\newline`, `\u0041`: kept as strings. */
  private character(): string {
    this.at++;
    const first = this.text[this.at] ?? '';
    if (first === '') throw this.error('the text breaks off');
    this.at++;
    TOKEN_END.lastIndex = this.at;
    return this.at >= this.text.length || TOKEN_END.test(this.text) ? first : first + this.token();
  }

  private string(): string {
    const began = this.line;
    let value = '';
    for (this.at++; ; this.at++) {
      const char = this.text[this.at];
      if (char === undefined) throw this.error(`the text breaks off: the string of line ${began} does not end`);
      if (char === '"') break;
      if (char === '\n') this.line++;
      value += char === '\\' ? this.escape() : char;
    }
    this.at++;
    return value;
  }

  private escape(): string {
    this.at++;
    const char = this.text[this.at] ?? '';
    if (char === 'u') {
      const hex = this.text.slice(this.at + 1, this.at + 5);
      if (!/^[0-9a-fA-F]{4}$/.test(hex)) throw this.error(`"\\u${hex}" is no character`);
      this.at += 4;
      return String.fromCharCode(Number.parseInt(hex, 16));
    }
    const plain = ESCAPES.get(char);
    if (plain === undefined) throw this.error(`"\\${char}" is no character`);
    return plain;
  }

  /** Past space, commas and comments, and past the colon between the key and the value of a JSON map; the next character. */
  private skip(): string {
    for (; ; this.at++) {
      const char = this.text[this.at];
      if (char === undefined) return '';
      if (char === '\n') this.line++;
      else if (char === ';') this.skipComment();
      else if (char === ':' && this.isBetween()) continue;
      else if (char !== ',' && char !== ' ' && char !== '\t' && char !== '\r' && char !== '\ufeff') return char;
    }
  }

  /** Up to the end of the line, which is left to be counted. */
  private skipComment(): void {
    const end = this.text.indexOf('\n', this.at);
    this.at = (end < 0 ? this.text.length : end) - 1;
  }

  /** Whether a colon stands behind a key that is a string, as in JSON, and does not begin a keyword, as it may in EDN. */
  private isBetween(): boolean {
    const { kind, items } = this.top();
    if (kind !== 'map' || items.length % 2 === 0 || typeof items.at(-1) !== 'string') return false;
    return this.text[this.at - 1] === '"' || /[\s\d"{[-]/.test(this.text[this.at + 1] ?? '');
  }

  private error(problem: string): HistoryError {
    return new HistoryError(this.line, problem);
  }
}
