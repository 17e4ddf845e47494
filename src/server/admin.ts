/**
 * The admin commands (section 6.3 of the protocol's description; org.apache.zookeeper.server.admin.Commands): what a monitor asks
 * over HTTP, answered as JSON. Pure, like the four-letter words, and from the same view. What carries files, snapshot and
 * restore, is answered by the host.
 */
import type { SessionId } from '../base/session-id.ts';
import type { Address } from '../zab/quorum.ts';
import { monitorValues, pathsBySession, sessionsByPath } from './four-letter-words.ts';
import { jackson, NumberText } from './jackson.ts';
import type { Json } from './jackson.ts';
import { decimal } from './monitoring.ts';
import type { ConnectionView, MonitoringControls, MonitoringView } from './monitoring.ts';
import type { ServerStatus } from './status.ts';

type Fields = Readonly<Record<string, Json>>;

interface Command {
  readonly names: readonly string[];
  /** Answered also while no client is served. */
  readonly isAlways?: boolean;
  /** A field `error` is what went wrong. */
  answer(view: MonitoringView, controls: MonitoringControls, parameters: URLSearchParams): Fields;
}

/** What is answered. */
export interface AdminAnswer {
  readonly status: number;
  readonly body: string;
}

const NOT_SERVING = 'This ZooKeeper instance is not currently serving requests';

const DIGEST_VERSION = 2;

const COMMANDS: readonly Command[] = [
  { names: ['configuration', 'conf', 'config'], answer: configuration },
  { names: ['connections', 'cons'], answer: (view) => connections(view, full) },
  { names: ['connection_stat_reset', 'crst'], answer: (_view, controls) => nothing(() => controls.resetConnections()) },
  { names: ['dirs'], answer: ({ dataDirSize, logDirSize }) => ({ datadir_size: dataDirSize, logdir_size: logDirSize }) },
  { names: ['dump'], answer: dump },
  { names: ['environment', 'env', 'envi'], isAlways: true, answer: ({ environment }) => Object.fromEntries(environment) },
  { names: ['get_trace_mask', 'gtmk'], isAlways: true, answer: ({ traceMask }) => ({ tracemask: traceMask }) },
  { names: ['hash'], answer: hash },
  { names: ['initial_configuration', 'icfg'], answer: () => ({ initial_configuration: null }) },
  { names: ['is_read_only', 'isro'], answer: ({ status }) => ({ read_only: status.mode === 'read-only' }) },
  {
    names: ['last_snapshot', 'lsnp'],
    answer: ({ lastSnapshot }) => ({ zxid: lastSnapshot?.zxid ?? '-1', timestamp: lastSnapshot?.writtenS ?? -1 }),
  },
  { names: ['leader', 'lead'], answer: leader },
  { names: ['monitor', 'mntr'], answer: (view) => Object.fromEntries(monitorValues(view).map(typed)) },
  { names: ['observer_connection_stat_reset', 'orst'], answer: () => ({}) },
  { names: ['observers', 'obsr'], answer: observers },
  { names: ['restore', 'rest'], answer: () => ({}) },
  { names: ['ruok'], answer: () => ({}) },
  { names: ['server_stats', 'srvr'], answer: serverStats },
  { names: ['set_trace_mask', 'stmk'], isAlways: true, answer: setTraceMask },
  { names: ['snapshot', 'snap'], answer: () => ({}) },
  { names: ['stat_reset', 'srst'], answer: (_view, controls) => nothing(() => controls.resetServer()) },
  { names: ['stats', 'stat'], answer: (view) => ({ ...serverStats(view), ...connections(view, brief) }) },
  { names: ['system_properties', 'sysp'], isAlways: true, answer: () => ({}) },
  { names: ['voting_view'], answer: votingView },
  { names: ['watches', 'wchc'], answer: watches },
  { names: ['watches_by_path', 'wchp'], answer: watchesByPath },
  { names: ['watch_summary', 'wchs'], answer: watchSummary },
  { names: ['zabstate'], isAlways: true, answer: zabState },
];

/** Answers `GET path`; `root` is where the commands are (`/commands`). */
export function answerCommand(
  path: string, parameters: URLSearchParams, root: string, view: () => MonitoringView, controls: MonitoringControls,
): AdminAnswer {
  if (path === root || path === `${root}/`) return { status: 200, body: links(root) };
  if (!path.startsWith(`${root}/`)) return { status: 404, body: jackson({ error: `commands are below ${root}` }) };
  const name = nameIn(path.slice(root.length + 1));
  const command = COMMANDS.find(({ names }) => names.includes(name));
  if (command === undefined) return { status: 200, body: jackson({ command: name, error: `Unknown command: ${name}` }) };
  const seen = view();
  if (!seen.status.isServing && command.isAlways !== true) {
    return { status: 200, body: jackson({ command: name, error: NOT_SERVING }) };
  }
  const [primary = name] = command.names;
  const fields = command.answer(seen, controls, parameters);
  return { status: 200, body: jackson({ ...fields, command: primary, error: fields['error'] ?? null }) };
}

