/**
 * Reading a tape whose draws have names. While the code asks for what the tape has, it answers as the tape does; where a draw of
 * another name is asked for, either the code draws something new (then the fallback answers and the tape waits) or it no longer
 * draws what the tape has next (then that is skipped). So a tape outlives changes of code that it has nothing to do with, and
 * where it does not, the first misfit is known by its stream and its name.
 */
import { seedStream } from '../base/random.ts';
import type { Xoshiro } from '../base/random.ts';
import { Stream } from '../world/chooser.ts';
import type { Chooser, Tape } from '../world/chooser.ts';

/** The names of the draws of every stream, in the order of the tape. */
export type TapeNames = readonly (readonly [label: string, names: readonly string[]])[];

/** The first draw of a stream that did not fit. */
export interface Misfit {
  readonly stream: string;
  /** Which draw of the stream, from 0. */
  readonly at: number;
  readonly asked: string;
  /** What the tape has there: another name, a value that is out of bounds, or nothing any more. */
  readonly had: string;
}

/** So far ahead a draw of the same name is looked for before it is taken to be a new one. */
const WINDOW = 6;

/** What answers where the tape does not: a generator from this seed, or always zero, the benign answer. */
export type Fallback = { readonly seed: string } | 'zero';

/** Answers from a tape, realigning by name; without names it takes every draw as it comes. */
export class AligningChooser implements Chooser {
  readonly misfits: Misfit[] = [];
  /** Hears of the first misfit of each stream. */
  onMisfit: (misfit: Misfit) => void = () => undefined;
  private readonly draws: ReadonlyMap<string, readonly number[]>;
  private readonly names: ReadonlyMap<string, readonly string[]>;
  private readonly fallback: Fallback;
  private readonly streams: Map<string, AligningStream> = new Map();

  constructor(tape: Tape, names: TapeNames, fallback: Fallback) {
    this.draws = new Map(tape);
    this.names = new Map(names);
    this.fallback = fallback;
  }

  stream(label: string): Stream {
    let stream = this.streams.get(label);
    if (stream === undefined) {
      const { fallback } = this;
      stream = new AligningStream(
        this.draws.get(label) ?? [], this.names.get(label) ?? [], fallback === 'zero' ? null : seedStream(fallback.seed, label),
        (at, asked, had) => this.misfit({ stream: label, at, asked, had }),
      );
      this.streams.set(label, stream);
    }
    return stream;
  }

  private misfit(misfit: Misfit): void {
    this.misfits.push(misfit);
    this.onMisfit(misfit);
  }
}

class AligningStream extends Stream {
  private at = 0;
  private fits = true;
  private readonly draws: readonly number[];
  private readonly names: readonly string[];
  private readonly generator: Xoshiro | null;
  private readonly tell: (at: number, asked: string, had: string) => void;

  constructor(
    draws: readonly number[], names: readonly string[], generator: Xoshiro | null,
    tell: (at: number, asked: string, had: string) => void,
  ) {
    super();
    this.draws = draws;
    this.names = names;
    this.generator = generator;
    this.tell = tell;
  }

  override below(bound: number, name: string): number {
    if (bound === 1) return 0;
    const had = this.names[this.at];
    if (had !== undefined && had !== name && !this.skipTo(name)) {
      this.misfit(name, had);
      return this.generator?.below(bound) ?? 0;
    }
    const value = this.draws[this.at];
    if (value === undefined) {
      this.misfit(name, 'nothing');
      return this.generator?.below(bound) ?? 0;
    }
    this.at++;
    if (value < bound) return value;
    this.misfit(name, `${value}, which is not below ${bound}`);
    return value % bound;
  }

  private skipTo(name: string): boolean {
    const end = Math.min(this.names.length, this.at + WINDOW);
    for (let ahead = this.at + 1; ahead < end; ahead++) {
      if (this.names[ahead] !== name) continue;
      this.misfit(name, this.names[this.at] ?? 'nothing');
      this.at = ahead;
      return true;
    }
    return false;
  }

  private misfit(asked: string, had: string): void {
    if (!this.fits) return;
    this.fits = false;
    this.tell(this.at, asked, had);
  }
}

/** Names as a failure file keeps them: a list of the words, and of each stream the runs `word, how often` of its draws. */
export interface PackedNames {
  readonly words: readonly string[];
  readonly streams: readonly (readonly [label: string, runs: readonly number[]])[];
}

/** Packs; `unpackNames` undoes it. */
export function packNames(names: TapeNames): PackedNames {
  const numbers = new Map<string, number>();
  const streams = names.map(([label, list]) => {
    const runs: number[] = [];
    let [current, count] = [-1, 0];
    for (const name of list) {
      let number = numbers.get(name);
      if (number === undefined) numbers.set(name, number = numbers.size);
      if (number === current) {
        count++;
        continue;
      }
      if (count > 0) runs.push(current, count);
      [current, count] = [number, 1];
    }
    if (count > 0) runs.push(current, count);
    return [label, runs] as const;
  });
  return { words: [...numbers.keys()], streams };
}

/** The names of every draw. Runs of words that there are not are left out: the draws then have no names. */
export function unpackNames({ words, streams }: PackedNames): TapeNames {
  return streams.map(([label, runs]) => {
    const names: string[] = [];
    for (let i = 0; i + 1 < runs.length; i += 2) {
      const word = words[runs[i] ?? -1];
      if (word === undefined) return [label, []] as const;
      for (let count = runs[i + 1] ?? 0; count > 0; count--) names.push(word);
    }
    return [label, names] as const;
  });
}
