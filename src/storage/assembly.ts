/**
 * Makes one history of a snapshot and the logs after it, or says why that cannot be done. It must never skip a damaged record
 * or bridge a gap silently: a server that comes back without what it acknowledged breaks the ensemble (ZOOKEEPER-2325). Every
 * reason is a sentence that says what to do.
 */
import { counterOf, epochOf, ZXID_ZERO, zxidToHex } from '../base/zxid.ts';
import type { Zxid } from '../base/zxid.ts';
import type { SnapshotImage, Txn } from '../wire/transactions.ts';
import { logFileName, snapshotFileName } from './file-names.ts';
import { findGap } from './log-format.ts';
import type { ParsedLog } from './log-format.ts';
import type { Mark } from './watermark.ts';

/** What was read of a database's directory. */
export interface Loaded {
  readonly image: SnapshotImage | null;
  /** There are files of snapshots, sound or not, below the bound or not. */
  readonly hasSnapshots: boolean;
  /** Snapshots newer than `image`, or all there are, that are not sound. */
  readonly damagedSnapshots: readonly Zxid[];
  /** Snapshots that ZooKeeper compressed, ascending. */
  readonly compressedSnapshots: readonly string[];
  /** The zxid of the newest of them; `ZXID_ZERO`: there is none. */
  readonly newestCompressed: Zxid;
  /** The log files from the last one that starts at or before `image`, ascending. */
  readonly logs: readonly LoadedLog[];
  /** How far the log was durable; null: nobody kept a mark, as in a directory of ZooKeeper's. */
  readonly watermark: Mark | null;
  /** Transactions beyond this one do not count; null: all do. */
  readonly bound: Zxid | null;
  /** Logs without any snapshot before them are believed (snapshot.trust.empty). */
  readonly isEmptyTrusted: boolean;
}
export interface LoadedLog {
  /** By the name of the file. */
  readonly start: Zxid;
  readonly parsed: ParsedLog;
  readonly isLast: boolean;
}

export interface Assembly {
  /** Beyond the image, up to the bound. */
  readonly txns: readonly Txn[];
  readonly lastZxid: Zxid;
}

/** Why the files are no history. */
export interface Problem {
  /** A sentence. */
  readonly reason: string;
  /** What was there is lost here, and peers may have it; otherwise somebody must do something about the directory. */
  readonly isDamage: boolean;
}

const REMEDY = 'restore it from a copy, or move the data directory away and let this server take its state from the others';

/** The history, or a sentence. */
export function assemble(loaded: Loaded): Assembly | Problem {
  const assembly = assembleHistory(loaded);
  const isDamaged = typeof assembly === 'string';
  const compressed = loaded.compressedSnapshots.at(-1);
  if (compressed !== undefined && (isDamaged || assembly.lastZxid < loaded.newestCompressed)) {
    const reason = `${compressed} is compressed, and this server reads plain snapshots only: decompress and remove it`;
    return { reason, isDamage: false };
  }
  return isDamaged ? { reason: assembly, isDamage: true } : assembly;
}

/** Why these epochs cannot go with a history that ends with `lastZxid`; undefined when they can. */
export function findEpochProblem(acceptedEpoch: number, currentEpoch: number, lastZxid: Zxid): string | undefined {
  if (acceptedEpoch < currentEpoch) return `acceptedEpoch is ${acceptedEpoch}, below currentEpoch, ${currentEpoch}: ${REMEDY}`;
  if (acceptedEpoch < epochOf(lastZxid)) {
    return `acceptedEpoch is ${acceptedEpoch}, below the epoch of the last transaction, ${zxidToHex(lastZxid)}: ${REMEDY}`;
  }
  return undefined;
}

/** A file whose content cannot be used. */
export function damagedFile(file: string): string {
  return `${file} is damaged: ${REMEDY}`;
}

