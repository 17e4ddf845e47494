/**
 * What a rare situation is: a sentence about a run, why it is worth reaching, and the moments at which it is reached. Situations
 * are the coverage of a campaign: a promise that was kept in ten thousand runs says little if no leader ever died at the wrong
 * moment in any of them. A recogniser is a question without memory; what must be remembered is in the scene.
 */
import type { MomentFact, MomentFactOf, MomentKind } from './moment-fact.ts';
import type { Scene } from './scene.ts';

/** A kind of fact, and whether such a fact, with the scene as it was just before, reaches the situation. */
export interface Moment {
  readonly kind: MomentKind;
  holds(fact: MomentFact, scene: Scene): boolean;
}

/** Something worth reaching. */
export interface Situation {
  readonly id: string;
  readonly sentence: string;
  /** The ticket, paper or specification that knows what comes of it. */
  readonly why: string;
  readonly moments: readonly Moment[];
}

/** A moment. */
export function when<K extends MomentKind>(kind: K, holds: (fact: MomentFactOf<K>, scene: Scene) => boolean): Moment {
  return { kind, holds: (fact, scene): boolean => isOf(fact, kind) && holds(fact, scene) };
}

/** A situation that one kind of fact reaches. */
export function situation<K extends MomentKind>(
  id: string,
  sentence: string,
  why: string,
  kind: K,
  holds: (fact: MomentFactOf<K>, scene: Scene) => boolean,
): Situation {
  return { id, sentence, why, moments: [when(kind, holds)] };
}

function isOf<K extends MomentKind>(fact: MomentFact, kind: K): fact is MomentFactOf<K> {
  return fact.kind === kind;
}
