/**
 * Four-letter words (section 6.1 of the protocol's description; org.apache.zookeeper.server.command): what an operator or a
 * monitor asks on the client port, and the text that answers. Byte for byte ZooKeeper's, but for what is particular to a machine.
 * Pure: it reads a view that was made for this question, and asks for changes through the controls.
 */
import { sessionIdToHex } from '../base/session-id.ts';
import type { SessionId } from '../base/session-id.ts';
import { decimal } from './monitoring.ts';
import type { ConnectionView, MonitoringControls, MonitoringView } from './monitoring.ts';
import type { Deadline } from './session-tracker.ts';

const NOT_SERVING = 'This ZooKeeper instance is not currently serving requests\n';
const TRACE_MASK_LENGTH = 8;

/** How one word is answered. */
interface Word {
  /** Answered also while no client is served. */
  readonly isAlways?: boolean;
  answer(view: MonitoringView, controls: MonitoringControls, argument: Uint8Array): string;
}

const WORDS: ReadonlyMap<string, Word> = new Map<string, Word>([
  ['ruok', { isAlways: true, answer: () => 'imok' }],
  ['srvr', { answer: (view) => versionLine(view) + serverStats(view) }],
  ['stat', { answer: (view) => `${versionLine(view)}Clients:\n${briefConnections(view)}\n${serverStats(view)}` }],
  ['cons', { answer: (view) => `${view.connections.map((one) => ` /${fullConnection(one)}\n`).join('')}\n` }],
  ['conf', { answer: configuration }],
  ['envi', { isAlways: true, answer: environment }],
  ['dump', { answer: dump }],
  ['wchs', { answer: watchSummary }],
  ['wchc', { answer: watchesBySession }],
  ['wchp', { answer: watchesByPath }],
  ['dirs', { answer: ({ dataDirSize, logDirSize }) => `datadir_size: ${dataDirSize}\nlogdir_size: ${logDirSize}\n` }],
  ['mntr', { answer: monitor }],
  ['hash', { isAlways: true, answer: hash }],
  ['gtmk', { isAlways: true, answer: ({ traceMask }) => String(traceMask) }],
  ['isro', { isAlways: true, answer: readOnly }],
  ['crst', { answer: (_view, controls) => said('Connection stats reset.', () => controls.resetConnections()) }],
  ['srst', { answer: (_view, controls) => said('Server stats reset.', () => resetServer(controls)) }],
  ['stmk', { isAlways: true, answer: setTraceMask }],
]);

/** Whether these four letters are a word at all. */
export function isFourLetterWord(word: string): boolean {
  return WORDS.has(word);
}

/** Whether the whitelist lets it be asked. */
export function isWhitelisted(word: string, whitelist: readonly string[]): boolean {
  return whitelist.includes('*') || whitelist.includes(word);
}

/** The text that answers `word`, which is one; `argument`: the bytes that came behind it. */
export function answerWord(
  word: string, argument: Uint8Array, whitelist: readonly string[], view: MonitoringView, controls: MonitoringControls,
): string {
  if (!isWhitelisted(word, whitelist)) return `${word} is not executed because it is not in the whitelist.\n`;
  const found = WORDS.get(word);
  if (found === undefined) return '';
  return view.status.isServing || found.isAlways === true ? found.answer(view, controls, argument) : NOT_SERVING;
}

function said(sentence: string, act: () => void): string {
  act();
  return `${sentence}\n`;
}

function resetServer(controls: MonitoringControls): void {
  controls.resetServer();
  controls.resetProposalSizes();
}

/** ZooKeeper ends this one refusal without a newline. */
function hash({ digests, status }: MonitoringView): string {
  if (!status.isServing) return NOT_SERVING.trimEnd();
  return digests.map(({ zxid, digest }) => `${zxid.toString(16)}: ${digest}\n`).join('');
}

function readOnly({ status: { isServing, mode } }: MonitoringView): string {
  if (!isServing) return 'null';
  return mode === 'read-only' ? 'ro' : 'rw';
}

