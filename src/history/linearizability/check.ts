/**
 * Judges a history against a model: part by part, the smallest first, until one has no linearization or the budget is spent. Of
 * the part that fails it keeps what explains it: the longest prefix with a linearization, and the few operations that
 * cannot be reconciled even when everybody else's outcome is forgotten.
 */
import { type Model, NEVER, type Operation } from './model.ts';
import { type SearchResult, type SearchVerdict, search } from './search.ts';

/** Why a history fails. Operations are named by their place in the list given. */
export interface Conflict {
  /** A linearization of what was answered before `blocked` was, with what of unknown outcome or under way it needs. */
  readonly order: readonly number[];
  /** The state at its end. */
  readonly state: string;
  /** How many operations of this part of the history had been answered before `blocked` was. */
  readonly answeredBefore: number;
  /** The operation with whose answer the history ceases to be linearizable. */
  readonly blocked: number;
  /** Operations that conflict whatever the outcomes of all others were, in order of their calls. */
  readonly core: readonly number[];
}

/** The verdict on a history. */
export interface Judgement {
  readonly verdict: SearchVerdict;
  readonly steps: number;
  readonly configurations: number;
  /** How many independent parts there are, and how many of them were shown to be linearizable. */
  readonly parts: number;
  readonly partsHeld: number;
  readonly conflict: Conflict | null;
}

/** Judges the history; at most `budget` steps of search, and a few more to explain a failure. */
export function judge<C>(model: Model<C>, operations: readonly Operation<C>[], budget: number): Judgement {
  const parts = partsOf(model, operations);
  let steps = 0;
  let configurations = 0;
  let partsHeld = 0;
  const end = (verdict: SearchVerdict, conflict: Conflict | null = null): Judgement =>
    ({ verdict, steps, configurations, parts: parts.length, partsHeld, conflict });
  for (const part of parts) {
    const result = searchIn(model, operations, part, budget - steps);
    steps += result.steps;
    configurations += result.configurations;
    if (result.verdict === 'violated') return end('violated', explain(model, operations, part, result));
    if (result.verdict === 'unknown') return end('unknown');
    partsHeld++;
  }
  return end('linearizable');
}

/** The parts of the history, smallest first. Open operations that only read are in none. */
function partsOf<C>(model: Model<C>, operations: readonly Operation<C>[]): number[][] {
  const groups = model.partition(operations.map(({ call }) => call));
  const parts = new Map<number, number[]>();
  for (const [i, { call, end }] of operations.entries()) {
    if (end === NEVER && model.forget(call) === null) continue;
    const group = groups[i] ?? 0;
    const part = parts.get(group);
    if (part === undefined) parts.set(group, [i]);
    else part.push(i);
  }
  return [...parts.values()].sort((a, b) => a.length - b.length);
}

function searchIn<C>(
  model: Model<C>, operations: readonly Operation<C>[], part: readonly number[], budget: number,
): SearchResult {
  const chosen = part.flatMap((i) => operations[i] ?? []);
  return search(model.compile(chosen.map(({ call }) => call)), chosen, budget);
}

/** Part of a history, with some outcomes forgotten; `places` are those of its operations in the whole. */
interface Excerpt<C> {
  readonly operations: readonly Operation<C>[];
  readonly places: readonly number[];
}

/** `part`, with the outcome forgotten of whatever is not `known`. */
function forgetting<C>(
  model: Model<C>, operations: readonly Operation<C>[], part: readonly number[], known: (place: number) => boolean,
): Excerpt<C> {
  const left: Operation<C>[] = [];
  const places: number[] = [];
  for (const place of part) {
    const operation = operations[place];
    if (operation === undefined) continue;
    const call = known(place) ? operation.call : model.forget(operation.call);
    if (call === null) continue;
    left.push({ call, begin: operation.begin, end: known(place) ? operation.end : NEVER });
    places.push(place);
  }
  return { operations: left, places };
}

function explain<C>(
  model: Model<C>, operations: readonly Operation<C>[], part: readonly number[], result: SearchResult,
): Conflict {
  const endOf = (place: number): number => operations[place]?.end ?? NEVER;
  const begun = (until: number): number[] => part.filter((place) => (operations[place]?.begin ?? NEVER) < until);
  const searched = (excerpt: Excerpt<C>): SearchResult =>
    search(model.compile(excerpt.operations.map(({ call }) => call)), excerpt.operations, 2 * result.steps + ATTEMPT_BUDGET);
  let blocked = part[result.blocked] ?? -1;
  // The search knew answers beforehand. The prefix that really fails first may end with one of the next answers.
  const later = part.filter((place) => endOf(place) !== NEVER && endOf(place) >= endOf(blocked));
  for (const place of later.sort((a, b) => endOf(a) - endOf(b))) {
    const prefix = forgetting(model, operations, begun(endOf(place)), (other) => endOf(other) <= endOf(place));
    if (searched(prefix).verdict === 'linearizable') continue;
    blocked = place;
    break;
  }
  const untilEnd = endOf(blocked);
  const prefix = forgetting(model, operations, begun(untilEnd), (other) => endOf(other) < untilEnd);
  const { order } = searched(prefix);
  const machine = model.compile(prefix.operations.map(({ call }) => call));
  let state = machine.initial;
  for (const index of order) state = machine.step(state, index);
  return {
    order: order.map((index) => prefix.places[index] ?? -1),
    state: machine.describeState(state),
    answeredBefore: part.filter((place) => endOf(place) < untilEnd).length,
    blocked,
    core: new Core(model, operations, begun(untilEnd), untilEnd).shrink(),
  };
}

/** Steps for explaining, in all and at a time. */
const CORE_BUDGET = 1_000_000;
const ATTEMPT_BUDGET = 20_000;

/** Forgets the outcomes of ever more operations, for as long as what is left has no linearization. */
class Core<C> {
  private readonly model: Model<C>;
  private readonly operations: readonly Operation<C>[];
  private readonly part: readonly number[];
  private readonly known: Set<number> = new Set();
  private budget: number = CORE_BUDGET;

  constructor(model: Model<C>, operations: readonly Operation<C>[], part: readonly number[], untilEnd: number) {
    this.model = model;
    this.operations = operations;
    this.part = part;
    for (const i of this.part) if ((operations[i]?.end ?? NEVER) <= untilEnd) this.known.add(i);
  }

  /** Halves first, then ever smaller pieces, then one at a time. */
  shrink(): number[] {
    for (let size = Math.ceil(this.known.size / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
      const known = this.inOrder();
      for (let from = 0; from < known.length; from += size) this.tryWithout(known.slice(from, from + size));
    }
    return this.inOrder();
  }

  private inOrder(): number[] {
    return [...this.known].sort((a, b) => (this.operations[a]?.begin ?? 0) - (this.operations[b]?.begin ?? 0));
  }

  private tryWithout(some: readonly number[]): void {
    if (some.length === this.known.size) return;
    for (const i of some) this.known.delete(i);
    if (!this.stillFails()) for (const i of some) this.known.add(i);
  }

  private stillFails(): boolean {
    if (this.budget <= 0) return false;
    const { operations: left } = forgetting(this.model, this.operations, this.part, (place) => this.known.has(place));
    const matters = this.model.relevant(left.map(({ call }) => call), left.map(({ end }) => end === NEVER));
    const chosen = left.filter((_, i) => matters[i] === true);
    const machine = this.model.compile(chosen.map(({ call }) => call));
    const result = search(machine, chosen, Math.min(ATTEMPT_BUDGET, this.budget));
    this.budget -= result.steps + chosen.length;
    return result.verdict === 'violated';
  }
}
