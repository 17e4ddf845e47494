/**
 * What a message or a fact is about, for the filters of the page: the sessions, paths and zxids in it, wherever they stand. Read
 * generically from the fields' names, which are the protocol's own.
 */
import { NO_SESSION, sessionIdToHex, parseSessionId } from '../base/session-id.ts';
import { zxidFromNumber, zxidToPair } from '../base/zxid.ts';

/** Deep enough for an operation in a multi in a transaction in a message. */
const DEPTH_MAX = 6;
const TAGS_MAX = 40;
const SESSION_FIELDS = new Set(['sessionId', 'clientId', 'ephemeralOwner']);
/** Tables of other things, in which everything would be mentioned. */
const LEFT_OUT = new Set(['image', 'config', 'bytes', 'acl', 'stat', 'authInfo', 'identities', 'touched']);

/** `session 0x1…`, `/path` and `zxid e:c`, each once, in order of appearance. */
export function tagsOf(value: object): string[] {
  const tags = new Set<string>();
  gather(value, tags, 0);
  return [...tags].slice(0, TAGS_MAX);
}

function gather(value: object, tags: Set<string>, depth: number): void {
  if (depth > DEPTH_MAX || ArrayBuffer.isView(value)) return;
  for (const [name, field] of fieldsOf(value)) {
    if (LEFT_OUT.has(name)) continue;
    if (typeof field === 'object' && field !== null) gather(field, tags, depth + 1);
    else add(name, field, tags);
  }
}

/** The fields of anything, of types that are not known. */
export function fieldsOf(value: object): [name: string, field: unknown][] {
  return Object.entries(value);
}

function add(name: string, field: unknown, tags: Set<string>): void {
  if (typeof field === 'string') {
    if (name === 'path') tags.add(field);
    if (!SESSION_FIELDS.has(name)) return;
    const session = parseSessionId(field);
    if (session !== undefined && session !== NO_SESSION) tags.add(`session ${sessionIdToHex(session)}`);
  } else if (typeof field === 'number' && /zxid/i.test(name)) {
    const zxid = field > 0 ? zxidFromNumber(field) : undefined;
    if (zxid !== undefined) tags.add(`zxid ${zxidToPair(zxid)}`);
  }
}
