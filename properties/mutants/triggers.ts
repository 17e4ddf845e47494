/**
 * How long the trigger of each known bug is, in events at the granularity of messages from a stable leader with everybody in
 * line: the figures of the catalogue of ZooKeeper's bugs that the mutants follow. They are what a shrunk failure is measured
 * against. The upper figure where the catalogue gives two; of variants, that of the one that was planted.
 */

/** By the id of the mutant. */
const DESCRIBED: ReadonlyMap<string, number> = new Map([
  ['zk-108', 8], ['zk-335', 80], ['zk-417', 12], ['zk-498', 20], ['zk-508', 25], ['zk-596', 25], ['zk-706', 8], ['zk-962', 20],
  ['zk-1082', 70], ['zk-1090', 12], ['zk-1144', 12], ['zk-1154', 60], ['zk-1156', 60], ['zk-1208', 6], ['zk-1277', 10],
  ['zk-1282', 50], ['zk-1291', 25], ['zk-1367', 40], ['zk-1387', 15], ['zk-1412', 8], ['zk-1489', 45], ['zk-1496', 8],
  ['zk-1653', 30], ['zk-1863', 10], ['zk-2307', 20], ['zk-2325', 8], ['zk-2845', 70], ['zk-2846', 80], ['zk-2872', 25],
  ['zk-2959', 25], ['zk-3023', 14], ['zk-3144', 15], ['zk-3471', 8], ['zk-3701', 35], ['zk-3911', 45], ['zk-4394', 20],
  ['zk-4643', 21], ['zk-4646', 23], ['zk-4712', 13], ['zk-4837', 50],
  ['gen-fsync', 25], ['prep-stale', 6], ['sess-resume', 5], ['watch-late', 5],
]);

/**
 * Of a mutant that the catalogue does not describe: the median of what it describes in the same tier; in tier 0, which is
 * defined by it, the most that the tier allows.
 */
const OF_TIER: readonly number[] = [10, 20, 25, 60, 60];

/** The figure that a shrunk failure of a mutant is measured against, and whether it is that of the bug itself. */
export interface Trigger {
  readonly events: number;
  readonly isDescribed: boolean;
}

/** Looks it up. */
export function triggerOf(id: string, tier: number): Trigger {
  const events = DESCRIBED.get(id);
  return events === undefined ? { events: OF_TIER[tier] ?? 0, isDescribed: false } : { events, isDescribed: true };
}

/** The ids of the mutants that the catalogue describes. */
export const DESCRIBED_MUTANTS: readonly string[] = [...DESCRIBED.keys()];
