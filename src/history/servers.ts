/** The servers' side of a history: what each one stated of its role, its epochs and its log. Plain data. */
import type { Zxid } from '../base/zxid.ts';
import type { NodeId } from '../io/event.ts';
import type { FactOf } from '../io/fact.ts';
import type { ServerStateName } from '../wire/quorum-messages.ts';
import { EMPTY_LOG, type LogNode, type LogTree, NO_LOG } from './log-tree.ts';

/** What is known of one server from what it stated. */
export class ServerView {
  readonly id: NodeId;
  /** Its bit in `LogTree.durable`. */
  readonly bit: number;
  isUp = false;
  role: ServerStateName = 'LOOKING';
  /** Whether it is an established leader, or a learner that was brought in line with one. */
  isServing = false;
  /** The epoch that it leads, once established; 0 otherwise. */
  leadsEpoch = 0;
  establishedMs = 0;
  acceptedEpoch = 0;
  currentEpoch = 0;
  /** Its log; as far as it is durable; as far as it is applied; as far as it proposed (while it leads). */
  tail: LogNode = EMPTY_LOG;
  durable: LogNode = EMPTY_LOG;
  applied: LogNode = EMPTY_LOG;
  proposed: LogNode = NO_LOG;
  /** While a leader has it cut back or replaced: down to where, and the leader's own log then. */
  cutZxid: Zxid | -1 = -1;
  syncLog: LogNode = NO_LOG;
  /** Its medium lost something or could not be read. */
  isImpaired = false;
  /** What was durable here when this server refused its state, until a snapshot replaces it; `NO_LOG`: it did not. */
  refusedLog: LogNode = NO_LOG;
  /** The end of its log then, durable or not. */
  refusedTail: LogNode = NO_LOG;

  constructor(id: NodeId, bit: number) {
    this.id = id;
    this.bit = bit;
  }
}

/** The leader of an epoch and the history that it started with. */
export interface Establishment {
  readonly epoch: number;
  readonly leader: NodeId;
  readonly log: LogNode;
  /** The longest prefix of `log` that was in the truth log before, and what there was in it of earlier epochs. */
  readonly agreed: LogNode;
  readonly earlier: LogNode;
  readonly step: number;
  readonly atMs: number;
}

/** A role begins; with LOOKING, all that came with the last one ends. */
export function changeRole(server: ServerView, role: ServerStateName): void {
  server.role = role;
  if (role !== 'LOOKING') return;
  server.isServing = false;
  server.leadsEpoch = 0;
  server.proposed = NO_LOG;
}

/** Log and tree are both at `log` now, and the disk too, if it says so. */
export function restate(tree: LogTree, server: ServerView, log: LogNode, isDurable: boolean): void {
  for (let cut = server.durable; cut > EMPTY_LOG && !tree.isPrefix(cut, log); cut = tree.parent(cut)) {
    tree.durable[cut] = (tree.durable[cut] ?? 0) & ~server.bit;
    server.durable = tree.parent(cut);
  }
  server.tail = log;
  server.applied = log;
  server.cutZxid = -1;
  server.syncLog = NO_LOG;
  if (isDurable) makeDurable(tree, server, log);
}

/** What its disk holds counts for nothing any more. */
export function refuseState(tree: LogTree, server: ServerView, fact: FactOf<'stateRefused'>): void {
  server.acceptedEpoch = fact.acceptedEpoch;
  server.currentEpoch = fact.currentEpoch;
  if (server.refusedLog === NO_LOG) {
    server.refusedLog = server.durable;
    server.refusedTail = server.tail;
  }
  restate(tree, server, EMPTY_LOG, true);
  server.isUp = true;
}

/** It has been given its state anew, or has found it after all. */
export function acceptState(server: ServerView): void {
  server.refusedLog = NO_LOG;
  server.refusedTail = NO_LOG;
}

/** Where `zxid` is in what the disk of `server` may hold: its own log, or that of the leader that replaces it. */
export function recoveredLog(tree: LogTree, server: ServerView, zxid: Zxid): LogNode {
  for (const log of [server.tail, server.syncLog, server.refusedTail]) {
    const found = log === NO_LOG ? NO_LOG : tree.exact(log, zxid);
    if (found !== NO_LOG) return found;
  }
  return NO_LOG;
}

/** Whether a disk may hold something else afterwards than was written, or cannot be read. */
export function isImpairing({ fault, detail }: FactOf<'faultBegan'>): boolean {
  return fault.startsWith('bitRot') || fault === 'diskError:lie' || (fault.startsWith('diskError') && detail.startsWith('read'));
}

/** Whether the servers whose bits are set are more than half of so many. */
export function isMajority(bits: number, voters: number): boolean {
  let count = 0;
  for (let left = bits; left !== 0; left &= left - 1) count++;
  return count * 2 > voters;
}

/** The disk of `server` holds `log` now. */
export function makeDurable(tree: LogTree, server: ServerView, log: LogNode): void {
  const { durable } = tree;
  if (server.bit !== 0) {
    for (let at = log; at > EMPTY_LOG && ((durable[at] ?? 0) & server.bit) === 0; at = tree.parent(at)) {
      durable[at] = (durable[at] ?? 0) | server.bit;
    }
  }
  if (tree.zxid(log) > tree.zxid(server.durable)) server.durable = log;
}

/** What the disk of a server holds, as far as it is known. */
export type DiskView = Pick<ServerView, 'tail' | 'durable' | 'cutZxid' | 'syncLog' | 'acceptedEpoch' | 'currentEpoch'>;

/** What is on its disk now. */
export function viewDisk({ tail, durable, cutZxid, syncLog, acceptedEpoch, currentEpoch }: ServerView): DiskView {
  return { tail, durable, cutZxid, syncLog, acceptedEpoch, currentEpoch };
}

/** Its disk is another: that of an image, or without one an empty disk. It is down, and knows what it will find there. */
export function putDisk(tree: LogTree, server: ServerView, disk: DiskView | undefined): void {
  restate(tree, server, EMPTY_LOG, true);
  server.acceptedEpoch = disk?.acceptedEpoch ?? 0;
  server.currentEpoch = disk?.currentEpoch ?? 0;
  if (disk === undefined) return;
  makeDurable(tree, server, disk.durable);
  server.tail = disk.tail;
  server.applied = disk.tail;
  server.cutZxid = disk.cutZxid;
  server.syncLog = disk.syncLog;
}
