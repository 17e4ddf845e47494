/** The id that digest credentials prove, as scenarios need it to write a list of permissions: computed by the host, not by us. */
import { createHash } from 'node:crypto';

/** `user:hash` of `user:password` (DigestAuthenticationProvider.generateDigest). */
export function digestId(credentials: string): string {
  const user = credentials.slice(0, credentials.indexOf(':'));
  return `${user}:${createHash('sha1').update(credentials).digest('base64')}`;
}
