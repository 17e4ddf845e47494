/**
 * Session passwords: every server can compute the password of every session from the id alone, so that a session can move
 * without shared state. ZooKeeper's own (section 4.1 of the protocol's description) are a fixed formula: whoever learns an
 * id can take the session over. With `sessionSecret` configured, a password is an HMAC of the id under that secret and
 * cannot be guessed.
 *
 * The secret is configuration, like the addresses of the members: all servers must have it before they serve, restarted
 * ones and observers too. It cannot be made by the first leader and handed on: LEADERINFO has no room for it that a
 * ZooKeeper server would read past, a znode would count among the nodes that clients see and travel in every snapshot, and
 * a file beside the log would be missing wherever the log was restored from a copy. Without a secret the ensemble may be
 * mixed with Apache's servers.
 */
import { hmacSha1 } from '../base/hmac.ts';
import { sessionHighWord, sessionLowWord } from '../base/session-id.ts';
import type { SessionId } from '../base/session-id.ts';
import type { Bytes } from '../wire/words.ts';

const PASSWORD_LENGTH = 16;
const SUPER_SECRET = 0xb3415c00n;
const MULTIPLIER = 0x5deece66dn;
const MASK = (1n << 48n) - 1n;

const utf8 = new TextEncoder();

/** The 16 bytes that prove a session to be one's own. Called once a connection, never in a hot path. */
export function passwordOf(sessionId: SessionId, secret: string | null): Bytes {
  return secret === null ? guessablePassword(sessionId) : secretPassword(sessionId, secret);
}

/** Whether a client that claims the session knows its password; takes as long whichever byte is wrong. */
export function isPassword(sessionId: SessionId, password: Bytes, secret: string | null): boolean {
  const expected = passwordOf(sessionId, secret);
  if (password.length !== expected.length) return false;
  let difference = 0;
  for (let index = 0; index < expected.length; index += 1) difference |= (expected[index] ?? 0) ^ (password[index] ?? 0);
  return difference === 0;
}

function secretPassword(sessionId: SessionId, secret: string): Bytes {
  const id = new DataView(new ArrayBuffer(8));
  id.setInt32(0, sessionHighWord(sessionId));
  id.setInt32(4, sessionLowWord(sessionId));
  return hmacSha1(utf8.encode(secret), new Uint8Array(id.buffer)).slice(0, PASSWORD_LENGTH);
}

/** java.util.Random's bytes for a seed made of the id. */
function guessablePassword(sessionId: SessionId): Bytes {
  let seed = ((BigInt(`0x${sessionId}`) ^ SUPER_SECRET) ^ MULTIPLIER) & MASK;
  const password = new Uint8Array(PASSWORD_LENGTH);
  for (let word = 0; word < 4; word += 1) {
    seed = (seed * MULTIPLIER + 0xbn) & MASK;
    const bits = Number((seed >> 16n) & 0xffffffffn);
    for (let byte = 0; byte < 4; byte += 1) password[word * 4 + byte] = (bits >>> (8 * byte)) & 0xff;
  }
  return password;
}
