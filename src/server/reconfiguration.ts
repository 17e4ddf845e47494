/**
 * What a reconfiguration may be (section 8.3 of the protocol's description, in its order; PrepRequestProcessor): from a request
 * and the configuration in force to the next one, or a refusal. Pure: who is connected and who may write is told by the caller.
 */
import { ZXID_UNINITIALIZED } from '../base/zxid.ts';
import type { Zxid } from '../base/zxid.ts';
import type { ReconfigRequest } from '../wire/client-messages.ts';
import { ErrorCode } from '../wire/words.ts';
import type { ResultCode } from '../wire/words.ts';
import { findFault, makeConfig, parseConfig, parseNumber, parseServer, withVersion } from '../zab/config-text.ts';
import type { Address, EnsembleConfig, ServerSpec } from '../zab/quorum.ts';

/** What the leader knows when the request comes. */
export interface ReconfigSituation {
  readonly reconfigEnabled: boolean;
  readonly standaloneEnabled: boolean;
  /** Another reconfiguration is proposed and not committed. */
  readonly isInProgress: boolean;
  readonly current: EnsembleConfig;
  /** The zxid of the transaction: the version of what comes of it. */
  readonly zxid: Zxid;
  /** Whether a quorum of the configuration is connected to this leader and up to date. */
  isSynced(config: EnsembleConfig): boolean;
  /** Whether the client may write the configuration's node. */
  mayWrite(): boolean;
}

/** What Java reads as a long, if it is not too long. */
const LONG = /^[+-]?[0-9]{1,19}$/;

/** The next configuration, or why there is none. */
export function nextConfig(request: ReconfigRequest, situation: ReconfigSituation): EnsembleConfig | ResultCode {
  const { current, standaloneEnabled } = situation;
  if (!situation.reconfigEnabled) return ErrorCode.RECONFIGDISABLED;
  if (standaloneEnabled && current.servers.length === 1) return ErrorCode.UNIMPLEMENTED;
  if (situation.isInProgress) return ErrorCode.RECONFIGINPROGRESS;
  const { configVersion } = request;
  if (configVersion !== ZXID_UNINITIALIZED && configVersion !== current.version) return ErrorCode.BADVERSION;
  const isWhole = request.newMembers !== null;
  if (!isWhole && current.hierarchy === null && namesNoNumber(request)) return ErrorCode.MARSHALLINGERROR;
  const next = isWhole ? replaced(request.newMembers, situation.zxid) : changed(request, situation);
  if (next === null || next.voters.length < (standaloneEnabled ? 2 : 1)) return ErrorCode.BADARGUMENTS;
  if (!situation.isSynced(next)) return ErrorCode.NEWCONFIGNOQUORUM;
  return situation.mayWrite() ? next : ErrorCode.NOAUTH;
}

/** All at once: a text of its own, with commas for newlines. */
function replaced(newMembers: string, zxid: Zxid): EnsembleConfig | null {
  const config = parseConfig(newMembers.replaceAll(',', '\n'));
  return config === null ? null : withVersion(config, zxid);
}

/** Some leave, then some join or change. Groups cannot be changed like this. */
function changed(request: ReconfigRequest, { current, zxid }: ReconfigSituation): EnsembleConfig | null {
  if (current.hierarchy !== null) return null;
  const servers = new Map<number, ServerSpec>();
  for (const server of current.servers) servers.set(server.id, server);
  for (const text of listOf(request.leavingServers)) {
    const id = parseNumber(text);
    if (id !== undefined) servers.delete(id);
  }
  for (const text of listOf(request.joiningServers)) {
    const server = joiner(text);
    if (server === null) return null;
    for (const other of servers.values()) if (other.id !== server.id && clash(server, other)) return null;
    servers.set(server.id, server);
  }
  const list = [...servers.values()];
  return findFault(list, null) === null ? makeConfig(list, null, zxid) : null;
}

/** Whether somebody is named by what is no number, before anything else is wrong: ZooKeeper cannot read that. */
function namesNoNumber({ leavingServers, joiningServers }: ReconfigRequest): boolean {
  if (listOf(leavingServers).some((text) => !LONG.test(text))) return true;
  const faulty = listOf(joiningServers).find((text) => joiner(text) === null);
  const parts = (faulty ?? '').split('=').filter((part) => part.trim() !== '');
  return faulty !== undefined && parts.length === 2 && !LONG.test(keyOf(faulty));
}

function listOf(text: string | null): readonly string[] {
  return (text ?? '').split(',').map((part) => part.trim()).filter((part) => part !== '');
}

/** `server.5=...` or `5=...`, with all three ports. */
function joiner(text: string): ServerSpec | null {
  const id = parseNumber(keyOf(text));
  const server = id === undefined ? null : parseServer(id, text.slice(text.indexOf('=') + 1));
  return server === null || server.client === null ? null : server;
}

/** What is to be an id: `5` of `server.5=...`. */
function keyOf(text: string): string {
  const key = text.slice(0, Math.max(0, text.indexOf('='))).trim();
  return key.slice(key.lastIndexOf('.') + 1);
}

/** Whether two servers would listen at one address. Those that every machine has are no clash. */
function clash(one: ServerSpec, other: ServerSpec): boolean {
  const taken = addressesOf(other);
  return addressesOf(one).some(({ host, port }) => taken.some((address) => address.host === host && address.port === port));
}

function addressesOf({ host, quorumPort, electionPort, client }: ServerSpec): Address[] {
  const addresses = [{ host, port: quorumPort }, { host, port: electionPort }];
  if (client !== null) addresses.push(client);
  return addresses.filter((address) => !isEverywhere(address.host));
}

function isEverywhere(host: string): boolean {
  return host === '0.0.0.0' || host === '[::]' || host === '[::1]' || host === 'localhost' || host.startsWith('127.');
}
