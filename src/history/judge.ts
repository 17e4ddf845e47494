/**
 * What a property is and what judges one. A judge reads facts as they come and holds plain data only, so that it forks
 * with the world it judges. It says what is wrong in one sentence, with the steps that show it. It never looks inside a
 * process, and it never throws: a run that breaks one promise is still judged on the others.
 */
import type { NodeId } from '../io/event.ts';
import type { Fact, FactKind } from '../io/fact.ts';
import type { Txn } from '../wire/transactions.ts';
import type { Verdict } from './decide.ts';
import type { History } from './history.ts';
import type { LogNode } from './log-tree.ts';
import type { ServiceRules } from './rules.ts';
import type { Op } from './sessions.ts';

/** Where and when a fact was stated. The panel reuses the object: copy what must stay. */
export interface At {
  step: number;
  timeMs: number;
  node: NodeId;
}

/** Stated by the history itself, after the fact that brought it about: a transaction has its place in the truth log now. */
export interface OrderedFact {
  readonly kind: 'ordered';
  readonly txn: Txn;
  readonly log: LogNode;
  readonly position: number;
  /** The client's operation that it answers; null if no client asked for it, or if it was answered already. */
  readonly op: Op | null;
  readonly verdict: Verdict;
  /** The highest cxid of the session that was ordered before. */
  readonly orderedCxid: number;
}

export type JudgedFact = Fact | OrderedFact;
export type JudgedKind = FactKind | 'ordered';

/** Safety: nothing bad ever happens. Liveness: something good happens, once faults are over. */
export type PropertyKind = 'safety' | 'liveness';

/** A case that the promise leaves out, and the documentation that says so. Every use is counted. */
export interface Exemption {
  readonly name: string;
  readonly source: string;
}

/** A promise, and how to judge it. */
export interface Property {
  /** The name of its file. */
  readonly name: string;
  /** What it is called in the literature on checking ZooKeeper: P1 to P21, Z1 to Z18, L1 to L4. */
  readonly codes: readonly string[];
  readonly kind: PropertyKind;
  /** The promise in a sentence. */
  readonly promise: string;
  /** Who makes it: documentation, paper, specification. */
  readonly source: string;
  readonly reads: readonly JudgedKind[];
  readonly exemptions: readonly Exemption[];
  /** Ids of the mutants that prove that the judge would notice. */
  readonly mutants: readonly string[];
  create(expectations: Expectations): Judge;
}

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

/** One breach, as a judge tells it. */
export interface Finding {
  readonly sentence: string;
  /** Steps of the facts that show it, ascending where that makes sense. */
  readonly steps: readonly number[];
  readonly atMs: number;
}

/** One breach, with the promise that it breaks. */
export interface Violation extends Finding {
  readonly property: string;
  readonly kind: PropertyKind;
}

/** Three-valued: a judge that had nothing to go by has not shown anything. */
export type VerdictName = 'held' | 'violated' | 'unknown';

/** After so many a judge counts no more: the first ones tell the story. */
const FINDINGS_MAX = 10;

/** The state of judging one property. */
export abstract class Judge {
  /** How often the promise was put to the test. */
  judged = 0;
  /** Whether nothing can be said, for lack of what it would judge. */
  isUnknown = false;
  readonly findings: Finding[] = [];
  readonly exempted: Map<string, number> = new Map();

  /** One of the facts that the property reads. */
  abstract see(fact: JudgedFact, at: At, history: History): void;

  /** The run is over. */
  finish(_at: At, _history: History): void {}

  get verdict(): VerdictName {
    if (this.findings.length > 0) return 'violated';
    return this.isUnknown ? 'unknown' : 'held';
  }

  protected violate(sentence: string, at: At, ...earlierSteps: readonly number[]): void {
    if (this.findings.length >= FINDINGS_MAX) return;
    this.findings.push({ sentence, steps: [...earlierSteps.filter((step) => step > 0), at.step], atMs: at.timeMs });
  }

  protected exempt(name: string): void {
    this.exempted.set(name, (this.exempted.get(name) ?? 0) + 1);
  }
}
