/**
 * Paths as a client checks them before it asks anything (ZooKeeper's PathUtils; section 4.6 of the protocol's description), in
 * ZooKeeper's own words, since its users know them; and the chroot, which exists on the client alone.
 */

const CHAR_0 = 0x30;

/** Why a string is no path, in ZooKeeper's words; undefined if it is one. A sequential name may end with a slash. */
export function pathFault(path: string, isSequential: boolean = false): string | undefined {
  const whole = isSequential ? `${path}1` : path;
  if (whole.length === 0) return 'Path length must be > 0';
  if (!whole.startsWith('/')) return 'Path must start with / character';
  if (whole.length === 1) return undefined;
  if (whole.endsWith('/')) return 'Path must not end with / character';
  for (let at = 1; at < whole.length; at += 1) {
    const reason = faultAt(whole, at);
    if (reason !== undefined) return `Invalid path string "${path}" caused by ${reason} @${at}`;
  }
  return undefined;
}

function faultAt(path: string, at: number): string | undefined {
  const char = path.charAt(at);
  const before = path.charAt(at - 1);
  const endsName = at + 1 === path.length || path.charAt(at + 1) === '/';
  if (char === '\u0000') return 'null character not allowed';
  if (char === '/' && before === '/') return 'empty node name specified';
  if (char === '.' && endsName && (before === '/' || (before === '.' && path.charAt(at - 2) === '/'))) {
    return 'relative paths not allowed';
  }
  return isForbidden(path.charCodeAt(at)) ? 'invalid character' : undefined;
}

function isForbidden(code: number): boolean {
  if (code >= CHAR_0 && code < 0x7f) return false;
  return code <= 0x1f || (code >= 0x7f && code <= 0x9f) || (code >= 0xd800 && code <= 0xf8ff) || code >= 0xfff0;
}

/** A client's path as the server knows it. */
export function toServerPath(chroot: string, path: string): string {
  if (chroot === '') return path;
  return path === '/' ? chroot : chroot + path;
}

/** A server's path as the client knows it; one outside of the chroot stays as it is. */
export function toClientPath(chroot: string, path: string): string {
  if (chroot === '' || path === chroot) return chroot === '' ? path : '/';
  return path.startsWith(`${chroot}/`) ? path.slice(chroot.length) : path;
}
