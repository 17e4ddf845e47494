/**
 * A tape by the clock. A tape that is read in its order gives, once something is left out, to every later event the luck of
 * another one. Read by the clock, what happens at the same moment has the same luck, whatever has happened before; what is new
 * has the most benign.
 */
import type { TapeNames } from '../run/align.ts';
import { Stream } from '../world/chooser.ts';
import type { Chooser, Tape } from '../world/chooser.ts';

/** Microseconds of simulated time at which each draw of each stream was made, by label. */
export type Moments = ReadonlyMap<string, readonly number[]>;

/** Notes when draws are made. */
export class ClockedChooser implements Chooser {
  readonly moments: Map<string, number[]> = new Map();
  private readonly inner: Chooser;
  private readonly nowUs: () => number;
  private readonly streams: Map<string, Stream> = new Map();

  constructor(inner: Chooser, nowUs: () => number) {
    this.inner = inner;
    this.nowUs = nowUs;
  }

  stream(label: string): Stream {
    let stream = this.streams.get(label);
    if (stream === undefined) {
      const moments: number[] = [];
      this.moments.set(label, moments);
      stream = new ClockedStream(this.inner.stream(label), moments, this.nowUs);
      this.streams.set(label, stream);
    }
    return stream;
  }
}

class ClockedStream extends Stream {
  private readonly inner: Stream;
  private readonly moments: number[];
  private readonly nowUs: () => number;

  constructor(inner: Stream, moments: number[], nowUs: () => number) {
    super();
    this.inner = inner;
    this.moments = moments;
    this.nowUs = nowUs;
  }

  override below(bound: number, name: string): number {
    if (bound === 1) return 0;
    this.moments.push(this.nowUs());
    return this.inner.below(bound, name);
  }
}

/** What happens so much earlier or later still has the luck of the moment. */
const AROUND_US = 500;
/** So many draws of one moment are looked through for one of the name. */
const WINDOW = 8;

/** Answers as a tape did at the same moment; zero where it drew nothing of the name then. */
export class MomentChooser implements Chooser {
  private readonly draws: ReadonlyMap<string, readonly number[]>;
  private readonly names: ReadonlyMap<string, readonly string[]>;
  private readonly moments: Moments;
  private readonly nowUs: () => number;
  private readonly streams: Map<string, Stream> = new Map();

  constructor(tape: Tape, names: TapeNames, moments: Moments, nowUs: () => number) {
    this.draws = new Map(tape);
    this.names = new Map(names);
    this.moments = moments;
    this.nowUs = nowUs;
  }

  stream(label: string): Stream {
    let stream = this.streams.get(label);
    if (stream === undefined) {
      const [draws, names] = [this.draws.get(label) ?? [], this.names.get(label) ?? []];
      stream = new MomentStream(draws, names, this.moments.get(label) ?? [], this.nowUs);
      this.streams.set(label, stream);
    }
    return stream;
  }
}

class MomentStream extends Stream {
  private at = 0;
  private readonly draws: readonly number[];
  private readonly names: readonly string[];
  private readonly moments: readonly number[];
  private readonly nowUs: () => number;

  constructor(draws: readonly number[], names: readonly string[], moments: readonly number[], nowUs: () => number) {
    super();
    this.draws = draws;
    this.names = names;
    this.moments = moments;
    this.nowUs = nowUs;
  }

  override below(bound: number, name: string): number {
    if (bound === 1) return 0;
    const { moments } = this;
    const now = this.nowUs();
    while ((moments[this.at] ?? Infinity) < now - AROUND_US) this.at++;
    const end = this.at + WINDOW;
    for (let at = this.at; at < end && (moments[at] ?? Infinity) <= now + AROUND_US; at++) {
      if (this.names[at] !== name) continue;
      this.at = at + 1;
      return (this.draws[at] ?? 0) % bound;
    }
    return 0;
  }
}
