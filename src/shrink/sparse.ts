/**
 * Sparse luck: what another chooser would answer, or what is benign, but for one draw in so many. A bug that is about an order
 * of events needs one or two late messages or slow syncs, and nearly all other luck benign; luck that is drawn anew everywhere
 * brings the one with much else that means nothing, and a tape that is kept as it is never brings it. Which draws are made anew
 * is counted over all streams together: a run has so few of them that, each for itself, often none would be, and the run would
 * be one that is known already. The tape is kept, so nobody will ask for the same luck by its seed again.
 */
import { hashString } from '../base/hash.ts';
import { Xoshiro } from '../base/random.ts';
import { Stream } from '../world/chooser.ts';
import type { Chooser } from '../world/chooser.ts';

/** The stream of a client's own draws, and what it draws: so many milliseconds until it tries again. */
const CLIENT = /^process\/\d{4,}$/;
const CLIENT_DRAW = 20;

/**
 * What every draw of a stream is, where luck is as benign as can be: zero; but clients do not try again at once. As often as they
 * would until there is a leader, that would be most of the run.
 */
export function benignDraw(label: string): number {
  return CLIENT.test(label) ? CLIENT_DRAW : 0;
}

/** Answers as `inner` does, benignly where there is none, but about one draw in `oneIn` is made anew. */
export class SparseChooser implements Chooser {
  private readonly inner: Chooser | null;
  private readonly luck: Xoshiro;
  private readonly oneIn: number;
  private readonly streams: Map<string, Stream> = new Map();
  /** Draws until one is made anew, that one included. */
  private left: number;

  constructor(inner: Chooser | null, seed: string, oneIn: number) {
    this.inner = inner;
    this.luck = quicklySeeded(seed);
    this.oneIn = oneIn;
    this.left = 1 + this.luck.below(oneIn);
  }

  stream(label: string): Stream {
    let stream = this.streams.get(label);
    if (stream === undefined) {
      stream = new SparseStream(this, this.inner?.stream(label) ?? null, benignDraw(label));
      this.streams.set(label, stream);
    }
    return stream;
  }

  /** The next draw of any stream, if it is one that is made anew; otherwise null. */
  anew(bound: number): number | null {
    if (--this.left > 0) return null;
    const { luck, oneIn } = this;
    this.left = 1 + luck.below(2 * oneIn - 1);
    // Of many bounds only the worst means anything: lost or not, is a chance in a thousand.
    return oneIn > 1 && luck.below(2) === 0 ? bound - 1 : luck.below(bound);
  }
}

/** Luck that is new throughout. */
export function freshLuck(seed: string): Chooser {
  return new SparseChooser(null, seed, 1);
}

class SparseStream extends Stream {
  private readonly chooser: SparseChooser;
  private readonly inner: Stream | null;
  private readonly benign: number;

  constructor(chooser: SparseChooser, inner: Stream | null, benign: number) {
    super();
    this.chooser = chooser;
    this.inner = inner;
    this.benign = benign;
  }

  override below(bound: number, name: string): number {
    if (bound === 1) return 0;
    const usual = this.inner === null ? Math.min(this.benign, bound - 1) : this.inner.below(bound, name);
    return this.chooser.anew(bound) ?? usual;
  }
}

/** Some draws at the beginning spread the one word that the seed comes down to over all four. */
function quicklySeeded(seed: string): Xoshiro {
  const luck = new Xoshiro(hashString(seed), 0x9e37_79b9, 0x243f_6a88, 0xb7e1_5162);
  for (let draw = 0; draw < 8; draw++) luck.next();
  return luck;
}
