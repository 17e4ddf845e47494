/**
 * Every key of ZooKeeper's configuration (section 5 of the protocol's description) and what becomes of it here: it is honoured;
 * or ignored, because nothing of this server answers to it; or refused, because a server that went on without it would not do
 * what its operator relies on. A name may be given with or without the prefix `zookeeper.`.
 */
import type { ConfigDraft } from './config-draft.ts';

/** Reads a value into the draft; a sentence where it cannot be read. */
export type Setter = (draft: ConfigDraft, value: string) => string | null;

type Store<T> = (draft: ConfigDraft, value: T) => void;

const PORT_MAX = 65535;

function whole(store: Store<number>, min: number = Number.MIN_SAFE_INTEGER, max: number = 0x7fff_ffff): Setter {
  return (draft, text) => {
    const value = /^-?[0-9]{1,15}$/.test(text) ? Number(text) : Number.NaN;
    if (!(value >= min && value <= max)) return `must be a whole number${rangeText(min, max)}, not "${text}"`;
    store(draft, value);
    return null;
  };
}

function rangeText(min: number, max: number): string {
  if (min <= -2) return '';
  return max === PORT_MAX ? ` from ${min} to ${max}` : ` from ${min} on`;
}

function bool(store: Store<boolean>): Setter {
  return (draft, text) => {
    const value = text.toLowerCase();
    if (value !== 'true' && value !== 'false') return `must be true or false, not "${text}"`;
    store(draft, value === 'true');
    return null;
  };
}

function yesNo(store: Store<boolean>): Setter {
  return (draft, text) => {
    const value = text.toLowerCase();
    if (!['yes', 'no', 'true', 'false'].includes(value)) return `must be yes or no, not "${text}"`;
    store(draft, value === 'yes' || value === 'true');
    return null;
  };
}

function text(store: Store<string>): Setter {
  return (draft, value) => {
    store(draft, value);
    return null;
  };
}

function list(store: Store<readonly string[]>): Setter {
  return text((draft, value) => {
    store(draft, value.split(',').map((item) => item.trim()).filter((item) => item !== ''));
  });
}