function assembleHistory(loaded: Loaded): Assembly | string {
  const problem = findDamage(loaded) ?? findMissingBase(loaded);
  if (problem !== undefined) return problem;
  const from = loaded.image === null ? ZXID_ZERO : loaded.image.zxid;
  const txns = txnsBeyond(from, loaded);
  const gap = findGap(from, txns);
  if (gap !== undefined) return `transactions are missing ${gap}: ${REMEDY}`;
  const lastZxid = txns[txns.length - 1]?.zxid ?? from;
  const newestDamaged = loaded.damagedSnapshots[0];
  if (newestDamaged !== undefined && newestDamaged > lastZxid) {
    return `${snapshotFileName(newestDamaged)} is damaged and the log ends before it, at ${zxidToHex(lastZxid)}: ${REMEDY}`;
  }
  const unbridged = findUnbridged(loaded.damagedSnapshots, from, txns);
  if (unbridged !== undefined) {
    return `${snapshotFileName(unbridged)} is damaged and the log before it does not lead up to it: ${REMEDY}`;
  }
  const { bound, watermark } = loaded;
  if (bound === null && watermark !== null && lastZxid < watermark.zxid) {
    const end = zxidToHex(lastZxid);
    return `the log can be read up to ${end} only, though it was durable up to ${zxidToHex(watermark.zxid)}: ${REMEDY}`;
  }
  return { txns, lastZxid };
}

/**
 * A snapshot that was made here had the transaction of its name in the log. One that cannot be used is made up for by logs that
 * have it too; where they do not, a log had lost its end before, which did not matter while the snapshot could be read. (With a
 * counter of 0 it is ZooKeeper's, of a leader that had just begun its epoch.)
 */
function findUnbridged(damaged: readonly Zxid[], from: Zxid, txns: readonly Txn[]): Zxid | undefined {
  return damaged.find((zxid) => zxid > from && counterOf(zxid) !== 0 && !txns.some((txn) => txn.zxid === zxid));
}

function txnsBeyond(from: Zxid, { logs, bound }: Loaded): Txn[] {
  const txns: Txn[] = [];
  for (const log of logs) {
    for (const txn of log.parsed.txns) if (txn.zxid > from && (bound === null || txn.zxid <= bound)) txns.push(txn);
  }
  return txns;
}

function findDamage({ logs, watermark }: Loaded): string | undefined {
  let before = -1;
  for (const { start, parsed, isLast } of logs) {
    const first = parsed.txns[0];
    if (parsed.damage !== 'none' && !isTear(parsed, isLast, watermark)) return damagedFile(logFileName(start));
    if (first === undefined && !isLast) return damagedFile(logFileName(start));
    if (first !== undefined && (first.zxid !== start || start <= before)) return damagedFile(logFileName(start));
    before = parsed.txns[parsed.txns.length - 1]?.zxid ?? before;
  }
  return undefined;
}

/**
 * Where there is a mark, only the last file may be torn, and the mark says whether what is torn was ever durable. ZooKeeper keeps
 * none, and after a crash goes on in a new file: there a tear is what has no sound entry behind it.
 */
function isTear({ damage, hasSoundBeyond }: ParsedLog, isLast: boolean, watermark: Mark | null): boolean {
  if (damage !== 'torn') return false;
  return watermark === null ? !hasSoundBeyond : isLast;
}

/**
 * A server writes a snapshot of the empty state before its first log, and logs go with the snapshots before them: without any,
 * what is missing cannot be known, even where the log starts at a first counter.
 */
function findMissingBase({ image, hasSnapshots, logs, isEmptyTrusted }: Loaded): string | undefined {
  if (image !== null) return undefined;
  if (hasSnapshots) return `none of the snapshots can be used: ${REMEDY}`;
  const first = logs[0]?.parsed.txns[0];
  if (first === undefined) return undefined;
  if (isEmptyTrusted && counterOf(first.zxid) === 1) return undefined;
  return `the log starts with ${zxidToHex(first.zxid)} and there is no snapshot before it: ${REMEDY}`;
}