/** Without the parameters that a path may carry behind a semicolon. */
function nameIn(rest: string): string {
  const [name = ''] = rest.split(';');
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}

function links(root: string): string {
  const names = COMMANDS.map(({ names: [name = ''] }) => name).sort((a, b) => (a < b ? -1 : 1));
  return names.map((name) => `<a href="${root}/${name}">${name}</a>\n<br/>\n`).join('');
}

function nothing(act: () => void): Fields {
  act();
  return {};
}

/** As ZooKeeper keeps them: a signed long. */
function long(id: SessionId): bigint {
  return BigInt.asIntN(64, BigInt(`0x${id}`));
}

function typed([name, text]: readonly [string, string]): readonly [string, Json] {
  return [name, text === '' || Number.isNaN(Number(text)) ? text : new NumberText(text)];
}

function at(address: Address | null): string {
  return address === null ? '' : `${address.host}:${address.port}`;
}

/** Of the ensemble nothing, which `conf` tells on the client port. */
function configuration(view: MonitoringView): Fields {
  const { config, status } = view;
  return {
    client_port: view.client?.port ?? -1,
    data_dir: view.dataDir,
    data_log_dir: view.dataLogDir,
    tick_time: config.tickTimeMs,
    max_client_cnxns: config.maxClientCnxns,
    min_session_timeout: config.minSessionTimeoutMs,
    max_session_timeout: config.maxSessionTimeoutMs,
    server_id: status.isStandalone ? 0 : status.id,
    client_port_listen_backlog: view.backlog,
  };
}

function connections(view: MonitoringView, tell: (connection: ConnectionView) => Json): Fields {
  const established = view.connections.filter(({ session }) => session !== null);
  return {
    connections: established.filter(({ isSecure }) => !isSecure).map(tell),
    secure_connections: established.filter(({ isSecure }) => isSecure).map(tell),
  };
}

function brief({ from, isReading, queued, received, sent }: ConnectionView): Fields {
  return {
    remote_socket_address: from,
    interest_ops: isReading ? 1 : 0,
    outstanding_requests: queued,
    packets_received: received,
    packets_sent: sent,
  };
}

function full(view: ConnectionView): Fields {
  const { session } = view;
  return {
    ...brief(view),
    ...(session === null ? {} : {
      session_id: long(session.sessionId),
      last_operation: session.lastOperation,
      established: session.establishedMs,
      session_timeout: session.timeoutMs,
      last_cxid: session.lastXid,
      last_zxid: session.lastZxid,
      last_response_time: session.lastResponseMs,
      last_latency: session.lastLatencyMs,
      min_latency: session.latency.minMs,
      avg_latency: Math.round(session.latency.avgMs),
      max_latency: session.latency.maxMs,
    }),
  };
}

/** Only who expires the sessions of the ensemble tells when they run out, and then of its own ones too. */
function dump({ status: { deadlines, localDeadlines, ephemerals } }: MonitoringView): Fields {
  const expiring = new Map<number, bigint[]>();
  for (const { deadlineMs, sessions } of deadlines === null ? [] : [...localDeadlines, ...deadlines]) {
    expiring.set(deadlineMs, [...expiring.get(deadlineMs) ?? [], ...sessions.map(long)]);
  }
  return {
    expiry_time_to_session_ids: Object.fromEntries([...expiring].map(([ms, ids]) => [String(ms), ids])),
    session_id_to_ephemeral_paths: Object.fromEntries([...ephemerals].map(([id, paths]) => [String(long(id)), paths])),
  };
}

function leader({ status }: MonitoringView): Fields {
  // In ZooKeeper's words for a server that is of no ensemble, or has no part in it.
  if (isApart(status)) return { error: 'server is not initialized' };
  const found = status.config.servers.find(({ id }) => id === status.leaderId);
  return { is_leader: status.mode === 'leader', leader_id: status.leaderId, leader_ip: found?.host ?? '' };
}

/** A read-only server tells nothing of its ensemble. */
function isApart({ isStandalone, mode }: ServerStatus): boolean {
  return isStandalone || mode === 'read-only';
}

function hash({ digests }: MonitoringView): Fields {
  return { digests: digests.map(({ zxid, digest }) => ({ zxid, digest, digest_version: DIGEST_VERSION })) };
}

