/**
 * Shrinking: a smaller run that breaks the same property. First what is not in the causal past of the violation goes; then
 * clients, faults, servers and operations are left out one part after another, machines and links are made quieter, time between
 * two moments is taken out, and draws are turned to zero, the benign value. Where a smaller plan no longer fails with the tape it
 * had, a few fresh tapes are tried: most bugs need their faults, not one single schedule. Only the property that was violated is
 * judged, so that none other can end the run first.
 */
import { hashString } from '../base/hash.ts';
import type { Property } from '../history/judge.ts';
import type { Plan } from '../plan/plan.ts';
import { AligningChooser, packNames, unpackNames } from '../run/align.ts';
import type { Failure } from '../run/failure.ts';
import { recordRun, recordedFailure } from '../run/record.ts';
import { MAX_STEPS, runPlan } from '../run/run.ts';
import type { RunOptions, RunResult } from '../run/run.ts';
import type { Finding } from '../run/verdict.ts';
import { RecordingChooser } from '../world/chooser.ts';
import type { Chooser, Tape } from '../world/chooser.ts';
import { BadMomentChooser } from './bad-moments.ts';
import type { BadDraw } from './bad-moments.ts';
import { Course, partsCost } from './course.ts';
import type { Limits } from './course.ts';
import { costOf, isSame, sizeOfRun } from './failing-run.ts';
import type { FailingRun, NamedTape } from './failing-run.ts';
import { needLess } from './loops.ts';
import { BEGINNING, recovers } from './lost.ts';
import { ClockedChooser, MomentChooser } from './moments.ts';
import { ShrinkError } from './outcome.ts';
import type { ShrinkOptions, Shrunk } from './outcome.ts';
import { PASSES, SEARCHES } from './passes.ts';
import type { Pass } from './passes.ts';
import { benignDraw, freshLuck } from './sparse.ts';

/** Findings that are about the harness, not about a run. */
const NOT_OF_A_RUN: ReadonlySet<string> = new Set(['worker', 'harness', 'nondeterminism', 'budget']);

/** Fresh tapes for a plan that does not fail with the tape it had. */
const FRESH_TAPES = 3;
/** A run with fewer parts may have so many times the events of the one before; quiet machines can be busy for ever. */
const GROWTH = 1.1;
/** And so many steps more. */
const SLACK = 6;
/** So often a plan that breaks liveness is tried with other luck, and each time that it recovers counts as so many steps. */
const LUCKS = 4;
const WAY_BACK_STEPS = 20;
const YIELD_EVERY_MS = 40;
const KEEP_EVERY_MS = 500;
/** So many times in a row searches may find nothing, each time with other luck; */
const VAIN_SEARCHES = 2;
/** what has so many steps is gone through a second time, and searched once more for so many of them. */
const STILL_LONG = 15;
const STEPS_FOR_A_SEARCH = 10;
/** Searches end when so much of the time is over; sooner where a loop is still to be made shorter. */
const SEARCHES_UNTIL = 0.9;
const SEARCHES_UNTIL_LOOPS = 0.4;
/** A round that brought less than this is the last one. */
const WORTH = 0.97;

/** Shrinks a failure. Throws `ShrinkError` when it does not fail now, or is of a kind that no run shows. */
export async function shrink(failure: Failure, options: ShrinkOptions): Promise<Shrunk> {
  const { property } = failure.verdict;
  if (NOT_OF_A_RUN.has(property)) {
    throw new ShrinkError(`a failure of the kind ${property} is not about what a run does, so there is nothing to shrink`);
  }
  const shrinker = new Shrinker(failure, options);
  const began = shrinker.best;
  const end = await shrinker.reduce();
  const { best } = shrinker;
  const kept = recordRun(best.plan, new AligningChooser(best.tape, best.names, 'zero'), shrinker.judges);
  return {
    failure: recordedFailure(best.plan, kept, { judged: [property], mutant: failure.mutant ?? null }),
    from: sizeOfRun(began),
    to: sizeOfRun(best),
    runs: shrinker.runs,
    elapsedMs: shrinker.elapsedMs,
    end,
  };
}

