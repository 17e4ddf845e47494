/**
 * The search for a linearization, after Wing and Gong, with Lowe's memory: is there an order of the operations that the
 * specification allows and in which whatever was answered before another was called comes first? It walks the calls that may
 * come next, takes one, remembers the set taken and the state, and goes back when an operation that must have happened by now
 * cannot. Three shortcuts, none of which changes the verdict. A call that changes no state is taken as soon as it fits: whatever
 * follows later can follow then. An operation of unknown outcome is never owed: the search is over when the others are in. One
 * that would change nothing is left out.
 *
 * The problem is NP-complete, so there is a budget of steps, and of memory; whoever exceeds it is told `unknown`.
 */
import { IMPOSSIBLE, NEVER, type Interval, type Machine } from './model.ts';
import { LinearizedSet, Memo } from './memo.ts';

/** What came of it. */
export type SearchVerdict = 'linearizable' | 'violated' | 'unknown';

/** The end of a search. Operations are named by their place in the list given. */
export interface SearchResult {
  readonly verdict: SearchVerdict;
  readonly steps: number;
  /** How many sets of operations, with the state that they lead to, were tried. */
  readonly configurations: number;
  /** A linearization; if there is none, of the longest prefix of the history that has one, as far as the search got. */
  readonly order: readonly number[];
  /** The state at the end of `order`. */
  readonly state: number;
  /** The operation whose answer ends the shortest prefix that has no linearization; −1 if there is none, or none is known. */
  readonly blocked: number;
}

/** Words of memory after which a search gives up: a quarter of a gigabyte. */
const MEMORY_MAX = 64 * 1024 * 1024;

/** Looks for a linearization. `operations` in any order; ties in time count as concurrent. */
export function search(machine: Machine, operations: readonly Interval[], budget: number): SearchResult {
  return new Search(machine, operations, budget).run();
}

class Search {
  private readonly machine: Machine;
  private readonly budget: number;
  /** Entries are calls and answers in order of time, from 1; 0 is the list's head. Its end is 0, too. */
  private readonly next: Int32Array;
  private readonly previous: Int32Array;
  private readonly operationOf: Int32Array;
  private readonly callEntry: Int32Array;
  /** 0: it has none. */
  private readonly answerEntry: Int32Array;
  private readonly slot: Int32Array;
  private readonly isPure: Uint8Array;
  private readonly set: LinearizedSet;
  private readonly memo: Memo = new Memo();
  /** What was taken, in which state, and whether there was a choice. */
  private readonly taken: Int32Array;
  private readonly stateBefore: Int32Array;
  private readonly isForced: Uint8Array;
  private depth = 0;
  private state: number;
  /** Operations with a known end that are not in. */
  private owed: number;
  private steps = 0;
  /** The furthest answer that could not be passed, and what was taken there; `shared` of it is still taken now. */
  private furthest = 0;
  private readonly best: Int32Array;
  private bestDepth = 0;
  private bestState: number;
  private shared = 0;

  constructor(machine: Machine, operations: readonly Interval[], budget: number) {
    const count = operations.length;
    this.machine = machine;
    this.budget = budget;
    this.state = machine.initial;
    this.bestState = machine.initial;
    const entries = entriesOf(operations);
    const size = entries.length + 1;
    this.next = new Int32Array(size);
    this.previous = new Int32Array(size);
    this.operationOf = new Int32Array(size);
    this.callEntry = new Int32Array(count);
    this.answerEntry = new Int32Array(count);
    this.slot = new Int32Array(count);
    this.isPure = new Uint8Array(count);
    this.taken = new Int32Array(count);
    this.best = new Int32Array(count);
    this.stateBefore = new Int32Array(count);
    this.isForced = new Uint8Array(count);
    this.owed = operations.filter(({ end }) => end !== NEVER).length;
    this.set = new LinearizedSet(this.owed, count - this.owed);
    this.fill(entries, operations);
  }

  run(): SearchResult {
    const { next } = this;
    let entry = this.takeForced();
    while (this.owed > 0) {
      if (this.steps > this.budget || this.memo.used > MEMORY_MAX) return this.result('unknown');
      const operation = this.operationOf[entry] ?? 0;
      if (this.callEntry[operation] !== entry) {
        this.noteBlocked(entry);
        entry = this.giveBack();
        if (entry < 0) return this.result('violated');
      } else if (this.isPure[operation] === 1 || !this.tryOperation(operation)) entry = next[entry] ?? 0;
      else entry = this.takeForced();
    }
    return this.result('linearizable');
  }