/** What is honoured. */
export const HONOURED: ReadonlyMap<string, Setter> = new Map<string, Setter>([
  ['dataDir', text((d, v) => { d.host.dataDir = v; })],
  ['dataLogDir', text((d, v) => { d.host.dataLogDir = v; })],
  ['clientPort', whole((d, v) => { d.host.clientPort = v; }, 0, PORT_MAX)],
  ['clientPortAddress', text((d, v) => { d.host.clientAddress = v; })],
  ['secureClientPort', whole((d, v) => { d.host.securePort = v; }, 0, PORT_MAX)],
  ['secureClientPortAddress', text((d, v) => { d.host.secureAddress = v; })],
  ['clientPortListenBacklog', whole((d, v) => { d.host.backlog = v; }, -1)],
  ['tickTime', whole((d, v) => { d.server.tickTimeMs = v; }, 1)],
  ['initLimit', whole((d, v) => { d.initLimit = v; }, 1)],
  ['syncLimit', whole((d, v) => { d.syncLimit = v; }, 1)],
  ['minSessionTimeout', whole((d, v) => { d.minSessionTimeoutMs = v; })],
  ['maxSessionTimeout', whole((d, v) => { d.maxSessionTimeoutMs = v; })],
  ['maxClientCnxns', whole((d, v) => { d.server.maxClientCnxns = v; }, 0)],
  ['maxCnxns', whole((d, v) => { d.server.maxCnxns = v; }, 0)],
  ['peerType', text((d, v) => { d.peerType = v; })],
  ['dynamicConfigFile', text((d, v) => { d.dynamicConfigFile = v; })],
  ['standaloneEnabled', bool((d, v) => { d.server.standaloneEnabled = v; })],
  ['reconfigEnabled', bool((d, v) => { d.server.reconfigEnabled = v; })],
  ['localSessionsEnabled', bool((d, v) => { d.server.localSessionsEnabled = v; })],
  ['localSessionsUpgradingEnabled', bool((d, v) => { d.server.localSessionsUpgradingEnabled = v; })],
  ['quorumListenOnAllIPs', bool((d, v) => { d.host.quorumListenOnAllIPs = v; })],
  ['autopurge.snapRetainCount', whole((d, v) => { d.server.snapRetainCount = v; }, 0)],
  ['snapCount', whole((d, v) => { d.server.snapCount = Math.max(2, v); })],
  ['commitLogCount', whole((d, v) => { d.server.commitLogCount = Math.max(500, v); })],
  ['snapshotSizeFactor', (d, v) => {
    const factor = Number(v);
    if (v === '' || Number.isNaN(factor)) return 'must be a number';
    d.server.snapshotSizePercent = factor < 0 ? -1 : Math.round(factor * 100);
    return null;
  }],
  ['preAllocSize', whole((d, v) => { d.server.preAllocSizeKb = v; }, 0, 2_000_000)],
  ['txnLogSizeLimitInKb', whole((d, v) => { d.server.txnLogSizeLimitInKb = v; })],
  ['forceSync', yesNo((d, v) => { d.host.forceSync = v; })],
  ['fsync.warningthresholdms', whole((d, v) => { d.host.fsyncWarningMs = v; }, 0)],
  ['maxBatchSize', whole((d, v) => { d.server.maxBatchSize = v; }, 1)],
  ['snapshot.trust.empty', bool((d, v) => { d.server.snapshotTrustEmpty = v; })],
  ['db.autocreate', bool((d, v) => { d.server.dbAutocreate = v; })],
  ['extendedTypesEnabled', bool((d, v) => { d.server.extendedTypesEnabled = v; })],
  ['enforceQuota', bool((d, v) => { d.server.enforceQuota = v; })],
  ['globalOutstandingLimit', whole((d, v) => { d.server.globalOutstandingLimit = v; }, 1)],
  ['request_throttle_max_requests', whole((d, v) => { d.server.requestThrottleMaxRequests = v; }, 0)],
  ['throttled_op_wait_time', whole((d, v) => { d.server.throttledOpWaitTimeMs = v; }, 0)],
  ['largeRequestMaxBytes', whole((d, v) => { d.server.largeRequestMaxBytes = v; }, 0)],
  ['largeRequestThreshold', whole((d, v) => { d.server.largeRequestThreshold = v; })],
  ['skipACL', yesNo((d, v) => { d.server.skipACL = v; })],
  ['superUser', text((d, v) => { d.server.superUser = v; })],
  ['DigestAuthenticationProvider.superDigest', text((d, v) => { d.server.superDigest = v; })],
  ['X509AuthenticationProvider.superUser', text((d, v) => { d.server.x509SuperUser = v; })],
  ['ensembleAuthName', list((d, v) => { d.server.ensembleAuthName = v; })],
  ['enforce.auth.enabled', bool((d, v) => { d.server.enforceAuthEnabled = v; })],
  ['enforce.auth.schemes', list((d, v) => { d.server.enforceAuthSchemes = v; })],
  ['sessionRequireClientSASLAuth', bool((d, v) => { d.server.sessionRequireClientSASLAuth = v; })],
  ['readonlymode.enabled', bool((d, v) => { d.server.readOnlyModeEnabled = v; })],
  ['jute.maxbuffer', whole((d, v) => { d.server.juteMaxBuffer = v; }, 1024, 256 * 1024 * 1024)],
  ['znode.container.checkIntervalMs', whole((d, v) => { d.server.containerCheckIntervalMs = v; }, 1)],
  ['znode.container.maxPerMinute', whole((d, v) => { d.server.containerMaxPerMinute = v; }, 1)],
  ['znode.container.maxNeverUsedIntervalMs', whole((d, v) => { d.server.containerMaxNeverUsedIntervalMs = v; }, 0)],
  ['fastleader.minNotificationInterval', whole((d, v) => { d.server.minNotificationIntervalMs = v; }, 1)],
  ['fastleader.maxNotificationInterval', whole((d, v) => { d.server.maxNotificationIntervalMs = v; }, 1)],
  ['cnxTimeout', whole((d, v) => { d.server.cnxTimeoutMs = v; }, 1)],
  ['leaderConnectDelayDuringRetryMs', whole((d, v) => { d.server.learnerRetryMs = v; }, 0)],
  ['nio.sessionlessCnxnTimeout', whole((d, v) => { d.server.sessionlessCnxnTimeoutMs = v; }, 1)],
  ['4lw.commands.whitelist', list((d, v) => { d.host.whitelist = v; })],
  ['admin.enableServer', bool((d, v) => { d.host.isAdminEnabled = v; })],
  ['admin.serverAddress', text((d, v) => { d.host.adminAddress = v; })],
  ['admin.serverPort', whole((d, v) => { d.host.adminPort = v; }, 0, PORT_MAX)],
  ['admin.commandURL', text((d, v) => { d.host.adminUrl = v; })],
  ['admin.snapshot.enabled', bool((d, v) => { d.host.isSnapshotEnabled = v; })],
  ['admin.restore.enabled', bool((d, v) => { d.host.isRestoreEnabled = v; })],
  ['admin.rateLimiterIntervalInMS', whole((d, v) => { d.host.adminRateLimitMs = v; }, 0)],
  ['metricsProvider.className', (d, v) => {
    d.host.isPrometheus = v.endsWith('PrometheusMetricsProvider');
    const isKnown = d.host.isPrometheus || v.endsWith('DefaultMetricsProvider') || v.endsWith('NullMetricsProvider');
    return isKnown ? null : 'must be ZooKeeper’s Prometheus, default or null provider';
  }],
  ['metricsProvider.httpHost', text((d, v) => { d.host.metricsHost = v; })],
  ['metricsProvider.httpPort', whole((d, v) => { d.host.metricsPort = v; }, 0, PORT_MAX)],
  ['sslQuorum', bool((d, v) => { d.host.sslQuorum = v; })],
  ...tlsKeys('ssl', (d) => d.clientTls),
  ...tlsKeys('ssl.quorum', (d) => d.quorumTls),
]);

