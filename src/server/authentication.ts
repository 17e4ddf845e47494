/**
 * Who a connection is: the ids that come with it, those that it proves, and whether it has proved enough to be served
 * (sections 1.3 and 4.5 of the protocol's description; ServerCnxn, AuthenticationHelper). Lists of ids are never
 * changed once made: requests on their way to the leader carry them.
 */
import { SUPER, authenticate } from '../tree/acl.ts';
import type { AuthRequest } from '../wire/client-messages.ts';
import type { Id } from '../wire/words.ts';
import type { ServiceConfig } from './service-config.ts';

/** What came of credentials: the ids that the connection has now; 'refused' is answered with −115, 'dropped' with nothing. */
export type Authenticated = readonly Id[] | 'refused' | 'dropped';

const NOBODY: readonly Id[] = [];
const EVERYBODY: readonly Id[] = [SUPER];

/** The ids of a new connection: its address and what the transport has proved, a superuser among them or not. */
export function initialIds(address: string, proved: readonly Id[] | undefined, config: ServiceConfig): readonly Id[] {
  let ids: readonly Id[] = [{ scheme: 'ip', id: address }];
  for (const id of proved ?? NOBODY) {
    ids = withId(ids, id);
    const superuser = id.scheme === 'x509' ? config.x509SuperUser : id.scheme === 'sasl' ? config.superUser : null;
    if (superuser !== null && id.id === superuser) ids = withId(ids, SUPER);
  }
  return ids;
}

/** Judges the credentials of an auth request; the ids that they prove are added to those there are. */
export function addAuth(ids: readonly Id[], request: AuthRequest, config: ServiceConfig): Authenticated {
  if (request.scheme === 'ensemble' && config.ensembleAuthName !== null) {
    const name = new TextDecoder().decode(request.auth ?? new Uint8Array(0));
    return name === '' || config.ensembleAuthName.includes(name) ? ids : 'dropped';
  }
  // Where it comes from is known since it came.
  if (request.scheme === 'ip') return ids;
  const proved = authenticate(request.scheme, request.auth, config.superDigest);
  if (proved === undefined) return 'refused';
  let all = ids;
  for (const id of proved) all = withId(all, id);
  return all;
}

/** Whether a connection with these ids may ask for anything but to be authenticated. */
export function isAuthenticatedEnough(ids: readonly Id[], config: ServiceConfig): boolean {
  if (config.sessionRequireClientSASLAuth && !ids.some(({ scheme }) => scheme === 'sasl')) return false;
  return !config.enforceAuthEnabled || ids.some(({ scheme }) => config.enforceAuthSchemes.includes(scheme));
}

/** The ids that permissions are asked with. */
export function effectiveIds(ids: readonly Id[], config: ServiceConfig): readonly Id[] {
  return config.skipACL ? EVERYBODY : ids;
}

function withId(ids: readonly Id[], added: Id): readonly Id[] {
  return ids.some(({ scheme, id }) => scheme === added.scheme && id === added.id) ? ids : [...ids, added];
}