function observers({ status: { learners } }: MonitoringView): Fields {
  const found = learners.filter(({ isObserver, isSynced }) => isObserver && isSynced);
  return { synced_observers: found.length, observers: found.map(({ sid }) => ({ sid })) };
}

function serverStats(view: MonitoringView): Fields {
  const { status, latency, responseSizes, proposalSizes } = view;
  const sizes = { last_buffer_size: responseSizes.last, min_buffer_size: responseSizes.min, max_buffer_size: responseSizes.max };
  const { last, min, max } = proposalSizes;
  return {
    version: view.version,
    read_only: status.mode === 'read-only',
    server_stats: {
      packets_sent: view.sent,
      packets_received: view.received,
      fsync_threshold_exceed_count: view.slowSyncs,
      client_response_stats: sizes,
      provider_null: false,
      server_state: status.mode,
      outstanding_requests: status.outstanding,
      min_latency: latency.minMs,
      avg_latency: new NumberText(decimal(latency.avgMs)),
      max_latency: latency.maxMs,
      data_dir_size: view.dataDirSize,
      log_dir_size: view.logDirSize,
      last_processed_zxid: status.zxid,
      num_alive_client_connections: view.connections.length,
      uptime: view.uptimeMs,
      auth_failed_count: view.authFailures,
      non_mtlsremote_conn_count: 0,
      non_mtlslocal_conn_count: 0,
    },
    client_response: sizes,
    ...(status.mode === 'leader'
      ? { proposal_stats: { last_buffer_size: last, min_buffer_size: min, max_buffer_size: max } } : {}),
    node_count: status.nodeCount,
  };
}

function setTraceMask(_view: MonitoringView, controls: MonitoringControls, parameters: URLSearchParams): Fields {
  const asked = parameters.get('traceMask');
  if (asked === null) return { error: 'setTraceMask requires long traceMask argument' };
  const mask = /^[-+]?\d+$/.test(asked) ? Number(asked) : Number.NaN;
  if (!Number.isSafeInteger(mask)) return { error: `setTraceMask requires long traceMask argument, got ${asked}` };
  controls.setTraceMask(mask);
  return { tracemask: mask };
}

function votingView({ status }: MonitoringView): Fields {
  if (isApart(status)) return { current_config: {} };
  const voters = status.config.servers.filter(({ role }) => role === 'participant');
  return {
    current_config: Object.fromEntries(voters.map((spec) => [String(spec.id), {
      server_addresses: [`${spec.host}:${spec.quorumPort}`],
      election_addresses: [`${spec.host}:${spec.electionPort}`],
      client_address: at(spec.client),
      learner_type: spec.role,
    }])),
  };
}

function watches(view: MonitoringView): Fields {
  const entries = [...pathsBySession(view)].map(([id, paths]) => [String(long(id)), paths] as const);
  return { session_id_to_watched_paths: Object.fromEntries(entries) };
}

function watchesByPath(view: MonitoringView): Fields {
  const entries = [...sessionsByPath(view)].map(([path, ids]) => [path, ids.map(long)] as const);
  return { path_to_session_ids: Object.fromEntries(entries) };
}

function watchSummary({ status }: MonitoringView): Fields {
  const watchers = new Set<number>();
  let total = 0;
  for (const found of status.watches.values()) {
    total += found.length;
    for (const watcher of found) watchers.add(watcher);
  }
  return { num_connections: watchers.size, num_paths: status.watches.size, num_total_watches: total };
}

function zabState({ status, client }: MonitoringView): Fields {
  if (isApart(status) || !status.isServing) return { voting: false, zabstate: '' };
  const own = status.config.servers.find(({ id }) => id === status.id);
  return {
    myid: status.id,
    is_leader: status.mode === 'leader',
    quorum_address: addresses({ host: own?.host ?? '', port: own?.quorumPort ?? 0 }),
    election_address: addresses({ host: own?.host ?? '', port: own?.electionPort ?? 0 }),
    client_address: at(own?.client ?? client),
    voting: status.isVoter,
    last_zxid: `0x${status.zxid.toString(16)}`,
    zab_epoch: status.epoch,
    zab_counter: status.counter,
    zabstate: status.zabPhase,
  };
}

/** ZooKeeper prints every getter of its address object. */
function addresses(address: Address): Json {
  const one = at(address);
  return {
    empty: false,
    all_addresses: [one],
    all_reachable_addresses: [one],
    one,
    reachable_address: one,
    wildcard_addresses: [`0.0.0.0:${address.port}`],
    all_ports: [address.port],
    all_host_strings: [address.host],
    all_reachable_addresses_or_all: [one],
    reachable_or_one: one,
  };
}