function tlsKeys(prefix: string, files: (draft: ConfigDraft) => ConfigDraft['clientTls']): [string, Setter][] {
  return [
    [`${prefix}.keyStore.location`, text((d, v) => { files(d).keyStore = v; })],
    [`${prefix}.keyStore.password`, text((d, v) => { files(d).keyStorePassword = v; })],
    [`${prefix}.keyStore.passwordPath`, text((d, v) => { files(d).keyStorePasswordPath = v; })],
    [`${prefix}.keyStore.type`, text((d, v) => { files(d).keyStoreType = v; })],
    [`${prefix}.trustStore.location`, text((d, v) => { files(d).trustStore = v; })],
    [`${prefix}.trustStore.password`, text((d, v) => { files(d).trustStorePassword = v; })],
    [`${prefix}.trustStore.passwordPath`, text((d, v) => { files(d).trustStorePasswordPath = v; })],
    [`${prefix}.trustStore.type`, text((d, v) => { files(d).trustStoreType = v; })],
    [`${prefix}.clientAuth`, (d, v) => {
      const mode = v.toLowerCase();
      if (mode !== 'need' && mode !== 'want' && mode !== 'none') return 'must be need, want or none';
      files(d).clientAuth = mode;
      return null;
    }],
    [`${prefix}.hostnameVerification`, bool((d, v) => { files(d).hostnameVerification = v; })],
    [`${prefix}.handshakeDetectionTimeoutMillis`, whole((d, v) => { files(d).handshakeTimeoutMs = v; }, 1)],
  ];
}

const THREADS = 'there are no threads here to be counted';
const JAVA = 'it concerns the Java virtual machine or a Java library';
const CLIENTS = 'only clients read it';
const NO_CACHE = 'replies are not cached here';
const NO_THROTTLE = 'connections are bounded by maxClientCnxns and maxCnxns';

/** A key that is honoured but for some values, and what becomes of those. */
interface Part {
  readonly isWhole: (value: string) => boolean;
  readonly otherwise: string;
}

/** By the names of keys. */
export const IN_PART: ReadonlyMap<string, Part> = new Map([
  ['snapshotSizeFactor', {
    isWhole: (value) => Number(value) < 0,
    otherwise: 'a learner that is behind is sent what the log has, however long that is; only a negative factor prevents it',
  }],
]);

