/**
 * Starts one real server from what an operator wrote: takes its directory, binds its ports, joins the server with its log,
 * metrics and admin commands, and says when it serves. Everything that was begun is undone when something fails.
 */
import type { IncomingMessage } from 'node:http';
import { ZXID_ZERO } from '../base/zxid.ts';
import type { Zxid } from '../base/zxid.ts';
import { monotonicMs } from '../host/clock.ts';
import type { DiskOptions } from '../host/disk.ts';
import { endpointText } from '../host/endpoint.ts';
import type { Endpoint } from '../host/endpoint.ts';
import { makeDirectories, zooKeeperLayout } from '../host/layout.ts';
import { Listeners } from '../host/listeners.ts';
import type { PortPlan } from '../host/listeners.ts';
import { DirectoryLock } from '../host/lock-file.ts';
import type { Stop } from '../host/machine.ts';
import type { TlsIdentity } from '../host/tls.ts';
import { isUpdate } from '../host/traffic.ts';
import type { DiskError } from '../io/event.ts';
import type { Fact } from '../io/fact.ts';
import { answerCommand } from '../server/admin.ts';
import type { HostConfig } from '../server/config-draft.ts';
import type { ServerConfig } from '../server/config.ts';
import { monitorValues } from '../server/four-letter-words.ts';
import { statusOf } from '../server/status.ts';
import { WATERMARK_FILE } from '../storage/watermark.ts';
import type { SnapshotImage } from '../wire/transactions.ts';
import type { EnsembleConfig, ServerSpec } from '../zab/quorum.ts';
import { Addresses } from './addresses.ts';
import { Backups } from './backup.ts';
import { writeBack } from './dynamic.ts';
import { serveHttp } from './http.ts';
import type { HttpAnswer, HttpEndpoint } from './http.ts';
import { logFact } from './log.ts';
import type { Logger } from './log.ts';
import { ServerMetrics } from './metrics.ts';
import { Monitoring } from './monitoring.ts';
import { epochAfter, installOnDisk, restorable } from './restore.ts';
import { RealServer } from './server.ts';
import { readTls } from './tls.ts';

const BIND_ATTEMPTS = 50;
const BIND_PAUSE_MS = 100;

/** One server to start. */
export interface StartPlan {
  readonly config: ServerConfig;
  readonly host: HostConfig;
  readonly isStandalone: boolean;
  readonly log: Logger;
  /** The operator's zoo.cfg, which is kept in step with the members in force; left out: there is none to keep. */
  readonly configFile?: string;
  /** Ports that were bound already, in the order client, quorum, election; left out: they are bound now. */
  readonly listeners?: Listeners;
  /** It stopped of itself, for a reason that was logged; 0 is never the code. */
  readonly onStop: (stop: Stop) => void;
}

/** A server that was started. */
export interface StartedServer {
  readonly id: number;
  readonly real: RealServer;
  readonly monitoring: Monitoring;
  readonly client: Endpoint | null;
  readonly secureClient: Endpoint | null;
  readonly admin: Endpoint | null;
  readonly metrics: Endpoint | null;
  /** Resolves with its role when it serves for the first time. */
  readonly ready: Promise<string>;
  stop(): Promise<void>;
}

/** See the head of the file. Throws `UsageError`, `LockError` and `ListenError`, each with a sentence. */
export async function startServer(plan: StartPlan): Promise<StartedServer> {
  const { host, log } = plan;
  const layout = zooKeeperLayout(host.dataDir, host.dataLogDir);
  const clientTls = host.secureClient === null ? null : readTls(host.clientTls, 'ssl');
  const quorumTls = host.sslQuorum ? readTls(host.quorumTls, 'ssl.quorum') : null;
  const locks = takeLocks(host);
  let listeners: Listeners | null = plan.listeners ?? null;
  try {
    makeDirectories(layout);
    const { config } = plan;
    const plansOf = (own: ServerSpec | undefined): readonly PortPlan[] => portPlans(own, plan, clientTls, quorumTls);
    const plans = plansOf(config.members.find(({ id }) => id === config.id)?.spec);
    listeners ??= await Listeners.bind(plans);
    const addresses = new Addresses(listeners, plansOf, log);
    return await run(plan, listeners, plans, addresses, quorumTls, locks);
  } catch (error) {
    for (const lock of locks) lock.release();
    await listeners?.close();
    log.debug('not started');
    throw error;
  }
}

function takeLocks({ dataDir, dataLogDir }: HostConfig): readonly DirectoryLock[] {
  const first = DirectoryLock.take(dataDir);
  if (dataLogDir === dataDir) return [first];
  try {
    return [first, DirectoryLock.take(dataLogDir)];
  } catch (error) {
    first.release();
    throw error;
  }
}

