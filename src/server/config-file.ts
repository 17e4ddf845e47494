/**
 * Reads `zoo.cfg` and the dynamic file beside it as ZooKeeper does (QuorumPeerConfig; sections 5 and 8 of the protocol's
 * description). All that is wrong is said at once, each thing in a sentence that names its key; what is ignored is said as well,
 * with the reason. Pure: whoever calls has read the files.
 */
import { zxidFromNumber, ZXID_ZERO } from '../base/zxid.ts';
import type { Zxid } from '../base/zxid.ts';
import { findFault, parseNumber, parseServer } from '../zab/config-text.ts';
import type { Address, Hierarchy, ServerSpec } from '../zab/quorum.ts';
import type { Member, ServerConfig } from './config.ts';
import { emptyDraft } from './config-draft.ts';
import type { ConfigDraft, HostConfig } from './config-draft.ts';
import { HONOURED, IGNORED, IN_PART, REFUSED } from './config-keys.ts';
import { parseProperties } from './properties.ts';

/** The files of one server. `dynamic` and `myid` are null where there is no such file. */
export interface ConfigSources {
  readonly text: string;
  readonly dynamic: { readonly name: string; readonly text: string } | null;
  readonly myid: string | null;
}

/** What came of them. `config` is null when `errors` is not empty. */
export interface ParsedConfig {
  readonly config: ServerConfig | null;
  readonly host: HostConfig;
  /** No ensemble: one server alone, without peers to listen for. */
  readonly isStandalone: boolean;
  readonly errors: readonly string[];
  /** What was ignored, and what is allowed but unwise: one line each. */
  readonly notes: readonly string[];
}

/** Where the dynamic file and `myid` are to be looked for; asked before the rest can be read. */
export function locateFiles(text: string): { readonly dataDir: string; readonly dynamicConfigFile: string | null } {
  const properties = parseProperties(text);
  return { dataDir: properties.get('dataDir') ?? '', dynamicConfigFile: properties.get('dynamicConfigFile') ?? null };
}

/** See the head of the file. */
export function parseConfigFile(sources: ConfigSources): ParsedConfig {
  const draft = emptyDraft();
  const errors: string[] = [];
  const notes: string[] = [];
  for (const [key, value] of parseProperties(sources.text)) take(key, value, draft, errors, notes);
  if (sources.dynamic !== null) takeDynamic(sources.dynamic.text, draft, errors);
  const isStandalone = draft.servers.size === 0 || (draft.servers.size === 1 && draft.server.standaloneEnabled);
  const own = identify(sources, draft, isStandalone, errors, notes);
  checkLimits(draft, isStandalone, errors);
  const host = hostConfig(draft);
  checkHost(draft, host, errors);
  const config = errors.length > 0 || own === null ? null : serverConfig(draft, own, isStandalone, versionOf(sources), errors);
  return { config: errors.length > 0 ? null : config, host, isStandalone, errors: withoutEchoes(errors), notes };
}

/** A key whose value was refused is not missing as well. */
function withoutEchoes(errors: readonly string[]): readonly string[] {
  return errors.filter((error) => {
    const [, key] = /^(\w+) is missing/.exec(error) ?? [];
    return key === undefined || !errors.some((other) => other.startsWith(`${key} must `));
  });
}

function take(fullKey: string, value: string, draft: ConfigDraft, errors: string[], notes: string[]): void {
  const key = fullKey.startsWith('zookeeper.') ? fullKey.slice('zookeeper.'.length) : fullKey;
  if (takeMember(key, value, draft, errors)) return;
  const setter = HONOURED.get(key);
  const part = IN_PART.get(key);
  const fault = setter?.(draft, value);
  if (setter !== undefined) {
    if (typeof fault === 'string') errors.push(`${fullKey} ${fault}`);
    else if (part?.isWhole(value) === false) notes.push(`${fullKey} is honoured in part: ${part.otherwise}`);
    return;
  }
  const refused = find(REFUSED, key);
  if (refused !== undefined) {
    if (!refused.harmless.includes(value.toLowerCase()) && !refused.harmless.includes(value)) {
      errors.push(`${fullKey}=${value} is refused: ${refused.why}`);
    }
    return;
  }
  const why = find(IGNORED, key) ?? 'no server here knows this key';
  notes.push(`${fullKey} is ignored: ${why}`);
}

/** An entry by the whole name, or by the longest beginning of it that ends a group. */
function find<T>(table: ReadonlyMap<string, T>, key: string): T | undefined {
  const exact = table.get(key);
  if (exact !== undefined) return exact;
  for (let end = key.length - 1; end > 0; end--) {
    const found = table.get(key.slice(0, end));
    const last = key.charAt(end - 1);
    if (found !== undefined && (last === '.' || last === '_' || key.startsWith('watcherClean'))) return found;
  }
  return undefined;
}

