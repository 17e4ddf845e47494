/**
 * Which situations a run has reached, and how often. Most facts interest no recogniser at all: they cost one look into a table.
 */
import type { History } from '../history.ts';
import type { At } from '../at.ts';
import { SITUATIONS } from './index.ts';
import { NOTED_KINDS, Scene } from './scene.ts';
import type { MomentFact, MomentKind } from './moment-fact.ts';
import type { Moment } from './situation.ts';

interface Watch {
  readonly index: number;
  readonly moment: Moment;
}

/** Who wants to see a kind of fact. */
interface Readers {
  readonly watches: Watch[];
  readonly isNoted: boolean;
}

/** Kinds without an entry interest nobody. The same for every run. */
const READERS: ReadonlyMap<MomentKind, Readers> = readersByKind();

function readersByKind(): Map<MomentKind, Readers> {
  const readers = new Map<MomentKind, Readers>();
  for (const kind of NOTED_KINDS) readers.set(kind, { watches: [], isNoted: true });
  for (const [index, { moments }] of SITUATIONS.entries()) {
    for (const moment of moments) {
      const known = readers.get(moment.kind);
      if (known === undefined) readers.set(moment.kind, { watches: [{ index, moment }], isNoted: false });
      else known.watches.push({ index, moment });
    }
  }
  return readers;
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
    const readers = READERS.get(fact.kind);
    if (readers === undefined) return;
    for (const { index, moment } of readers.watches) {
      if (moment.holds(fact, this.scene)) this.counts[index] = (this.counts[index] ?? 0) + 1;
    }
    if (readers.isNoted) this.scene.note(fact);
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
