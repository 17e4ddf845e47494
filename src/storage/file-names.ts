/**
 * The names of the files of a database, and what a name says of its file. Logs and snapshots carry a zxid in lowercase
 * hexadecimal, as ZooKeeper names them in `version-2/`; a host may add that directory, here the names are flat. Names that
 * are not ours are left alone: an operator may keep other files beside them.
 */
import { zxidFromNumber } from '../base/zxid.ts';
import type { Zxid } from '../base/zxid.ts';
import { WATERMARK_FILE } from './watermark.ts';

/** ZooKeeper's marker: a server that finds nothing but this may start with nothing. */
export const INITIALIZE_FILE = 'initialize';

/** The two files that keep an epoch. */
export type EpochFile = 'acceptedEpoch' | 'currentEpoch';

/** What the files of a directory are, by their names; zxids ascending. */
export interface Inventory {
  /** The first zxid of each log file. */
  readonly logs: readonly Zxid[];
  readonly snapshots: readonly Zxid[];
  /** Snapshots from a leader whose installation has begun and must be finished; at most one in practice. */
  readonly installing: readonly Zxid[];
  readonly epochs: readonly EpochFile[];
  readonly hasWatermark: boolean;
  /** An operator has left the marker that this server may start with nothing. */
  readonly mayBeEmpty: boolean;
  /** Snapshots that ZooKeeper compressed, by their zxid. */
  readonly compressed: ReadonlyMap<Zxid, string>;
  /** Files that a crash left half written, under a name that nothing reads. */
  readonly leftovers: readonly string[];
}

const LOG = 'log.';
const SNAPSHOT = 'snapshot.';
const TEMPORARY = '.tmp';
const INSTALLING = '.installing';
const HEX = /^(0|[1-9a-f][0-9a-f]*)$/;

/** `zxid` is the first one in the file. */
export function logFileName(zxid: Zxid): string {
  return LOG + zxid.toString(16);
}

/** `zxid` is the last one that the snapshot contains. */
export function snapshotFileName(zxid: Zxid): string {
  return SNAPSHOT + zxid.toString(16);
}

/** A leader's snapshot that is complete and durable, and is to become the only state there is. */
export function installingFileName(zxid: Zxid): string {
  return snapshotFileName(zxid) + INSTALLING;
}

/** Where a file is written before it takes its name. */
export function temporaryFileName(file: string): string {
  return file + TEMPORARY;
}

/** Sorts a directory out. */
export function takeInventory(files: readonly string[]): Inventory {
  const logs: Zxid[] = [];
  const snapshots: Zxid[] = [];
  const installing: Zxid[] = [];
  const epochs: EpochFile[] = [];
  const compressed = new Map<Zxid, string>();
  const leftovers: string[] = [];
  for (const file of files) {
    if (file === 'acceptedEpoch' || file === 'currentEpoch') epochs.push(file);
    else if (isLeftover(file)) leftovers.push(file);
    else if (file.endsWith('.gz') || file.endsWith('.snappy')) addCompressed(file, compressed);
    else if (!addZxid(file, LOG, '', logs) && !addZxid(file, SNAPSHOT, '', snapshots)) {
      addZxid(file, SNAPSHOT, INSTALLING, installing);
    }
  }
  for (const zxids of [logs, snapshots, installing]) zxids.sort(ascending);
  const hasWatermark = files.includes(WATERMARK_FILE);
  const mayBeEmpty = files.includes(INITIALIZE_FILE);
  return { logs, snapshots, installing, epochs, leftovers, compressed, hasWatermark, mayBeEmpty };
}

function addCompressed(file: string, to: Map<Zxid, string>): void {
  const zxid = zxidOfName(file, SNAPSHOT, file.slice(file.lastIndexOf('.')));
  if (zxid !== undefined) to.set(zxid, file);
}

function isLeftover(file: string): boolean {
  if (!file.endsWith(TEMPORARY)) return false;
  const name = file.slice(0, -TEMPORARY.length);
  return name === 'acceptedEpoch' || name === 'currentEpoch' || zxidOfName(name, SNAPSHOT, '') !== undefined;
}

function addZxid(file: string, prefix: string, suffix: string, to: Zxid[]): boolean {
  const zxid = zxidOfName(file, prefix, suffix);
  if (zxid === undefined) return false;
  to.push(zxid);
  return true;
}

function zxidOfName(file: string, prefix: string, suffix: string): Zxid | undefined {
  if (!file.startsWith(prefix) || !file.endsWith(suffix)) return undefined;
  const digits = file.slice(prefix.length, file.length - suffix.length);
  return HEX.test(digits) ? zxidFromNumber(Number.parseInt(digits, 16)) : undefined;
}

function ascending(a: Zxid, b: Zxid): number {
  return a - b;
}