/** `server.N`, `group.N` and `weight.N`, which may stand in either file. */
function takeMember(key: string, value: string, draft: ConfigDraft, errors: string[]): boolean {
  const match = /^(server|group|weight)\.(.*)$/.exec(key);
  if (match === null) return false;
  const [, what = '', number = ''] = match;
  const id = parseNumber(number);
  if (id === undefined) errors.push(`${key}: what follows the dot must be a number`);
  else if (what === 'server') takeServer(key, id, value, draft, errors);
  else if (what === 'weight') {
    const weight = parseNumber(value);
    if (weight === undefined) errors.push(`${key} must be a whole number`);
    else draft.weights.push({ id, weight });
  } else {
    const members = value.split(':').map(parseNumber);
    const known = members.filter((member) => member !== undefined);
    if (known.length !== members.length) errors.push(`${key} must be server ids with colons between them`);
    else draft.groups.push({ id, members: known });
  }
  return true;
}

function takeServer(key: string, id: number, value: string, draft: ConfigDraft, errors: string[]): void {
  const spec = parseServer(id, value);
  if (spec !== null) {
    draft.servers.set(id, spec);
  } else if (value.includes('|')) {
    errors.push(`${key} has several addresses: give one, multiAddress is not spoken here`);
  } else {
    errors.push(`${key} must be host:quorumPort:electionPort[:role][;[address:]clientPort], ids from 1 to 254, two ports`);
  }
}

/** The dynamic file holds members and nothing else; its version is in its name. */
function takeDynamic(text: string, draft: ConfigDraft, errors: string[]): void {
  if (draft.servers.size > 0) errors.push('server.N stands in the configuration and in its dynamic file: leave it in one');
  for (const [key, value] of parseProperties(text)) {
    if (key === 'version') continue;
    if (!takeMember(key, value, draft, errors)) errors.push(`${key} may not stand in the dynamic configuration file`);
  }
}

function versionOf({ dynamic }: ConfigSources): Zxid {
  if (dynamic === null) return ZXID_ZERO;
  const inText = parseProperties(dynamic.text).get('version');
  const inName = /\.dynamic\.([0-9a-f]+)$/i.exec(dynamic.name)?.[1];
  return zxidFromNumber(Number.parseInt(inText ?? inName ?? '0', 16)) ?? ZXID_ZERO;
}

/** Which of the servers this one is; null where that cannot be told. */
function identify(
  { myid }: ConfigSources, draft: ConfigDraft, isStandalone: boolean, errors: string[], notes: string[],
): Member | null {
  const { servers } = draft;
  const voters = [...servers.values()].filter(({ role }) => role === 'participant').length;
  if (servers.size > 0 && voters === 0) {
    errors.push('observers need participants: give one server at least the role participant');
    return null;
  }
  if (servers.size === 0 && !draft.server.standaloneEnabled) {
    errors.push('standaloneEnabled=false needs a server.N line: add one, or remove the key');
    return null;
  }
  if (isStandalone) {
    if (servers.size === 1) notes.push('one server.N line is no ensemble: this server runs standalone');
    const [only] = servers.values();
    return { id: only?.id ?? 1, role: 'participant' };
  }
  if (voters === 2) notes.push('two voters stand or fall together: run three');
  else if (voters % 2 === 0) notes.push(`${voters} voters survive no more losses than ${voters - 1} would`);
  return identifyMember(myid, draft, errors);
}

function identifyMember(myid: string | null, { servers, server, host, peerType }: ConfigDraft, errors: string[]): Member | null {
  if (myid === null) {
    errors.push(`${host.dataDir}/myid is missing: write this server's number into it`);
    return null;
  }
  const id = parseNumber(myid.trim());
  if (id === undefined || id < 1 || id > 254) {
    errors.push(`${host.dataDir}/myid must hold a number from 1 to 254`);
    return null;
  }
  const spec = servers.get(id);
  if (spec === undefined) {
    if (!server.reconfigEnabled) errors.push(`there is no server.${id}, but myid says that this server is ${id}`);
    return { id, role: 'participant' };
  }
  if (peerType !== null && peerType.toLowerCase() !== spec.role) {
    errors.push(`peerType is ${peerType}, but server.${id} has the role ${spec.role}: make them agree`);
  }
  return { id, role: spec.role };
}

