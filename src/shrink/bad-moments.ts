/**
 * Benign luck but for one bad draw of one link, disk or process. Faults are often there for one single thing that they bring
 * about, a message that is late or a sync that takes long; and what matters happens when something else does. So a plan is run
 * once with the most benign luck, as it is, without one of its faults, and in smaller worlds; and then, for each moment at which
 * something was seen to happen, each draw by itself is the worst that it can be, and each moment of the plan's own is put there:
 * a fault ends when a session expires, a client asks when a leader has committed. Nothing of it is left to chance.
 */
import { lengthOf, momentsOf, withClient } from '../plan/plan-edits.ts';
import type { Plan, PlannedFault } from '../plan/plan.ts';
import { FIRST_CLIENT } from '../plan/plan.ts';
import { Stream } from '../world/chooser.ts';
import type { Chooser } from '../world/chooser.ts';
import type { FailingRun } from './failing-run.ts';
import { ActSink } from './last-act.ts';
import type { Shrinker } from './shrink.ts';
import { smallWorlds } from './small-worlds.ts';
import { benignDraw } from './sparse.ts';

/** One of the draws of a millisecond: of which stream, and which of those that it draws then, from 0. */
export interface BadDraw {
  readonly label: string;
  readonly which: number;
}

/** Benign luck, but for one draw the worst that there is. */
export class BadMomentChooser implements Chooser {
  /** How often each stream drew in the millisecond. */
  readonly drawn: Map<string, number> = new Map();
  private readonly atUs: number;
  private readonly bad: BadDraw | null;
  private readonly nowUs: () => number;

  /** `bad`: null for benign luck throughout. */
  constructor(atMs: number, bad: BadDraw | null, nowUs: () => number) {
    this.atUs = atMs * 1000;
    this.bad = bad;
    this.nowUs = nowUs;
  }

  stream(label: string): Stream {
    return new BadMomentStream(benignDraw(label), () => this.isBad(label));
  }

  private isBad(label: string): boolean {
    const sinceUs = this.nowUs() - this.atUs;
    if (sinceUs < 0 || sinceUs >= 1000) return false;
    const which = this.drawn.get(label) ?? 0;
    this.drawn.set(label, which + 1);
    return label === this.bad?.label && which === this.bad.which;
  }
}

class BadMomentStream extends Stream {
  private readonly usual: number;
  private readonly isBad: () => boolean;

  constructor(usual: number, isBad: () => boolean) {
    super();
    this.usual = usual;
    this.isBad = isBad;
  }

  override below(bound: number, _name: string): number {
    if (bound === 1) return 0;
    return this.isBad() ? bound - 1 : Math.min(this.usual, bound - 1);
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
/** What happens long before anything in the plan does hardly matters. */
const BEFORE_MS = 50;
/** So many draws of one stream in one millisecond are tried. */
const DRAWS_MAX = 6;
/** Larger runs have too many moments, and larger plans too many to move. */
const EVENTS_MAX = 2000;
const MOVES_MAX = 8;
/** This share of the time is enough: the smallest worlds come first. */
const SHARE = 0.15;

/** Runs from which nothing led on: it would not the second time. */
const VAIN: WeakSet<FailingRun> = new WeakSet();

/** See the head of the file. */
export async function badMoments(shrinker: Shrinker): Promise<void> {
  const { best } = shrinker;
  if (VAIN.has(best) || best.result.events > EVENTS_MAX || movesOf(best.plan).length > MOVES_MAX) return;
  const untilMs = shrinker.elapsedMs + SHARE * shrinker.forMs;
  for (const world of smallWorlds(pinned(shrinker))) {
    const { faults } = world;
    const fewer = faults.map((gone) => ({ ...world, faults: faults.filter((fault) => fault !== gone) }));
    for (const plan of [...fewer, world, ...early(world)]) {
      if (await anyMoment(shrinker, uneven(plan), untilMs)) return;
    }
  }
  if (!shrinker.isOver()) VAIN.add(best);
}

/** Each client knows only the server where it was in the end: in another world it would go to another. */
function pinned(shrinker: Shrinker): Plan {
  const { plan } = shrinker.best;
  const sink = new ActSink();
  shrinker.watch(sink);
  const clients = plan.clients.map((client, index) => {
    const server = sink.servers.get(FIRST_CLIENT + index);
    return server === undefined ? client : { ...client, servers: [server] };
  });
  return { ...plan, clients };
}

/** Whoever asked after the first fault asks as soon as it has begun: in another world it may be over sooner. */
function early(plan: Plan): Plan[] {
  const [fault] = plan.faults;
  if (fault === undefined) return [];
  const clients = plan.clients.map((client) => {
    const operations = client.operations.map((each, at) => {
      return at === 0 ? { ...each, afterMs: Math.min(each.afterMs, Math.ceil(fault.atMs) + 1) } : each;
    });
    return { ...client, operations };
  });
  return [{ ...plan, clients }];
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

async function anyMoment(shrinker: Shrinker, plan: Plan, untilMs: number): Promise<boolean> {
  const moves = movesOf(plan);
  const fromMs = Math.min(...momentsOf(plan)) - BEFORE_MS;
  for (const moment of shrinker.rehearse(plan)) {
    if (moment < fromMs) continue;
    if (await isBad(shrinker, plan, moment)) return true;
    for (const move of moves) {
      for (const toMs of [moment, moment + 1]) {
        const moved = move(toMs);
        if (moved !== null && await isBad(shrinker, moved, moment)) return true;
        if (shrinker.isOver() || shrinker.elapsedMs >= untilMs) return false;
      }
    }
  }
  return false;
}

/** Whether a plan fails by benign luck, or if one draw in that millisecond is a bad one. */
async function isBad(shrinker: Shrinker, plan: Plan, atMs: number): Promise<boolean> {
  const benign = shrinker.badMomentChooser(atMs, null);
  if (await shrinker.improves(plan, benign)) return true;
  for (const [label, count] of benign.drawn) {
    for (let which = 0; which < Math.min(count, DRAWS_MAX); which++) {
      if (await shrinker.improves(plan, shrinker.badMomentChooser(atMs, { label, which }))) return true;
    }
  }
  return false;
}
