/**
 * A whole ensemble for development, in one process: every server is a real one with ports and files of its own, chosen here
 * unless the operator chooses. A `zoo.cfg` may be given for the rest: what it says holds for every server.
 */
import { join } from 'node:path';
import { UsageError } from '../command/command.ts';
import { endpointText } from '../host/endpoint.ts';
import type { Endpoint } from '../host/endpoint.ts';
import { Listeners } from '../host/listeners.ts';
import type { PortPlan } from '../host/listeners.ts';
import type { Stop } from '../host/machine.ts';
import { temporaryFolder } from '../host/temporary-folder.ts';
import type { TlsIdentity } from '../host/tls.ts';
import { parseConfigFile } from '../server/config-file.ts';
import type { Logger } from './log.ts';
import { startServer } from './start.ts';
import type { StartedServer } from './start.ts';
import { readTls } from './tls.ts';

/** What to start. */
export interface EnsemblePlan {
  readonly servers: number;
  /** Of these, the last so many only observe. */
  readonly observers: number;
  /** Where everything listens. */
  readonly host: string;
  /** The first server's client port, the next one's being one more; 0: free ones. */
  readonly firstPort: number;
  /** Where data are kept, each server in a directory with its number; null: in a temporary one, which is removed. */
  readonly directory: string | null;
  /** Keys for every server, as in zoo.cfg. */
  readonly keys: string;
  readonly log: Logger;
  readonly onStop: (id: number, stop: Stop) => void;
}

/** What every server begins with; keys that the operator gives come after it and so count. */
const DEFAULTS = [
  'tickTime=2000', 'initLimit=10', 'syncLimit=5', '4lw.commands.whitelist=*', 'admin.serverPort=0', 'maxClientCnxns=0',
  'admin.serverAddress=127.0.0.1', 'metricsProvider.className=PrometheusMetricsProvider', 'metricsProvider.httpHost=127.0.0.1',
  'metricsProvider.httpPort=0', 'preAllocSize=1024',
];
/** Keys that are not for every server. */
const CHOSEN_HERE = /^\s*(server\.\d+|(secureC|c)lientPort(Address)?|dynamicConfigFile|peerType)\s*[=:\s]/;
/** Everybody comes up at once, so nobody better is waited for. */
const FINALIZE_WAIT_MS = 20;

/** Servers that were started together. */
export interface StartedEnsemble {
  readonly servers: readonly StartedServer[];
  readonly directory: string;
  stop(): Promise<void>;
}

/** One server that is to be started: its ports are bound, and its configuration names them. */
export interface PlannedServer {
  readonly id: number;
  /** As in zoo.cfg. */
  readonly text: string;
  readonly listeners: Listeners;
}

/** Who speaks TLS: null speaks in the clear. */
interface Security {
  readonly client: TlsIdentity | null;
  readonly quorum: TlsIdentity | null;
}

/** See the head of the file. Throws `UsageError` and `ListenError`. */
export async function startEnsemble(plan: EnsemblePlan): Promise<StartedEnsemble> {
  const temporary = plan.directory === null ? temporaryFolder('vivarium-') : null;
  const directory = plan.directory ?? temporary?.path ?? '';
  const servers: StartedServer[] = [];
  const stop = async (): Promise<void> => {
    await Promise.all(servers.map((server) => server.stop()));
    temporary?.remove();
  };
  let planned: readonly PlannedServer[] = [];
  try {
    planned = await planServers(plan, directory);
    for (const one of planned) servers.push(await startOne(one, plan));
    return { servers, directory, stop };
  } catch (error) {
    await stop();
    for (const { listeners } of planned) await listeners.close();
    throw error;
  }
}

/** Binds the ports of every server, or with a `UsageError` or a `ListenError` none, and says what each is to be. */
export async function planServers(plan: EnsemblePlan, directory: string): Promise<PlannedServer[]> {
  const security = securityOf(plan, directory);
  const bound: Listeners[] = [];
  try {
    for (let index = 0; index < plan.servers; index++) bound.push(await Listeners.bind(portsOf(plan, index, security)));
  } catch (error) {
    for (const listeners of bound) await listeners.close();
    throw error;
  }
  const lines = plan.servers === 1 ? [] : bound.map((listeners, index) => memberLine(index, listeners.bound, plan, security));
  return bound.map((listeners, index) => {
    const id = index + 1;
    return { id, text: configText(join(directory, String(id)), lines, listeners.bound, plan, security), listeners };
  });
}

/** What the keys say about TLS; the ports that they name are not those that are bound. */
function securityOf(plan: EnsemblePlan, directory: string): Security {
  const keys = plan.keys.split(/\r?\n/).filter((line) => !CHOSEN_HERE.test(line) || /^\s*secure/.test(line));
  const text = [...DEFAULTS, ...keys, `dataDir=${directory}`, 'clientPort=0'].join('\n');
  const { host, errors } = parseConfigFile({ text, dynamic: null, myid: '1' });
  if (errors.length > 0) throw new UsageError(errors.join('; '));
  return {
    client: host.secureClient === null ? null : readTls(host.clientTls, 'ssl'),
    quorum: host.sslQuorum ? readTls(host.quorumTls, 'ssl.quorum') : null,
  };
}

/** The client's port first, as `startServer` has them. */
function portsOf({ host, firstPort, servers }: EnsemblePlan, index: number, { client, quorum }: Security): PortPlan[] {
  const at = { host, port: firstPort === 0 ? 0 : firstPort + index };
  const own: PortPlan = { port: 'client', at, ...(client === null ? {} : { tls: client }) };
  const tls = quorum === null ? {} : { tls: quorum };
  if (servers === 1) return [own];
  return [own, { port: 'quorum', at: { host, port: 0 }, ...tls }, { port: 'election', at: { host, port: 0 }, ...tls }];
}

function memberLine(
  index: number, [client, quorum, election]: readonly Endpoint[], plan: EnsemblePlan, security: Security,
): string {
  if (client === undefined || quorum === undefined || election === undefined) return '';
  const role = index >= plan.servers - plan.observers ? 'observer' : 'participant';
  const line = `server.${index + 1}=${endpointText(quorum)}:${election.port}:${role}`;
  return security.client === null ? `${line};${endpointText(client)}` : line;
}

/** Keys that come later count: the operator's are between what is a default and what is decided here. */
function configText(
  directory: string, lines: readonly string[], [client]: readonly Endpoint[], { keys }: EnsemblePlan, security: Security,
): string {
  const name = security.client === null ? 'clientPort' : 'secureClientPort';
  const place = [`dataDir=${directory}`, `${name}=${client?.port ?? 0}`, `${name}Address=${client?.host ?? ''}`];
  const general = keys.split(/\r?\n/).filter((line) => !CHOSEN_HERE.test(line));
  return [...DEFAULTS, ...general, ...place, ...lines].join('\n');
}

async function startOne({ id, text, listeners }: PlannedServer, plan: EnsemblePlan): Promise<StartedServer> {
  const parsed = parseConfigFile({ text, dynamic: null, myid: String(id) });
  if (parsed.config === null) throw new UsageError(parsed.errors.join('; '));
  const { host, isStandalone } = parsed;
  const log = plan.log.child({ server: id });
  for (const note of id === 1 ? parsed.notes : []) plan.log.info(note);
  const config = { ...parsed.config, finalizeWaitMs: FINALIZE_WAIT_MS };
  return startServer({ config, host, isStandalone, log, listeners, onStop: (stop) => plan.onStop(id, stop) });
}
