/**
 * Which files a new snapshot makes superfluous (ZooKeeper's PurgeTxnLog). It must never count a snapshot that is not known to be
 * sound: keeping the newest files by number alone deletes the only good one when the newest are damaged (ZOOKEEPER-3231).
 */
import type { Zxid } from '../base/zxid.ts';

/** What may go, zxids ascending. The snapshots must be gone, durably, before the first log goes: see `purgeSteps`. */
export interface PurgeChoice {
  readonly snapshots: readonly Zxid[];
  readonly logs: readonly Zxid[];
}

/**
 * Keeps the `retainCount` (at least one) newest of `sound`, everything newer than the oldest of those, and every log from the one
 * that starts at or before it. All lists ascend; `sound` are those snapshots that were read or written in this life.
 */
export function choosePurge(
  sound: readonly Zxid[],
  snapshots: readonly Zxid[],
  logs: readonly Zxid[],
  retainCount: number,
): PurgeChoice {
  const oldestKept = sound[sound.length - Math.max(1, retainCount)];
  if (oldestKept === undefined) return { snapshots: [], logs: [] };
  let needed = 0;
  for (let i = 0; i < logs.length; i++) if ((logs[i] ?? 0) <= oldestKept) needed = i;
  return { snapshots: snapshots.filter((zxid) => zxid < oldestKept), logs: logs.slice(0, needed) };
}
