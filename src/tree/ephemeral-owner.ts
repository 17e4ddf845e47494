/**
 * What a node's `ephemeralOwner` says: nothing, a session, that it is a container, or a TTL. Answers to ZooKeeper's
 * EphemeralType (section 1.6 of the protocol's description). A session id never has the top byte 0xFF, since extended
 * types restrict server ids to 254.
 */
import { invariant, present } from '../base/invariant.ts';
import { NO_SESSION, parseSessionId, type SessionId } from '../base/session-id.ts';

/** The longest TTL, in ms: 40 bits. */
export const MAX_TTL_MS = 0xff_ffff_ffff;
/** The owner of every container. */
export const CONTAINER_OWNER: SessionId = owner('8000000000000000');
const TTL_PREFIX = 'ff0000';

/** void: an ordinary node; normal: an ephemeral one, owned by a session. */
export type OwnerKind = 'void' | 'normal' | 'container' | 'ttl';

/** Which of them an owner stands for. */
export function ownerKind(ephemeralOwner: SessionId): OwnerKind {
  if (ephemeralOwner === NO_SESSION) return 'void';
  if (ephemeralOwner === CONTAINER_OWNER) return 'container';
  return ephemeralOwner.startsWith(TTL_PREFIX) ? 'ttl' : 'normal';
}

/** Whether so many milliseconds can be a TTL. */
export function isValidTtl(ttlMs: number): boolean {
  return Number.isInteger(ttlMs) && ttlMs > 0 && ttlMs <= MAX_TTL_MS;
}

/** The owner that stands for a TTL in ms. */
export function ttlOwner(ttlMs: number): SessionId {
  invariant(isValidTtl(ttlMs), 'ttl out of range');
  return owner(TTL_PREFIX + ttlMs.toString(16).padStart(10, '0'));
}

/** The TTL in ms that an owner of kind 'ttl' stands for. */
export function ttlOf(ephemeralOwner: SessionId): number {
  return Number.parseInt(ephemeralOwner.slice(TTL_PREFIX.length), 16);
}

/** What clients see: containers and TTL nodes do not show their secret. */
export function visibleOwner(ephemeralOwner: SessionId): SessionId {
  return ephemeralOwner === NO_SESSION || ownerKind(ephemeralOwner) === 'normal' ? ephemeralOwner : NO_SESSION;
}

function owner(text: string): SessionId {
  return present(parseSessionId(text), 'not a session id');
}
