/**
 * Session passwords. Every server can compute the password of every session from the id alone, so that a
 * session can move without shared state: the 16 bytes that ZooKeeper's own generator yields (section 4.1 of
 * the protocol's description).
 */
import type { SessionId } from '../base/session-id.ts';
import type { Bytes } from '../wire/words.ts';

const SUPER_SECRET = 0xb3415c00n;
const MULTIPLIER = 0x5deece66dn;
const MASK = (1n << 48n) - 1n;

/** The 16 bytes that prove a session to be one's own. Called once a session, never in a hot path. */
export function passwordOf(sessionId: SessionId): Bytes {
  let seed = ((BigInt(`0x${sessionId}`) ^ SUPER_SECRET) ^ MULTIPLIER) & MASK;
  const password = new Uint8Array(16);
  for (let word = 0; word < 4; word += 1) {
    seed = (seed * MULTIPLIER + 0xbn) & MASK;
    const bits = Number((seed >> 16n) & 0xffffffffn);
    for (let byte = 0; byte < 4; byte += 1) password[word * 4 + byte] = (bits >>> (8 * byte)) & 0xff;
  }
  return password;
}

/** Whether a client that claims the session knows its password. */
export function isPassword(sessionId: SessionId, password: Bytes): boolean {
  const expected = passwordOf(sessionId);
  if (password.length !== expected.length) return false;
  let difference = 0;
  for (let index = 0; index < expected.length; index += 1) difference |= (expected[index] ?? 0) ^ (password[index] ?? 0);
  return difference === 0;
}
