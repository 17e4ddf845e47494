/**
 * HMAC-SHA1 (RFC 2104): a proof that somebody knows a key, of which nothing can be learnt from the proof. What is known
 * against SHA-1 (collisions) does not touch HMAC; the core has SHA-1 already, and may not ask the platform.
 */
import { sha1 } from './sha1.ts';

const BLOCK = 64;

/** The 20 bytes for `message` under `key`, which may be of any length. */
export function hmacSha1(key: Uint8Array, message: Uint8Array): Uint8Array {
  const block = new Uint8Array(BLOCK);
  block.set(key.length > BLOCK ? sha1(key) : key);
  return sha1(joined(block, 0x5c, sha1(joined(block, 0x36, message))));
}

function joined(block: Uint8Array, mask: number, message: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(BLOCK + message.length);
  for (let i = 0; i < BLOCK; i += 1) bytes[i] = (block[i] ?? 0) ^ mask;
  bytes.set(message, BLOCK);
  return bytes;
}
