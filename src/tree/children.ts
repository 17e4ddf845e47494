/**
 * The names of a node's children. Most parents are written to far more often than they are listed, so changes are only noted, and
 * worked into the sorted names when somebody wants those or when many are noted. Whoever holds the stamp under which an instance
 * was made may change it; for all others a change makes another instance (`node-table.ts` says who holds which).
 */
import { canonicalAs } from '../base/canonical.ts';
import { immutable } from '../base/fork.ts';
import { NO_NAMES, nameSetOf, type NameSet } from '../base/name-set.ts';

/** So many changes are noted at most. */
const NOTED_MAX = 32;
/** Nobody's. */
const NO_STAMP = -1;
const NONE: string[] = [];
Object.freeze(NONE);

/** See the head of the file. Begin with `NO_CHILDREN` or `childrenOf`. */
export class Children {
  /** How many. */
  size: number;
  private readonly stamp: number;
  private names: NameSet;
  /** Not among `names`. */
  private added: string[];
  /** Among `names`. */
  private removed: string[];

  constructor(stamp: number, names: NameSet, added: string[], removed: string[]) {
    this.size = names.size + added.length - removed.length;
    this.stamp = stamp;
    this.names = names;
    this.added = added;
    this.removed = removed;
  }

  /** These children and `name`, which is none of them. The same instance, if it belongs to `stamp`. */
  with(stamp: number, name: string): Children {
    const children = this.ownedBy(stamp);
    children.note(name, true);
    return children;
  }

  /** These children without `name`, which is one of them. */
  without(stamp: number, name: string): Children {
    if (this.size === 1) return NO_CHILDREN;
    const children = this.ownedBy(stamp);
    children.note(name, false);
    return children;
  }

  /** All of them, in order, as they are now. */
  settled(): NameSet {
    if (this.added.length > 0 || this.removed.length > 0) {
      this.names = this.names.changed(this.added, this.removed);
      this.added = NONE;
      this.removed = NONE;
    }
    return this.names;
  }

  /** By code unit. Shared: not to be mutated. */
  sorted(): readonly string[] {
    return this.settled().sorted();
  }

  private ownedBy(stamp: number): Children {
    if (this.stamp === stamp) return this;
    return new Children(stamp, this.names, copyOf(this.added), copyOf(this.removed));
  }

  private note(name: string, isAdded: boolean): void {
    this.size += isAdded ? 1 : -1;
    const undone = isAdded ? this.removed : this.added;
    const at = undone.length === 0 ? -1 : undone.indexOf(name);
    if (at >= 0) undone.splice(at, 1);
    else if (isAdded) this.added = noted(this.added, name);
    else this.removed = noted(this.removed, name);
    if (this.added.length + this.removed.length > NOTED_MAX) this.settled();
  }
}
// Its owner changes it, but only before it is shared.
immutable(Children);
canonicalAs(Children, (children) => (children instanceof Children ? children.settled() : children));

/** Of a leaf. */
export const NO_CHILDREN: Children = new Children(NO_STAMP, NO_NAMES, NONE, NONE);

/** With these names, in any order. */
export function childrenOf(names: readonly string[]): Children {
  return names.length === 0 ? NO_CHILDREN : new Children(NO_STAMP, nameSetOf(names), NONE, NONE);
}

function copyOf(names: string[]): string[] {
  return names.length === 0 ? NONE : names.slice();
}

function noted(names: string[], name: string): string[] {
  if (names.length === 0) return [name];
  names.push(name);
  return names;
}
