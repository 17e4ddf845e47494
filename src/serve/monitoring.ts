/**
 * What a real server is asked about from outside: gathers the view that four-letter words and admin commands are answered from,
 * out of the server's state, its connections, its files and the machine.
 */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { homedir, hostname, release, tmpdir, totalmem, userInfo } from 'node:os';
import { join } from 'node:path';
import { versionLine } from '../command/version.ts';
import { monotonicMs } from '../host/clock.ts';
import { endpointText } from '../host/endpoint.ts';
import { operationLetters } from '../host/traffic.ts';
import type { ClientTraffic, Latency } from '../host/traffic.ts';
import type { HostConfig } from '../server/config-draft.ts';
import { answerWord, isFourLetterWord } from '../server/four-letter-words.ts';
import type { ConnectionView, LatencyView, MonitoringControls, MonitoringView } from '../server/monitoring.ts';
import { statusOf } from '../server/status.ts';
import type { Address } from '../zab/quorum.ts';
import type { ServerMetrics } from './metrics.ts';
import type { RealServer } from './server.ts';

/** What clients and dashboards are told: the release that this server behaves as, and its own name. */
const VERSION = versionLine();
const DEFAULT_TRACE_MASK = 306;

/** Where a server is and how it was set up. */
export interface MonitoringPlace {
  readonly host: Pick<HostConfig, 'dataDir' | 'dataLogDir' | 'backlog' | 'whitelist'>;
  readonly client: Address | null;
  readonly secureClient: Address | null;
}

/** Answers for one server. */
export class Monitoring implements MonitoringControls {
  private readonly current: () => RealServer;
  private readonly metrics: ServerMetrics;
  private readonly place: MonitoringPlace;
  private readonly startedMs: number = monotonicMs();
  private traceMask = DEFAULT_TRACE_MASK;

  /** `current`: the server as it runs now; a restoration puts another one in its place. */
  constructor(current: () => RealServer, metrics: ServerMetrics, place: MonitoringPlace) {
    this.current = current;
    this.metrics = metrics;
    this.place = place;
  }

  private get real(): RealServer {
    return this.current();
  }

  /** The answer to a four-letter word; undefined where it is none. */
  word(word: string, argument: Uint8Array, from: { readonly address: string; readonly remotePort: number }): string | undefined {
    if (!isFourLetterWord(word)) return undefined;
    const asking: ConnectionView = {
      connection: 0, from: endpointText({ host: from.address, port: from.remotePort }), isSecure: false, isReading: false,
      queued: 0, received: 1, sent: 0, session: null,
    };
    return answerWord(word, argument, this.place.host.whitelist, this.view([asking]), this);
  }

  /** See the head of the file. `extra`: connections beside those of clients. */
  view(extra: readonly ConnectionView[] = []): MonitoringView {
    const { real, place } = this;
    const { network } = real.machine;
    return {
      version: VERSION,
      status: statusOf(real.server),
      config: real.server.config,
      client: place.client,
      secureClient: place.secureClient,
      backlog: place.host.backlog,
      dataDir: join(place.host.dataDir, 'version-2'),
      dataLogDir: join(place.host.dataLogDir, 'version-2'),
      dataDirSize: sizeOf(join(place.host.dataDir, 'version-2')),
      logDirSize: sizeOf(join(place.host.dataLogDir, 'version-2')),
      lastSnapshot: newestSnapshot(join(place.host.dataDir, 'version-2')),
      connections: [...extra, ...network.clients.map(connectionView)],
      received: network.traffic.received,
      sent: network.traffic.sent,
      latency: latencyView(network.traffic.latency),
      proposalSizes: this.metrics.proposalSizes,
      responseSizes: network.traffic.responses,
      uptimeMs: monotonicMs() - this.startedMs,
      environment: environment(),
      metrics: this.metrics.values(),
      digests: this.metrics.digests,
      slowSyncs: this.metrics.slowSyncs,
      authFailures: this.metrics.authFailures,
      fileDescriptors: fileDescriptors(),
      traceMask: this.traceMask,
      nowMs: monotonicMs(),
      dateOf: javaDate,
    };
  }

  resetConnections(): void {
    for (const traffic of this.real.machine.network.clients) traffic.reset();
  }

  resetServer(): void {
    this.real.machine.network.traffic.reset();
    this.metrics.reset();
  }

