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
  const before = DOORS.map((door) => whereIs(door.owner(), door.name));
  depth++;
  for (const [index, { path, trap: usual }] of DOORS.entries()) {
    const found = before[index];
    if (found !== undefined) put(found, stands.get(path) ?? usual);
  }
  return () => {
    depth--;
    for (const found of before) {
      if (found.descriptor === undefined) Reflect.deleteProperty(found.owner, found.name);
      else if (found.isPlain) Reflect.set(found.owner, found.name, found.descriptor.value);
      else Object.defineProperty(found.owner, found.name, found.descriptor);
    }
  };
}

/** Where a door was found, and what was there. */
interface Found {
  readonly owner: object;
  readonly name: string;
  readonly descriptor: PropertyDescriptor | undefined;
  /** To assign to it is enough, and by far quicker than to define it: two dozen definitions take as long as many an event. */
  readonly isPlain: boolean;
}

/** The object itself, or the prototype that it has the door from. */
function whereIs(start: object, name: string): Found {
  for (let owner: object | null = start; owner !== null; owner = prototypeOf(owner)) {
    const descriptor = Object.getOwnPropertyDescriptor(owner, name);
    if (descriptor !== undefined) return { owner, name, descriptor, isPlain: descriptor.writable === true };
  }
  return { owner: start, name, descriptor: undefined, isPlain: false };
}

function prototypeOf(owner: object): object | null {
  const prototype: unknown = Object.getPrototypeOf(owner);
  return typeof prototype === 'object' ? prototype : null;
}

function put({ owner, name, isPlain }: Found, value: unknown): void {
  if (isPlain) Reflect.set(owner, name, value);
  else Object.defineProperty(owner, name, { value, configurable: true, enumerable: false, writable: true });
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

/** Of this file, also where a bundle has made it a part of another one. */
const OWN_FRAMES = /seal\.ts|\b(trap|thrower|SealedDate)\b/;

function trap(what: string): never {
  const error = new SealBroken(what);
  const frames = (error.stack ?? '').split('\n').slice(1);
  const caller = frames.find((frame) => !OWN_FRAMES.test(frame))?.trim() ?? 'by an unknown caller';
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
