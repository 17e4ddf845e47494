/**
 * Lists of permissions as the reference model understands them (reference sections 1.8, 1.9 and 4.5): what is stored of a list,
 * who may do what under it, what is shown of it. Written apart from the service. Who asks is told by the ids that the
 * connection has proved; null where nobody knows, and then the answer may be that nobody can tell.
 */
import { base64, sha1 } from '../base/sha1.ts';
import type { AuthRequest } from '../wire/client-messages.ts';
import { type Acl, type Id, Permission } from '../wire/words.ts';
import type { ServiceRules } from './rules.ts';

/** The ids that a connection has proved; null: unknown. */
export type Ids = readonly Id[] | null;

/** Whether one may, with one of these permissions; undefined: it depends on ids that are unknown. */
export function isAllowed(
  acl: readonly Acl[],
  permissions: number,
  ids: Ids,
  rules: ServiceRules,
): boolean | undefined {
  if (rules.skipAcl || acl.length === 0) return true;
  if (ids !== null && ids.some((id) => id.scheme === 'super')) return true;
  let dependsOnIds = false;
  for (const { perms, id } of acl) {
    if ((perms & permissions) === 0) continue;
    if (id.scheme === 'world' && id.id === 'anyone') return true;
    if (ids === null) dependsOnIds = true;
    else if (ids.some((held) => isOne(held, id))) return true;
  }
  return dependsOnIds ? undefined : ids === null && rules.superDigest !== null ? undefined : false;
}

function isOne(held: Id, wanted: Id): boolean {
  if (held.scheme !== wanted.scheme) return false;
  return held.scheme === 'ip' ? isInNetwork(held.id, wanted.id) : held.id === wanted.id;
}

/** Whether an IPv4 address is in `network[/bits]`. Other addresses must be equal letter by letter. */
function isInNetwork(address: string, network: string): boolean {
  const [base = '', bits = '32'] = network.split('/');
  const a = addressBits(address);
  const b = addressBits(base);
  if (a === null || b === null) return address === network;
  return a.slice(0, Number(bits)) === b.slice(0, Number(bits));
}

/** An IPv4 address as 32 letters 0 and 1; null if it is none. */
function addressBits(address: string): string | null {
  const parts = address.split('.');
  if (parts.length !== 4 || !parts.every((part) => /^\d{1,3}$/.test(part) && Number(part) < 256)) return null;
  return parts.map((part) => Number(part).toString(2).padStart(8, '0')).join('');
}

/** The list as it is stored: null if it is refused, undefined if that depends on ids that are unknown. */
export function storedAcl(acl: readonly Acl[] | null, ids: Ids): readonly Acl[] | null | undefined {
  if (acl === null || acl.length === 0) return null;
  const stored: Acl[] = [];
  const keep = (perms: number, id: Id): void => {
    const isThere = stored.some(
      (entry) => entry.perms === perms && entry.id.scheme === id.scheme && entry.id.id === id.id,
    );
    if (!isThere) stored.push({ perms, id });
  };
  for (const { perms, id } of acl) {
    switch (id.scheme) {
      case 'auth': {
        if (ids === null) return undefined;
        const proved = ids.filter(
          (held) => held.scheme !== 'ip' && held.scheme !== 'super' && held.scheme !== 'world',
        );
        if (proved.length === 0) return null;
        for (const held of proved) keep(perms, held);
        break;
      }
      case 'world':
        if (id.id !== 'anyone') return null;
        keep(perms, id);
        break;
      default:
        if (!isWellFormed(id)) return null;
        keep(perms, id);
    }
  }
  return stored;
}

function isWellFormed({ scheme, id }: Id): boolean {
  switch (scheme) {
    case 'digest':
      return /^[^:]*:[^:]+:*$/.test(id);
    case 'ip':
      return isNetwork(id);
    case 'x509':
    case 'sasl':
      return id !== '';
    default:
      return false;
  }
}

function isNetwork(id: string): boolean {
  const [base = '', bits, ...rest] = id.split('/');
  if (rest.length > 0 || (bits !== undefined && !/^\d{1,2}$/.test(bits))) return false;
  if (bits !== undefined && Number(bits) > 32) return false;
  return addressBits(base) !== null;
}

/** What getACL shows: to those without ADMIN, no hash of a digest. undefined: it depends on ids that are unknown. */
export function shownAcl(acl: readonly Acl[], ids: Ids, rules: ServiceRules): readonly Acl[] | undefined {
  const isAdmin = isAllowed(acl, Permission.ADMIN, ids, rules);
  if (isAdmin === true || !acl.some((entry) => entry.id.scheme === 'digest')) return acl;
  if (isAdmin === undefined) return undefined;
  return acl.map((entry) => {
    const colon = entry.id.scheme === 'digest' ? entry.id.id.indexOf(':') : -1;
    return colon < 0
      ? entry
      : { perms: entry.perms, id: { scheme: 'digest', id: `${entry.id.id.slice(0, colon)}:x` } };
  });
}

/** The ids that presenting credentials proves; none for what cannot be proved like that. */
export function provedIds({ scheme, auth }: AuthRequest, rules: ServiceRules): readonly Id[] {
  if (scheme !== 'digest') return [];
  const credentials = auth ?? new Uint8Array(0);
  const text = new TextDecoder().decode(credentials);
  const user = text.includes(':') ? text.slice(0, text.indexOf(':')) : text;
  const id: Id = { scheme: 'digest', id: `${user}:${base64(sha1(credentials))}` };
  return id.id === rules.superDigest ? [{ scheme: 'super', id: '' }, id] : [id];
}
