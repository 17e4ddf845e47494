/**
 * What a client does that follows a recipe instead of a script: plain JSON that a plan can hold. The recipes are those
 * of ZooKeeper's own documentation, as its users write them on the bare client: a lock and an election by ephemeral
 * sequential nodes, each watching the one before it, a queue of sequential nodes, one whose names begin with how urgent they
 * are, a group whose members are ephemeral nodes, found by those who need one, a lock that readers share, a semaphore,
 * numbers that are given once, and transactions that all sites commit or none.
 */

/** Kinds whose names are a client's own, for as long as its session lives: `member` joins a group, `seeker` finds a member. */
export type GroupKind = 'member' | 'seeker';

/**
 * Kinds that stand in line by ephemeral sequential nodes: for a lock or an office that one has at a time; `reader` and `writer`
 * at a lock that readers share; `lease` for one of the few leases of a semaphore.
 */
export type LineKind = 'lock' | 'election' | 'reader' | 'writer' | 'lease';

/**
 * `generator` takes blocks of numbers. `site` votes on transactions, one a turn, and is told what was decided. `producer` and
 * `consumer` are the two ends of a queue; the urgent ones of a queue by priority.
 */
export type RecipeKind =
  'producer' | 'consumer' | 'urgentProducer' | 'urgentConsumer' | 'generator' | 'site' | LineKind | GroupKind;

/**
 * One turn: it begins so long after the one before has ended; what was gained is held for so long. Milliseconds. Of a producer by
 * priority `holdMs` says how urgent what it produces is, of a site how it votes and how patient it is.
 */
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

/** How many may hold a semaphore at a time. */
export const LEASES = 2;

/** How many sites a transaction has. */
export const SITES = 2;

/** What a site votes, and what is decided. */
export type Decision = 'commit' | 'abort';

/** One vote in so many is to abort. */
const VOTES = 5;

const SUFFIX_LENGTH = 10;

/** Whether it stands in line. */
export function isLineKind(kind: RecipeKind): kind is LineKind {
  return kind === 'lock' || kind === 'election' || kind === 'reader' || kind === 'writer' || kind === 'lease';
}

/** Whether it is `GroupClient` that follows it. */
export function isGroupKind(kind: RecipeKind): kind is GroupKind {
  return kind === 'member' || kind === 'seeker';
}

/** Of those ahead in a line, first to last, the one that must go first; undefined: nobody has to. */
export function blockerOf(kind: RecipeKind, ahead: readonly string[]): string | undefined {
  if (kind === 'lease') return ahead.length < LEASES ? undefined : ahead[0];
  return kind === 'reader' ? ahead.findLast(isWriter) : ahead.at(-1);
}

function isWriter(name: string): boolean {
  return name.includes('-write-');
}

/** The names with the most urgent first, `p0` before `p9`; of equally urgent ones, the one that came first. */
export function byUrgency(names: readonly string[]): string[] {
  // The sort is stable.
  return bySequence(names).sort((one, other) => urgency(one) - urgency(other));
}

function urgency(name: string): number {
  return Number(name.slice(1, 2));
}

/** The names in the order of their sequence numbers; those that have none are left out. */
export function bySequence(names: readonly string[]): string[] {
  return names
    .filter((name) => /\d{10}$/.test(name))
    .sort((one, other) => (suffix(one) < suffix(other) ? -1 : suffix(one) > suffix(other) ? 1 : one < other ? -1 : 1));
}

function suffix(name: string): string {
  return name.slice(-SUFFIX_LENGTH);
}

/** How a site votes in a turn that holds for so long. */
export function voteOf(holdMs: number): Decision {
  return holdMs % VOTES === VOTES - 1 ? 'abort' : 'commit';
}

/** How long it waits for the votes of others, each time there is news, before it decides to abort. Milliseconds. */
export function patienceOf(holdMs: number): number {
  return holdMs - (holdMs % VOTES);
}

/** What the votes on a transaction come to, by the names of all votes; null where one that is missing decides. */
export function decisionOf(names: readonly string[], transaction: string): Decision | null {
  const votes = names.filter((name) => name.startsWith(`${transaction}-`));
  if (votes.some((name) => name.startsWith(`${transaction}-abort-`))) return 'abort';
  return votes.length === SITES ? 'commit' : null;
}
