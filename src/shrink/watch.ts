/**
 * Shrinking under watch. Nothing in a thread can interrupt a run that loops for ever within one event, as a bug may make it do;
 * so whoever shrinks is a process of its own, and this is its parent. It hears of every run that is the smallest for a while.
 * When there has been no sign of life for long, or the process dies, the smallest that it heard of is what is left, and what
 * happened is told beside it.
 */
import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import type { Failure } from '../run/failure.ts';
import { ShrinkError } from './outcome.ts';
import type { Kept, ShrinkProgress, Shrunk } from './outcome.ts';
import { LIFELINE } from './lifeline.ts';
import type { Found, Hunt } from './task.ts';

/** What the process is asked for, one thing at a time; `stop` ends what it shrinks. */
export type ShrinkTask =
  | { readonly kind: 'find'; readonly hunt: Hunt }
  | { readonly kind: 'measure'; readonly failure: Failure }
  | { readonly kind: 'stop' }
  | {
    readonly kind: 'shrink';
    readonly failure: Failure;
    readonly forMs: number;
    /** Whose milliseconds those are: the wall's, or the processor's. */
    readonly clock: 'wall' | 'processor';
  };

/** What it answers. */
export type ShrinkAnswer =
  | { readonly kind: 'found'; readonly found: Found | null }
  | { readonly kind: 'measured'; readonly length: number }
  | { readonly kind: 'shrunk'; readonly shrunk: Shrunk }
  | { readonly kind: 'refused'; readonly sentence: string };

/** And what it tells on the way. */
export type ShrinkNews =
  | { readonly kind: 'alive' }
  | { readonly kind: 'progress'; readonly progress: ShrinkProgress }
  | { readonly kind: 'kept'; readonly kept: Kept };

/** Everything that comes from it. */
export type FromShrinker = ShrinkAnswer | ShrinkNews;

/** How a process that shrinks is started and watched. */
export interface WatchOptions {
  /** A script that answers as `serveShrinking` does. */
  readonly script: string;
  readonly nodeFlags: readonly string[];
  readonly signal: AbortSignal;
  /** Calls again and again, until what it returned is called; left out: every three seconds. */
  readonly ticks?: Ticks;
}

/** How silence is counted: a process that was silent for too many ticks is taken to be in a loop. */
export type Ticks = (tick: () => void) => () => void;

/**
 * A minute, which is what a run of the largest plan takes on a slow machine, many times over. It is counted while this process is
 * awake, so that a machine that slept does not end what it had no time for.
 */
const TICK_MS = 3000;
const SILENT_TICKS = 20;
/** Once somebody has seen enough a tick counts as so many. */
const STOPPED_TICKS = 7;
/** How long a failure is takes many runs, with no sign of life in between: so many times as long. */
const MEASURING = 5;

/** Where the channel stands among the descriptors of the process. */
const IPC = 3;

const everyTick: Ticks = (tick) => {
  const timer = setInterval(tick, TICK_MS);
  return () => { clearInterval(timer); };
};

/** The process is gone before it had an answer. `end`: it said nothing any more and was ended, or it died. */
export class ShrinkDeath extends Error {
  override readonly name = 'ShrinkDeath';
  readonly end: 'silent' | 'died';

  constructor(end: 'silent' | 'died', sentence: string) {
    super(sentence);
    this.end = end;
  }
}

/** A process that finds, measures and shrinks. Throws `ShrinkDeath` from whatever it is asked; then it is gone. */
export class ShrinkProcess {
  private readonly options: WatchOptions;
  private readonly child: ChildProcess;
  private hear: (news: FromShrinker) => void = () => undefined;
  private readonly gone: Promise<string>;

  constructor(options: WatchOptions) {
    this.options = options;
    const stdio = Array.from({ length: LIFELINE + 1 }, (_, fd) => (fd === LIFELINE ? 'pipe' : fd === IPC ? 'ipc' : 'inherit'));
    this.child = fork(options.script, [], { execArgv: [...options.nodeFlags], serialization: 'advanced', stdio });
    // It breaks when the process ends, which tells so by itself.
    this.child.stdio[LIFELINE]?.on('error', () => undefined);
    this.child.on('message', (news: FromShrinker) => { this.hear(news); });
    this.gone = new Promise((resolve) => {
      this.child.on('error', (error) => { resolve(error.message); });
      this.child.on('exit', (code, killed) => { resolve(killed ?? `exit code ${code ?? 'none'}`); });
    });
  }

  /** The first failing run of a hunt; null when there is none. When the signal is aborted, that is the end of the process. */
  async find(hunt: Hunt): Promise<Found | null> {
    const answer = await this.whileWanted(this.ask({ kind: 'find', hunt }, () => undefined));
    return answer.kind === 'found' ? answer.found : null;
  }

  /** How long a failure is, as people count. When the signal is aborted, that is the end of the process. */
  async measure(failure: Failure): Promise<number> {
    const answer = await this.whileWanted(this.ask({ kind: 'measure', failure }, () => undefined, MEASURING));
    return answer.kind === 'measured' ? answer.length : 0;
  }

