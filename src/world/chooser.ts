/**
 * The one door through which luck comes into a world. Every draw is an integer below a bound, named by a constant, and comes
 * from the stream of its concern; the sequence of draws of every stream is the tape. A world does not know whether a seed, a
 * tape or a search answers. Zero is always the benign answer (the shortest delay, nothing lost), so that shrinking a tape
 * towards zeros makes a run calmer.
 */
import type { RollingHash } from '../base/hash.ts';
import { seedStream, type Xoshiro } from '../base/random.ts';

/** The draws of one concern. Extend it to answer them in a new way. */
export abstract class Stream {
  /** An integer in 0..bound−1; bound in 1..2³². A bound of 1 draws nothing. `name` is a constant. */
  abstract below(bound: number, name: string): number;

  /** True `numerator` times in `denominator`; zero on the tape means false. */
  chance(numerator: number, denominator: number, name: string): boolean {
    return this.below(denominator, name) >= denominator - numerator;
  }
}

/** Gives out the streams, one a label and always the same one. */
export interface Chooser {
  stream(label: string): Stream;
}

/** The draws of every stream in the order of their first use, as JSON can hold them. */
export type Tape = readonly TapeEntry[];
/** A stream's label and its draws. */
export type TapeEntry = readonly [label: string, draws: readonly number[]];

/** Draws from a generator. */
export class SeedStream extends Stream {
  readonly generator: Xoshiro;

  constructor(generator: Xoshiro) {
    super();
    this.generator = generator;
  }

  override below(bound: number, _name: string): number {
    return this.generator.below(bound);
  }
}

/** Answers from a seed. */
export class SeedChooser implements Chooser {
  readonly seed: string;
  readonly streams: Map<string, SeedStream> = new Map();

  constructor(seed: string) {
    this.seed = seed;
  }

  stream(label: string): Stream {
    let stream = this.streams.get(label);
    if (stream === undefined) {
      stream = new SeedStream(seedStream(this.seed, label));
      this.streams.set(label, stream);
    }
    return stream;
  }
}

/** Keeps what another stream answers. */
export class RecordingStream extends Stream {
  readonly inner: Stream;
  readonly draws: number[] = [];
  /** The name of each draw, or null where names are not wanted. */
  readonly names: string[] | null;

  constructor(inner: Stream, withNames: boolean) {
    super();
    this.inner = inner;
    this.names = withNames ? [] : null;
  }

  override below(bound: number, name: string): number {
    if (bound === 1) return 0;
    const value = this.inner.below(bound, name);
    this.draws.push(value);
    if (this.names !== null) this.names.push(name);
    return value;
  }
}

/** Lets another chooser answer and keeps the tape. */
export class RecordingChooser implements Chooser {
  readonly inner: Chooser;
  readonly withNames: boolean;
  readonly streams: Map<string, RecordingStream> = new Map();

  constructor(inner: Chooser, options: { readonly names: boolean } = { names: false }) {
    this.inner = inner;
    this.withNames = options.names;
  }

  stream(label: string): Stream {
    let stream = this.streams.get(label);
    if (stream === undefined) {
      stream = new RecordingStream(this.inner.stream(label), this.withNames);
      this.streams.set(label, stream);
    }
    return stream;
  }

  /** The draws so far. */
  tape(): Tape {
    return [...this.streams].map(([label, stream]): TapeEntry => [label, stream.draws.slice()]);
  }

  /** The names of the draws, in the tape's order; empty lists unless they were asked for. */
  names(): readonly (readonly [label: string, names: readonly string[]])[] {
    return [...this.streams].map(([label, stream]) => [label, stream.names?.slice() ?? []] as const);
  }
}

/** Reads one stream of a tape; past its end, a generator answers. */
export class TapeStream extends Stream {
  readonly draws: readonly number[];
  readonly fallback: Xoshiro;
  at = 0;
  /** Draws that the tape no longer had. */
  missing = 0;
  /** Draws whose value on the tape was not below the bound, and was taken modulo it. */
  bent = 0;

  constructor(draws: readonly number[], fallback: Xoshiro) {
    super();
    this.draws = draws;
    this.fallback = fallback;
  }

  override below(bound: number, _name: string): number {
    if (bound === 1) return 0;
    const value = this.draws[this.at];
    if (value === undefined) {
      this.missing++;
      return this.fallback.below(bound);
    }
    this.at++;
    if (value < bound) return value;
    this.bent++;
    return value % bound;
  }
}

/** Answers from a tape, stream by stream, so that a change in one concern does not shift the others. */
export class TapeChooser implements Chooser {
  readonly draws: Map<string, readonly number[]>;
  readonly fallbackSeed: string;
  readonly streams: Map<string, TapeStream> = new Map();

  constructor(tape: Tape, fallbackSeed: string) {
    this.draws = new Map(tape);
    this.fallbackSeed = fallbackSeed;
  }

  stream(label: string): Stream {
    let stream = this.streams.get(label);
    if (stream === undefined) {
      stream = new TapeStream(this.draws.get(label) ?? [], seedStream(this.fallbackSeed, label));
      this.streams.set(label, stream);
    }
    return stream;
  }

  /** Draws that the tape no longer had, over all streams; 0 after a faithful replay. */
  get missing(): number {
    return this.sum((stream) => stream.missing);
  }

  /** Draws whose value did not fit, over all streams. */
  get bent(): number {
    return this.sum((stream) => stream.bent);
  }

  private sum(count: (stream: TapeStream) => number): number {
    let total = 0;
    for (const stream of this.streams.values()) total += count(stream);
    return total;
  }
}

/** Mixes every answer into a hash on its way to the world. */
export class HashedStream extends Stream {
  readonly inner: Stream;
  readonly hash: RollingHash;

  constructor(inner: Stream, hash: RollingHash) {
    super();
    this.inner = inner;
    this.hash = hash;
  }

  override below(bound: number, name: string): number {
    if (bound === 1) return 0;
    const value = this.inner.below(bound, name);
    this.hash.mix(value);
    return value;
  }
}
