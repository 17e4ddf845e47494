/** `viv serve`: a real server from a zoo.cfg, or a whole ensemble for development. It runs until it is told to stop. */
import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { UsageError } from '../command/command.ts';
import type { Command, Given } from '../command/command.ts';
import type { Shell } from '../command/shell.ts';
import { wholeNumber } from '../command/values.ts';
import { endpointText } from '../host/endpoint.ts';
import { ListenError } from '../host/listeners.ts';
import { LockError } from '../host/lock-file.ts';
import { DirectoryError } from '../host/make-directory.ts';
import { youngGeneration } from '../host/young-generation.ts';
import { EXIT_CODES } from '../run/verdict.ts';
import { startEnsemble } from '../serve/ensemble.ts';
import type { EnsemblePlan } from '../serve/ensemble.ts';
import { inWords, LOG_LEVELS, serverLog } from '../serve/log.ts';
import type { Logger } from '../serve/log.ts';
import { startServer } from '../serve/start.ts';
import type { StartedServer } from '../serve/start.ts';
import { Supervisor } from '../serve/supervisor.ts';
import type { Served } from '../serve/supervisor.ts';
import { locateFiles, parseConfigFile } from '../server/config-file.ts';
import type { ParsedConfig } from '../server/config-file.ts';
import type { ServerSpec } from '../zab/quorum.ts';

const MAX_SERVERS = 254;

