/**
 * Which situations a run has reached, and how often. Most facts interest no recogniser at all: they cost one look into a table.
 */
import type { History } from '../history.ts';
import type { At } from '../judge.ts';
import { SITUATIONS } from './index.ts';
import { Scene } from './scene.ts';
import type { Moment, MomentFact, MomentKind } from './situation.ts';

interface Watch {
  readonly index: number;
  readonly moment: Moment;
}

/** Who wants to see which kind of fact; the same for every run. */
const WATCHES: ReadonlyMap<MomentKind, readonly Watch[]> = watchesByKind();

function watchesByKind(): Map<MomentKind, Watch[]> {
  const watches = new Map<MomentKind, Watch[]>();
  for (const [index, { moments }] of SITUATIONS.entries()) {
    for (const moment of moments) {
      const known = watches.get(moment.kind);
      if (known === undefined) watches.set(moment.kind, [{ index, moment }]);
      else known.push({ index, moment });
    }
  }
  return watches;
}

/** The situations of one run. Plain data. */
export class SituationBook {
  readonly scene: Scene;
  /** How often each was reached, in the order of the catalogue. */
  readonly counts: number[] = SITUATIONS.map(() => 0);

  constructor(history: History, at: At) {
    this.scene = new Scene(history, at);
  }

  /** Between the judges and the history's next state. */
  see(fact: MomentFact): void {
    const watches = WATCHES.get(fact.kind);
    if (watches !== undefined) {
      for (const { index, moment } of watches) {
        if (moment.holds(fact, this.scene)) this.counts[index] = (this.counts[index] ?? 0) + 1;
      }
    }
    this.scene.note(fact);
  }

  /** Those that were reached, in the order of the catalogue. */
  reached(): [id: string, count: number][] {
    const reached: [string, number][] = [];
    for (const [index, { id }] of SITUATIONS.entries()) {
      const count = this.counts[index] ?? 0;
      if (count > 0) reached.push([id, count]);
    }
    return reached;
  }
}