/** What nothing here answers to, and why. A name that ends with a dot stands for all that begin so. */
export const IGNORED: ReadonlyMap<string, string> = new Map([
  ['syncEnabled', 'observers always keep log and snapshots'],
  ['connectToLearnerMasterLimit', 'initLimit bounds the whole of connecting and synchronising'],
  ['autopurge.purgeInterval', 'old snapshots and logs are purged after each new snapshot, always'],
  ['snapSizeLimitInKb', 'snapCount decides when snapshots are taken'],
  ['forceSnapshotSync', 'it is for tests'],
  ['flushDelay', 'the log is synced as soon as the last sync is over'],
  ['maxWriteQueuePollTime', 'the log is synced as soon as the last sync is over'],
  ['digest.enabled', 'digests are always kept and compared'],
  ['serializeLastProcessedZxid.enabled', 'snapshots always carry it'],
  ['snapshot.compression.method', 'snapshots are written plain; compressed ones are not read'],
  ['datadir.autocreate', 'directories are made if they are missing'],
  ['closeSessionTxn.enabled', 'closeSession always names the nodes that it deletes'],
  ['maxResponseCacheSize', NO_CACHE],
  ['maxGetChildrenResponseCacheSize', NO_CACHE],
  ['request_throttle_stall_time', 'what is throttled goes on as soon as there is room'],
  ['request_throttle_drop_stale', 'requests of closed connections are always dropped'],
  ['request_stale_latency_check', 'staleness is not measured'],
  ['request_stale_connection_check', 'requests of closed connections are always dropped'],
  ['request_throttler.shutdownTimeout', 'nothing waits when a server stops'],
  ['connection_throttle_', NO_THROTTLE],
  ['enableEagerACLCheck', 'permissions are asked where the transaction is made'],
  ['leader.', 'the leader’s own limits are not ZooKeeper’s'],
  ['learner.', 'packets to the leader are always sent without waiting'],
  ['observer.', 'observers connect as other learners do'],
  ['observerMaster.sizeLimit', 'followers serve no observers'],
  ['follower.skipLearnerRequestToNextProcessor', 'there is no such step here'],
  ['forward_learner_requests_to_commit_processor_disabled', 'there is no such step here'],
  ['commitProcessor.', THREADS],
  ['nio.', THREADS],
  ['netty.', JAVA],
  ['quorum.cnxn.threads.size', THREADS],
  ['quorumCnxnTimeoutMs', 'election connections have no read timeout'],
  ['electionPortBindRetry', 'a port that is taken is said at once'],
  ['serverCnxnFactory', JAVA],
  ['tcpKeepAlive', 'the protocol’s own pings find dead connections'],
  ['clientTcpKeepAlive', 'the protocol’s own pings find dead connections'],
  ['jvm.', JAVA],
  ['java.', JAVA],
  ['fips-mode', JAVA],
  ['watchManagerName', 'there is one watch table'],
  ['watcherClean', THREADS],
  ['maxInProcessingDeadWatchers', 'dead watchers are removed at once'],
  ['bitHashCacheSize', 'there is one watch table'],
  ['messageTracker.', 'the log says what was exchanged'],
  ['pathStats.', 'paths are not counted'],
  ['admin.idleTimeout', 'Node’s own timeouts hold'],
  ['admin.httpVersion', 'HTTP 1.1 is spoken'],
  ['metricsProvider.', JAVA],
  ['multiAddress.reachabilityCheckTimeoutMs', 'a server has one address'],
  ['multiAddress.reachabilityCheckEnabled', 'a server has one address'],
  ['client.certReload', 'certificates are read when the server starts'],
  ['sslQuorumReloadCertFiles', 'certificates are read when the server starts'],
  ['jute.maxbuffer.extrasize', 'it follows jute.maxbuffer'],
  ['ssl.protocol', 'TLS 1.2 and later are spoken'],
  ['ssl.quorum.protocol', 'TLS 1.2 and later are spoken'],
  ['ssl.sslProvider', JAVA],
  ['ssl.quorum.sslProvider', JAVA],
  ['ssl.allowReverseDnsLookup', 'no address is ever looked up in reverse'],
  ['ssl.quorum.allowReverseDnsLookup', 'no address is ever looked up in reverse'],
  ['kerberos.', JAVA],
  ['audit.impl.class', 'there is no audit log'],
  ['request.timeout', CLIENTS],
  ['disableAutoWatchReset', CLIENTS],
  ['client.secure', CLIENTS],
  ['clientCnxnSocket', CLIENTS],
  ['sasl.', CLIENTS],
  ['shuffleDnsResponse', CLIENTS],
  ['hostProvider.', CLIENTS],
]);

const TLS_VERSIONS = ['TLSv1.2', 'TLSv1.2,TLSv1.3', 'TLSv1.3,TLSv1.2'];

