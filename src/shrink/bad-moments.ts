/**
 * Benign luck but for one bad moment of one link, disk or process. Faults are often there for one single thing that they bring
 * about, a message that is late or a sync that takes long; and what matters happens when something else does. So a plan is run
 * once with the most benign luck, as it is, without one of its faults, and in smaller worlds; and then, for each moment at which
 * something was seen to happen, one stream at a time draws the worst there, and each moment of the plan's own is put there:
 * a fault ends when a session expires, a client asks when a leader has committed. Nothing of it is left to chance.
 */
import { Stream } from '../world/chooser.ts';
import type { Chooser } from '../world/chooser.ts';
import { lengthOf, withClient } from '../fuzz/plan-edits.ts';
import type { Plan, PlannedFault } from '../fuzz/plan.ts';
import type { FailingRun, Shrinker } from './shrink.ts';
import { smallWorlds } from './small-worlds.ts';

/** Answers zero, but in one millisecond one stream answers the worst that there is. */
export class BadMomentChooser implements Chooser {
  private readonly label: string | null;
  private readonly atMs: number;
  private readonly nowUs: () => number;

  /** `label`: of the stream; null: benign throughout. */
  constructor(label: string | null, atMs: number, nowUs: () => number) {
    this.label = label;
    this.atMs = atMs;
    this.nowUs = nowUs;
  }

  stream(label: string): Stream {
    return new BadMomentStream(label === this.label ? this.atMs * 1000 : Infinity, this.nowUs);
  }
}

class BadMomentStream extends Stream {
  private readonly fromUs: number;
  private readonly nowUs: () => number;

  constructor(fromUs: number, nowUs: () => number) {
    super();
    this.fromUs = fromUs;
    this.nowUs = nowUs;
  }

  override below(bound: number, _name: string): number {
    const sinceUs = this.nowUs() - this.fromUs;
    return sinceUs >= 0 && sinceUs < 1000 ? bound - 1 : 0;
  }
}

/** The same with one of its moments elsewhere; null where that moment cannot be there. */
export type Move = (toMs: number) => Plan | null;

/** The moments of a plan that can be moved: where each fault begins, where it ends, when each client asks for each thing. */
export function movesOf(plan: Plan): Move[] {
  const faults = plan.faults.flatMap(({ atMs, fault }, index): Move[] => {
    const length = lengthOf(fault);
    const put = (other: PlannedFault): Plan => {
      const all = plan.faults.map((each, at) => (at === index ? other : each)).sort((one, two) => one.atMs - two.atMs);
      return { ...plan, faults: all, safetyMs: Math.max(plan.safetyMs, other.atMs + (lengthOf(other.fault)?.ms ?? 0)) };
    };
    const begins: Move = (toMs) => put({ atMs: toMs, fault });
    const ends: Move = (toMs) => (length === null || toMs < atMs ? null : put({ atMs, fault: length.with(toMs - atMs) }));
    return length === null ? [begins] : [begins, ends];
  });
  const clients = plan.clients.flatMap((client, index) => client.operations.map((_, which): Move => (toMs) => {
    const beforeMs = client.operations.slice(0, which).reduce((sum, { afterMs }) => sum + afterMs, 0);
    if (toMs < beforeMs) return null;
    const operations = client.operations.map((each, at) => (at === which ? { ...each, afterMs: toMs - beforeMs } : each));
    return withClient(plan, index, { ...client, operations });
  }));
  return [...faults, ...clients];
}

/** The worst of a message or of a sync is so much longer. */
const LATE_US = 20_000;
/** Larger runs have too many moments, and larger plans too many to move. */
const EVENTS_MAX = 600;
const MOVES_MAX = 8;

/** Runs from which nothing led on: it would not the second time. */
const VAIN: WeakSet<FailingRun> = new WeakSet();

/** See the head of the file. */
export async function badMoments(shrinker: Shrinker): Promise<void> {
  const { best } = shrinker;
  if (VAIN.has(best) || best.result.events > EVENTS_MAX || movesOf(best.plan).length > MOVES_MAX) return;
  for (const world of smallWorlds(best.plan)) {
    const { faults } = world;
    const fewer = faults.map((gone) => ({ ...world, faults: faults.filter((fault) => fault !== gone) }));
    for (const plan of [...fewer, world]) {
      if (await anyMoment(shrinker, uneven(plan))) return;
    }
  }
  if (!shrinker.isOver()) VAIN.add(best);
}

/** Links and disks that may be slow, in the order of time. */
function uneven(plan: Plan): Plan {
  const { network, disk } = plan.settings;
  const settings = {
    ...plan.settings,
    network: { ...network, latency: { ...network.latency, jitterUs: LATE_US, tailOneIn: 0 } },
    disk: { ...disk, sync: { ...disk.sync, jitterUs: LATE_US, tailOneIn: 0 } },
  };
  return { ...plan, settings, scheduler: { kind: 'timed' } };
}

async function anyMoment(shrinker: Shrinker, plan: Plan): Promise<boolean> {
  const rehearsed = shrinker.rehearse(plan);
  const moments = [...rehearsed.moments].sort((one, other) => one - other);
  const labels = rehearsed.tape.filter(([, draws]) => draws.length > 0).map(([label]) => label);
  const moves = movesOf(plan);
  for (const moment of moments) {
    if (await isBad(shrinker, plan, labels, moment)) return true;
    for (const move of moves) {
      for (const toMs of [moment, moment + 1]) {
        if (shrinker.isOver()) return false;
        const moved = move(toMs);
        if (moved !== null && await isBad(shrinker, moved, [null, ...labels], moment)) return true;
      }
    }
  }
  return false;
}

/** Whether any of the streams makes it fail by what it draws at the moment. */
async function isBad(shrinker: Shrinker, plan: Plan, labels: readonly (string | null)[], moment: number): Promise<boolean> {
  for (const label of labels) {
    if (await shrinker.improves(plan, shrinker.badMomentChooser(label, moment))) return true;
  }
  return false;
}
