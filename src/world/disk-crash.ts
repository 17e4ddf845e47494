/**
 * What a crash makes of changes that were not durable. A file's writes: all kept, none, the first few, the last of those torn
 * at a byte or at a sector, or some later one kept while an earlier one is a hole of zeros. A directory's changes: each kept
 * or lost by itself, but none that builds on a lost one. These are the states that file systems are known to leave behind
 * (Pillai et al., "All File Systems Are Not Created Equal", OSDI 2014); nothing durable is ever touched.
 */
import type { Stream } from './chooser.ts';
import { type Inode, type PendingWrite, replay } from './inode.ts';

/** A change of names: `from` is the name concerned, `to` the new one of a rename (else the same). */
export interface DirectoryChange {
  readonly kind: 'create' | 'rename' | 'remove';
  readonly from: string;
  readonly to: string;
  readonly inode: Inode;
}

/** What crashes took, counted. */
export interface CrashLosses {
  /** Files that lost unsynced writes in whole. */
  lostWrite: number;
  /** Files whose last surviving write is cut at a byte or a sector. */
  tornWrite: number;
  /** Files in which a later write survived an earlier one. */
  reorderedWrite: number;
  lostDirectoryEntry: number;
  lostRename: number;
  undoneRemove: number;
}

/** No losses yet. */
export function noLosses(): CrashLosses {
  return { lostWrite: 0, tornWrite: 0, reorderedWrite: 0, lostDirectoryEntry: 0, lostRename: 0, undoneRemove: 0 };
}

const SECTOR = 512;

/** The outcomes for the unsynced writes of one file; zero, the benign one, keeps them all. */
const OUTCOMES = ['all', 'none', 'some', 'tornAtByte', 'tornAtSector', 'reordered'] as const;

/** Decides what is left of a file, and makes it so. */
export function crashFile(inode: Inode, luck: Stream, losses: CrashLosses): void {
  const pending = inode.pending;
  const outcome = OUTCOMES[luck.below(OUTCOMES.length, 'crashOutcome')] ?? 'all';
  let kept: readonly PendingWrite[] = pending;
  if (outcome === 'none') {
    kept = [];
  } else if (outcome === 'some') {
    kept = pending.slice(0, luck.below(pending.length, 'keptWrites'));
  } else if (outcome === 'tornAtByte' || outcome === 'tornAtSector') {
    kept = tear(pending, luck, outcome === 'tornAtSector');
  } else if (outcome === 'reordered') {
    kept = reorder(pending, luck);
  }
  count(pending, kept, losses);
  inode.become(replay(inode.durable(), kept));
}

function count(pending: readonly PendingWrite[], kept: readonly PendingWrite[], losses: CrashLosses): void {
  if (kept === pending) return;
  const last = kept.at(-1);
  if (last !== undefined && !pending.includes(last)) losses.tornWrite++;
  else if (kept.length > 0 && last !== pending[kept.length - 1]) losses.reorderedWrite++;
  else if (kept.length < pending.length) losses.lostWrite++;
}

/** The first few, the last of them incomplete; a cut of the file's size cannot be torn. */
function tear(pending: readonly PendingWrite[], luck: Stream, atSector: boolean): readonly PendingWrite[] {
  const tornAt = pending.length - 1 - luck.below(pending.length, 'tornWrite');
  const torn = pending[tornAt];
  const kept = pending.slice(0, tornAt);
  if (torn === undefined || torn.bytes === null) return kept;
  let length = luck.below(torn.bytes.length + 1, 'tornAt');
  if (atSector) length = Math.max(0, Math.floor((torn.at + length) / SECTOR) * SECTOR - torn.at);
  if (length === torn.bytes.length) kept.push(torn);
  else if (length > 0) kept.push({ at: torn.at, bytes: torn.bytes.subarray(0, length) });
  return kept;
}

/** Each write by itself; what was written before a cut of the file's size is kept, so that the cut stays meaningful. */
function reorder(pending: readonly PendingWrite[], luck: Stream): readonly PendingWrite[] {
  const firstFree = pending.findLastIndex((write) => write.bytes === null) + 1;
  return pending.filter((_, index) => index < firstFree || !luck.chance(1, 2, 'writeLost'));
}

/** Decides which names are left; what is durable comes first, kept changes on top. */
export function crashDirectory(
  durable: ReadonlyMap<string, Inode>,
  pending: readonly DirectoryChange[],
  luck: Stream,
  losses: CrashLosses,
): Map<string, Inode> {
  const files = new Map(durable);
  if (pending.length === 0) return files;
  const outcome = luck.below(4, 'directoryOutcome');
  const lostNames = new Set<string>();
  for (const change of pending) {
    const depends = lostNames.has(change.from) || lostNames.has(change.to);
    if (depends || isLost(change, outcome, luck)) {
      lostNames.add(change.from).add(change.to);
      if (change.kind === 'create') losses.lostDirectoryEntry++;
      else if (change.kind === 'rename') losses.lostRename++;
      else losses.undoneRemove++;
    } else {
      applyChange(files, change);
    }
  }
  return files;
}

/** `outcome` 0 keeps all, 1 none, else each is drawn; the name of a file whose bytes were synced usually stays (as on ext4). */
function isLost(change: DirectoryChange, outcome: number, luck: Stream): boolean {
  if (outcome === 0) return false;
  if (change.kind === 'create' && change.inode.everSynced) return luck.chance(1, 8, 'syncedNameLost');
  return outcome === 1 || luck.chance(1, 2, 'nameLost');
}

/** Makes one change of a directory. */
export function applyChange(files: Map<string, Inode>, change: DirectoryChange): void {
  if (change.kind !== 'create' && files.get(change.from) === change.inode) files.delete(change.from);
  if (change.kind !== 'remove') files.set(change.to, change.inode);
}
