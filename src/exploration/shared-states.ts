/**
 * Visited states that several searches share, each on a core of its own: the same open table as `explore/visited.ts`, in shared
 * memory and written with atomic operations, so that of those who come to a state at the same time exactly one is told that
 * it is new. What sleeps in a state stands in a common arena as codes, since numbers of sets mean something to one search
 * only; a negative entry says that the state was looked at. It never moves or grows while anybody searches: whoever drives
 * them does that between.
 */
import { invariant } from '../base/invariant.ts';
import type { Awoken, Keeper } from '../explore/keeper.ts';
import type { SleepSets } from '../explore/sleep.ts';

/** Slots of `control`. */
const Control = { count: 0, next: 1, arena: 2 } as const;
const CONTROL_SLOTS = 16;
/** Each state: print, parent, action, sleep; and two slots of the table. */
const INTS_PER_STATE = 8;
/** States that one expansion may lead to at the most, with what it wakes. */
const MARGIN = 2048;

/** The shared memory itself. */
export interface SharedStates {
  readonly control: Int32Array;
  readonly slots: Int32Array;
  readonly prints: Int32Array;
  readonly parents: Int32Array;
  readonly actions: Int32Array;
  readonly sleeps: Int32Array;
  readonly arena: Int32Array;
}

/** Room for so many states (a power of two), and for sleep sets of so many codes together. */
export function makeShared(states: number, arena: number): SharedStates {
  const make = (length: number): Int32Array => new Int32Array(new SharedArrayBuffer(length * 4));
  const shared = {
    control: make(CONTROL_SLOTS), slots: make(states * 2), prints: make(states * 3), parents: make(states), actions: make(states),
    sleeps: make(states), arena: make(arena),
  };
  // Number 0 is the empty set.
  shared.control[Control.arena] = 1;
  return shared;
}

/** Twice the room, with all that there is; nobody may be at work on `from`. */
export function enlarge(from: SharedStates): SharedStates {
  const to = makeShared(from.parents.length * 2, from.arena.length * 2);
  for (const part of ['control', 'prints', 'parents', 'actions', 'sleeps', 'arena'] as const) to[part].set(from[part]);
  const mask = to.slots.length - 1;
  for (const id of from.slots) {
    if (id === 0) continue;
    let slot = (to.prints[(id - 1) * 3] ?? 0) & mask;
    while ((to.slots[slot] ?? 0) !== 0) slot = (slot + 1) & mask;
    to.slots[slot] = id;
  }
  return to;
}

/** Distinct states. */
export function statesIn(shared: SharedStates): number {
  return Atomics.load(shared.control, Control.count);
}

/** Bytes that so many states take. */
export function bytesFor(states: number): number {
  return states * INTS_PER_STATE * 4;
}

/** One search's way to the shared states. */
export class SharedKeeper implements Keeper {
  shared: SharedStates;
  private readonly sleeps: SleepSets | null;
  private readonly workers: number;
  /** A number that was taken and not used. */
  private spare = -1;
  /** Numbers of sets by their place in the arena, and places by numbers: of those that this search wrote or read. */
  private readonly setAt: Map<number, number> = new Map([[0, 0]]);
  private readonly placeOf: Map<number, number> = new Map([[0, 0]]);

  constructor(shared: SharedStates, workers: number, sleeps: SleepSets | null) {
    this.shared = shared;
    this.workers = workers;
    this.sleeps = sleeps;
  }

  get count(): number {
    return statesIn(this.shared);
  }

  get bytes(): number {
    return bytesFor(this.shared.parents.length);
  }

  get hasRoom(): boolean {
    return this.spare >= 0 || Atomics.load(this.shared.control, Control.next) < this.shared.parents.length;
  }

  get hasMargin(): boolean {
    const { control, parents } = this.shared;
    return Atomics.load(control, Control.next) + MARGIN * this.workers < parents.length;
  }

  add(print: Int32Array, parent: number, action: number, asleep: number): number {
    const { control, slots, prints, sleeps } = this.shared;
    const a = print[0] ?? 0;
    const b = print[1] ?? 0;
    const c = print[2] ?? 0;
    const mask = slots.length - 1;
    for (let slot = a & mask; ; slot = (slot + 1) & mask) {
      let id = Atomics.load(slots, slot) - 1;
      if (id < 0) {
        const fresh = this.write(a, b, c, parent, action);
        // Before anybody can know of the state.
        Atomics.store(sleeps, fresh, this.place(asleep));
        id = Atomics.compareExchange(slots, slot, 0, fresh + 1) - 1;
        if (id < 0) {
          this.spare = -1;
          Atomics.add(control, Control.count, 1);
          return ~fresh;
        }
      }
      const at = id * 3;
      if (prints[at] === a && prints[at + 1] === b && prints[at + 2] === c) return id;
    }
  }

  open(id: number): number {
    const { sleeps } = this.shared;
    for (;;) {
      const place = Atomics.load(sleeps, id);
      invariant(place >= 0, 'a state is looked at once');
      if (Atomics.compareExchange(sleeps, id, place, ~place) === place) return this.setOf(place);
    }
  }

  again(id: number, asleep: number): Awoken | null {
    if (this.sleeps === null) return null;
    const { sleeps } = this.shared;
    for (;;) {
      const entry = Atomics.load(sleeps, id);
      const known = this.setOf(entry < 0 ? ~entry : entry);
      const codes = this.sleeps.missing(known, asleep);
      if (codes.length === 0) return null;
      const rest = this.sleeps.meet(known, asleep);
      const place = this.place(rest);
      // Whoever takes steps out of the set takes them, if nobody is to come.
      if (Atomics.compareExchange(sleeps, id, entry, entry < 0 ? ~place : place) !== entry) continue;
      return entry < 0 ? { codes, asleep: rest } : null;
    }
  }

  path(id: number): number[] {
    const { parents, actions } = this.shared;
    const path: number[] = [];
    for (let at = id; (parents[at] ?? -1) >= 0; at = parents[at] ?? -1) path.push(actions[at] ?? 0);
    return path.reverse();
  }

  private write(a: number, b: number, c: number, parent: number, action: number): number {
    const { control, prints, parents, actions } = this.shared;
    const id = this.spare >= 0 ? this.spare : Atomics.add(control, Control.next, 1);
    invariant(id < parents.length, 'there is room for all that one state leads to');
    this.spare = id;
    prints[id * 3] = a;
    prints[id * 3 + 1] = b;
    prints[id * 3 + 2] = c;
    parents[id] = parent;
    actions[id] = action;
    return id;
  }

  /** The place of a set; the empty set, which is always right, when the arena is full. */
  private place(set: number): number {
    const known = this.placeOf.get(set);
    if (known !== undefined) return known;
    const { control, arena } = this.shared;
    if (Atomics.load(control, Control.arena) >= arena.length) return 0;
    const codes = this.sleeps?.codesOf(set) ?? [];
    const place = Atomics.add(control, Control.arena, codes.length + 1);
    if (place + codes.length >= arena.length) return 0;
    arena[place] = codes.length;
    arena.set(codes, place + 1);
    this.setAt.set(place, set);
    this.placeOf.set(set, place);
    return place;
  }

  private setOf(place: number): number {
    const known = this.setAt.get(place);
    if (known !== undefined) return known;
    const { arena } = this.shared;
    const from = place + 1;
    const set = this.sleeps?.ofCodes([...arena.subarray(from, from + (arena[place] ?? 0))]) ?? 0;
    this.setAt.set(place, set);
    return set;
  }
}
