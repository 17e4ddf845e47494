/**
 * Sparse luck: what another chooser would answer, or zero, but for one draw in so many. A bug that is about an order of events
 * needs one or two late messages or slow syncs, and nearly all other luck benign; luck that is drawn anew everywhere brings the
 * one with much else that means nothing, and a tape that is kept as it is never brings it. Small runs draw little of
 * many streams, so a stream is seeded when it is first drawn from, and cheaply: the tape
 * is kept, so nobody will ask for the same luck by its seed again.
 */
import { hashString } from '../base/hash.ts';
import { Xoshiro } from '../base/random.ts';
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
      stream = new SparseStream(this.inner?.stream(label) ?? null, `${this.seed}/${label}`, this.oneIn);
      this.streams.set(label, stream);
    }
    return stream;
  }
}

/** Luck that is new throughout. */
export function freshLuck(seed: string): Chooser {
  return new SparseChooser(null, seed, 1);
}

class SparseStream extends Stream {
  private readonly inner: Stream | null;
  private readonly seed: string;
  private readonly oneIn: number;
  private luck: Xoshiro | null = null;

  constructor(inner: Stream | null, seed: string, oneIn: number) {
    super();
    this.inner = inner;
    this.seed = seed;
    this.oneIn = oneIn;
  }

  override below(bound: number, name: string): number {
    if (bound === 1) return 0;
    const usual = this.inner?.below(bound, name) ?? 0;
    const luck = this.luck ??= quicklySeeded(this.seed);
    return luck.below(this.oneIn) === 0 ? luck.below(bound) : usual;
  }
}

/** Some draws at the beginning spread the one word that the seed comes down to over all four. */
function quicklySeeded(seed: string): Xoshiro {
  const luck = new Xoshiro(hashString(seed), 0x9e37_79b9, 0x243f_6a88, 0xb7e1_5162);
  for (let draw = 0; draw < 8; draw++) luck.next();
  return luck;
}