/** The mask follows the word as eight bytes; it is kept and answered, and nothing is traced by it. */
function setTraceMask(_view: MonitoringView, controls: MonitoringControls, argument: Uint8Array): string {
  if (argument.length < TRACE_MASK_LENGTH) return '';
  const data = new DataView(argument.buffer, argument.byteOffset, TRACE_MASK_LENGTH);
  const mask = data.getInt32(0) * 0x1_0000_0000 + data.getUint32(4);
  controls.setTraceMask(mask);
  return String(mask);
}

function versionLine({ version, status }: MonitoringView): string {
  const mode = status.mode === 'read-only' ? 'READ-ONLY mode; serving only read-only clients\n' : '';
  return `Zookeeper version: ${version}\n${mode}`;
}

function serverStats(view: MonitoringView): string {
  const { status, latency, received, sent, connections, proposalSizes } = view;
  const lines = [
    `Latency min/avg/max: ${latency.minMs}/${decimal(latency.avgMs)}/${latency.maxMs}`,
    `Received: ${received}`,
    `Sent: ${sent}`,
    `Connections: ${connections.length}`,
    `Outstanding: ${status.outstanding}`,
    `Zxid: 0x${status.zxid.toString(16)}`,
    `Mode: ${status.mode}`,
    `Node count: ${status.nodeCount}`,
  ];
  if (status.mode === 'leader') {
    lines.push(`Proposal sizes last/min/max: ${proposalSizes.last}/${proposalSizes.min}/${proposalSizes.max}`);
  }
  return `${lines.join('\n')}\n`;
}

function briefConnections({ connections }: MonitoringView): string {
  return connections.map((one) => ` /${briefConnection(one)})\n`).join('');
}

/** Without its closing parenthesis. */
function briefConnection({ from, isReading, queued, received, sent }: ConnectionView): string {
  return `${from}[${isReading ? 1 : 0}](queued=${queued},recved=${received},sent=${sent}`;
}

function fullConnection(view: ConnectionView): string {
  const { session } = view;
  if (session === null) return `${briefConnection(view)})`;
  const { latency } = session;
  const fields = [
    `sid=${sessionIdToHex(session.sessionId)}`,
    `lop=${session.lastOperation}`,
    `est=${session.establishedMs}`,
    `to=${session.timeoutMs}`,
    ...(session.lastXid >= 0 ? [`lcxid=0x${session.lastXid.toString(16)}`] : []),
    `lzxid=0x${session.lastZxid < 0 ? 'ffffffffffffffff' : session.lastZxid.toString(16)}`,
    `lresp=${session.lastResponseMs}`,
    `llat=${session.lastLatencyMs}`,
    `minlat=${latency.minMs}`,
    `avglat=${Math.round(latency.avgMs)}`,
    `maxlat=${latency.maxMs}`,
  ];
  return `${briefConnection(view)},${fields.join(',')})`;
}

function configuration(view: MonitoringView): string {
  const { config, status } = view;
  const lines = [
    `clientPort=${view.client?.port ?? -1}`,
    `secureClientPort=${view.secureClient?.port ?? -1}`,
    `dataDir=${view.dataDir}`,
    `dataDirSize=${view.dataDirSize}`,
    `dataLogDir=${view.dataLogDir}`,
    `dataLogSize=${view.logDirSize}`,
    `tickTime=${config.tickTimeMs}`,
    `maxClientCnxns=${config.maxClientCnxns}`,
    `minSessionTimeout=${config.minSessionTimeoutMs}`,
    `maxSessionTimeout=${config.maxSessionTimeoutMs}`,
    `clientPortListenBacklog=${view.backlog}`,
    `serverId=${status.isStandalone ? 0 : status.id}`,
  ];
  if (status.isStandalone) return `${lines.join('\n')}\n`;
  const own = status.config.servers.find(({ id }) => id === status.id);
  lines.push(
    `initLimit=${config.initLimit}`,
    `syncLimit=${config.syncLimit}`,
    'electionAlg=3',
    `electionPort=${own?.electionPort ?? -1}`,
    `quorumPort=${own?.quorumPort ?? -1}`,
    `peerType=${own?.role === 'observer' ? 1 : 0}`,
    'membership: ',
  );
  return `${lines.join('\n')}\n${status.config.text}`;
}

