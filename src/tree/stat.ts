/**
 * The arithmetic of a node's stored metadata: what each kind of change does to it (sections 1.8 and 3.2 of the
 * protocol's description).
 */
import type { SessionId } from '../base/session-id.ts';
import type { Zxid } from '../base/zxid.ts';
import type { StatPersisted } from '../wire/words.ts';

/** Of a node that this transaction creates. */
export function statOfNew(zxid: Zxid, time: number, ephemeralOwner: SessionId): StatPersisted {
  return {
    czxid: zxid, mzxid: zxid, ctime: time, mtime: time, version: 0, cversion: 0, aversion: 0, ephemeralOwner, pzxid: zxid,
  };
}

/** Of a parent whose children changed. `cversion` counts creations only, so that a replay may assign it. */
export function statWithChildren(stat: StatPersisted, cversion: number, pzxid: Zxid): StatPersisted {
  const { czxid, mzxid, ctime, mtime, version, aversion, ephemeralOwner } = stat;
  return { czxid, mzxid, ctime, mtime, version, cversion, aversion, ephemeralOwner, pzxid };
}

/** Of a node whose data was set. */
export function statWithData(stat: StatPersisted, version: number, mzxid: Zxid, mtime: number): StatPersisted {
  const { czxid, ctime, cversion, aversion, ephemeralOwner, pzxid } = stat;
  return { czxid, mzxid, ctime, mtime, version, cversion, aversion, ephemeralOwner, pzxid };
}

/** Of a node whose list was set. */
export function statWithAcl(stat: StatPersisted, aversion: number): StatPersisted {
  const { czxid, mzxid, ctime, mtime, version, cversion, ephemeralOwner, pzxid } = stat;
  return { czxid, mzxid, ctime, mtime, version, cversion, aversion, ephemeralOwner, pzxid };
}

/** Whether `cversion` comes after `stored`, both signed 32-bit counters that may wrap. */
export function isLaterVersion(cversion: number, stored: number): boolean {
  return ((cversion - stored) | 0) > 0;
}

/** The version after this one. It wraps as Java's int does; −1 is not skipped (as in 3.9). */
export function nextVersion(version: number): number {
  return (version + 1) | 0;
}