/** The work of shrinking one failure: the best run so far, and the ways to try another. */
export class Shrinker {
  best: FailingRun;
  /** What it began with. */
  readonly first: FailingRun;
  runs = 0;
  readonly judges: readonly Property[];
  private readonly wanted: Finding;
  private readonly options: ShrinkOptions;
  private readonly searches: readonly Pass[];
  private readonly beganAt: number;
  private yieldedAt = 0;
  private kept: FailingRun | null = null;
  private keptAt = -Infinity;
  /** When what is under way must end. */
  private untilMs: number;
  /** Of all on this way that were the best for a while: a pass may go through larger ones. */
  private smallest: FailingRun;
  /** On whatever way. */
  private smallestOfAll: FailingRun;
  /** Choosers that leave nothing to chance: small plans are drawn again and again, and go as they went. */
  private readonly certain: WeakMap<Chooser, 'tape' | 'benign'> = new WeakMap();
  private tried: { readonly with: FailingRun | null; readonly plans: Set<string> } = { with: null, plans: new Set() };
  private pass = 'causal past';
  /** The clock of the run under way. */
  private nowUs = 0;
  /** The real clock, as it stood before the run under way: to ask it costs more than a small run may. */
  elapsedMs = 0;

  /** `searches`: what is tried where no part can go any more. */
  constructor(failure: Failure, options: ShrinkOptions, searches: readonly Pass[] = SEARCHES) {
    this.options = options;
    this.searches = searches;
    this.untilMs = options.forMs;
    this.wanted = failure.verdict;
    this.judges = options.properties.filter(({ name }) => name === failure.verdict.property);
    this.beganAt = options.now();
    const names = failure.names === undefined ? [] : unpackNames(failure.names);
    const chooser = new AligningChooser(failure.tape, names, { seed: failure.plan.seed });
    const first = this.run(failure.plan, chooser, { maxSteps: MAX_STEPS, maxLength: Infinity, maxCost: Infinity });
    if (first === null) {
      const hint = failure.mutant === undefined ? 'the code has changed since it was found' : 'its mutant is not planted';
      throw new ShrinkError(`it does not violate ${failure.verdict.property} any more: perhaps ${hint}`);
    }
    this.best = first;
    this.smallest = first;
    this.smallestOfAll = first;
    this.first = first;
  }

  /** How much time there is for everything. */
  get forMs(): number {
    return this.options.forMs;
  }

  /** Time is up, or somebody has had enough. */
  readonly isOver = (): boolean => this.options.signal.aborted || this.elapsedMs >= this.untilMs;

  /**
   * Everything that is tried. Where it ends depends on the way that it took: what is still long is shrunk a second time from the
   * beginning, by other luck, and the smaller one is searched once more for so many of its steps.
   */
  async reduce(): Promise<'searched' | 'time' | 'stopped'> {
    let isThrough = await this.descend(VAIN_SEARCHES);
    if (isThrough && this.wanted.outcome !== 'liveness' && this.smallest.length >= STILL_LONG) {
      this.best = this.first;
      this.smallest = this.first;
      await this.descend(VAIN_SEARCHES);
      this.smallest = this.smallestOfAll;
      isThrough = await this.descend(Math.floor(this.smallest.length / STEPS_FOR_A_SEARCH));
    }
    this.best = this.smallestOfAll;
    if (this.wanted.outcome === 'liveness') await this.round([{ name: 'loops', run: needLess }]);
    if (this.options.signal.aborted) return 'stopped';
    return isThrough && !this.isOver() ? 'searched' : 'time';
  }

  /**
   * All passes, again and again until none finds anything, and then the searches, which take their time: as soon as one of them
   * finds something, it begins anew. False if there was no time for so many searches in vain.
   */
  private async descend(vainSearches: number): Promise<boolean> {
    this.best = this.smallest;
    for (let vain = 0; vain < vainSearches && !this.isOver();) {
      while (await this.round(PASSES));
      if (this.elapsedMs < this.searchesUntilMs) vain = await this.search() ? 0 : vain + 1;
      if (this.elapsedMs >= this.searchesUntilMs) return false;
    }
    return !this.isOver();
  }

  private get searchesUntilMs(): number {
    return this.forMs * (this.wanted.outcome === 'liveness' ? SEARCHES_UNTIL_LOOPS : SEARCHES_UNTIL);
  }

  /** The searches, until one was worth it. What they find must still be gone through: they end before time is up. */
  private async search(): Promise<boolean> {
    let found = false;
    this.untilMs = this.searchesUntilMs;
    for (const search of this.searches) if (!found) found = await this.round([search]);
    this.untilMs = this.forMs;
    return found;
  }

  /** Some passes, one after the other; whether it was worth it. The smallest of what they went through is the best. */
  private async round(passes: readonly Pass[]): Promise<boolean> {
    const before = costOf(this.best);
    for (const pass of passes) {
      this.pass = pass.name;
      this.progress();
      await pass.run(this);
      if (this.isOver()) break;
    }
    this.best = this.smallest;
    return !this.isOver() && costOf(this.best) < WORTH * before;
  }