function checkLimits(draft: ConfigDraft, isStandalone: boolean, errors: string[]): void {
  const { server } = draft;
  server.minSessionTimeoutMs = draft.minSessionTimeoutMs === null || draft.minSessionTimeoutMs < 0
    ? 2 * server.tickTimeMs : draft.minSessionTimeoutMs;
  server.maxSessionTimeoutMs = draft.maxSessionTimeoutMs === null || draft.maxSessionTimeoutMs < 0
    ? 20 * server.tickTimeMs : draft.maxSessionTimeoutMs;
  if (server.minSessionTimeoutMs > server.maxSessionTimeoutMs) {
    errors.push('minSessionTimeout must not be larger than maxSessionTimeout');
  }
  if (!isStandalone && draft.initLimit === null) errors.push('initLimit is missing: an ensemble needs it');
  if (!isStandalone && draft.syncLimit === null) errors.push('syncLimit is missing: an ensemble needs it');
  server.initLimit = draft.initLimit ?? server.initLimit;
  server.syncLimit = draft.syncLimit ?? server.syncLimit;
  if (server.enforceAuthEnabled && server.enforceAuthSchemes.length === 0) {
    errors.push('enforce.auth.enabled needs enforce.auth.schemes');
  }
  const fault = draft.servers.size === 0 ? null : findFault([...draft.servers.values()], hierarchyOf(draft));
  if (fault !== null) errors.push(fault);
}

function hierarchyOf({ groups, weights }: ConfigDraft): Hierarchy | null {
  return groups.length > 0 || weights.length > 0 ? { groups, weights } : null;
}

function checkHost({ host, servers }: ConfigDraft, { client, secureClient }: HostConfig, errors: string[]): void {
  if (host.dataDir === '') errors.push('dataDir is missing: say where the data are to be kept');
  if (host.clientAddress !== '' && host.clientPort === null) errors.push('clientPortAddress needs clientPort');
  if (host.secureAddress !== '' && host.securePort === null) errors.push('secureClientPortAddress needs secureClientPort');
  const isServed = [...servers.values()].some((spec) => spec.client !== null || spec.secureClient !== null);
  if (client === null && secureClient === null && !isServed) errors.push('clientPort is missing: say where clients connect');
}

function hostConfig({ host, server, clientTls, quorumTls }: ConfigDraft): HostConfig {
  // What ZooKeeper's own scripts ask, and its clients while they are served read-only, is answered whatever the operator lists.
  const always = server.readOnlyModeEnabled ? ['srvr', 'isro'] : ['srvr'];
  return {
    dataDir: host.dataDir,
    dataLogDir: host.dataLogDir === '' ? host.dataDir : host.dataLogDir,
    client: addressOf(host.clientAddress, host.clientPort),
    secureClient: addressOf(host.secureAddress, host.securePort),
    backlog: host.backlog,
    quorumListenOnAllIPs: host.quorumListenOnAllIPs,
    forceSync: host.forceSync,
    fsyncWarningMs: host.fsyncWarningMs,
    whitelist: [...new Set([...host.whitelist, ...always])],
    admin: {
      isEnabled: host.isAdminEnabled, at: { host: host.adminAddress, port: host.adminPort }, url: host.adminUrl,
      isSnapshotEnabled: host.isSnapshotEnabled, isRestoreEnabled: host.isRestoreEnabled, rateLimitMs: host.adminRateLimitMs,
    },
    metrics: host.isPrometheus ? { host: host.metricsHost, port: host.metricsPort } : null,
    sslQuorum: host.sslQuorum,
    clientTls,
    quorumTls,
  };
}

function addressOf(host: string, port: number | null): Address | null {
  return port === null ? null : { host: host === '' ? '0.0.0.0' : host, port };
}

/** What the server is made of. Its own line says where clients connect, unless only the general keys do. */
function serverConfig(
  draft: ConfigDraft, own: Member, isStandalone: boolean, version: Zxid, errors: string[],
): ServerConfig {
  const hierarchy = hierarchyOf(draft);
  const specs = [...draft.servers.values()];
  const isSecure = draft.host.securePort !== null || specs.some(({ secureClient }) => secureClient !== null);
  const base = { ...draft.server, id: own.id, transportSchemes: isSecure ? ['x509'] : [] };
  // Alone it has nobody to wait for: no better vote can come. All its sessions are local, and ZooKeeper's are global ones then.
  if (isStandalone) return { ...base, members: [own], finalizeWaitMs: 0, localSessionsEnabled: false };
  const members: Member[] = [];
  for (const spec of specs) {
    members.push({ id: spec.id, role: spec.role, spec: spec.id === own.id ? withClient(spec, draft, errors) : spec });
  }
  return { ...base, members, configVersion: version, ...(hierarchy === null ? {} : { hierarchy }) };
}

function withClient(spec: ServerSpec, { host }: ConfigDraft, errors: string[]): ServerSpec {
  const client = addressOf(host.clientAddress, host.clientPort);
  if (spec.client !== null && client !== null && spec.client.port !== client.port) {
    errors.push(`clientPort is ${client.port}, but server.${spec.id} says ${spec.client.port}: leave one of them out`);
  }
  return {
    ...spec,
    client: spec.client ?? client,
    secureClient: spec.secureClient ?? addressOf(host.secureAddress, host.securePort),
  };
}