/** The ports of a server that the members describe so, the client's first. */
function portPlans(
  own: ServerSpec | undefined, { host, isStandalone }: StartPlan, clientTls: TlsIdentity | null, quorumTls: TlsIdentity | null,
): PortPlan[] {
  const plans: PortPlan[] = [];
  const backlog = host.backlog > 0 ? { backlog: host.backlog } : {};
  const client = own?.client ?? host.client;
  if (client !== null) plans.push({ port: 'client', at: client, ...backlog });
  const secure = own?.secureClient ?? host.secureClient;
  if (secure !== null && clientTls !== null) plans.push({ port: 'client', at: secure, tls: clientTls, ...backlog });
  return isStandalone || own === undefined ? plans : [...plans, ...peerPlans(own, host, quorumTls)];
}

function peerPlans(own: ServerSpec, { quorumListenOnAllIPs }: HostConfig, quorumTls: TlsIdentity | null): PortPlan[] {
  const host = quorumListenOnAllIPs ? '0.0.0.0' : own.host;
  const tls = quorumTls === null ? {} : { tls: quorumTls };
  return [
    { port: 'quorum', at: { host, port: own.quorumPort }, ...tls },
    { port: 'election', at: { host, port: own.electionPort }, ...tls },
  ];
}

async function run(
  plan: StartPlan, first: Listeners, plans: readonly PortPlan[], addresses: Addresses, quorumTls: TlsIdentity | null,
  locks: readonly DirectoryLock[],
): Promise<StartedServer> {
  const { config, host, log } = plan;
  const metrics = new ServerMetrics();
  const announce = readiness();
  const bound = (isSecure: boolean): Endpoint | null => {
    const index = plans.findIndex(({ port, tls }) => port === 'client' && (tls !== undefined) === isSecure);
    return listening.bound[index] ?? null;
  };
  let listening = first;
  const make = (listeners: Listeners): RealServer => {
    const real: RealServer = new RealServer({
      config,
      listeners,
      disk: diskOptions(plan, metrics, (file, error) => backups.onDiskFailure(file, error)),
      network: {
        ...(quorumTls === null ? {} : { dialTls: { quorum: quorumTls, election: quorumTls } }),
        words: (word, argument, from) => monitoring.word(word, argument, from),
        onRefused: (reason, address) => {
          metrics.count('connection_rejected');
          log.warn({ address }, `turned a connection away: ${reason}`);
        },
      },
      onFact: (fact) => {
        metrics.onFact(fact, monotonicMs);
        logFact(log, fact);
        announce.onFact(fact);
        backups.onFact(fact);
        if (fact.kind === 'configActivated') keepUp(plan, addresses, () => statusOf(real.server).config);
      },
      onStop: (stop) => {
        if (stop.kind === 'halt') log.error(stop.reason);
        else log.error({ err: stop.error }, 'this server broke down, which is a defect of it; please report it');
        plan.onStop(stop);
      },
    });
    listeners.onUntrusted = (address) => {
      metrics.authFailures += 1;
      log.warn({ address }, 'turned a connection away: its certificate is not believed, or it speaks no TLS');
    };
    real.machine.network.traffic.onAnswered = (kind, tookMs) => {
      metrics.add(isUpdate(kind) ? 'updatelatency' : 'readlatency', tookMs);
    };
    real.machine.network.traffic.onRefusedAuth = () => {
      metrics.authFailures += 1;
    };
    return real;
  };
  let isStopped = false;
  let restoring: Promise<unknown> = Promise.resolve();
  const startAgain = async (again: readonly PortPlan[]): Promise<void> => {
    try {
      listening = await bindAgain(again);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      log.error(reason);
      plan.onStop({ kind: 'halt', reason });
      throw error;
    }
    addresses.use(listening);
    real = make(listening);
    if (isStopped) await real.stop();
    else real.start();
  };
  const startOver = async (image: SnapshotImage): Promise<Zxid> => {
    const old = real;
    const restored = restorable(image, old.server.database, epochAfter(image, old.server));
    log.warn({ zxid: `0x${restored.zxid.toString(16)}` }, 'a snapshot is restored: the server starts over with it');
    // Where the operating system chose a port, it stays that port.
    const again = plans.map((one, index) => ({ ...one, at: listening.bound[index] ?? one.at }));
    await old.stop();
    try {
      await installOnDisk(config, zooKeeperLayout(host.dataDir, host.dataLogDir), restored);
    } finally {
      if (!isStopped) await startAgain(again);
    }
    return restored.zxid;
  };
  const restore = (image: SnapshotImage): Promise<Zxid> => {
    const restored = startOver(image);
    restoring = restored.catch(() => undefined);
    return restored;
  };
  const backups: Backups = new Backups({ config, host, metrics, real: () => real, restore });
  const place = {
    host,
    get client(): Endpoint | null {
      return bound(false);
    },
    get secureClient(): Endpoint | null {
      return bound(true);
    },
  };
  const monitoring: Monitoring = new Monitoring(() => real, metrics, place);
  let real = make(first);
  const side = await startSideServers(plan, monitoring, metrics, backups);
  log.debug({ ports: first.bound.map(endpointText) }, 'listening');
  real.start();
  return {
    id: config.id, monitoring, ready: announce.ready,
    get client(): Endpoint | null {
      return place.client;
    },
    get secureClient(): Endpoint | null {
      return place.secureClient;
    },
    get real(): RealServer {
      return real;
    },
    admin: side.admin?.at ?? null,
    metrics: side.metrics?.at ?? null,
    async stop() {
      isStopped = true;
      await Promise.all([real.stop(), side.admin?.close(), side.metrics?.close()]);
      // Another server may have the directory only when nothing is written to it any more.
      await restoring;
      for (const lock of locks) lock.release();
    },
  };
}