/** What this server must not pretend to do, why, and the values that ask for nothing. */
export const REFUSED: ReadonlyMap<string, { readonly why: string; readonly harmless: readonly string[] }> = new Map([
  ['electionAlg', { why: 'fast leader election (3) is the only algorithm', harmless: ['3'] }],
  ['observerMasterPort', { why: 'followers do not serve observers: let observers connect to the leader', harmless: [] }],
  ['oraclePath', { why: 'an oracle can make two leaders: run three servers instead', harmless: [''] }],
  ['multiAddress.enabled', { why: 'a server has one address here', harmless: ['false'] }],
  ['quorum.auth.', { why: 'servers do not prove themselves by SASL: use sslQuorum', harmless: ['false'] }],
  ['authProvider.', { why: 'Java classes cannot be loaded: use world, auth, digest, ip, x509', harmless: [] }],
  ['ssl.authProvider', { why: 'certificates are judged by their authority: remove it', harmless: ['x509'] }],
  ['ssl.quorum.authProvider', { why: 'certificates are judged by their authority: remove it', harmless: ['x509'] }],
  ['ssl.crl', { why: 'revocation lists are not asked', harmless: ['false'] }],
  ['ssl.ocsp', { why: 'revocation is not asked', harmless: ['false'] }],
  ['ssl.quorum.crl', { why: 'revocation lists are not asked', harmless: ['false'] }],
  ['ssl.quorum.ocsp', { why: 'revocation is not asked', harmless: ['false'] }],
  ['ssl.ciphersuites', { why: 'Node’s own list of ciphers is used: remove it', harmless: [''] }],
  ['ssl.quorum.ciphersuites', { why: 'Node’s own list of ciphers is used: remove it', harmless: [''] }],
  ['ssl.enabledProtocols', { why: 'TLS 1.2 and 1.3 are spoken', harmless: TLS_VERSIONS }],
  ['ssl.quorum.enabledProtocols', { why: 'TLS 1.2 and 1.3 are spoken', harmless: TLS_VERSIONS }],
  ['ssl.clientHostnameVerification', { why: 'a client’s address is not compared with its certificate', harmless: ['false'] }],
  ['ssl.quorum.clientHostnameVerification', { why: 'a server that dials is not compared with its name', harmless: ['false'] }],
  ['ssl.context.supplier.class', { why: 'Java classes cannot be loaded', harmless: [''] }],
  ['ssl.quorum.context.supplier.class', { why: 'Java classes cannot be loaded', harmless: [''] }],
  ['portUnification', { why: 'a port is either plain or secure', harmless: ['false'] }],
  ['client.portUnification', { why: 'a port is either plain or secure', harmless: ['false'] }],
  ['admin.portUnification', { why: 'the admin port speaks plain HTTP: bind it to 127.0.0.1', harmless: ['false'] }],
  ['admin.forceHttps', { why: 'the admin port speaks plain HTTP: bind it to 127.0.0.1', harmless: ['false'] }],
  ['admin.needClientAuth', { why: 'the admin port speaks plain HTTP: bind it to 127.0.0.1', harmless: ['false'] }],
  ['audit.enable', { why: 'there is no audit log yet', harmless: ['false'] }],
  ['leaderServes', { why: 'the leader always accepts clients', harmless: ['yes'] }],
  ['DigestAuthenticationProvider.enabled', { why: 'the scheme digest cannot be switched off', harmless: ['true'] }],
  ['DigestAuthenticationProvider.digestAlg', { why: 'SHA1 is the only digest', harmless: ['SHA1', 'SHA-1'] }],
  ['IPAuthenticationProvider.usexforwardedfor', { why: 'a header is no proof of an address', harmless: ['false'] }],
  ['emulate353TTLNodes', { why: 'the TTL form of 3.5.3 is not read', harmless: ['false'] }],
  ['allowSaslFailedClients', { why: 'there is no SASL here', harmless: ['false'] }],
  ['letAnySaslUserDoX', { why: 'there is no SASL here', harmless: [''] }],
  ['superUser.', { why: 'there is no SASL here: use superUser or DigestAuthenticationProvider.superDigest', harmless: [''] }],
  ['SASLAuthenticationProvider.superPassword', { why: 'there is no SASL here', harmless: [''] }],
]);
