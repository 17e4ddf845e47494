/** The arithmetic of a node's versions (sections 1.8 and 3.2 of the protocol's description). */

/** Whether `cversion` comes after `stored`, both signed 32-bit counters that may wrap. */
export function isLaterVersion(cversion: number, stored: number): boolean {
  return ((cversion - stored) | 0) > 0;
}

/** The version after this one. It wraps as Java's int does; −1 is not skipped (as in 3.9). */
export function nextVersion(version: number): number {
  return (version + 1) | 0;
}
