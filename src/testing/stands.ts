/**
 * What a user's code finds in a simulation where the real machine's clock, timers and luck would be: the same functions, on
 * simulated time and the run's own seed. So code that says `setTimeout`, `Date.now()` or `Math.random()` runs unchanged, and the
 * same way each time. Only what a promise-based client's code is likely to call is here; anything else throws and says who
 * called it (`src/world/seal.ts`).
 */
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
      void program.sleep(ms).then(() => {
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
  const random = (): number => program.luck.below(0x1_0000_0000, 'random') / 0x1_0000_0000;
  return new Map<string, unknown>([
    ['setTimeout', (callback: Callback, ms = 0, ...values: unknown[]) => start(callback, ms, values, false)],
    ['setInterval', (callback: Callback, ms = 0, ...values: unknown[]) => start(callback, Math.max(1, ms), values, true)],
    ['setImmediate', (callback: Callback, ...values: unknown[]) => start(callback, 0, values, false)],
    ['clearTimeout', clear],
    ['clearInterval', clear],
    ['clearImmediate', clear],
    ['queueMicrotask', enqueue],
    ['process.nextTick', (callback: Callback, ...values: unknown[]) => { enqueue(() => { callback(...values); }); }],
    ['Date', dateOf(program)],
    ['performance.now', () => program.now()],
    ['Math.random', random],
    ['crypto.randomUUID', () => uuid(program.luck)],
  ]);
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
