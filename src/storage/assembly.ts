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

/** What was read of a database's directory. */
export interface Loaded {
  readonly image: SnapshotImage | null;
  /** There are files of snapshots, sound or not, below the bound or not. */
  readonly hasSnapshots: boolean;
  /** Snapshots newer than `image`, or all there are, that are not sound. */
  readonly damagedSnapshots: readonly Zxid[];
  /** The log files from the last one that starts at or before `image`, ascending. */
  readonly logs: readonly LoadedLog[];
  /** Transactions beyond this one do not count; null: all do. */
  readonly bound: Zxid | null;
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

const REMEDY = 'restore it from a copy, or move the data directory away and let this server take its state from the others';

/** The history, or a sentence. */
export function assemble(loaded: Loaded): Assembly | string {
  const problem = findDamage(loaded.logs) ?? findMissingBase(loaded);
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
  return { txns, lastZxid };
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

function txnsBeyond(from: Zxid, { logs, bound }: Loaded): Txn[] {
  const txns: Txn[] = [];
  for (const log of logs) {
    for (const txn of log.parsed.txns) if (txn.zxid > from && (bound === null || txn.zxid <= bound)) txns.push(txn);
  }
  return txns;
}

/** Only the last file may be torn, and then holds nothing behind the tear that was ever durable. */
function findDamage(logs: readonly LoadedLog[]): string | undefined {
  let before = -1;
  for (const { start, parsed, isLast } of logs) {
    const first = parsed.txns[0];
    if (parsed.damage !== 'none' && !(parsed.damage === 'torn' && isLast)) return damagedFile(logFileName(start));
    if (first === undefined && !isLast) return damagedFile(logFileName(start));
    if (first !== undefined && (first.zxid !== start || start <= before)) return damagedFile(logFileName(start));
    before = parsed.txns[parsed.txns.length - 1]?.zxid ?? before;
  }
  return undefined;
}

/** Once there is a snapshot, older logs may have been purged, and what starts at a first counter need not be the beginning. */
function findMissingBase({ image, hasSnapshots, logs }: Loaded): string | undefined {
  if (image !== null) return undefined;
  if (hasSnapshots) return `none of the snapshots can be used: ${REMEDY}`;
  const first = logs[0]?.parsed.txns[0];
  if (first === undefined || counterOf(first.zxid) === 1) return undefined;
  return `the log starts with ${zxidToHex(first.zxid)} and there is no snapshot before it: ${REMEDY}`;
}
