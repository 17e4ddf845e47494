/**
 * Sparse luck: what another chooser would answer, or zero, but for one draw in so many. A bug that is about an order of events
 * needs one or two late messages or slow syncs, and nearly all other luck benign; luck that is drawn anew everywhere brings the
 * one with much else that means nothing, and a tape that is kept as it is never brings it.
 */
import { seedStream } from '../base/random.ts';
import type { Xoshiro } from '../base/random.ts';
import { Stream } from '../world/chooser.ts';
import type { Chooser } from '../world/chooser.ts';

/** Answers as `inner` does, zero where there is none, but one draw in `oneIn` is made anew. */
export class SparseChooser implements Chooser {
  private readonly inner: Chooser | null;
  private readonly seed: string;
  private readonly oneIn: number;
  private readonly streams: Map<string, Stream> = new Map();

  constructor(inner: Chooser | null, seed: string, oneIn: number) {
    this.inner = inner;
    this.seed = seed;
    this.oneIn = oneIn;
  }

  stream(label: string): Stream {
    let stream = this.streams.get(label);
    if (stream === undefined) {
      stream = new SparseStream(this.inner?.stream(label) ?? null, seedStream(this.seed, label), this.oneIn);
      this.streams.set(label, stream);
    }
    return stream;
  }
}

class SparseStream extends Stream {
  private readonly inner: Stream | null;
  private readonly luck: Xoshiro;
  private readonly oneIn: number;

  constructor(inner: Stream | null, luck: Xoshiro, oneIn: number) {
    super();
    this.inner = inner;
    this.luck = luck;
    this.oneIn = oneIn;
  }

  override below(bound: number, name: string): number {
    if (bound === 1) return 0;
    const usual = this.inner?.below(bound, name) ?? 0;
    return this.luck.below(this.oneIn) === 0 ? this.luck.below(bound) : usual;
  }
}
