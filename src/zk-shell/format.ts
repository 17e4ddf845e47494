/** How ZooKeeper's command line prints things: stat blocks, permissions, dates, bytes. Pure, but for the machine's time zone. */
import { sessionIdToHex } from '../base/session-id.ts';
import { zxidToHex } from '../base/zxid.ts';
import type { ErrorName } from '../wire/words.ts';
import { Permission, type Acl, type Bytes, type Stat } from '../wire/words.ts';

const LETTERS: readonly (readonly [letter: string, perm: number])[] = [
  ['c', Permission.CREATE], ['d', Permission.DELETE], ['r', Permission.READ], ['w', Permission.WRITE], ['a', Permission.ADMIN],
];

const BYTES_A_ROW = 16;

/** The eleven lines of a stat block. */
export function statLines(stat: Stat): string[] {
  return [
    `cZxid = ${zxidToHex(stat.czxid)}`,
    `ctime = ${dateText(stat.ctime)}`,
    `mZxid = ${zxidToHex(stat.mzxid)}`,
    `mtime = ${dateText(stat.mtime)}`,
    `pZxid = ${zxidToHex(stat.pzxid)}`,
    `cversion = ${stat.cversion}`,
    `dataVersion = ${stat.version}`,
    `aclVersion = ${stat.aversion}`,
    `ephemeralOwner = ${sessionIdToHex(stat.ephemeralOwner)}`,
    `dataLength = ${stat.dataLength}`,
    `numChildren = ${stat.numChildren}`,
  ];
}

/** As Java's Date prints it: `Thu Jan 01 00:00:00 UTC 1970`, in the machine's time zone. */
export function dateText(ms: number): string {
  const date = new Date(ms);
  const [day = '', month = '', dayOfMonth = '', year = '', time = ''] = date.toString().split(' ');
  const zone = new Intl.DateTimeFormat('en-US', { timeZoneName: 'short' }).formatToParts(date)
    .find(({ type }) => type === 'timeZoneName')?.value ?? 'UTC';
  return `${day} ${month} ${dayOfMonth} ${time} ${zone} ${year}`;
}

/** Two lines for each entry: `'world,'anyone` and `: cdrwa`. */
export function aclLines(acl: readonly Acl[]): string[] {
  return acl.flatMap(({ perms, id }) => [`'${id.scheme},'${id.id}`, `: ${permText(perms)}`]);
}

/** `cdrwa`, or fewer of it. */
export function permText(perms: number): string {
  return LETTERS.map(([letter, perm]) => ((perms & perm) === perm ? letter : '')).join('');
}

/** What an access control list says, and what is wrong with it, as lines; null: it says nothing at all. */
export function parseAcl(text: string): { readonly acl: readonly Acl[] | null; readonly complaints: readonly string[] } {
  const acl: Acl[] = [];
  const complaints: string[] = [];
  for (const part of text.split(',')) {
    const first = part.indexOf(':');
    const last = part.lastIndexOf(':');
    if (first < 0 || first === last) {
      complaints.push(`${part} does not have the form scheme:id:perm`);
      continue;
    }
    const { perms, unknown } = parsePerms(part.slice(last + 1));
    for (const letter of unknown) complaints.push(`Unknown perm type: ${letter}`);
    acl.push({ perms, id: { scheme: part.slice(0, first), id: part.slice(first + 1, last) } });
  }
  return { acl: acl.length === 0 ? null : acl, complaints };
}

function parsePerms(text: string): { perms: number; unknown: string[] } {
  let perms = 0;
  const unknown: string[] = [];
  for (const each of text) {
    const known = LETTERS.find(([letter]) => letter === each);
    if (known === undefined) unknown.push(each);
    else perms |= known[1];
  }
  return { perms, unknown };
}

/** Bytes as text; `null` where there are none. */
export function dataText(data: Bytes | null): string {
  return data === null ? 'null' : new TextDecoder().decode(data);
}

/** Bytes in base64; `null` where there are none. */
export function dataBase64(data: Bytes | null): string {
  return data === null ? 'null' : Buffer.from(data).toString('base64');
}