function diskOptions(
  { host, log }: StartPlan, metrics: ServerMetrics, onFailure: (file: string, error: DiskError) => void,
): DiskOptions {
  return {
    layout: zooKeeperLayout(host.dataDir, host.dataLogDir),
    isSyncing: host.forceSync,
    isLazy: (file) => file === WATERMARK_FILE,
    onSync: (file, tookMs) => {
      if (file.startsWith('log.')) metrics.add('fsynctime', tookMs);
      if (tookMs <= host.fsyncWarningMs) return;
      metrics.slowSyncs += 1;
      log.warn({ file, tookMs }, 'a sync of the disk took long');
    },
    onFailure: (file, error) => {
      onFailure(file, error);
      if (error === 'ENOENT') return;
      const isSnapshot = file.startsWith('snapshot.');
      if (isSnapshot) metrics.count('snapshot_error_count');
      const advice = isSnapshot ? 'the snapshot is given up, and the log is kept: make room on its disk' : 'see what follows';
      log.warn({ file, error }, `the disk refused: ${advice}`);
    },
  };
}

/** For a moment, a port may be in the hands of somebody's outgoing connection. */
async function bindAgain(plans: readonly PortPlan[], attempts: number = BIND_ATTEMPTS): Promise<Listeners> {
  try {
    return await Listeners.bind(plans);
  } catch (error) {
    if (attempts <= 1) throw error;
    await new Promise((resolve) => { setTimeout(resolve, BIND_PAUSE_MS); });
    return bindAgain(plans, attempts - 1);
  }
}

/**
 * Listens where the members in force say, and writes them down. After this turn: whoever states it is in the middle of something.
 * A server that is no member keeps what it can start with.
 */
function keepUp({ configFile, config, log }: StartPlan, addresses: Addresses, current: () => EnsembleConfig): void {
  if (!config.reconfigEnabled) return;
  setImmediate(() => {
    const { text, version, servers } = current();
    const own = servers.find(({ id }) => id === config.id);
    if (version === ZXID_ZERO || own === undefined) return;
    void addresses.follow(own);
    if (configFile === undefined) return;
    try {
      writeBack(configFile, config.id, text, version.toString(16));
    } catch (error) {
      log.warn(`${configFile} was not brought up to date: ${error instanceof Error ? error.message : String(error)}`);
    }
  });
}

/** A port that is taken costs these two, not the server. */
async function startSideServers(
  { host, log }: StartPlan, monitoring: Monitoring, metrics: ServerMetrics, backups: Backups,
): Promise<{ readonly admin: HttpEndpoint | null; readonly metrics: HttpEndpoint | null }> {
  const attempt = (what: string, started: Promise<HttpEndpoint>): Promise<HttpEndpoint | null> => {
    return started.catch((error: unknown) => {
      log.warn(`${what} are not offered: ${error instanceof Error ? error.message : String(error)}`);
      return null;
    });
  };
  const json = 'application/json';
  const answer = async (url: URL, request: IncomingMessage): Promise<HttpAnswer> => {
    const root = host.admin.url;
    const isBelow = url.pathname.startsWith(`${root}/`);
    const file = isBelow ? await backups.answer(url.pathname.slice(root.length + 1), url, request) : null;
    if (file !== null) return file;
    if (request.method === 'POST') return { status: 405, type: 'text/plain', body: 'only GET is answered\n' };
    const { status, body } = answerCommand(url.pathname, url.searchParams, root, () => monitoring.view(), monitoring);
    return { status, type: body.startsWith('<') ? 'text/html; charset=utf-8' : json, body };
  };
  const admin = !host.admin.isEnabled ? null
    : await attempt('admin commands', serveHttp(host.admin.at, answer, ['GET', 'POST']));
  if (host.metrics === null) return { admin, metrics: null };
  const registry = await metrics.exportTo(() => monitorValues(monitoring.view()));
  return {
    admin,
    metrics: await attempt('metrics', serveHttp(host.metrics, async (url) => {
      if (url.pathname !== '/metrics') return { status: 404, type: 'text/plain', body: 'see /metrics\n' };
      return { status: 200, type: registry.contentType, body: await registry.metrics() };
    })),
  };
}

/** Tells of the first time that a server serves. */
function readiness(): { readonly ready: Promise<string>; onFact(fact: Fact): void } {
  let resolve: (role: string) => void = () => undefined;
  const ready = new Promise<string>((resolved) => {
    resolve = resolved;
  });
  return {
    ready,
    onFact(fact) {
      if (fact.kind === 'role' && fact.role !== 'LOOKING') resolve(fact.role);
    },
  };
}
