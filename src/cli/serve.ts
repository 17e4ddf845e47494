/** `viv serve`: a real server from a zoo.cfg, or a whole ensemble for development. It runs until it is told to stop. */
import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { EXIT_CODES } from '../fuzz/verdict.ts';
import { endpointText } from '../host/endpoint.ts';
import { ListenError } from '../host/listeners.ts';
import { LockError } from '../host/lock-file.ts';
import { youngGeneration } from '../host/young-generation.ts';
import { locateFiles, parseConfigFile } from '../server/config-file.ts';
import type { ParsedConfig } from '../server/config-file.ts';
import type { ServerSpec } from '../zab/quorum.ts';
import { UsageError } from './command.ts';
import type { Command, Given } from './command.ts';
import { startEnsemble } from './serve-ensemble.ts';
import type { StartedEnsemble } from './serve-ensemble.ts';
import { LOG_LEVELS, serverLog } from './serve-log.ts';
import type { Logger } from './serve-log.ts';
import { startServer } from './serve-start.ts';
import type { StartedServer } from './serve-start.ts';
import type { Shell } from './shell.ts';
import { wholeNumber } from './values.ts';

const MAX_SERVERS = 254;

/** A real server, or several. */
export const serve: Command = {
  name: 'serve',
  summary: 'a real server from a zoo.cfg, or a whole ensemble for development',
  usage: 'CONFIG | --ensemble N [CONFIG]',
  flags: [
    { name: 'ensemble', value: 'N', help: 'N servers in this process, on free ports; 1 runs standalone' },
    { name: 'observers', value: 'M', help: 'with --ensemble: the last M of them only observe (0)' },
    { name: 'host', value: 'ADDRESS', help: 'with --ensemble: where everything listens (127.0.0.1)' },
    { name: 'port', value: 'PORT', help: 'with --ensemble: the first server’s client port; the next has one more' },
    { name: 'dir', value: 'DIR', help: 'with --ensemble: where data are kept (a temporary directory, removed at the end)' },
    { name: 'log', value: 'LEVEL', help: `how much is said on standard error: ${LOG_LEVELS.join(', ')} (info)` },
  ],
  notes: [
    'It says on standard output when it is ready, and stops on SIGINT and SIGTERM. With --ensemble, CONFIG holds keys for',
    'every server; its dataDir, ports and server.N lines are chosen here. docs/serve.md says which keys are honoured.',
  ],
  run: (given, shell) => runUntilStopped(given, shell),
};

/** Servers that were started, and how to end them. */
interface Running {
  readonly servers: readonly StartedServer[];
  readonly directory: string | null;
  stop(): Promise<void>;
}

async function runUntilStopped(given: Given, shell: Shell): Promise<number> {
  const log = logGiven(given, shell);
  // A server that stops of itself ends the whole: half an ensemble would only look like one.
  const failed: { resolve: () => void } = { resolve: () => undefined };
  const failure = new Promise<'failed'>((resolveFailure) => {
    failed.resolve = () => resolveFailure('failed');
  });
  const told = new Promise<'told'>((resolveTold) => {
    if (shell.signal.aborted) resolveTold('told');
    shell.signal.addEventListener('abort', () => resolveTold('told'), { once: true });
  });
  youngGeneration().watch();
  const running = await started(given, log, () => failed.resolve());
  const ready = Promise.all(running.servers.map((server) => server.ready)).then((roles) => {
    announce(running, roles, given, shell);
  });
  ready.catch(() => undefined);
  const end = await Promise.race([failure, told]);
  await running.stop();
  log.info(end === 'told' ? 'stopped' : 'stopped because a server could not go on');
  return end === 'told' ? 0 : EXIT_CODES.crash;
}

/** What keeps a server from starting is the operator's to mend. */
async function started(given: Given, log: Logger, onStop: () => void): Promise<Running> {
  try {
    return given.has('ensemble') ? await ensembleOf(given, log, onStop) : await serverOf(given, log, onStop);
  } catch (error) {
    if (error instanceof ListenError || error instanceof LockError) throw new UsageError(error.message);
    throw error;
  }
}

