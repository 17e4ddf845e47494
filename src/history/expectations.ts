/** What is said of a run before it begins, so that judges know what to ask of it. */
import type { NodeId } from '../io/event.ts';
import type { ServiceRules } from './rules.ts';

/** Quorums by groups: each group decides by more than half of its weight, and more than half of the groups decide. */
export interface JudgedHierarchy {
  readonly groups: readonly { readonly id: number; readonly members: readonly NodeId[] }[];
  readonly weights: readonly { readonly id: NodeId; readonly weight: number }[];
}

/** What a run sets out to be; plain JSON. */
export interface Expectations {
  /** Ids, ascending. */
  readonly voters: readonly NodeId[];
  readonly observers: readonly NodeId[];
  /** Servers that belong to no configuration to begin with. */
  readonly spares: readonly NodeId[];
  /** Groups and weights of the voters to begin with; left out: majorities. */
  readonly hierarchy?: JudgedHierarchy;
  /** Those that know a server which heals. */
  readonly clients: readonly NodeId[];
  /** The only servers that heal; left out: all do. */
  readonly core?: readonly NodeId[];
  readonly tickTimeMs: number;
  /** Whether the run ends with healing and a quiet tail; if not, liveness stays unknown. */
  readonly heals: boolean;
  /** From healing, the ensemble must have a leader and be in line with it after so long. */
  readonly settleMs: number;
  /** Once settled, whoever asks is answered, and whoever learns catches up, within so long. */
  readonly answerMs: number;
  /** How long what a server shows may have been replaced, while nothing but silence keeps it from knowing. */
  readonly timelyMs: number;
  /** How far a process's clock may run fast or slow, in thousandths. */
  readonly clockDriftPerMille: number;
  /** Whether servers may stop themselves (a plan with failing disks). */
  readonly mayHalt: boolean;
  /**
   * Whether judges that search for a linearization are at work: they cost more, and a share of the runs is enough. Left out: they
   * are not.
   */
  readonly crossChecks?: boolean;
  /** What the service was told to do differently; left out: nothing. */
  readonly rules?: ServiceRules;
}
