/**
 * Paths: which strings name a znode, and how a path comes apart. Answers to ZooKeeper's PathUtils; the table is in the
 * protocol's description, section 4.6. The server applies it to create, setData, setACL and check; a client to every call.
 * The root is '/' for clients and '' within the tree, whose children are '/a', '/b'.
 */

/** The root as the tree keys it. */
export const ROOT = '';
/** What belongs to the service itself. */
export const SYSTEM_PATH = '/zookeeper';
/** The ensemble's configuration. */
export const CONFIG_PATH = '/zookeeper/config';
/** The limits and counts of every quota are below. */
export const QUOTA_PATH = '/zookeeper/quota';

const SLASH = 0x2f;
const DOT = 0x2e;

/** A client's path as the tree keys it. */
export function treePath(path: string): string {
  return path === '/' ? ROOT : path;
}

/** A path of the tree as clients see it. */
export function clientPath(path: string): string {
  return path === ROOT ? '/' : path;
}

/** What stands before the last slash: the parent, '' for the root's children. */
export function parentOf(path: string): string {
  const lastSlash = path.lastIndexOf('/');
  return lastSlash <= 0 ? ROOT : path.slice(0, lastSlash);
}

/** How long `parentOf(path)` is, for those who need not have it as a string of its own. */
export function parentLength(path: string): number {
  return Math.max(0, path.lastIndexOf('/'));
}

/** What stands after the last slash. */
export function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/** Whether the service needs the node, so that nobody may delete it. */
export function isSpecialPath(path: string): boolean {
  return path === '/' || path === ROOT || path === SYSTEM_PATH || path === CONFIG_PATH || path === QUOTA_PATH;
}

/** Whether the node is strictly below /zookeeper: the digest leaves those out. */
export function isSystemPath(path: string): boolean {
  return path.startsWith('/zookeeper/');
}

/** Whether the path obeys the rules for an existing name (or for a complete new one). */
export function isValidPath(path: string): boolean {
  return pathFault(path) === null;
}

/** Whether the path may be completed by a sequence number: '/a/' may. */
export function isValidSequentialPath(path: string): boolean {
  return pathFault(`${path}1`) === null;
}

/** What is wrong with a path, in ZooKeeper's own words, or null. */
export function pathFault(path: string): string | null {
  if (path.length === 0) return 'Path length must be > 0';
  if (path.charCodeAt(0) !== SLASH) return 'Path must start with / character';
  if (path.length === 1) return null;
  if (path.charCodeAt(path.length - 1) === SLASH) return 'Path must not end with / character';
  let segmentStart = 1;
  for (let i = 1; i <= path.length; i++) {
    const unit = i < path.length ? path.charCodeAt(i) : SLASH;
    if (unit === SLASH) {
      const fault = segmentFault(path, segmentStart, i);
      if (fault !== null) return fault;
      segmentStart = i + 1;
    } else if (unit < 0x20 || unit >= 0x7f) {
      if (unit === 0) return `null character not allowed @${i}`;
      if (isBanned(unit)) return `invalid character @${i}`;
    }
  }
  return null;
}

function segmentFault(path: string, start: number, end: number): string | null {
  if (end === start) return `empty node name specified @${end}`;
  if (path.charCodeAt(start) !== DOT) return null;
  const isRelative = end === start + 1 || (end === start + 2 && path.charCodeAt(start + 1) === DOT);
  return isRelative ? `relative paths not allowed @${end - 1}` : null;
}

function isBanned(unit: number): boolean {
  return unit <= 0x1f || (unit >= 0x7f && unit <= 0x9f) || (unit >= 0xd800 && unit <= 0xf8ff) || unit >= 0xfff0;
}
