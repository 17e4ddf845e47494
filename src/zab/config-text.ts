/**
 * Configurations as text (section 8 of the protocol's description; QuorumPeerConfig.parseDynamicConfig and
 * QuorumVerifier.toString): `server.N` lines by id, then groups and weights, then the version in hexadecimal, without a
 * newline after it. What is parsed is checked as a whole: whoever holds a configuration holds one that can be run.
 */
import { zxidFromNumber, ZXID_ZERO } from '../base/zxid.ts';
import type { Zxid } from '../base/zxid.ts';
import type { Address, EnsembleConfig, Group, Hierarchy, ServerSpec, Weight } from './quorum.ts';

const ANY_HOST = '0.0.0.0';
const MAX_ID = 254;

/** The configuration of these servers, which must be sound (see `findFault`). Frozen through and through: forks share it. */
export function makeConfig(servers: readonly ServerSpec[], hierarchy: Hierarchy | null, version: Zxid): EnsembleConfig {
  const sorted = [...servers].sort((a, b) => a.id - b.id);
  const voters = sorted.filter(({ role }) => role === 'participant').map(({ id }) => id);
  const observers = sorted.filter(({ role }) => role === 'observer').map(({ id }) => id);
  const text = configText(sorted, hierarchy, version);
  return Object.freeze({ version, servers: sorted, voters, observers, hierarchy, text });
}

/** The same ensemble under another version. */
export function withVersion(config: EnsembleConfig, version: Zxid): EnsembleConfig {
  return makeConfig(config.servers, config.hierarchy, version);
}

/** Null where the text is no configuration. A text without a version has version 0. */
export function parseConfig(text: string): EnsembleConfig | null {
  const servers = new Map<number, ServerSpec>();
  const groups: Group[] = [];
  const weights: Weight[] = [];
  let version: Zxid = ZXID_ZERO;
  for (const raw of text.split('\n')) {
    const line = raw.trim();
    if (line === '' || line.startsWith('#')) continue;
    const equals = line.indexOf('=');
    const key = line.slice(0, Math.max(0, equals)).trim();
    const value = line.slice(equals + 1).trim();
    const dot = key.indexOf('.');
    const id = dot < 0 ? undefined : parseNumber(key.slice(dot + 1));
    if (key === 'version') {
      const parsed = parseVersion(value);
      if (parsed === undefined) return null;
      version = parsed;
    } else if (id === undefined || !addLine(key.slice(0, dot), id, value, servers, groups, weights)) return null;
  }
  const hierarchy = groups.length > 0 || weights.length > 0 ? { groups, weights } : null;
  const list = [...servers.values()];
  return findFault(list, hierarchy) === null ? makeConfig(list, hierarchy, version) : null;
}

function addLine(
  key: string, id: number, value: string, servers: Map<number, ServerSpec>, groups: Group[], weights: Weight[],
): boolean {
  if (key === 'server') {
    const server = parseServer(id, value);
    if (server !== null) servers.set(id, server);
    return server !== null;
  }
  if (key === 'group') {
    const members = value.split(':').map(parseNumber);
    const known = members.filter((member) => member !== undefined);
    groups.push({ id, members: known });
    return known.length === members.length;
  }
  if (key !== 'weight') return false;
  const weight = parseNumber(value);
  if (weight !== undefined) weights.push({ id, weight });
  return weight !== undefined;
}

/** Why these servers are no ensemble, in a sentence; null where they are one. */
export function findFault(servers: readonly ServerSpec[], hierarchy: Hierarchy | null): string | null {
  const voters = servers.filter(({ role }) => role === 'participant');
  if (voters.length === 0) return 'an ensemble needs a voter';
  if (hierarchy === null) return null;
  const grouped = new Set<number>();
  for (const { members } of hierarchy.groups) {
    for (const member of members) {
      if (grouped.has(member)) return 'a server is in two groups';
      grouped.add(member);
    }
  }
  if (voters.some(({ id }) => !grouped.has(id))) return 'a voter is in no group';
  return null;
}

/**
 * `host:quorumPort:electionPort[:role][;[[clientHost:]clientPort][;[secureHost:]securePort]]`; null where it is not that. A
 * host may be an IPv6 address in brackets.
 */
export function parseServer(id: number, spec: string): ServerSpec | null {
  if (id < 1 || id > MAX_ID) return null;
  const [own = '', clientPart = '', securePart = '', ...more] = spec.split(';').map((part) => part.trim());
  const fields = splitHost(own);
  if (more.length > 0 || fields === null) return null;
  const [host = '', quorum = '', election = '', role = 'participant', ...rest] = fields;
  const quorumPort = parsePort(quorum);
  const electionPort = parsePort(election);
  const client = clientPart === '' ? null : parseAddress(clientPart);
  const secureClient = securePart === '' ? null : parseAddress(securePart);
  if (rest.length > 0 || host === '' || client === undefined || secureClient === undefined) return null;
  if (quorumPort === undefined || electionPort === undefined || quorumPort === electionPort) return null;
  if (role !== 'participant' && role !== 'observer') return null;
  return { id, role, host, quorumPort, electionPort, client, secureClient };
}

/** `[host:]port`. */
function parseAddress(text: string): Address | undefined {
  const fields = splitHost(text);
  if (fields === null || fields.length > 2) return undefined;
  const [first = '', second] = fields;
  const port = parsePort(second ?? first);
  const host = second === undefined ? ANY_HOST : first;
  return port === undefined || host === '' ? undefined : { host, port };
}

/** The parts between colons, but for those within brackets. */
function splitHost(text: string): string[] | null {
  if (!text.startsWith('[')) return text.split(':');
  const end = text.indexOf(']');
  if (end < 0 || (end + 1 < text.length && text.charAt(end + 1) !== ':')) return null;
  const rest = text.slice(end + 2);
  return rest === '' ? [text.slice(0, end + 1)] : [text.slice(0, end + 1), ...rest.split(':')];
}

function parsePort(text: string): number | undefined {
  const port = parseNumber(text);
  return port !== undefined && port >= 1 && port <= 65535 ? port : undefined;
}

/** Decimal digits, few enough to be exact. */
export function parseNumber(text: string): number | undefined {
  return /^[0-9]{1,9}$/.test(text) ? Number(text) : undefined;
}

function parseVersion(text: string): Zxid | undefined {
  return /^[0-9a-f]{1,14}$/i.test(text) ? zxidFromNumber(Number.parseInt(text, 16)) : undefined;
}

function configText(servers: readonly ServerSpec[], hierarchy: Hierarchy | null, version: Zxid): string {
  const lines = servers.map((server) => `server.${server.id}=${serverText(server)}`);
  for (const { id, members } of hierarchy?.groups ?? []) lines.push(`group.${id}=${members.join(':')}`);
  for (const { id, weight } of hierarchy?.weights ?? []) lines.push(`weight.${id}=${weight}`);
  lines.push(`version=${version.toString(16)}`);
  return lines.join('\n');
}

/** What stands to the right of `server.N=`; the role is always told. */
export function serverText({ host, quorumPort, electionPort, role, client, secureClient }: ServerSpec): string {
  const own = `${host}:${quorumPort}:${electionPort}:${role}`;
  if (client === null && secureClient === null) return own;
  const open = client === null ? '' : `${client.host}:${client.port}`;
  return secureClient === null ? `${own};${open}` : `${own};${open};${secureClient.host}:${secureClient.port}`;
}
