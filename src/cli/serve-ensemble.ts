/**
 * A whole ensemble for development, in one process: every server is a real one with ports and files of its own, chosen here
 * unless the operator chooses. A `zoo.cfg` may be given for the rest: what it says holds for every server.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { endpointText } from '../host/endpoint.ts';
import type { Endpoint } from '../host/endpoint.ts';
import { Listeners } from '../host/listeners.ts';
import type { Stop } from '../host/machine.ts';
import { parseConfigFile } from '../server/config-file.ts';
import { UsageError } from './command.ts';
import { startServer } from './serve-start.ts';
import type { StartedServer } from './serve-start.ts';
import type { Logger } from './serve-log.ts';

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
/** Everybody comes up at once, so nobody better is waited for. */
const FINALIZE_WAIT_MS = 20;

/** Servers that were started together. */
export interface StartedEnsemble {
  readonly servers: readonly StartedServer[];
  readonly directory: string;
  stop(): Promise<void>;
}

/** See the head of the file. Throws `UsageError` and `ListenError`. */
export async function startEnsemble(plan: EnsemblePlan): Promise<StartedEnsemble> {
  const directory = plan.directory ?? mkdtempSync(join(tmpdir(), 'vivarium-'));
  const bound: Listeners[] = [];
  const servers: StartedServer[] = [];
  const stop = async (): Promise<void> => {
    await Promise.all(servers.map((server) => server.stop()));
    if (plan.directory === null) rmSync(directory, { recursive: true, force: true });
  };
  try {
    for (let index = 0; index < plan.servers; index++) bound.push(await bindOne(plan, index));
    const lines = bound.map((listeners, index) => memberLine(index, listeners.bound, plan));
    for (const [index, listeners] of bound.entries()) {
      const text = configText(join(directory, String(index + 1)), lines, listeners.bound, plan);
      servers.push(await startOne(index + 1, text, listeners, plan));
    }
    return { servers, directory, stop };
  } catch (error) {
    await stop();
    for (const listeners of bound) await listeners.close();
    throw error;
  }
}

function bindOne({ host, firstPort, servers }: EnsemblePlan, index: number): Promise<Listeners> {
  const client = { port: 'client', at: { host, port: firstPort === 0 ? 0 : firstPort + index } } as const;
  if (servers === 1) return Listeners.bind([client]);
  return Listeners.bind([client, { port: 'quorum', at: { host, port: 0 } }, { port: 'election', at: { host, port: 0 } }]);
}

function memberLine(index: number, [client, quorum, election]: readonly Endpoint[], plan: EnsemblePlan): string {
  if (client === undefined || quorum === undefined || election === undefined) return '';
  const role = index >= plan.servers - plan.observers ? 'observer' : 'participant';
  return `server.${index + 1}=${endpointText(quorum)}:${election.port}:${role};${endpointText(client)}`;
}

function configText(
  directory: string, lines: readonly string[], [client]: readonly Endpoint[], { keys }: EnsemblePlan,
): string {
  const place = [`dataDir=${directory}`, `clientPort=${client?.port ?? 0}`, `clientPortAddress=${client?.host ?? ''}`];
  return [...DEFAULTS, keys, ...place, ...lines].join('\n');
}

async function startOne(id: number, text: string, listeners: Listeners, plan: EnsemblePlan): Promise<StartedServer> {
  const parsed = parseConfigFile({ text, dynamic: null, myid: String(id) });
  if (parsed.config === null) throw new UsageError(parsed.errors.join('; '));
  const { host, isStandalone } = parsed;
  if (host.secureClient !== null || host.sslQuorum) throw new UsageError('--ensemble speaks in the clear: leave TLS keys out');
  const log = plan.log.child({ server: id });
  for (const note of id === 1 ? parsed.notes : []) plan.log.info(note);
  const config = { ...parsed.config, finalizeWaitMs: FINALIZE_WAIT_MS };
  return startServer({ config, host, isStandalone, log, listeners, onStop: (stop) => plan.onStop(id, stop) });
}
