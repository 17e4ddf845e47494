/**
 * Bytes that decay on a disk at rest: of every file that is durable as it stands, one bit, at a few places. The world's own
 * fault (`world/decay.ts`) at places that are enumerated instead of drawn: it must do to a file what that does.
 */
import { present } from '../base/invariant.ts';
import { Stream } from '../world/chooser.ts';
import { damageDisk } from '../world/decay.ts';
import type { Cell, Came } from './cell.ts';

const FAULT = 'bitRot:bit';
/** Where: the first byte, the last, and so many parts of the file between them. A record of a log has a hundred bytes or so. */
const PARTS = 8;

/** One place at which a bit may flip. */
export interface RottenPlace {
  readonly file: string;
  readonly at: number;
}

/** Every place on the disk of this process, in an order that is the same everywhere; none while it is down or its disk busy. */
export function rottenPlaces({ host, requests }: Cell): RottenPlace[] {
  const { disk, process } = host;
  if (disk === null || process === null || requests.length > 0) return [];
  return disk.list().flatMap((file) => {
    const inode = disk.files.get(file);
    if (inode === undefined || inode.pending.length > 0) return [];
    const last = inode.size - 1;
    const places = Array.from({ length: PARTS + 1 }, (_, index) => Math.floor((last * index) / PARTS));
    return [...new Set(last < 0 ? [] : places)].map((at) => ({ file, at }));
  });
}

/** The answer to a draw by its name, under which the bit of that place flips; undefined: the draw is about something else. */
export function answerToDecay(name: string, place: RottenPlace): number | undefined {
  // Only files whose names begin with the one that is meant are drawn from, and that comes first.
  if (name === 'rottenFile' || name === 'rottenBit') return 0;
  return name === 'rottenByte' ? place.at : undefined;
}

/** Lets the bit flip. What is stated of it is what the world states. */
export function decay(cell: Cell, number: number): Came {
  const { host } = cell;
  const place = present(rottenPlaces(cell)[number], 'a place that decays is there');
  const detail = damageDisk(present(host.disk, 'what decays is on a disk'), 'bit', place.file, new Place(place));
  cell.isImpaired = true;
  return { sent: [], facts: [{ kind: 'faultBegan', fault: FAULT, node: host.node, detail }], broken: null };
}

/** Answers for one place. */
class Place extends Stream {
  readonly place: RottenPlace;

  constructor(place: RottenPlace) {
    super();
    this.place = place;
  }

  override below(_bound: number, name: string): number {
    return answerToDecay(name, this.place) ?? 0;
  }
}