/** Bytes as a table, sixteen a row, as Netty's pretty hex dump draws it. */
export function dataHex(data: Bytes | null): string[] {
  if (data === null) return ['null'];
  if (data.length === 0) return [''];
  const rule = `+--------+${'-'.repeat(49)}+${'-'.repeat(16)}+`;
  const head = Array.from({ length: BYTES_A_ROW }, (_, at) => at.toString(16).padStart(3)).join('');
  const lines = [`         +${'-'.repeat(49)}+`, `         |${head} |`, rule];
  for (let at = 0; at < data.length; at += BYTES_A_ROW) {
    const row = [...data.subarray(at, at + BYTES_A_ROW)];
    const hex = row.map((byte) => ` ${byte.toString(16).padStart(2, '0')}`).join('').padEnd(48);
    const text = row.map((byte) => (byte > 0x1f && byte < 0x7f ? String.fromCharCode(byte) : '.')).join('').padEnd(BYTES_A_ROW);
    lines.push(`|${at.toString(16).padStart(8, '0')}|${hex} |${text}|`);
  }
  return [...lines, rule];
}

/** `[a, b]`, sorted. */
export function listText(names: readonly string[]): string {
  return `[${[...names].sort(byCodeUnit).join(', ')}]`;
}

function byCodeUnit(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}

const SENTENCES: Partial<Record<ErrorName, string>> = {
  NONODE: 'Node does not exist: ',
  NOCHILDRENFOREPHEMERALS: 'Ephemerals cannot have children: ',
  NODEEXISTS: 'Node already exists: ',
  NOTEMPTY: 'Node not empty: ',
  NOTREADONLY: 'Not a read-only call: ',
  INVALIDACL: 'Acl is not valid : ',
  NOAUTH: 'Insufficient permission : ',
  BADARGUMENTS: 'Arguments are not valid : ',
  BADVERSION: 'version No is not valid : ',
};

const WHOLE_SENTENCES: Partial<Record<ErrorName, string>> = {
  RECONFIGINPROGRESS: 'Another reconfiguration is in progress -- concurrent reconfigs not supported (yet)',
  NEWCONFIGNOQUORUM: 'No quorum of new config is connected and up-to-date with the leader of last commmitted config - ' +
    'try invoking reconfiguration after new servers are connected and synced',
};

/** The names of codes as Java's exceptions spell them. */
const JAVA_NAMES: Partial<Record<ErrorName, string>> = {
  CONNECTIONLOSS: 'ConnectionLoss', MARSHALLINGERROR: 'MarshallingError', UNIMPLEMENTED: 'Unimplemented',
  OPERATIONTIMEOUT: 'OperationTimeout', SESSIONEXPIRED: 'Session expired', AUTHFAILED: 'AuthFailed',
  SESSIONMOVED: 'Session moved', EPHEMERALONLOCALSESSION: 'Ephemeral node on local session', NOWATCHER: 'No such watcher',
  REQUESTTIMEOUT: 'RequestTimeout', RECONFIGDISABLED: 'Reconfig is disabled', SYSTEMERROR: 'SystemError',
  SESSIONCLOSEDREQUIRESASLAUTH: 'Session closed because client failed to authenticate', QUOTAEXCEEDED: 'Quota has exceeded',
  THROTTLEDOP: 'Op throttled due to high load', INVALIDACL: 'InvalidACL', APIERROR: 'APIError',
};

/** What the command line says of a failure. */
export function failureText(name: ErrorName | 'UNKNOWN', path: string): string {
  if (name === 'UNKNOWN') return `KeeperErrorCode = Unknown error${path === '' ? '' : ` for ${path}`}`;
  const sentence = SENTENCES[name];
  if (sentence !== undefined) return sentence + (path === '' ? 'null' : path);
  return WHOLE_SENTENCES[name] ?? keeperText(name, path);
}

/** `KeeperErrorCode = InvalidACL for /a`. */
export function keeperText(name: ErrorName, path: string): string {
  return `KeeperErrorCode = ${JAVA_NAMES[name] ?? name}${path === '' ? '' : ` for ${path}`}`;
}
