/**
 * What a client does that follows a recipe instead of a script: plain JSON that a plan can hold. The recipes are those
 * of ZooKeeper's own documentation, as its users write them on the bare client: a lock and an election by ephemeral
 * sequential nodes, each watching the one before it, and a queue of sequential nodes.
 */

/** `producer` and `consumer` are the two ends of a queue. */
export type RecipeKind = 'lock' | 'election' | 'producer' | 'consumer';

/** One turn: it begins so long after the one before has ended; what was gained is held for so long. Milliseconds. */
export interface RecipeTurn {
  readonly afterMs: number;
  readonly holdMs: number;
}

/** `path` is the node that the recipe's own nodes are children of; `name` tells this client from all others. */
export interface Recipe {
  readonly kind: RecipeKind;
  readonly path: string;
  readonly name: string;
  readonly turns: readonly RecipeTurn[];
}

const SUFFIX_LENGTH = 10;

/** The names in the order of their sequence numbers; those that have none are left out. */
export function bySequence(names: readonly string[]): string[] {
  return names
    .filter((name) => /\d{10}$/.test(name))
    .sort((one, other) => (suffix(one) < suffix(other) ? -1 : suffix(one) > suffix(other) ? 1 : one < other ? -1 : 1));
}

function suffix(name: string): string {
  return name.slice(-SUFFIX_LENGTH);
}
