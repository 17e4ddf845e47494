/**
 * Session ids. ZooKeeper's are 64-bit and only ever compared for equality, so they live here as 16 lowercase
 * hexadecimal digits: a string that interns well as a map key, prints as it is, and sorts as the unsigned
 * number does.
 */
declare const sessionBrand: unique symbol;

/** Sixteen lowercase hexadecimal digits; `NO_SESSION` is zero. */
export type SessionId = string & { readonly [sessionBrand]: true };

/** Zero: a new session is asked for, or a node is not ephemeral. */
export const NO_SESSION: SessionId = '0000000000000000' as SessionId;

const PATTERN = /^[0-9a-f]{16}$/;

/** From the two halves on the wire, each taken as 32 bits. */
export function sessionIdFromWords(high: number, low: number): SessionId {
  if (high === 0 && low === 0) return NO_SESSION;
  return (hex32(high) + hex32(low)) as SessionId;
}

/** From text of sixteen lowercase hexadecimal digits; undefined when it is anything else. */
export function parseSessionId(text: string): SessionId | undefined {
  return PATTERN.test(text) ? (text as SessionId) : undefined;
}

/** For the wire: the first half as an int32. */
export function sessionHighWord(id: SessionId): number {
  return Number.parseInt(id.slice(0, 8), 16) | 0;
}

/** For the wire: the second half as an int32. */
export function sessionLowWord(id: SessionId): number {
  return Number.parseInt(id.slice(8), 16) | 0;
}

/** As ZooKeeper prints it: `0x1000015af710003`, without leading zeros. */
export function sessionIdToHex(id: SessionId): string {
  return `0x${id.replace(/^0+(?=.)/, '')}`;
}

function hex32(word: number): string {
  return (word >>> 0).toString(16).padStart(8, '0');
}