  /** A smaller failure. Throws `ShrinkError` as well. Once the signal is aborted, silence lasts not so long. */
  async shrink(
    { failure, forMs, clock }: Omit<WatchedTask, 'onProgress'>, onNews: (news: ShrinkNews) => void,
  ): Promise<Shrunk> {
    const stop = (): void => { this.send({ kind: 'stop' }); };
    this.options.signal.addEventListener('abort', stop, { once: true });
    try {
      const asked = this.ask({ kind: 'shrink', failure, forMs, clock }, onNews);
      if (this.options.signal.aborted) stop();
      const answer = await asked;
      if (answer.kind !== 'shrunk') throw new ShrinkError(answer.kind === 'refused' ? answer.sentence : 'there was no answer');
      return answer.shrunk;
    } finally {
      this.options.signal.removeEventListener('abort', stop);
    }
  }

  /** Whether it can be asked for anything more. */
  get isThere(): boolean {
    return this.child.exitCode === null && this.child.signalCode === null && !this.child.killed;
  }

  /** Ends it, whatever it does. */
  async end(): Promise<void> {
    this.child.kill('SIGKILL');
    await this.gone;
  }

  private async whileWanted<T>(asked: Promise<T>): Promise<T> {
    const { signal } = this.options;
    const stop = (): void => void this.end();
    if (signal.aborted) stop();
    signal.addEventListener('abort', stop, { once: true });
    try {
      return await asked;
    } finally {
      signal.removeEventListener('abort', stop);
    }
  }

  private send(task: ShrinkTask): void {
    this.child.send(task, () => {
      // A process that is gone says so by its exit.
    });
  }

  private async ask(task: ShrinkTask, onNews: (news: ShrinkNews) => void, patience: number = 1): Promise<ShrinkAnswer> {
    const { signal, ticks = everyTick } = this.options;
    let silent = 0;
    const answered = new Promise<ShrinkAnswer>((resolve) => {
      this.hear = (news) => {
        silent = 0;
        if (news.kind === 'alive' || news.kind === 'kept' || news.kind === 'progress') onNews(news);
        else resolve(news);
      };
    });
    let hush: () => void = () => undefined;
    const tooSilent = new Promise<'silent'>((resolve) => {
      hush = ticks(() => {
        silent += signal.aborted ? STOPPED_TICKS : 1;
        if (silent > SILENT_TICKS * patience) resolve('silent');
      });
    });
    this.send(task);
    const first = await Promise.race([answered, tooSilent, this.gone]);
    hush();
    if (typeof first === 'object') return first;
    if (first !== 'silent') throw new ShrinkDeath('died', `the process that shrank it died in the midst of a run (${first})`);
    await this.end();
    throw new ShrinkDeath('silent', 'a run did not end: its process gave no sign of life any more and was ended');
  }
}

/** What came of it, and what happened if it did not end by itself; null if it had nothing to keep by then. */
export interface Watched {
  readonly shrunk: Shrunk | null;
  /** A sentence; null when all went well. */
  readonly trouble: string | null;
}

/** What to shrink, for how long, and who hears how far it is. */
export interface WatchedTask {
  readonly failure: Failure;
  readonly forMs: number;
  readonly clock: 'wall' | 'processor';
  readonly onProgress?: (progress: ShrinkProgress) => void;
}

/** Lets a process shrink, whatever comes of it; `options` are for another one, should it be lost. Throws `ShrinkError`. */
export async function shrinkWatched(worker: ShrinkProcess, task: WatchedTask, options: WatchOptions): Promise<Watched> {
  const { failure, forMs, clock, onProgress } = task;
  const kept: Kept[] = [];
  try {
    const shrunk = await worker.shrink({ failure, forMs, clock }, (news) => {
      if (news.kind === 'progress') onProgress?.(news.progress);
      if (news.kind === 'kept') kept.splice(kept.length === 0 ? 0 : 1, 1, news.kept);
    });
    return { shrunk, trouble: null };
  } catch (error) {
    if (!(error instanceof ShrinkDeath)) throw error;
    const [first, last = first] = kept;
    if (first === undefined || last === undefined) return { shrunk: null, trouble: error.message };
    return { shrunk: await recorded(task, first, last, error.end, options), trouble: error.message };
  }
}

/** What another process makes of what the first one had: the same run, as a failure file has it. */
async function recorded(
  { failure, clock }: WatchedTask, first: Kept, last: Kept, end: 'silent' | 'died', options: WatchOptions,
): Promise<Shrunk | null> {
  const worker = new ShrinkProcess({ ...options, signal: new AbortController().signal });
  const { plan, tape, names, runs, elapsedMs } = last;
  try {
    const again = { failure: { ...failure, plan, tape, names }, forMs: 0, clock };
    const { failure: smaller, to } = await worker.shrink(again, () => undefined);
    return { failure: smaller, from: first.size, to, runs, elapsedMs, end };
  } catch (error) {
    if (error instanceof ShrinkDeath || error instanceof ShrinkError) return null;
    throw error;
  } finally {
    await worker.end();
  }
}
