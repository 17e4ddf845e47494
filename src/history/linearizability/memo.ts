/**
 * The memory of a search: which sets of linearized operations it has tried, and in which state they left the object (Lowe's
 * just-in-time linearization with memory). A set's bits are hashed incrementally (Zobrist), and only the window between the
 * first word with a gap and the last word with a bit is stored, since operations before it are all in and those after it all
 * out; so long histories cost no more per entry than short ones. All entries lie in one growing array of int32.
 */
import { avalanche } from '../../base/hash.ts';

const BITS = 5;
const FULL = -1;

/**
 * The set of linearized operations. Slots below `known` are those of operations with a known end, in order of their calls; the
 * others, which may stay out for ever, come behind in words of their own.
 */
export class LinearizedSet {
  readonly words: Int32Array;
  /** How many words the operations with a known end take. */
  readonly knownWords: number;
  hash = 0;
  /** The first word of the known that is not full, and the last one that is not empty. */
  low = 0;
  high = -1;
  /** The last word of the others that is not empty. */
  top: number;
  private readonly zobrist: Int32Array;

  constructor(known: number, unknown: number) {
    this.knownWords = (known + 31) >>> BITS;
    this.top = this.knownWords - 1;
    const words = this.knownWords + ((unknown + 31) >>> BITS);
    this.words = new Int32Array(words);
    this.zobrist = new Int32Array(words << BITS);
    for (let slot = 0; slot < this.zobrist.length; slot++) this.zobrist[slot] = avalanche(Math.imul(slot + 1, 0x9e37_79b1));
  }

  /** The slot of the first operation without a known end. */
  get firstUnknown(): number {
    return this.knownWords << BITS;
  }

  add(slot: number): void {
    const { words } = this;
    const word = slot >>> BITS;
    words[word] = (words[word] ?? 0) | (1 << (slot & 31));
    this.hash ^= this.zobrist[slot] ?? 0;
    if (word >= this.knownWords) {
      if (word > this.top) this.top = word;
      return;
    }
    if (word > this.high) this.high = word;
    while (this.low < this.knownWords && words[this.low] === FULL) this.low++;
  }

  remove(slot: number): void {
    const { words } = this;
    const word = slot >>> BITS;
    words[word] = (words[word] ?? 0) & ~(1 << (slot & 31));
    this.hash ^= this.zobrist[slot] ?? 0;
    if (word >= this.knownWords) {
      while (this.top >= this.knownWords && words[this.top] === 0) this.top--;
      return;
    }
    if (word < this.low) this.low = word;
    while (this.high >= this.low && words[this.high] === 0) this.high--;
  }
}

/** Hash, state, low, high, top; then the words of the window, and those of the operations without a known end. */
const HEAD = 5;
const FIRST_SIZE = 1 << 10;

/** Configurations that have been tried. */
export class Memo {
  size = 0;
  /** How much of the arena is in use: what a search costs in memory. */
  used = 0;
  private arena: Int32Array = new Int32Array(FIRST_SIZE);
  /** Offsets into the arena plus one; 0 is a free place. */
  private table: Int32Array = new Int32Array(FIRST_SIZE);

  /** False if it was there already. */
  add(set: LinearizedSet, state: number): boolean {
    const hash = avalanche(set.hash ^ Math.imul(state + 1, 0x85eb_ca6b));
    const mask = this.table.length - 1;
    let place = hash & mask;
    for (let at = this.table[place] ?? 0; at !== 0; at = this.table[place] ?? 0) {
      if (this.isAt(at - 1, hash, set, state)) return false;
      place = (place + 1) & mask;
    }
    this.table[place] = this.store(hash, set, state) + 1;
    this.size++;
    if (this.size * 2 > this.table.length) this.grow();
    return true;
  }

  private isAt(at: number, hash: number, set: LinearizedSet, state: number): boolean {
    const { arena } = this;
    const { words, low, high, top, knownWords } = set;
    if (arena[at] !== hash || arena[at + 1] !== state || arena[at + 2] !== low) return false;
    if (arena[at + 3] !== high || arena[at + 4] !== top) return false;
    let next = at + HEAD;
    for (let word = low; word <= high; word++) if (arena[next++] !== words[word]) return false;
    for (let word = knownWords; word <= top; word++) if (arena[next++] !== words[word]) return false;
    return true;
  }

  private store(hash: number, set: LinearizedSet, state: number): number {
    const { words, low, high, top, knownWords } = set;
    const at = this.used;
    const length = HEAD + (high - low + 1) + (top - knownWords + 1);
    if (at + length > this.arena.length) {
      const larger = new Int32Array(Math.max(this.arena.length * 2, at + length));
      larger.set(this.arena);
      this.arena = larger;
    }
    const { arena } = this;
    arena[at] = hash;
    arena[at + 1] = state;
    arena[at + 2] = low;
    arena[at + 3] = high;
    arena[at + 4] = top;
    let next = at + HEAD;
    for (let word = low; word <= high; word++) arena[next++] = words[word] ?? 0;
    for (let word = knownWords; word <= top; word++) arena[next++] = words[word] ?? 0;
    this.used = next;
    return at;
  }

  private grow(): void {
    const old = this.table;
    const table = new Int32Array(old.length * 2);
    const mask = table.length - 1;
    for (const at of old) {
      if (at === 0) continue;
      let place = (this.arena[at - 1] ?? 0) & mask;
      while (table[place] !== 0) place = (place + 1) & mask;
      table[place] = at;
    }
    this.table = table;
  }
}