  /**
   * Whether a plan fails in the same way, with `own`, the tape of the best, with the most benign luck, or with a fresh tape; then
   * it is the best from now on. Luck that is benign throughout stays what it is, whatever is left out later.
   */
  async accepts(plan: Plan, freshTapes: number = FRESH_TAPES, own: NamedTape = this.best): Promise<boolean> {
    if (await this.takes(plan, new AligningChooser(own.tape, own.names, 'zero'))) return true;
    if (freshTapes > 0 && !isBenign(own.tape)) {
      if (own === this.best && await this.takes(plan, this.momentChooser())) return true;
      if (await this.takes(plan, this.benignChooser())) return true;
    }
    for (let fresh = 0; fresh < freshTapes && !this.isOver(); fresh++) {
      if (await this.takes(plan, freshLuck(`${plan.seed}/shrink/${this.runs}`))) return true;
    }
    return false;
  }

  /** The tape of the best run, zero beyond its end. */
  tapeChooser(): Chooser {
    const chooser = new AligningChooser(this.best.tape, this.best.names, 'zero');
    this.certain.set(chooser, 'tape');
    return chooser;
  }

  /** The tape of the best run by the clock. */
  momentChooser(): Chooser {
    const { tape, names, moments } = this.best;
    return new MomentChooser(tape, names, moments, () => this.nowUs);
  }

  /** Luck that is as benign as can be. */
  benignChooser(): Chooser {
    const chooser = this.badMomentChooser(0, null);
    this.certain.set(chooser, 'benign');
    return chooser;
  }

  /** Benign luck, but for one draw in a millisecond. */
  badMomentChooser(atMs: number, bad: BadDraw | null): BadMomentChooser {
    return new BadMomentChooser(atMs, bad, () => this.nowUs);
  }

  /** Whether a plan fails in the same way, within so many events, and is plainly smaller than the best, which it then is. */
  async improves(plan: Plan, chooser: Chooser, maxSteps: number = Infinity): Promise<boolean> {
    await this.breathe();
    if (this.isOver() || this.isKnown(plan, chooser)) return false;
    const { result } = this.best;
    const maxCost = costOf(this.best);
    const run = this.run(plan, chooser, {
      maxSteps: Math.min(maxSteps, Math.floor(result.events * GROWTH)), maxLength: Infinity, maxCost,
    });
    if (run === null || costOf(run) >= maxCost) return false;
    this.take(run);
    return true;
  }

  /** Whether a plan fails in the same way with a tape, zero wherever the tape has nothing. */
  acceptsTape(plan: Plan, tape: Tape): Promise<boolean> {
    return this.takes(plan, new AligningChooser(tape, this.best.names, 'zero'));
  }

  /** The best run once more, under the eyes of `trace`. */
  watch(trace: NonNullable<RunOptions['trace']>): void {
    const { plan, tape, names } = this.best;
    runPlan(plan, new AligningChooser(tape, names, 'zero'), { properties: this.judges, trace });
  }

  /** A run that fails in the same way, of a plan that is no larger; left, if it is not straight (see `Course`); null if none. */
  async another(plan: Plan, chooser: Chooser, maxLoop: number): Promise<FailingRun | null> {
    await this.breathe();
    const { best } = this;
    if (this.isOver() || partsCost(plan) > partsCost(best.plan)) return null;
    // Only what is needed of it counts, and what is lost for good has more to wait for than what was nearly mended.
    const maxSteps = Math.max(Math.floor(best.result.events * GROWTH), this.first.result.events);
    return this.watched(plan, chooser, { maxSteps, maxLength: Infinity, maxCost: Infinity }, maxLoop);
  }

  /** Puts a run in the place of the best by another measure than what it costs. */
  prefer(run: FailingRun): void {
    this.best = run;
    this.smallest = run;
    this.smallestOfAll = run;
    this.progress();
  }

  /** A plan with the most benign luck, whatever comes of it: the milliseconds in which anything is stated. */
  rehearse(plan: Plan): number[] {
    this.runs++;
    const moments = new Set<number>();
    const trace: NonNullable<RunOptions['trace']> = {
      event: () => undefined,
      fact: (_fact, _node, timeMs) => { moments.add(timeMs); },
    };
    const maxSteps = Math.floor(this.best.result.events * GROWTH);
    try {
      runPlan(plan, this.badMomentChooser(0, null), { properties: [], maxSteps, trace, isTrial: true });
    } catch {
      // A plan that cannot be run came this far.
    }
    return [...moments];
  }

