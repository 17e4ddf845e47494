/**
 * The determinism audit: one seed must be one run, whoever runs it and wherever. A seed is run by several witnesses (this process
 * twice, another process, several at once beside busy ones, messages through the codec, every other Node that there is), and
 * where two differ the first differing event is named, with the stack of the last draw before it on either side.
 */
import type { Event, NodeId } from '../io/event.ts';
import { luckOf, planOf } from '../plan/lineage.ts';
import type { Scenario } from '../plan/scenario.ts';
import { Stream } from '../world/chooser.ts';
import type { Chooser } from '../world/chooser.ts';
import { describeEvent } from './divergence.ts';
import { TrailSink, unpackTrail } from './record.ts';
import { runPlan } from './run.ts';

/** What a witness is asked. */
export interface Question {
  readonly scenario: string;
  readonly seed: string;
  /** Messages go through the codec, or they do not, whatever the plan says. */
  readonly encode: boolean;
  /** The event to tell more of; 0 for none. */
  readonly at: number;
}

/** What it says. Plain data. */
export interface Testimony {
  readonly hash: string;
  readonly trail: string;
  /** The event that was asked about, in words, and the stack of the last draw before it. */
  readonly event: string;
  readonly stack: string;
  /** The version of Node. */
  readonly node: string;
}

/** A stack costs much: it is taken of the draws in so many events before the one in question. */
const NEAR = 200;

/** Runs a seed and tells of it. */
export function testify(scenario: Scenario, { seed, encode, at }: Question): Testimony {
  const drawn = planOf(scenario, seed);
  const plan = { ...drawn, settings: { ...drawn.settings, encode } };
  const trail = new TrailSink();
  let [now, event, stack] = [0, '', ''];
  const chooser = new StackChooser(luckOf(seed), () => {
    if (at > 0 && now < at) stack = new Error('the last draw before it').stack ?? '';
  }, () => at > 0 && now >= at - NEAR && now < at);
  const { hash } = runPlan(plan, chooser, {
    properties: [],
    trace: {
      event(step: number, timeUs: number, node: NodeId, heard: Event): void {
        now = step;
        trail.event(step, timeUs, node, heard);
        if (step === at) event = `${timeUs} µs, process ${node}: ${describeEvent(heard)}`;
      },
    },
  });
  return { hash, trail: trail.packed(), event, stack, node: process.version };
}

/** Tells when somebody draws, near the event in question. */
class StackChooser implements Chooser {
  private readonly inner: Chooser;
  private readonly drawn: () => void;
  private readonly isNear: () => boolean;
  private readonly streams: Map<string, Stream> = new Map();

  constructor(inner: Chooser, drawn: () => void, isNear: () => boolean) {
    this.inner = inner;
    this.drawn = drawn;
    this.isNear = isNear;
  }

  stream(label: string): Stream {
    let stream = this.streams.get(label);
    if (stream === undefined) {
      stream = new StackStream(this.inner.stream(label), this.drawn, this.isNear);
      this.streams.set(label, stream);
    }
    return stream;
  }
}

class StackStream extends Stream {
  private readonly inner: Stream;
  private readonly drawn: () => void;
  private readonly isNear: () => boolean;

  constructor(inner: Stream, drawn: () => void, isNear: () => boolean) {
    super();
    this.inner = inner;
    this.drawn = drawn;
    this.isNear = isNear;
  }

  override below(bound: number, name: string): number {
    if (this.isNear()) this.drawn();
    return this.inner.below(bound, name);
  }
}

/** The first event in which two trails differ; 0 where they do not. */
export function firstDifference(one: string, other: string): number {
  const [mine, theirs] = [unpackTrail(one), unpackTrail(other)];
  const length = Math.max(mine.length, theirs.length);
  for (let at = 0; at < length; at++) if (mine[at] !== theirs[at]) return at + 1;
  return 0;
}
