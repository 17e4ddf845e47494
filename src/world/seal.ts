/**
 * Makes nondeterminism fail loudly: while a sealed function runs, everything that would let time, luck or the real machine's
 * scheduler into a world throws and says who called it. Synchronous functions only. Everything is put back afterwards, also
 * after an error, and also when sealed functions call sealed functions.
 */

/** Thrown where somebody below the roof reached for the real world. */
export class SealBroken extends Error {
  override readonly name = 'SealBroken';
}

type Door = readonly [owner: object, name: string, prefix: string];

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
  const doors = findDoors();
  const before = doors.map(([owner, name]) => Object.getOwnPropertyDescriptor(owner, name));
  depth++;
  for (const [owner, name, prefix] of doors) {
    const value = stands.get(prefix + name) ?? (owner === globalThis && name === 'Date' ? SealedDate : trapFor(prefix, name));
    Object.defineProperty(owner, name, { value, configurable: true, enumerable: false, writable: true });
  }
  return () => {
    depth--;
    for (const [index, [owner, name]] of doors.entries()) {
      const descriptor = before[index];
      if (descriptor === undefined) Reflect.deleteProperty(owner, name);
      else Object.defineProperty(owner, name, descriptor);
    }
  };
}

function findDoors(): Door[] {
  const globals = [
    'Date', 'setTimeout', 'setInterval', 'setImmediate', 'queueMicrotask', 'clearTimeout', 'clearInterval', 'clearImmediate',
  ];
  return [
    ...globals.map((name): Door => [globalThis, name, '']),
    [Math, 'random', 'Math.'],
    [globalThis.performance, 'now', 'performance.'],
    [globalThis.process, 'hrtime', 'process.'],
    [globalThis.process, 'nextTick', 'process.'],
    [globalThis.crypto, 'randomUUID', 'crypto.'],
    [globalThis.crypto, 'getRandomValues', 'crypto.'],
  ];
}

function trapFor(prefix: string, name: string): () => never {
  const thrower = (): never => trap(prefix + name);
  // process.hrtime.bigint is a door of its own, behind the first.
  return Object.assign(thrower, { bigint: thrower });
}

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
