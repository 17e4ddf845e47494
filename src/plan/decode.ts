/**
 * Reading JSON that somebody else wrote: a failure file, a plan edited by hand. A reader says where in the document it stands,
 * so that a mistake is answered with a path and a sentence; it accepts nothing that it does not know, because a field that is
 * silently ignored is a replay of another run.
 */

/** The document is not what it should be; the message names the path and says what is expected there. */
export class DecodeError extends Error {
  override readonly name = 'DecodeError';
}

/** Reads one value, which stands at `path` in the document. */
export type Decoder<T> = (value: unknown, path: string) => T;

/** Says what is wrong at `path`. */
export function refuse(path: string, expected: string): never {
  throw new DecodeError(`${path === '' ? 'the document' : path} must be ${expected}`);
}

/** An integer within bounds, both included. */
export function integer(minimum: number, maximum: number = Number.MAX_SAFE_INTEGER): Decoder<number> {
  return (value, path) => {
    if (typeof value !== 'number' || !Number.isInteger(value)) return refuse(path, 'an integer');
    if (value < minimum || value > maximum) return refuse(path, `an integer in ${minimum}..${maximum}`);
    return value;
  };
}

/** Any string. */
export const text: Decoder<string> = (value, path) => (typeof value === 'string' ? value : refuse(path, 'a string'));

/** A time in milliseconds, 0 or more, to the microsecond. */
export const moment: Decoder<number> = (value, path) => {
  return typeof value === 'number' && value >= 0 && value < 2 ** 41 ? value : refuse(path, 'a time in milliseconds');
};

/** true or false. */
export const boolean: Decoder<boolean> = (value, path) => (typeof value === 'boolean' ? value : refuse(path, 'true or false'));

/** Anything at all, to be read by somebody else. */
export const anything: Decoder<unknown> = (value) => value;

/** One of a few words. */
export function word<W extends string>(words: readonly W[]): Decoder<W> {
  return (value, path) => words.find((candidate) => candidate === value) ?? refuse(path, `one of ${words.join(', ')}`);
}

/** A list, each element read by `element`. */
export function list<T>(element: Decoder<T>): Decoder<T[]> {
  return (value, path) => {
    if (!Array.isArray(value)) return refuse(path, 'a list');
    return value.map((entry: unknown, index) => element(entry, `${path}[${index}]`));
  };
}

/** The fields of one object, each asked for by name; `end` refuses those that nobody asked for. */
export class Fields {
  private readonly values: Map<string, unknown>;
  private readonly path: string;
  private readonly asked: Set<string> = new Set();

  constructor(value: unknown, path: string) {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) refuse(path, 'an object');
    this.values = new Map(Object.entries(value));
    this.path = path;
  }

  has(name: string): boolean {
    return this.values.get(name) !== undefined;
  }

  /** A field that must be there. */
  get<T>(name: string, decoder: Decoder<T>): T {
    this.asked.add(name);
    const path = this.path === '' ? name : `${this.path}.${name}`;
    if (!this.has(name)) throw new DecodeError(`${path} is missing`);
    return decoder(this.values.get(name), path);
  }

  /** A field that may be left out: as an object to spread, empty when it is. */
  maybe<N extends string, T>(name: N, decoder: Decoder<T>): { [K in N]?: T } {
    this.asked.add(name);
    const found: { [K in N]?: T } = {};
    if (this.has(name)) found[name] = this.get(name, decoder);
    return found;
  }

  /** Every field has been asked for. */
  end(): void {
    for (const name of this.values.keys()) {
      if (!this.asked.has(name)) throw new DecodeError(`${this.path === '' ? name : `${this.path}.${name}`} is not known here`);
    }
  }
}
