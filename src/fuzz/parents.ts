/**
 * Which plans are worth changing: those of runs that did what few runs do. What nearly every run does is reached by fresh seeds
 * anyway; near a run that did something rare, more of it lies (Lemieux and Sen, FairFuzz, ASE 2018, of branches). Each rare thing
 * gets its share: the one that was done and aimed at least often is next, by a change of one of the last runs that did it.
 */
import { childOf } from '../plan/lineage.ts';
import type { RunResult } from '../run/run.ts';

/** A run whose plan may be changed. */
interface Parent {
  readonly scenario: string;
  readonly seed: string;
  changes: number;
}

/** Something that runs may do: how many did, how often it was aimed at, and the last that did. */
interface Deed {
  times: number;
  aims: number;
  doers: Parent[];
}

/** Rare is what at most one run in so many does. */
const RARE_ONE_IN = 12;
/** Before so many runs nobody knows what is rare. */
const RUNS_MIN = 24;
/** So many of the last runs that did it are remembered. */
const DOERS_MAX = 4;
/** An aim that missed weighs as much as so many runs that did it. */
const AIM_WEIGHT = 2;

/** Learns what runs do, and says which plan to change next. */
export class Parents {
  private readonly deeds: Map<string, Deed> = new Map();
  private runs = 0;

  /** Takes a run. */
  learn(result: RunResult): void {
    this.runs++;
    const parent: Parent = { scenario: result.scenario, seed: result.seed, changes: 0 };
    for (const name of deedsOf(result)) {
      let deed = this.deeds.get(name);
      if (deed === undefined) this.deeds.set(name, deed = { times: 0, aims: 0, doers: [] });
      deed.times++;
      deed.doers.push(parent);
      if (deed.doers.length > DOERS_MAX) deed.doers.shift();
    }
  }

  /** The seed of a change of such a plan; null when there is none. */
  next(): { readonly scenario: string; readonly seed: string } | null {
    const deed = this.rarest();
    if (deed === null) return null;
    const parent = deed.doers[deed.aims % deed.doers.length];
    deed.aims++;
    if (parent === undefined) return null;
    const seed = childOf(parent.seed, ++parent.changes);
    return seed === null ? null : { scenario: parent.scenario, seed };
  }

  private rarest(): Deed | null {
    if (this.runs < RUNS_MIN) return null;
    let found: Deed | null = null;
    const weight = ({ times, aims }: Deed): number => times + AIM_WEIGHT * aims;
    for (const deed of this.deeds.values()) {
      if (deed.times * RARE_ONE_IN > this.runs) continue;
      if (found === null || weight(deed) <= weight(found)) found = deed;
    }
    return found;
  }
}

/** What a run did that not every run does. */
function deedsOf({ situations, counts, finding }: RunResult): string[] {
  return [
    ...situations.map(([name]) => `situation ${name}`),
    ...counts.syncs.map(([name]) => `sync ${name}`),
    ...counts.servers.map(([name]) => `server ${name}`),
    ...counts.sessions.map(([name]) => `session ${name}`),
    ...(finding === null ? [] : [`violated ${finding.property}`]),
  ];
}
