/**
 * What a user's code finds in a simulation where the real machine's clock, timers and luck would be: the same functions, on
 * simulated time and the run's own seed. So code that says `setTimeout`, `Date.now()` or `Math.random()` runs unchanged, and the
 * same way each time. Only what a promise-based client's code is likely to call is here; anything else throws and says who
 * called it (`src/world/seal.ts`).
 */
import { promisify } from 'node:util';
import type { Stream } from '../world/chooser.ts';

/** The time and the luck of one simulated program. */
export interface ProgramSurroundings {
  readonly luck: Stream;
  /** Milliseconds since the run began. */
  now(): number;
  /** Wall time when the run began, milliseconds since 1970. */
  readonly wallEpochMs: number;
  sleep(ms: number): Promise<void>;
  /** A timer's callback threw. */
  report(error: unknown): void;
}

/** A timer of simulated code; Node's own methods that make sense here. */
class Timer {
  isOver = false;
  ref(): this {
    return this;
  }
  unref(): this {
    return this;
  }
  hasRef(): boolean {
    return !this.isOver;
  }
}

type Callback = (...values: readonly unknown[]) => void;

const RealDate = Date;
const enqueue: typeof queueMicrotask = queueMicrotask;

/** The functions, by the names that the seal knows their doors by. */
export function standsFor(program: ProgramSurroundings): ReadonlyMap<string, unknown> {
  const start = (callback: Callback, ms: number, values: readonly unknown[], isRepeated: boolean): Timer => {
    const timer = new Timer();
    const ring = (): void => {
      // Node takes what is no number for none.
      void program.sleep(waitOf(ms)).then(() => {
        if (timer.isOver) return;
        if (isRepeated) ring();
        else timer.isOver = true;
        callback(...values);
      }).catch((error: unknown) => { program.report(error); });
    };
    ring();
    return timer;
  };
  const clear = (timer: unknown): void => {
    if (timer instanceof Timer) timer.isOver = true;
  };
  const setTimeout = (callback: Callback, ms = 0, ...values: unknown[]): Timer => start(callback, ms, values, false);
  const setInterval = (callback: Callback, ms = 0, ...values: unknown[]): Timer => start(callback, Math.max(1, ms), values, true);
  const setImmediate = (callback: Callback, ...values: unknown[]): Timer => start(callback, 0, values, false);
  const timers: readonly (readonly [name: string, stand: unknown])[] = [
    ['setTimeout', Object.assign(setTimeout, { [promisify.custom]: waiter(program) })],
    ['setInterval', setInterval],
    ['setImmediate', setImmediate],
    ['clearTimeout', clear],
    ['clearInterval', clear],
    ['clearImmediate', clear],
  ];
  return new Map<string, unknown>([
    ...timers,
    ...timers.map(([name, stand]) => [`timers.${name}`, stand] as const),
    ['timers/promises.setTimeout', waiter(program)],
    ['timers/promises.setImmediate', (value?: unknown, options?: Waiting) => waiter(program)(0, value, options)],
    ['timers/promises.setInterval', repeater(program)],
    ['timers/promises.scheduler', { wait: (ms: number) => waiter(program)(ms), yield: () => waiter(program)(0) }],
    ['AbortSignal.timeout', (ms: number) => timeoutSignal(program, ms)],
    ['queueMicrotask', enqueue],
    ['process.nextTick', (callback: Callback, ...values: unknown[]) => { enqueue(() => { callback(...values); }); }],
    ['Date', dateOf(program)],
    ['performance.now', () => program.now()],
    ['globalThis.fetch', () => Promise.reject(new Error('fetch asks the real network, of which a simulation has none'))],
    ...luckOf(program.luck),
  ]);
}

function waitOf(ms: unknown): number {
  const wait = Number(ms);
  return wait > 0 ? wait : 0;
}

/** What a wait of `node:timers/promises` may be given. */
interface Waiting {
  readonly signal?: AbortSignal;
}

/** `setTimeout` of `node:timers/promises`. */
function waiter(program: ProgramSurroundings): <T>(ms?: number, value?: T, options?: Waiting) => Promise<T | undefined> {
  return (ms, value, { signal } = {}) => new Promise((resolve, reject) => {
    const abort = (): void => {
      reject(new DOMException('The operation was aborted', { name: 'AbortError', cause: signal?.reason }));
    };
    if (signal?.aborted === true) {
      abort();
      return;
    }
    signal?.addEventListener('abort', abort, { once: true });
    program.sleep(waitOf(ms)).then(() => {
      signal?.removeEventListener('abort', abort);
      resolve(value);
    }, reject);
  });
}

/** `setInterval` of `node:timers/promises`. */
function repeater(program: ProgramSurroundings): <T>(ms?: number, value?: T, options?: Waiting) => AsyncGenerator<T | undefined> {
  return async function* repeat(ms, value, options) {
    for (;;) yield await waiter(program)(Math.max(1, waitOf(ms)), value, options);
  };
}

function timeoutSignal(program: ProgramSurroundings, ms: number): AbortSignal {
  const controller = new AbortController();
  program.sleep(ms).then(() => {
    controller.abort(new DOMException('The operation was aborted due to timeout', 'TimeoutError'));
  }).catch((error: unknown) => { program.report(error); });
  return controller.signal;
}

/** Whatever is drawn comes from the seed. */
function luckOf(luck: Stream): (readonly [path: string, stand: unknown])[] {
  const fill = (bytes: Uint8Array): Uint8Array => bytes.fill(0).map(() => luck.below(256, 'bytes'));
  const random = (): number => luck.below(0x1_0000_0000, 'random') / 0x1_0000_0000;
  const integer = (one: number, other?: number): number => {
    const [least, bound] = other === undefined ? [0, one] : [one, other];
    return least + luck.below(bound - least, 'integer');
  };
  return [
    ['Math.random', random],
    ['crypto.randomUUID', () => uuid(luck)],
    ['crypto.randomBytes', (count: number) => Buffer.from(fill(new Uint8Array(count)))],
    ['crypto.randomInt', integer],
  ];
}

/** `Date` itself, but for what time it is. */
function dateOf(program: ProgramSurroundings): unknown {
  const wallNow = (): number => program.wallEpochMs + program.now();
  return new Proxy(RealDate, {
    apply: () => new RealDate(wallNow()).toString(),
    construct: (target, values: unknown[]): object => {
      const made: unknown = Reflect.construct(target, values.length === 0 ? [wallNow()] : values);
      return made instanceof RealDate ? made : new RealDate(Number.NaN);
    },
    get: (target, key): unknown => (key === 'now' ? wallNow : Reflect.get(target, key)),
  });
}

function uuid(luck: Stream): string {
  const digits = Array.from({ length: 8 }, () => luck.below(0x1_0000, 'uuid').toString(16).padStart(4, '0'));
  const [a = '', b = '', c = '', d = '', e = '', ...rest] = digits;
  return `${a}${b}-${c}-4${d.slice(1)}-8${e.slice(1)}-${rest.join('')}`;
}