function logGiven(given: Given, shell: Shell): Logger {
  const level = given.text('log') ?? 'info';
  if (!LOG_LEVELS.includes(level)) throw new UsageError(`--log ${level} is no level: choose one of ${LOG_LEVELS.join(', ')}`);
  return serverLog(shell, level);
}

function ensembleOf(given: Given, log: Logger, onStop: () => void): Promise<StartedEnsemble> {
  const servers = wholeNumber('ensemble', given.text('ensemble') ?? '3');
  const observers = wholeNumber('observers', given.text('observers') ?? '0');
  const firstPort = wholeNumber('port', given.text('port') ?? '0');
  if (servers < 1 || servers > MAX_SERVERS) throw new UsageError(`--ensemble takes 1 to ${MAX_SERVERS} servers`);
  if (observers >= servers) throw new UsageError('--observers must leave one server that votes');
  if (firstPort + servers > 65_536) throw new UsageError('--port is too high: there is a port for each server from it on');
  if (given.names.length > 1) throw new UsageError('viv serve --ensemble takes one CONFIG at most');
  const [path] = given.names;
  const directory = given.text('dir');
  return startEnsemble({
    servers, observers, firstPort, log, onStop,
    host: given.text('host') ?? '127.0.0.1',
    directory: directory === undefined ? null : resolve(directory),
    keys: path === undefined ? '' : read(path),
  });
}

async function serverOf(given: Given, log: Logger, onStop: () => void): Promise<Running> {
  const [path, ...more] = given.names;
  for (const flag of ['observers', 'host', 'port', 'dir']) {
    if (given.has(flag)) throw new UsageError(`--${flag} is for --ensemble: a CONFIG says it itself`);
  }
  if (path === undefined || more.length > 0) throw new UsageError('viv serve takes one CONFIG, or --ensemble N');
  const parsed = parseFiles(path);
  if (parsed.config === null) throw new UsageError(`${path}: ${parsed.errors.join('; ')}`);
  for (const note of parsed.notes) log.warn(note);
  const { config, host, isStandalone } = parsed;
  const server = await startServer({
    config, host, isStandalone, log: log.child({ server: config.id }), onStop, configFile: path,
  });
  return { servers: [server], directory: null, stop: () => server.stop() };
}

function parseFiles(path: string): ParsedConfig {
  const text = read(path);
  const { dataDir, dynamicConfigFile } = locateFiles(text);
  const myid = resolve(dataDir, 'myid');
  return parseConfigFile({
    text,
    dynamic: dynamicConfigFile === null ? null : { name: dynamicConfigFile, text: read(dynamicConfigFile) },
    myid: existsSync(myid) ? readFileSync(myid, 'utf8') : null,
  });
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new UsageError(`${path} cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** The line that scripts wait for. */
function announce({ servers, directory }: Running, roles: readonly string[], given: Given, shell: Shell): void {
  const place = servers.map(({ client, secureClient }) => client ?? secureClient).filter((at) => at !== null);
  const connect = place.map(endpointText).join(',');
  if (given.has('json')) {
    const list = servers.map(({ id, client, secureClient, admin, metrics, real }, index) => ({
      id, role: roles[index], client, secureClient, admin, metrics,
      quorum: peerPorts(real.server.config.members.find((member) => member.id === id)?.spec),
    }));
    shell.out(JSON.stringify({ ready: true, pid: process.pid, connect, directory, servers: list }));
    return;
  }
  for (const [index, { id, client, secureClient, admin, metrics }] of servers.entries()) {
    const parts = [
      ...(client === null ? [] : [`clients ${endpointText(client)}`]),
      ...(secureClient === null ? [] : [`secure clients ${endpointText(secureClient)}`]),
      ...(admin === null ? [] : [`admin http://${endpointText(admin)}/commands`]),
      ...(metrics === null ? [] : [`metrics http://${endpointText(metrics)}/metrics`]),
    ];
    shell.out(`server ${id} ${(roles[index] ?? '').toLowerCase()}: ${parts.join(', ')}`);
  }
  shell.out(`ready: ${connect}`);
}

function peerPorts(spec: ServerSpec | undefined): object | null {
  return spec === undefined ? null : { host: spec.host, quorumPort: spec.quorumPort, electionPort: spec.electionPort };
}
