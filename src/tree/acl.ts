/**
 * Access control: who may do what with a node, and what a list must look like before it is stored. Answers to
 * PrepRequestProcessor.fixupACL and ZooKeeperServer.checkACL (sections 1.8, 1.9 and 4.5 of the protocol's description). Schemes
 * are a table of pure functions; identities that only a transport can establish (x509, sasl) are data here.
 */
import { base64, sha1 } from '../base/sha1.ts';
import { OPEN_ACL_UNSAFE, type Acl, type Bytes, type Id } from '../wire/words.ts';
import { ipMatches, isIpExpression } from './ip-acl.ts';

/** One scheme. */
export interface AuthProvider {
  /** Whether holding an id of it counts for the scheme `auth`. */
  readonly isAuthenticated: boolean;
  /** Whether the id may stand in a list. */
  isValid(id: string): boolean;
  /** Whether a requester's id satisfies a list's. */
  matches(id: string, aclId: string): boolean;
  /** What `whoAmI` shows of an id. */
  userName(id: string): string;
}

const isSame = (id: string, aclId: string): boolean => id === aclId;
const isNotEmpty = (id: string): boolean => id.length > 0;
const whole = (id: string): string => id;

/** The schemes there are; a new one is a new entry. `world`, `auth` and `super` are rules, not schemes. */
export const AUTH_PROVIDERS: ReadonlyMap<string, AuthProvider> = new Map<string, AuthProvider>([
  ['digest', { isAuthenticated: true, isValid: isDigestId, matches: isSame, userName: (id) => beforeColon(id) }],
  ['ip', { isAuthenticated: false, isValid: isIpExpression, matches: ipMatches, userName: whole }],
  ['x509', { isAuthenticated: true, isValid: isNotEmpty, matches: isSame, userName: whole }],
  ['sasl', { isAuthenticated: true, isValid: isNotEmpty, matches: isSame, userName: whole }],
]);

/** Bypasses every check. */
export const SUPER: Id = Object.freeze({ scheme: 'super', id: '' });

/** `user:hash`: two parts, the second not empty, as Java's split counts them. */
function isDigestId(id: string): boolean {
  const parts = id.split(':');
  while (parts.length > 0 && parts[parts.length - 1] === '') parts.pop();
  return parts.length === 2;
}

function beforeColon(id: string): string {
  const colon = id.indexOf(':');
  return colon < 0 ? id : id.slice(0, colon);
}

/** Whether one of `ids` may do one of `permissions` under `acl`. An empty list permits everything, as in ZooKeeper. */
export function isPermitted(acl: readonly Acl[], permissions: number, ids: readonly Id[]): boolean {
  if (acl === OPEN_ACL_UNSAFE || acl.length === 0) return true;
  for (const id of ids) if (id.scheme === 'super') return true;
  for (const entry of acl) if ((entry.perms & permissions) !== 0 && isHolder(entry.id, ids)) return true;
  return false;
}

function isHolder(wanted: Id, ids: readonly Id[]): boolean {
  if (wanted.scheme === 'world' && wanted.id === 'anyone') return true;
  const provider = AUTH_PROVIDERS.get(wanted.scheme);
  if (provider === undefined) return false;
  for (const id of ids) if (id.scheme === wanted.scheme && provider.matches(id.id, wanted.id)) return true;
  return false;
}

/** Schemes whose ids only a transport can prove. */
export const TRANSPORT_SCHEMES: readonly string[] = Object.freeze(['x509', 'sasl']);

/**
 * The list as it is stored: without duplicates, `auth` expanded to the requester's ids. Undefined: InvalidACL. `offered`: those
 * of `TRANSPORT_SCHEMES` that there are here; ids of the others nobody could ever prove.
 */
export function normaliseAcl(
  acl: readonly Acl[] | null, ids: readonly Id[], offered: readonly string[] = TRANSPORT_SCHEMES,
): readonly Acl[] | undefined {
  if (acl === null || acl.length === 0) return undefined;
  if (isOpenAcl(acl)) return OPEN_ACL_UNSAFE;
  const stored: Acl[] = [];
  for (const entry of acl) {
    if (entry.id.scheme === 'auth') {
      const held = ids.filter((id) => AUTH_PROVIDERS.get(id.scheme)?.isAuthenticated === true);
      if (held.length === 0) return undefined;
      for (const id of held) addOnce(stored, { perms: entry.perms, id });
    } else {
      const { scheme, id } = entry.id;
      if (TRANSPORT_SCHEMES.includes(scheme) && !offered.includes(scheme)) return undefined;
      const isWorld = scheme === 'world' && id === 'anyone';
      if (!isWorld && AUTH_PROVIDERS.get(scheme)?.isValid(id) !== true) return undefined;
      addOnce(stored, entry);
    }
  }
  return stored;
}

function addOnce(acl: Acl[], entry: Acl): void {
  const { perms, id } = entry;
  if (!acl.some((other) => other.perms === perms && other.id.scheme === id.scheme && other.id.id === id.id)) acl.push(entry);
}

/** Whether the list says exactly world:anyone:cdrwa. */
export function isOpenAcl(acl: readonly Acl[]): boolean {
  if (acl === OPEN_ACL_UNSAFE) return true;
  const only = acl[0];
  return acl.length === 1 && only !== undefined && only.perms === 31 && only.id.scheme === 'world' && only.id.id === 'anyone';
}

/** The list with the hashes of digest ids hidden: what getACL shows to those without ADMIN. */
export function maskAcl(acl: readonly Acl[]): readonly Acl[] {
  return acl.map((entry) => {
    const colon = entry.id.scheme === 'digest' ? entry.id.id.indexOf(':') : -1;
    return colon < 0 ? entry : { perms: entry.perms, id: { scheme: 'digest', id: `${entry.id.id.slice(0, colon)}:x` } };
  });
}

const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
const encoder = new TextEncoder();

/** The digest id of credentials `user:password`: `user:base64(sha1(user:password))`. They are text, whatever their bytes. */
export function digestId(credentials: Bytes): string {
  const text = decoder.decode(credentials);
  return `${beforeColon(text)}:${base64(sha1(encoder.encode(text)))}`;
}

/**
 * What presenting `auth` under `scheme` proves: the ids gained, or undefined when it fails (or the scheme cannot be claimed
 * this way). `superDigest` is the operator's digest id for the superuser, or null.
 */
export function authenticate(scheme: string, auth: Bytes | null, superDigest: string | null): readonly Id[] | undefined {
  if (scheme !== 'digest' || auth === null) return undefined;
  const id = digestId(auth);
  const own: Id = { scheme: 'digest', id };
  return id === superDigest ? [SUPER, own] : [own];
}

/** The answer to whoAmI, in the order in which the ids were gained. */
export function clientInfos(ids: readonly Id[]): { readonly scheme: string; readonly user: string }[] {
  return ids.map((id) => ({ scheme: id.scheme, user: AUTH_PROVIDERS.get(id.scheme)?.userName(id.id) ?? id.id }));
}
