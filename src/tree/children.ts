/**
 * The names of a node's children. Most parents are written to far more often than they are listed, so changes are only noted, and
 * worked into the sorted names when somebody wants those or when many are noted. Whoever holds the stamp under which an instance
 * was made may change it; for all others a change makes another instance (`node-table.ts` says who holds which).
 */
import { canonicalAs } from '../base/canonical.ts';
import { immutable } from '../base/fork.ts';
import { NO_NAMES, nameSetOf, type NameSet } from '../base/name-set.ts';

/** So many changes are noted at least before they are worked in, */
const NOTED_FEW = 32;
/** so many at most, or one for so many children: the more are worked in at once, the less each costs. */
const NOTED_MANY = 2048;
const NOTED_SHARE = 8;
/** Nobody's. */
const NO_STAMP = -1;

/** A child that came or went; for one name the two take turns. */
interface Noted {
  readonly name: string;
  readonly isAdded: boolean;
  readonly before: Noted | null;
}

/** See the head of the file. Begin with `NO_CHILDREN` or `childrenOf`. */
export class Children {
  /** How many. */
  size: number;
  private readonly stamp: number;
  private names: NameSet;
  /** What happened to `names` since, the latest first. */
  private noted: Noted | null;
  private notedCount: number;

  constructor(stamp: number, size: number, names: NameSet, noted: Noted | null, notedCount: number) {
    this.size = size;
    this.stamp = stamp;
    this.names = names;
    this.noted = noted;
    this.notedCount = notedCount;
  }

  /** These children and `name`, which is none of them. The same instance, if it belongs to `stamp`. */
  with(stamp: number, name: string): Children {
    const children = this.ownedBy(stamp);
    children.size += 1;
    children.note(name, true);
    return children;
  }

  /** These children without `name`, which is one of them. */
  without(stamp: number, name: string): Children {
    if (this.size === 1) return NO_CHILDREN;
    const children = this.ownedBy(stamp);
    children.size -= 1;
    children.note(name, false);
    return children;
  }

  /** All of them, in order, as they are now. */
  settled(): NameSet {
    if (this.noted !== null) {
      this.names = workedIn(this.names, this.noted);
      this.noted = null;
      this.notedCount = 0;
    }
    return this.names;
  }

  /** By code unit. Shared: not to be mutated. */
  sorted(): readonly string[] {
    return this.settled().sorted();
  }

  private ownedBy(stamp: number): Children {
    return this.stamp === stamp ? this : new Children(stamp, this.size, this.names, this.noted, this.notedCount);
  }

  private note(name: string, isAdded: boolean): void {
    this.noted = { name, isAdded, before: this.noted };
    this.notedCount += 1;
    if (this.notedCount > NOTED_FEW && this.notedCount > Math.min(NOTED_MANY, this.size / NOTED_SHARE)) this.settled();
  }
}
// Its owner changes it, but only before it is shared.
immutable(Children);
canonicalAs(Children, (children) => (children instanceof Children ? children.settled() : children));

/** Of a leaf. */
export const NO_CHILDREN: Children = new Children(NO_STAMP, 0, NO_NAMES, null, 0);

/** With these names, in any order. */
export function childrenOf(names: readonly string[]): Children {
  if (names.length === 0) return NO_CHILDREN;
  const set = nameSetOf(names);
  return new Children(NO_STAMP, set.size, set, null, 0);
}

function workedIn(names: NameSet, latest: Noted): NameSet {
  // What came and went, or went and came again, has changed nothing.
  const changed = new Map<string, boolean>();
  for (let noted: Noted | null = latest; noted !== null; noted = noted.before) {
    if (!changed.delete(noted.name)) changed.set(noted.name, noted.isAdded);
  }
  const added: string[] = [];
  const removed: string[] = [];
  for (const [name, isAdded] of changed) (isAdded ? added : removed).push(name);
  return names.changed(added, removed);
}