/** A real server, or several. */
export const serve: Command = {
  name: 'serve',
  summary: 'a real server from a zoo.cfg, or a whole ensemble for development',
  usage: 'CONFIG | --ensemble N [CONFIG]',
  flags: [
    { name: 'ensemble', value: 'N', help: 'N servers in this process, on free ports; 1 runs standalone' },
    { name: 'processes', help: 'with --ensemble: each server in a process of its own, which ends with this one' },
    { name: 'restart', help: 'with --processes: a server whose process ended is started again' },
    { name: 'tls', value: 'DIR', help: 'with --ensemble: TLS everywhere, by DIR/ca.pem and DIR/server.pem, made if missing' },
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
  readonly ready: Promise<readonly Served[]>;
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
  const supervisor = new Supervisor();
  const told = new Promise<'told'>((resolveTold) => {
    if (shell.signal.aborted) resolveTold('told');
    shell.signal.addEventListener('abort', () => resolveTold('told'), { once: true });
    supervisor.onGone(() => resolveTold('told'));
  });
  youngGeneration().watch();
  try {
    const running = await started(given, shell, log, () => failed.resolve());
    const ready = running.ready.then((servers) => {
      announce(servers, running.directory, given, shell);
      supervisor.tell(servers);
    });
    try {
      const end = await Promise.race([failure, told, ready.then(() => Promise.race([failure, told]))]);
      log.info(end === 'told' ? 'stopping' : 'stopping because a server could not go on');
      return end === 'told' ? 0 : EXIT_CODES.crash;
    } finally {
      await running.stop();
    }
  } finally {
    supervisor.forget();
  }
}

/** What keeps a server from starting is the operator's to mend. */
async function started(given: Given, shell: Shell, log: Logger, onStop: () => void): Promise<Running> {
  try {
    return given.has('ensemble') ? await ensembleOf(given, shell, log, onStop) : await serverOf(given, log, onStop);
  } catch (error) {
    const isTheirs = error instanceof ListenError || error instanceof LockError || error instanceof DirectoryError;
    if (isTheirs) throw new UsageError(error.message);
    throw error;
  }
}

function logGiven(given: Given, shell: Shell): Logger {
  const level = levelGiven(given);
  if (!LOG_LEVELS.includes(level)) throw new UsageError(`--log ${level} is no level: choose one of ${LOG_LEVELS.join(', ')}`);
  return serverLog(shell, level);
}

function levelGiven(given: Given): string {
  return given.text('log') ?? 'info';
}

async function ensembleOf(given: Given, shell: Shell, log: Logger, onStop: () => void): Promise<Running> {
  const plan = await planOf(given, log, onStop);
  if (given.has('processes')) {
    // A server is to be there in a blink: what only some need is loaded by those alone.
    const { startProcesses } = await import('../serve/processes.ts');
    const onLine = (line: string): void => shell.err(shell.isTerminal && line.startsWith('{') ? inWords(line) : line);
    const isRestarting = given.has('restart');
    return startProcesses({ ...plan, level: levelGiven(given), isRestarting, onLine, onEnd: onStop });
  }
  if (given.has('restart')) throw new UsageError('--restart is for --processes: servers in one process stop together');
  const ensemble = await startEnsemble(plan);
  return { ready: Promise.all(ensemble.servers.map(served)), directory: ensemble.directory, stop: () => ensemble.stop() };
}

async function planOf(given: Given, log: Logger, onStop: () => void): Promise<EnsemblePlan> {
  const servers = wholeNumber('ensemble', given.text('ensemble') ?? '3');
  const observers = wholeNumber('observers', given.text('observers') ?? '0');
  const firstPort = wholeNumber('port', given.text('port') ?? '0');
  if (servers < 1 || servers > MAX_SERVERS) throw new UsageError(`--ensemble takes 1 to ${MAX_SERVERS} servers`);
  if (observers >= servers) throw new UsageError('--observers must leave one server that votes');
  if (firstPort + servers > 65_536) throw new UsageError('--port is too high: there is a port for each server from it on');
  if (given.names.length > 1) throw new UsageError('viv serve --ensemble takes one CONFIG at most');
  const [path] = given.names;
  const directory = given.text('dir');
  const certificates = given.text('tls');
  const host = given.text('host') ?? '127.0.0.1';
  const keys = path === undefined ? [] : [read(path)];
  if (certificates !== undefined) {
    const { tlsKeys } = await import('../serve/certificates.ts');
    keys.push(tlsKeys(resolve(certificates), host));
  }
  return {
    servers, observers, firstPort, log, onStop, host,
    directory: directory === undefined ? null : resolve(directory),
    keys: keys.join('\n'),
  };
}

async function serverOf(given: Given, log: Logger, onStop: () => void): Promise<Running> {
  const [path, ...more] = given.names;
  for (const flag of ['processes', 'restart', 'tls', 'observers', 'host', 'port', 'dir']) {
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
  return { ready: Promise.all([served(server)]), directory: null, stop: () => server.stop() };
}

async function served({ id, ready, client, secureClient, admin, metrics, real }: StartedServer): Promise<Served> {
  const role = await ready;
  const quorum = peerPorts(real.server.config.members.find((member) => member.id === id)?.spec);
  return { id, role, pid: process.pid, client, secureClient, admin, metrics, quorum };
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
function announce(servers: readonly Served[], directory: string | null, given: Given, shell: Shell): void {
  const connect = servers.map(({ client, secureClient }) => client ?? secureClient).filter((at) => at !== null)
    .map(endpointText).join(',');
  if (given.has('json')) {
    shell.out(JSON.stringify({ ready: true, pid: process.pid, connect, directory, servers }));
    return;
  }
  for (const { id, role, pid, client, secureClient, admin, metrics } of servers) {
    const parts = [
      ...(given.has('processes') ? [`process ${pid}`] : []),
      ...(client === null ? [] : [`clients ${endpointText(client)}`]),
      ...(secureClient === null ? [] : [`secure clients ${endpointText(secureClient)}`]),
      ...(admin === null ? [] : [`admin http://${endpointText(admin)}/commands`]),
      ...(metrics === null ? [] : [`metrics http://${endpointText(metrics)}/metrics`]),
    ];
    shell.out(`server ${id} ${role.toLowerCase()}: ${parts.join(', ')}`);
  }
  shell.out(`ready: ${connect}`);
}

function peerPorts(spec: ServerSpec | undefined): object | null {
  return spec === undefined ? null : { host: spec.host, quorumPort: spec.quorumPort, electionPort: spec.electionPort };
}