  resetProposalSizes(): void {
    this.metrics.resetProposalSizes();
  }

  setTraceMask(mask: number): void {
    this.traceMask = mask;
  }
}

function connectionView(traffic: ClientTraffic): ConnectionView {
  return {
    connection: traffic.connection,
    from: endpointText({ host: traffic.address, port: traffic.remotePort }),
    isSecure: traffic.isSecure,
    isReading: true,
    queued: traffic.unanswered,
    received: traffic.received,
    sent: traffic.sent,
    session: traffic.timeoutMs === 0 ? null : {
      sessionId: traffic.sessionId,
      timeoutMs: traffic.timeoutMs,
      lastOperation: operationLetters(traffic.lastOperation),
      establishedMs: traffic.establishedMs,
      lastXid: traffic.lastXid,
      lastZxid: traffic.lastZxid,
      lastResponseMs: traffic.lastResponseMs,
      lastLatencyMs: traffic.lastLatencyMs,
      latency: latencyView(traffic.latency),
    },
  };
}

function latencyView({ count, minMs, maxMs, totalMs }: Latency): LatencyView {
  if (count === 0) return { minMs: 0, avgMs: 0, maxMs: 0 };
  return { minMs: Math.floor(minMs), avgMs: totalMs / count, maxMs: Math.floor(maxMs) };
}

/** The bytes of the files in a directory; 0 where there is none. */
function sizeOf(directory: string): number {
  let size = 0;
  try {
    for (const name of readdirSync(directory)) size += statSync(join(directory, name)).size;
  } catch {
    // A file may go while it is being counted.
  }
  return size;
}

function newestSnapshot(directory: string): { zxid: string; writtenS: number } | null {
  let newest: { zxid: string; writtenS: number } | null = null;
  try {
    for (const name of readdirSync(directory)) {
      const zxid = /^snapshot\.([0-9a-f]+)$/.exec(name)?.[1];
      if (zxid === undefined || (newest !== null && Number.parseInt(newest.zxid, 16) > Number.parseInt(zxid, 16))) continue;
      newest = { zxid, writtenS: Math.floor(statSync(join(directory, name)).mtimeMs / 1000) };
    }
  } catch {
    // A file may go while it is being looked at.
  }
  return newest;
}

const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

function javaDate(monotonic: number): string {
  const date = new Date(Date.now() + monotonic - monotonicMs());
  const two = (value: number): string => String(value).padStart(2, '0');
  const time = [date.getUTCHours(), date.getUTCMinutes(), date.getUTCSeconds()].map(two).join(':');
  const day = `${DAYS[date.getUTCDay()] ?? ''} ${MONTHS[date.getUTCMonth()] ?? ''} ${two(date.getUTCDate())}`;
  return `${day} ${time} UTC ${date.getUTCFullYear()}`;
}

/** ZooKeeper's keys; those that ask about Java are answered by what stands in its place. */
function environment(): (readonly [string, string])[] {
  const megabytes = (bytes: number): string => `${Math.round(bytes / (1024 * 1024))}MB`;
  const { heapTotal, heapUsed } = process.memoryUsage();
  return [
    ['zookeeper.version', VERSION],
    ['host.name', hostname()],
    ['java.version', `node ${process.versions.node}`],
    ['java.vendor', 'Node.js'],
    ['java.home', process.execPath],
    ['java.class.path', ''],
    ['java.library.path', ''],
    ['java.io.tmpdir', tmpdir()],
    ['java.compiler', '<NA>'],
    ['os.name', 'Linux'],
    ['os.arch', process.arch],
    ['os.version', release()],
    ['user.name', userName()],
    ['user.home', homedir()],
    ['user.dir', process.cwd()],
    ['os.memory.free', megabytes(heapTotal - heapUsed)],
    ['os.memory.max', megabytes(totalmem())],
    ['os.memory.total', megabytes(heapTotal)],
  ];
}

function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return '?';
  }
}

/** −1 where the machine does not say. */
function fileDescriptors(): { open: number; max: number } {
  try {
    const limits = readFileSync('/proc/self/limits', 'utf8');
    const max = /Max open files\s+(\d+)/.exec(limits)?.[1];
    return { open: readdirSync('/proc/self/fd').length, max: max === undefined ? -1 : Number(max) };
  } catch {
    return { open: -1, max: -1 };
  }
}
