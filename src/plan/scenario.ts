/**
 * Scenarios: how a seed becomes a plan. Each part of a plan is drawn from a stream of its own, named after the part, so that a
 * scenario which grows another knob does not reshuffle its faults or its clients. Plans are drawn outside of the sealed world.
 */
import fc from 'fast-check';
import type { Arbitrary } from 'fast-check';
import seedrandom from 'seedrandom';
import type { Plan } from './plan.ts';
import type { Reach } from './reach.ts';

/** A world to put an ensemble in. `plan` is a function of the seed alone. */
export interface Scenario {
  readonly name: string;
  /** One line for `--help`. */
  readonly summary: string;
  plan(seed: string): Plan;
  /** What it is there to reach: a campaign of enough seeds fails without it. Left out: nothing. */
  readonly expects?: readonly Reach[];
}

/** The luck of one plan: every label is an independent stream. */
export class Draw {
  private readonly seed: string;

  constructor(seed: string) {
    this.seed = seed;
  }

  /** One value of `arbitrary`, a function of the seed and of `label`. */
  of<T>(label: string, arbitrary: Arbitrary<T>): T {
    const seed = seedrandom(`${this.seed}/plan/${label}`).int32();
    const [value] = fc.sample(arbitrary, { seed, numRuns: 1, unbiased: true });
    if (value === undefined) throw new Error('an arbitrary of a scenario drew nothing');
    return value;
  }

  /** An integer in `minimum`..`maximum`, both included. */
  integer(label: string, minimum: number, maximum: number): number {
    return this.of(label, fc.integer({ min: minimum, max: maximum }));
  }

  /** Whether the one chance of so many in a hundred came. */
  percent(label: string, chance: number): boolean {
    return this.integer(label, 0, 99) < chance;
  }

  /** One of a few values, by weight. */
  weighted<T>(label: string, choices: readonly (readonly [value: T, weight: number])[]): T {
    let left = this.integer(label, 0, choices.reduce((sum, [, weight]) => sum + weight, 0) - 1);
    for (const [value, weight] of choices) {
      left -= weight;
      if (left < 0) return value;
    }
    throw new Error('a weighted draw needs a weight above zero');
  }
}

/** An arbitrary of records with an ordinary prototype, as a plan read from JSON has them. */
export function record<T extends object>(model: { [K in keyof T]: Arbitrary<T[K]> }): Arbitrary<T> {
  return fc.record<T>(model, { noNullPrototype: true });
}