  private fill(entries: readonly Entry[], operations: readonly Interval[]): void {
    let known = 0;
    let unknown = this.set.firstUnknown;
    for (const [i, { operation, isAnswer }] of entries.entries()) {
      const entry = i + 1;
      this.previous[entry] = i;
      this.next[i] = entry;
      this.operationOf[entry] = operation;
      if (isAnswer) {
        this.answerEntry[operation] = entry;
        continue;
      }
      this.callEntry[operation] = entry;
      this.slot[operation] = operations[operation]?.end === NEVER ? unknown++ : known++;
      this.isPure[operation] = this.machine.isPure(operation) ? 1 : 0;
    }
  }

  /** Takes every call that fits and changes nothing; then the first entry of the list. */
  private takeForced(): number {
    const { next, operationOf, callEntry, isPure, machine, state } = this;
    let entry = next[0] ?? 0;
    while (entry !== 0) {
      const operation = operationOf[entry] ?? 0;
      if (callEntry[operation] !== entry) break;
      if (isPure[operation] === 1 && this.answerEntry[operation] !== 0) {
        this.steps++;
        if (machine.step(state, operation) !== IMPOSSIBLE) {
          this.set.add(this.slot[operation] ?? 0);
          this.take(operation, state, 1);
        }
      }
      entry = next[entry] ?? 0;
    }
    return next[0] ?? 0;
  }

  private tryOperation(operation: number): boolean {
    this.steps++;
    const after = this.machine.step(this.state, operation);
    if (after === IMPOSSIBLE) return false;
    if (after === this.state && this.answerEntry[operation] === 0) return false;
    const slot = this.slot[operation] ?? 0;
    this.set.add(slot);
    if (!this.memo.add(this.set, after)) {
      this.set.remove(slot);
      return false;
    }
    this.take(operation, after, 0);
    return true;
  }

  private take(operation: number, after: number, forced: 0 | 1): void {
    this.taken[this.depth] = operation;
    this.stateBefore[this.depth] = this.state;
    this.isForced[this.depth] = forced;
    this.depth++;
    this.state = after;
    const answer = this.answerEntry[operation] ?? 0;
    if (answer !== 0) {
      this.unlink(answer);
      this.owed--;
    }
    this.unlink(this.callEntry[operation] ?? 0);
  }

  /** Back to the last choice, past what followed from it; the entry after it, or −1 if there was no choice. */
  private giveBack(): number {
    while (this.depth > 0) {
      this.depth--;
      const operation = this.taken[this.depth] ?? 0;
      this.state = this.stateBefore[this.depth] ?? 0;
      this.set.remove(this.slot[operation] ?? 0);
      const call = this.callEntry[operation] ?? 0;
      this.link(call);
      const answer = this.answerEntry[operation] ?? 0;
      if (answer !== 0) {
        this.link(answer);
        this.owed++;
      }
      if (this.depth < this.shared) this.shared = this.depth;
      if (this.isForced[this.depth] === 0) return this.next[call] ?? 0;
    }
    return -1;
  }

  private unlink(entry: number): void {
    const before = this.previous[entry] ?? 0;
    const after = this.next[entry] ?? 0;
    this.next[before] = after;
    this.previous[after] = before;
  }

  /** Undoes the last `unlink` that is not undone. */
  private link(entry: number): void {
    this.next[this.previous[entry] ?? 0] = entry;
    this.previous[this.next[entry] ?? 0] = entry;
  }

  private noteBlocked(entry: number): void {
    if (entry < this.furthest || (entry === this.furthest && this.depth <= this.bestDepth)) return;
    this.furthest = entry;
    for (let i = this.shared; i < this.depth; i++) this.best[i] = this.taken[i] ?? 0;
    this.shared = this.depth;
    this.bestDepth = this.depth;
    this.bestState = this.state;
  }

  private result(verdict: SearchVerdict): SearchResult {
    const isDone = verdict === 'linearizable';
    const order = isDone ? this.taken.subarray(0, this.depth) : this.best.subarray(0, this.bestDepth);
    return {
      verdict,
      steps: this.steps,
      configurations: this.memo.size,
      order: [...order],
      state: isDone ? this.state : this.bestState,
      blocked: verdict === 'violated' ? (this.operationOf[this.furthest] ?? -1) : -1,
    };
  }
}

interface Entry {
  readonly operation: number;
  readonly isAnswer: boolean;
  readonly at: number;
}

/** Calls and answers in order of time; of those at one time, calls come first, so that they overlap. */
function entriesOf(operations: readonly Interval[]): Entry[] {
  const entries: Entry[] = [];
  for (const [operation, { begin, end }] of operations.entries()) {
    entries.push({ operation, isAnswer: false, at: begin });
    if (end !== NEVER) entries.push({ operation, isAnswer: true, at: end });
  }
  return entries.sort((a, b) => a.at - b.at || Number(a.isAnswer) - Number(b.isAnswer) || a.operation - b.operation);
}
