/**
 * Following a recorded run: the same plan with the tape of the failure, while its trail says whether every event is the one that
 * it was then. Where the code has changed, the first event that is another one is named, and why: a draw that the tape does not
 * have, or a process that does something else with the same luck. And fresh futures of a prefix: the tape up to an event, then
 * other luck.
 */
import { seedStream } from '../base/random.ts';
import type { Property } from '../history/judge.ts';
import type { ConnectionId, Event, NodeId } from '../io/event.ts';
import { Stream } from '../world/chooser.ts';
import type { Chooser } from '../world/chooser.ts';
import type { TraceSink } from '../world/trace.ts';
import { AligningChooser, unpackNames } from './align.ts';
import type { Misfit } from './align.ts';
import { describeEvent } from './divergence.ts';
import type { Failure } from './failure.ts';
import { markOf, unpackTrail } from './record.ts';
import { runPlan } from './run.ts';
import type { RunOptions, RunResult } from './run.ts';

/** Where a replay leaves the run that was recorded. */
export interface Departure {
  /** The first event that is another one; one past the last if the replay ended early. */
  readonly step: number;
  /** What happens there now; null where the replay is over. */
  readonly here: string | null;
  /** Why, in a sentence. */
  readonly because: string;
}

/** A replay. */
export interface Followed {
  readonly result: RunResult;
  /** Null while every event was the recorded one, or where nothing was recorded to compare with. */
  readonly departure: Departure | null;
  /** Draws for which the tape had no answer, the first of each stream. */
  readonly misfits: readonly Misfit[];
}

/** The properties that judged a failure. */
export function judgesOf(failure: Failure, all: readonly Property[]): readonly Property[] {
  const { judged } = failure;
  return judged === undefined ? all : all.filter(({ name }) => judged.includes(name));
}

/** The luck of a failure. */
export function chooserOf(failure: Failure): AligningChooser {
  const names = failure.names === undefined ? [] : unpackNames(failure.names);
  return new AligningChooser(failure.tape, names, { seed: failure.plan.seed });
}

/** Runs a failure again. `options.trace` sees what it would see otherwise. */
export function follow(failure: Failure, options: RunOptions): Followed {
  const follower = new Follower(unpackTrail(failure.trail ?? ''), options.trace);
  const chooser = chooserOf(failure);
  let misfitAt: { readonly step: number; readonly misfit: Misfit } | null = null;
  chooser.onMisfit = (misfit) => {
    misfitAt ??= { step: follower.step, misfit };
  };
  const result = runPlan(failure.plan, chooser, { ...options, trace: follower });
  const wasCut = options.stopAtStep !== undefined && result.events >= options.stopAtStep;
  return { result, departure: departureOf(follower, misfitAt, wasCut), misfits: chooser.misfits };
}

function departureOf(
  { marks, step, left }: Follower, drawn: { readonly step: number; readonly misfit: Misfit } | null, wasCut: boolean,
): Departure | null {
  if (marks.length === 0) return null;
  if (left === null && (wasCut || step >= marks.length)) return null;
  const at = left ?? { step: step + 1, here: null };
  if (drawn !== null && drawn.step < at.step) {
    const { stream, at: which, asked, had } = drawn.misfit;
    const draw = `in event ${drawn.step} the draw ${which + 1} of the stream ${stream}`;
    return { ...at, because: `${draw} is "${asked}", where the tape has "${had}"` };
  }
  const because = at.here === null ? `the run is over here, and then it had ${marks.length} events`
    : at.step > marks.length ? `then the run was over after ${marks.length} events`
    : 'every draw until then was as recorded, so the code does something else with the same luck';
  return { ...at, because };
}

type Trace = NonNullable<RunOptions['trace']>;

/** Compares events with a trail and passes them on. */
class Follower implements TraceSink {
  step = 0;
  left: { readonly step: number; readonly here: string } | null = null;
  readonly marks: readonly number[];
  readonly sent?: NonNullable<TraceSink['sent']>;
  readonly fact?: NonNullable<Trace['fact']>;
  private readonly inner: Trace | undefined;