function environment(view: MonitoringView): string {
  const lines = view.environment.map(([key, value]) => `${key}=${value}\n`);
  return `Environment:\n${lines.join('')}`;
}

function dump(view: MonitoringView): string {
  return `SessionTracker dump:\n${dumpSessions(view)}ephemeral nodes dump:\n${dumpEphemerals(view)}${dumpConnections(view)}`;
}

/** Only a leader, or a server alone, knows when the sessions of all run out; the others know which there are. */
function dumpSessions(view: MonitoringView): string {
  const { config, status: { deadlines, localDeadlines, sessions } } = view;
  const hasLocals = config.localSessionsEnabled || localDeadlines.length > 0;
  const locals = hasLocals ? `Local ${dumpDeadlines(localDeadlines, view)}` : '';
  if (deadlines !== null) return `${locals}${hasLocals ? 'Global ' : ''}${dumpDeadlines(deadlines, view)}`;
  const lines = [...sessions].sort(([a], [b]) => (a < b ? -1 : 1)).map(([id, timeoutMs]) => `${hexOf(id)}\t${timeoutMs}ms\n`);
  return `${locals}Global Sessions(${sessions.size}):\n${lines.join('')}`;
}

function dumpDeadlines(deadlines: readonly Deadline[], { dateOf, nowMs }: MonitoringView): string {
  const total = deadlines.reduce((sum, { sessions }) => sum + sessions.length, 0);
  const lines = deadlines.map(({ deadlineMs, sessions }) => {
    const due = Math.max(deadlineMs, nowMs);
    return `${sessions.length} expire at ${dateOf(due)}:\n${sessions.map((id) => `\t${sessionIdToHex(id)}\n`).join('')}`;
  });
  return `Session Sets (${deadlines.length})/(${total}):\n${lines.join('')}`;
}

function hexOf(id: SessionId | undefined): string {
  return id === undefined ? '0x0' : sessionIdToHex(id);
}

function dumpEphemerals({ status: { ephemerals } }: MonitoringView): string {
  const lines = [...ephemerals].map(([id, paths]) => `${sessionIdToHex(id)}:\n${paths.map((path) => `\t${path}\n`).join('')}`);
  return `Sessions with Ephemerals (${ephemerals.size}):\n${lines.join('')}`;
}

/** Connections by when they are closed if they stay silent, in buckets of the time that one without a session has. */
function dumpConnections({ connections, config, dateOf, nowMs }: MonitoringView): string {
  const tickMs = config.sessionlessCnxnTimeoutMs;
  const buckets = new Map<number, ConnectionView[]>();
  for (const one of connections) {
    const timeoutMs = one.session?.timeoutMs ?? tickMs;
    const dueMs = (Math.floor((nowMs + timeoutMs) / tickMs) + 1) * tickMs;
    const bucket = buckets.get(dueMs);
    if (bucket === undefined) buckets.set(dueMs, [one]);
    else bucket.push(one);
  }
  const lines = [...buckets].sort(([a], [b]) => a - b).map(([dueMs, members]) => {
    const inside = members.map(({ from, session }) => `\tip: /${from} sessionId: ${hexOf(session?.sessionId)}\n`);
    return `${members.length} expire at ${dateOf(dueMs)}:\n${inside.join('')}`;
  });
  return `Connections dump:\nConnections Sets (${buckets.size})/(${connections.length}):\n${lines.join('')}`;
}

function watchSummary({ status: { watches } }: MonitoringView): string {
  let total = 0;
  const watchers = new Set<number>();
  for (const connections of watches.values()) {
    total += connections.length;
    for (const connection of connections) watchers.add(connection);
  }
  return `${watchers.size} connections watching ${watches.size} paths\nTotal watches:${total}\n`;
}

/** Who watches which paths, by session. */
export function pathsBySession({ status, connections }: MonitoringView): ReadonlyMap<SessionId, readonly string[]> {
  const paths = new Map<SessionId, string[]>();
  for (const [path, watchers] of status.watches) {
    for (const watcher of watchers) {
      const id = connections.find(({ connection }) => connection === watcher)?.session?.sessionId;
      if (id === undefined) continue;
      const known = paths.get(id);
      if (known === undefined) paths.set(id, [path]);
      else known.push(path);
    }
  }
  return paths;
}

