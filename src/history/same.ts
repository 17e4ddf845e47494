/** Equality of the plain records that judges compare. Written out field by field: these run for every reply. */
import type { Acl, Bytes, Stat } from '../wire/words.ts';

/** Byte by byte; null equals only null. */
export function sameBytes(a: Bytes | null, b: Bytes | null): boolean {
  if (a === b) return true;
  if (a === null || b === null || a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

/** In order and in full. */
export function sameStrings(a: readonly string[], b: readonly string[]): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

/** In order and in full. */
export function sameAcl(a: readonly Acl[], b: readonly Acl[]): boolean {
  if (a === b) return true;
  return (
    a.length === b.length &&
    a.every((entry, i) => entry.perms === b[i]?.perms && entry.id.scheme === b[i].id.scheme && entry.id.id === b[i].id.id)
  );
}

/** All eleven fields. */
export function sameStat(a: Stat, b: Stat): boolean {
  return (
    a.czxid === b.czxid &&
    a.mzxid === b.mzxid &&
    a.pzxid === b.pzxid &&
    a.ctime === b.ctime &&
    a.mtime === b.mtime &&
    a.version === b.version &&
    a.cversion === b.cversion &&
    a.aversion === b.aversion &&
    a.ephemeralOwner === b.ephemeralOwner &&
    a.dataLength === b.dataLength &&
    a.numChildren === b.numChildren
  );
}
