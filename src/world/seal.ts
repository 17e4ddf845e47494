/**
 * Makes nondeterminism fail loudly: while a sealed function runs, everything that would let time, luck or the real machine's
 * scheduler into a world throws and says who called it. Synchronous functions only. Everything is put back afterwards, also
 * after an error, and also when sealed functions call sealed functions.
 */

/** Thrown where somebody below the roof reached for the real world. */
export class SealBroken extends Error {
  override readonly name = 'SealBroken';
}

/** A way to the real world, asked for anew each time: tests put others in the place of some. */
interface Door {
  readonly owner: () => object;
  readonly name: string;
  /** As it is called, owner and all. */
  readonly path: string;
  readonly trap: unknown;
}

const RealDate = Date;

/** `new Date(5)` is arithmetic and allowed; `new Date()` asks for the time. */
class SealedDate extends RealDate {
  constructor(...parts: readonly unknown[]) {
    if (parts.length === 0) trap('new Date()');
    super(toTime(parts));
  }

  static override now(): number {
    return trap('Date.now');
  }
}

const NO_STANDS: ReadonlyMap<string, unknown> = new Map();

let depth = 0;

/** Runs `run` with the doors to the real world shut. */
export function sealed<T>(run: () => T): T {
  const unseal = seal();
  try {
    return run();
  } finally {
    unseal();
  }
}

/**
 * Shuts the doors until the function that it returns is called, for a stretch of code that is no single call. Nobody but that
 * code may run in the meantime. `stands` answers in place of a trap where simulated code has a door of its own.
 */
export function seal(stands: ReadonlyMap<string, unknown> = NO_STANDS): () => void {
  if (depth > 0) return () => undefined;
  const shut: { readonly owner: object; readonly name: string; readonly before: PropertyDescriptor | undefined }[] = [];
  depth++;
  for (const { owner: ownerOf, name, path, trap: usual } of DOORS) {
    const owner = ownerOf();
    shut.push({ owner, name, before: Object.getOwnPropertyDescriptor(owner, name) });
    const value = stands.get(path) ?? usual;
    Object.defineProperty(owner, name, { value, configurable: true, enumerable: false, writable: true });
  }
  return () => {
    depth--;
    for (const { owner, name, before } of shut) {
      if (before === undefined) Reflect.deleteProperty(owner, name);
      else Object.defineProperty(owner, name, before);
    }
  };
}

function trapFor(path: string): () => never {
  const thrower = (): never => trap(path);
  // process.hrtime.bigint is a door of its own, behind the first.
  return Object.assign(thrower, { bigint: thrower });
}

function door(owner: () => object, prefix: string, name: string): Door {
  return { owner, name, path: prefix + name, trap: trapFor(prefix + name) };
}

/** Made once: a small run takes no longer than to make them some dozens of times. */
const DOORS: readonly Door[] = [
  { owner: () => globalThis, name: 'Date', path: 'Date', trap: SealedDate },
  ...[
    'setTimeout', 'setInterval', 'setImmediate', 'queueMicrotask', 'clearTimeout', 'clearInterval', 'clearImmediate',
  ].map((name) => door(() => globalThis, '', name)),
  door(() => Math, 'Math.', 'random'),
  door(() => globalThis.performance, 'performance.', 'now'),
  door(() => globalThis.process, 'process.', 'hrtime'),
  door(() => globalThis.process, 'process.', 'nextTick'),
  door(() => globalThis.crypto, 'crypto.', 'randomUUID'),
  door(() => globalThis.crypto, 'crypto.', 'getRandomValues'),
];

function trap(what: string): never {
  const error = new SealBroken(what);
  const frames = (error.stack ?? '').split('\n').slice(1);
  const caller = frames.find((frame) => !frame.includes('seal.ts'))?.trim() ?? 'by an unknown caller';
  error.message = `${what} was called inside a simulation, ${caller}`;
  throw error;
}

function toTime(parts: readonly unknown[]): number {
  const [first, ...rest] = parts;
  if (rest.length > 0) {
    const [month = 0, day = 1, hour = 0, minute = 0, second = 0, ms = 0] = rest.map(Number);
    return new RealDate(Number(first), month, day, hour, minute, second, ms).getTime();
  }
  return first instanceof RealDate ? first.getTime() : new RealDate(typeof first === 'string' ? first : Number(first)).getTime();
}