  constructor(marks: readonly number[], inner: Trace | undefined) {
    this.marks = marks;
    this.inner = inner;
    if (inner?.sent !== undefined) this.sent = (...args) => inner.sent?.(...args);
    if (inner?.fact !== undefined) this.fact = (...args) => inner.fact?.(...args);
  }

  event(step: number, timeUs: number, node: NodeId, event: Event, peer: NodeId, peerConnection: ConnectionId): void {
    this.step = step;
    if (this.left === null && this.marks.length > 0 && this.marks[step - 1] !== markOf(timeUs, node, event)) {
      this.left = { step, here: `${timeUs} µs, process ${node}: ${describeEvent(event)}` };
    }
    this.inner?.event(step, timeUs, node, event, peer, peerConnection);
  }
}

/** A run that is the recorded one up to an event, and has other luck from then on. */
export function future(failure: Failure, afterStep: number, luck: string, properties: readonly Property[]): RunResult {
  const { chooser, trace } = futureChooser(failure, afterStep, luck);
  const maxSteps = Math.max(failure.events, 1000) * 20;
  return runPlan(failure.plan, chooser, { properties, trace, maxSteps });
}

/** The luck of such a future, and the trace by which it knows when to change; both are for one run. */
export function futureChooser(
  failure: Failure, afterStep: number, luck: string,
): { readonly chooser: Chooser; readonly trace: TraceSink } {
  return forked(chooserOf(failure), afterStep, luck);
}

/** What a chooser answers up to an event, other luck from then on; with the trace by which it knows. Both are for one run. */
export function forked(
  inner: Chooser, afterStep: number, luck: string,
): { readonly chooser: Chooser; readonly trace: TraceSink } {
  let now = 0;
  const chooser = new ForkedChooser(inner, luck, () => now > afterStep);
  return { chooser, trace: { event: (step: number): void => { now = step; } } };
}

class ForkedChooser implements Chooser {
  private readonly inner: Chooser;
  private readonly seed: string;
  private readonly isFree: () => boolean;
  private readonly streams: Map<string, Stream> = new Map();

  constructor(inner: Chooser, seed: string, isFree: () => boolean) {
    this.inner = inner;
    this.seed = seed;
    this.isFree = isFree;
  }

  stream(label: string): Stream {
    let stream = this.streams.get(label);
    if (stream === undefined) {
      stream = new ForkedStream(this.inner.stream(label), seedStream(this.seed, label), this.isFree);
      this.streams.set(label, stream);
    }
    return stream;
  }
}

class ForkedStream extends Stream {
  private readonly inner: Stream;
  private readonly generator: ReturnType<typeof seedStream>;
  private readonly isFree: () => boolean;

  constructor(inner: Stream, generator: ReturnType<typeof seedStream>, isFree: () => boolean) {
    super();
    this.inner = inner;
    this.generator = generator;
    this.isFree = isFree;
  }

  override below(bound: number, name: string): number {
    if (bound === 1) return 0;
    return this.isFree() ? this.generator.below(bound) : this.inner.below(bound, name);
  }
}

/** What became of several futures. */
export interface Futures {
  readonly afterStep: number;
  readonly runs: number;
  /** How many broke the property that the failure broke. */
  readonly alike: number;
  /** How many broke anything. */
  readonly failing: number;
}

/** So many fresh futures of the run after an event; the same ones every time. */
export function futures(failure: Failure, afterStep: number, count: number, properties: readonly Property[]): Futures {
  let [alike, failing] = [0, 0];
  for (let index = 1; index <= count; index++) {
    const { finding } = future(failure, afterStep, `${failure.plan.seed}/future/${index}`, properties);
    if (finding === null || finding.outcome === 'unknown') continue;
    failing++;
    if (finding.property === failure.verdict.property) alike++;
  }
  return { afterStep, runs: count, alike, failing };
}
