/**
 * What an operator decides about the service to clients: sessions, authentication, node types, limits. Under ZooKeeper's
 * own names (its dots and underscores made into one word, times with their unit) and with its defaults. Part of
 * `ServerConfig`.
 */
import { invariant } from '../base/invariant.ts';

/** See the head of the file. A limit of 0 is none, unless it says otherwise. */
export interface ServiceConfig {
  /** What session passwords are made of; null: ZooKeeper's guessable formula. The same on all servers. Not ZooKeeper's. */
  readonly sessionSecret: string | null;
  /** New sessions are local to the server that they are made at, and cost no write. */
  readonly localSessionsEnabled: boolean;
  /** A local session that creates an ephemeral node becomes a global one; otherwise it is refused (−120). */
  readonly localSessionsUpgradingEnabled: boolean;
  /** A server that finds no leader serves reads to those who asked for no more (readonlymode.enabled). */
  readonly readOnlyModeEnabled: boolean;

  /** The digest id `user:hash` whose password makes one a superuser; null: nobody's does. */
  readonly superDigest: string | null;
  /** The x509 subject that is a superuser (X509AuthenticationProvider.superUser). */
  readonly x509SuperUser: string | null;
  /** The sasl id that is a superuser (superUser). */
  readonly superUser: string | null;
  /** Names that the scheme `ensemble` accepts; null: there is no such scheme. */
  readonly ensembleAuthName: readonly string[] | null;
  /** Nothing is served to a connection that has no id of `enforceAuthSchemes`. */
  readonly enforceAuthEnabled: boolean;
  readonly enforceAuthSchemes: readonly string[];
  /** The same, with the scheme sasl alone: its older form. */
  readonly sessionRequireClientSASLAuth: boolean;
  /** Schemes whose ids connections here can prove by their transport, and which lists may hence name: x509, sasl. */
  readonly transportSchemes: readonly string[];
  /** Lists of permissions are kept and not asked. */
  readonly skipACL: boolean;

  /** Nodes with a time to live. */
  readonly extendedTypesEnabled: boolean;
  /** Hard quotas refuse. */
  readonly enforceQuota: boolean;
  /** How often the leader looks for containers and TTL nodes that have outlived their use. */
  readonly containerCheckIntervalMs: number;
  /** How many of them it deletes a minute. */
  readonly containerMaxPerMinute: number;
  /** A container that never had a child goes after so long; 0: never. */
  readonly containerMaxNeverUsedIntervalMs: number;

  /** The longest frame that a client may send, in bytes (jute.maxbuffer). */
  readonly juteMaxBuffer: number;
  /** Requests in process in the whole ensemble, beyond which a busy connection is not read. */
  readonly globalOutstandingLimit: number;
  /** Requests in process at this server, beyond which further ones wait. */
  readonly requestThrottleMaxRequests: number;
  /** A request that has waited so long is refused (−127); 0: none is. */
  readonly throttledOpWaitTimeMs: number;
  /** Requests longer than this many bytes are large; negative: none is. */
  readonly largeRequestThreshold: number;
  /** So many bytes of large requests may be in process; a connection that exceeds it is closed. */
  readonly largeRequestMaxBytes: number;
  /** Connections from one address. */
  readonly maxClientCnxns: number;
  /** Connections in all. */
  readonly maxCnxns: number;
  /** A connection that asks for no session is closed after so long. */
  readonly sessionlessCnxnTimeoutMs: number;
}

/** ZooKeeper's defaults. */
export const DEFAULT_SERVICE_CONFIG: ServiceConfig = {
  sessionSecret: null,
  localSessionsEnabled: false,
  localSessionsUpgradingEnabled: false,
  readOnlyModeEnabled: false,
  superDigest: null,
  x509SuperUser: null,
  superUser: null,
  ensembleAuthName: null,
  enforceAuthEnabled: false,
  enforceAuthSchemes: [],
  sessionRequireClientSASLAuth: false,
  transportSchemes: ['x509', 'sasl'],
  skipACL: false,
  extendedTypesEnabled: false,
  enforceQuota: false,
  containerCheckIntervalMs: 60_000,
  containerMaxPerMinute: 10_000,
  containerMaxNeverUsedIntervalMs: 0,
  juteMaxBuffer: 0xfffff,
  globalOutstandingLimit: 1000,
  requestThrottleMaxRequests: 0,
  throttledOpWaitTimeMs: 0,
  largeRequestThreshold: -1,
  largeRequestMaxBytes: 100 * 1024 * 1024,
  maxClientCnxns: 60,
  maxCnxns: 0,
  sessionlessCnxnTimeoutMs: 10_000,
};

/** Refuses what no service can run with. */
export function checkServiceConfig(config: ServiceConfig): void {
  invariant(config.sessionSecret === null || config.sessionSecret.length >= 8, 'a session secret must be longer to be one');
  invariant(!config.enforceAuthEnabled || config.enforceAuthSchemes.length > 0, 'enforced authentication needs a scheme');
  invariant(config.containerCheckIntervalMs >= 1 && config.containerMaxPerMinute >= 1, 'the reaper must run, and reap');
  invariant(config.globalOutstandingLimit >= 1 && config.juteMaxBuffer >= 1024, 'a limit is too small to serve anybody');
  invariant(config.sessionlessCnxnTimeoutMs >= 1, 'a new connection needs time to ask for a session');
}
