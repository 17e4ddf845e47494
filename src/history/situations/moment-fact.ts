/** What a situation may be reached by: what judges see, and the end. */
import type { JudgedFact, JudgedKind } from '../judged-fact.ts';

/** Said once, when a run is over. */
export interface EndedFact {
  readonly kind: 'ended';
}

/** Any of them. */
export type MomentFact = JudgedFact | EndedFact;
/** Its kind. */
export type MomentKind = JudgedKind | 'ended';
/** The fact of one kind. */
export type MomentFactOf<K extends MomentKind> = Extract<MomentFact, { readonly kind: K }>;
