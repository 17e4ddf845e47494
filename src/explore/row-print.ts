/**
 * The print of a state, made of those of its parts, each salted with its slot. Where clients are interchangeable it is the
 * least under all ways to name them, so that a state and the one with two clients exchanged have the same.
 */
import { avalanche } from '../base/hash.ts';
import type { Print, Renaming } from './print.ts';
import type { OtherNames } from './symmetry.ts';

/** Slots of a row that hold numbers of parts of one kind, and where one of them goes when clients are called otherwise. */
export interface Section {
  readonly slots: number;
  readonly parts: { readonly prints: readonly Print[]; readonly others: OtherNames };
  readonly moved: (slot: number, names: Renaming) => number;
}

/** See the head of the file. What stands behind the sections in a row are plain numbers. */
export class RowPrinter {
  private readonly width: number;
  private readonly sections: readonly Section[];
  /** Under each way to name the clients, where every slot goes; under their own names first. */
  private readonly places: readonly Int32Array[];
  private readonly scratch: Int32Array = new Int32Array(3);

  constructor(width: number, sections: readonly Section[], renamings: readonly Renaming[]) {
    this.width = width;
    this.sections = sections;
    const own = Int32Array.from({ length: width }, (_, slot) => slot);
    this.places = [own, ...renamings.map((names) => this.placesUnder(names))];
  }

  /** Writes the print of `row` to `into`. */
  print(row: Int32Array, into: Int32Array): void {
    this.under(row, 0, into);
    for (let way = 1; way < this.places.length; way++) {
      this.under(row, way, this.scratch);
      if (isLess(this.scratch, into)) into.set(this.scratch);
    }
  }

  private under(row: Int32Array, way: number, into: Int32Array): void {
    const { sections } = this;
    const places = this.places[way];
    let a = 0;
    let b = 0;
    let c = 0;
    let slot = 0;
    for (const { slots, parts } of sections) {
      for (const end = slot + slots; slot < end; slot++) {
        const value = row[slot] ?? 0;
        const part = way === 0 ? parts.prints[value] : parts.others.at(way - 1, value);
        const salt = Math.imul((places?.[slot] ?? 0) + 1, 0x9e37_79b1);
        a = (a + avalanche((part?.a ?? 0) ^ salt)) | 0;
        b = (b + avalanche((part?.b ?? 0) ^ Math.imul(salt, 3))) | 0;
        c = (c + avalanche((part?.c ?? 0) ^ Math.imul(salt, 5))) | 0;
      }
    }
    for (; slot < this.width; slot++) {
      const value = row[slot] ?? 0;
      const salt = Math.imul(slot + 1, 0x9e37_79b1);
      a = (a + avalanche(value ^ salt)) | 0;
      b = (b + avalanche(Math.imul(value, 0x85eb_ca77) ^ ~salt)) | 0;
      c = (c + avalanche(Math.imul(value, 0xc2b2_ae35) + salt)) | 0;
    }
    into[0] = a;
    into[1] = b;
    into[2] = c;
  }

  private placesUnder(names: Renaming): Int32Array {
    const places = new Int32Array(this.width);
    let first = 0;
    for (const { slots, moved } of this.sections) {
      for (let slot = 0; slot < slots; slot++) places[first + slot] = first + moved(slot, names);
      first += slots;
    }
    return places;
  }
}

function isLess(one: Int32Array, other: Int32Array): boolean {
  for (let lane = 0; lane < 3; lane++) {
    const difference = (one[lane] ?? 0) - (other[lane] ?? 0);
    if (difference !== 0) return difference < 0;
  }
  return false;
}
