/**
 * What a property is and what judges one. A judge reads facts as they come and holds plain data only, so that it forks
 * with the world it judges. It says what is wrong in one sentence, with the steps that show it. It never looks inside a
 * process, and it never throws: a run that breaks one promise is still judged on the others.
 */
import type { At } from './at.ts';
import type { Expectations } from './expectations.ts';
import type { History } from './history.ts';
import type { JudgedFact, JudgedKind } from './judged-fact.ts';

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
