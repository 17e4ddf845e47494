/**
 * The states that were seen: prints of 96 bits in an open table, with the state that each was reached from and by what action,
 * in typed arrays. States are numbered in the order of their discovery. It refuses to grow beyond its limit; who asks says so.
 */

/** Bytes for one state: print, parent, action, sleep; and its share of a table that is half full at the least. */
export const BYTES_PER_STATE = 24;
const SLOT_BYTES = 4;
const FIRST_ENTRIES = 1 << 14;

/** See the head of the file. */
export class Visited {
  count = 0;
  readonly maxBytes: number;
  private entries = FIRST_ENTRIES;
  private slots: Int32Array = new Int32Array(FIRST_ENTRIES * 2);
  private prints: Int32Array = new Int32Array(FIRST_ENTRIES * 3);
  private parents: Int32Array = new Int32Array(FIRST_ENTRIES);
  private actions: Int32Array = new Int32Array(FIRST_ENTRIES);
  /** What every state may leave out, as numbers that the search understands. */
  private sleeps: Int32Array = new Int32Array(FIRST_ENTRIES);

  constructor(maxBytes: number) {
    this.maxBytes = maxBytes;
  }

  /** Bytes that are taken now. */
  get bytes(): number {
    return this.entries * BYTES_PER_STATE + this.slots.length * SLOT_BYTES;
  }

  /** Whether another state may be added. */
  get hasRoom(): boolean {
    if (this.count < this.entries && this.count * 4 < this.slots.length * 3) return true;
    return this.bytes * 2 <= this.maxBytes;
  }

  /** The number of the state with this print; if it is new, the complement (~) of the number that it is given. */
  add(print: Int32Array, parent: number, action: number): number {
    const a = print[0] ?? 0;
    const b = print[1] ?? 0;
    const c = print[2] ?? 0;
    const mask = this.slots.length - 1;
    let slot = a & mask;
    for (;;) {
      const id = (this.slots[slot] ?? 0) - 1;
      if (id < 0) break;
      const at = id * 3;
      if (this.prints[at] === a && this.prints[at + 1] === b && this.prints[at + 2] === c) return id;
      slot = (slot + 1) & mask;
    }
    if (this.count >= this.entries) this.growEntries();
    const id = this.count++;
    this.prints[id * 3] = a;
    this.prints[id * 3 + 1] = b;
    this.prints[id * 3 + 2] = c;
    this.parents[id] = parent;
    this.actions[id] = action;
    this.slots[slot] = id + 1;
    if (this.count * 4 >= this.slots.length * 3) this.growSlots();
    return ~id;
  }

  parent(id: number): number {
    return this.parents[id] ?? -1;
  }

  action(id: number): number {
    return this.actions[id] ?? 0;
  }

  sleep(id: number): number {
    return this.sleeps[id] ?? 0;
  }

  setSleep(id: number, sleep: number): void {
    this.sleeps[id] = sleep;
  }

  /** The actions from the beginning to this state. */
  path(id: number): number[] {
    const path: number[] = [];
    for (let at = id; this.parent(at) >= 0; at = this.parent(at)) path.push(this.action(at));
    return path.reverse();
  }

  /** All of it as arrays, for a checkpoint. */
  dump(): readonly Int32Array[] {
    const { count } = this;
    return [
      this.prints.subarray(0, count * 3), this.parents.subarray(0, count), this.actions.subarray(0, count),
      this.sleeps.subarray(0, count),
    ];
  }

  /** Takes over what `dump` gave. */
  load(prints: Int32Array, parents: Int32Array, actions: Int32Array, sleeps: Int32Array): void {
    const print = new Int32Array(3);
    for (let id = 0; id < parents.length; id++) {
      for (let lane = 0; lane < 3; lane++) print[lane] = prints[id * 3 + lane] ?? 0;
      this.add(print, parents[id] ?? -1, actions[id] ?? 0);
      this.setSleep(id, sleeps[id] ?? 0);
    }
  }

  private growEntries(): void {
    this.entries *= 2;
    const larger = (from: Int32Array, size: number): Int32Array => {
      const to = new Int32Array(size);
      to.set(from);
      return to;
    };
    this.prints = larger(this.prints, this.entries * 3);
    this.parents = larger(this.parents, this.entries);
    this.actions = larger(this.actions, this.entries);
    this.sleeps = larger(this.sleeps, this.entries);
  }

  private growSlots(): void {
    const slots = new Int32Array(this.slots.length * 2);
    const mask = slots.length - 1;
    for (let id = 0; id < this.count; id++) {
      let slot = (this.prints[id * 3] ?? 0) & mask;
      while ((slots[slot] ?? 0) !== 0) slot = (slot + 1) & mask;
      slots[slot] = id + 1;
    }
    this.slots = slots;
  }
}