  /** Whether the plan was asked about before, with luck that is the same as long as the best run is. */
  private isKnown(plan: Plan, chooser: Chooser): boolean {
    const luck = this.certain.get(chooser);
    if (luck === undefined) return false;
    if (this.tried.with !== this.best) this.tried = { with: this.best, plans: new Set() };
    const { plans } = this.tried;
    const text = JSON.stringify(plan);
    const mark = `${luck} ${text.length} ${hashString(text)}`;
    if (plans.has(mark)) return true;
    plans.add(mark);
    return false;
  }

  private take(run: FailingRun): void {
    this.best = run;
    if (costOf(run) <= costOf(this.smallest)) this.smallest = run;
    if (costOf(run) <= costOf(this.smallestOfAll)) this.smallestOfAll = run;
    this.progress();
  }

  private async takes(plan: Plan, chooser: Chooser): Promise<boolean> {
    await this.breathe();
    if (this.isOver()) return false;
    const { result, length } = this.best;
    const maxLength = length * GROWTH + SLACK;
    const maxSteps = Math.floor(result.events * GROWTH) + 60;
    const run = this.run(plan, chooser, { maxSteps, maxLength, maxCost: Infinity });
    if (run === null || run.length > maxLength) return false;
    this.take(run);
    return true;
  }

  private run(plan: Plan, inner: Chooser, limits: Limits): FailingRun | null {
    const run = this.watched(plan, inner, limits);
    return run?.result.outcome === 'liveness' ? this.withWaysBack(run, limits.maxCost) : run;
  }

  private watched(plan: Plan, inner: Chooser, limits: Limits, maxLoop: number = Infinity): FailingRun | null {
    this.runs++;
    this.nowUs = 0;
    const clocked = new ClockedChooser(inner, () => this.nowUs);
    const chooser = new RecordingChooser(clocked, { names: true });
    const isLiveness = this.wanted.outcome === 'liveness';
    const course = new Course(plan, (timeUs) => { this.nowUs = timeUs; }, maxLoop);
    const maxSteps = isLiveness ? limits.maxSteps : Math.min(limits.maxSteps, limits.maxCost - course.partsCost);
    const isInVain = (): boolean => (isLiveness ? course.isStraight() : course.isBeyond(limits));
    const result = this.failing(plan, chooser, {
      properties: this.judges, maxSteps, trace: course, ...(isLiveness && maxLoop === Infinity ? {} : { isInVain }),
    });
    if (result === null) return null;
    return { plan, tape: chooser.tape(), names: chooser.names(), moments: clocked.moments, result, length: course.length };
  }

  /** How often a plan that breaks liveness does not do so with other luck is its length; null when that is too much. */
  private withWaysBack(run: FailingRun, maxCost: number): FailingRun | null {
    let length = 0;
    const lost = { ...run, events: run.result.events };
    for (let index = 0; index < LUCKS && !this.isOver(); index++) {
      if (costOf({ ...run, length }) >= maxCost) return null;
      this.runs++;
      if (recovers(lost, BEGINNING, index, this.judges)) length += WAY_BACK_STEPS;
    }
    return { ...run, length };
  }

  /** The result of a run that fails in the same way; null of any other. */
  private failing(plan: Plan, chooser: Chooser, options: RunOptions): RunResult | null {
    try {
      const result = runPlan(plan, chooser, { ...options, isTrial: true });
      return result.finding !== null && isSame(this.wanted, result.finding) ? result : null;
    } catch {
      // A plan that the harness cannot run is not a smaller failure of the service.
      return null;
    }
  }

  private async keep(): Promise<void> {
    this.kept = this.smallestOfAll;
    this.keptAt = this.elapsedMs;
    const { plan, tape, names } = this.smallestOfAll;
    const { runs, elapsedMs } = this;
    await this.options.onKept?.({ plan, tape, names: packNames(names), size: sizeOfRun(this.smallestOfAll), runs, elapsedMs });
  }

  private progress(): void {
    const { pass, runs, elapsedMs } = this;
    this.options.onProgress?.({ pass, runs, elapsedMs, size: sizeOfRun(this.smallestOfAll) });
  }

  /** Lets Ctrl-C be heard, and says what there is: the run that comes may be one that never ends. */
  private async breathe(): Promise<void> {
    this.elapsedMs = this.options.now() - this.beganAt;
    if (this.kept !== this.smallestOfAll && this.elapsedMs - this.keptAt >= KEEP_EVERY_MS) await this.keep();
    if (this.elapsedMs - this.yieldedAt < YIELD_EVERY_MS) return;
    this.options.onBreath?.();
    await new Promise((resolve) => void setImmediate(resolve));
    this.yieldedAt = this.elapsedMs;
  }
}

function isBenign(tape: Tape): boolean {
  return tape.every(([label, values]) => values.every((value) => value === 0 || value <= benignDraw(label)));
}