/** Which sessions watch a path. */
export function sessionsByPath({ status, connections }: MonitoringView): ReadonlyMap<string, readonly SessionId[]> {
  const sessionOf = new Map(connections.map(({ connection, session }) => [connection, session?.sessionId]));
  return new Map([...status.watches].map(([path, watchers]) => {
    return [path, watchers.map((watcher) => sessionOf.get(watcher)).filter((id) => id !== undefined)];
  }));
}

function watchesBySession(view: MonitoringView): string {
  const lines = [...pathsBySession(view)].map(([id, paths]) => {
    return `${sessionIdToHex(id)}\n${paths.map((path) => `\t${path}\n`).join('')}`;
  });
  return `${lines.join('')}\n`;
}

function watchesByPath(view: MonitoringView): string {
  const lines = [...sessionsByPath(view)].map(([path, ids]) => {
    return `${path}\n${ids.map((id) => `\t${sessionIdToHex(id)}\n`).join('')}`;
  });
  return `${lines.join('')}\n`;
}

function monitor(view: MonitoringView): string {
  return monitorValues(view).map(([name, value]) => `zk_${name}\t${value}\n`).join('');
}

/** What `mntr` prints, by its names without `zk_`. */
export function monitorValues(view: MonitoringView): readonly (readonly [name: string, value: string])[] {
  const { status, latency, proposalSizes, responseSizes, fileDescriptors } = view;
  let ephemerals = 0;
  for (const paths of status.ephemerals.values()) ephemerals += paths.length;
  const values: [string, string | number][] = [
    ['version', view.version],
    ['server_state', status.mode],
    ...(status.peerState === '' ? [] : [['peer_state', status.peerState] satisfies [string, string]]),
    ['ephemerals_count', ephemerals],
    ['num_alive_connections', view.connections.length],
    ['avg_latency', decimal(latency.avgMs)],
    ['outstanding_requests', status.outstanding],
    ['znode_count', status.nodeCount],
    ['global_sessions', status.sessions.size],
    ['non_mtls_remote_conn_count', 0],
    ['last_client_response_size', responseSizes.last],
    ['packets_sent', view.sent],
    ['packets_received', view.received],
    ['max_client_response_size', responseSizes.max],
    ['connection_drop_probability', '0.0'],
    ['watch_count', status.watchCount],
    ['auth_failed_count', view.authFailures],
    ['min_latency', latency.minMs],
    ['max_file_descriptor_count', fileDescriptors.max],
    ['approximate_data_size', status.dataBytes],
    ['open_file_descriptor_count', fileDescriptors.open],
    ['local_sessions', status.localSessions],
    ['uptime', view.uptimeMs],
    ['max_latency', latency.maxMs],
    ['outstanding_tls_handshake', 0],
    ['min_client_response_size', responseSizes.min],
    ['non_mtls_local_conn_count', 0],
  ];
  if (!status.isStandalone) values.push(['quorum_size', status.config.voters.length]);
  if (status.mode === 'observer') values.push(['observer_master_id', status.leaderId]);
  if (status.mode === 'leader') values.push(...leaderValues(view, proposalSizes.last, proposalSizes.min, proposalSizes.max));
  return [...values.map(([name, value]) => [name, String(value)] as const), ...view.metrics];
}

function leaderValues({ status, uptimeMs }: MonitoringView, last: number, min: number, max: number): [string, number][] {
  const synced = status.learners.filter(({ isSynced }) => isSynced);
  const followers = synced.filter(({ isObserver }) => !isObserver);
  const voters = followers.filter(({ sid }) => status.config.voters.includes(sid));
  return [
    ['learners', status.learners.length],
    ['synced_followers', voters.length],
    ['synced_non_voting_followers', followers.length - voters.length],
    ['synced_observers', synced.length - followers.length],
    ['pending_syncs', status.pendingSyncs],
    ['leader_uptime', uptimeMs],
    ['last_proposal_size', last],
    ['min_proposal_size', min],
    ['max_proposal_size', max],
  ];
}
