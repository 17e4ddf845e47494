/**
 * A configuration while it is being read: what the server will be made of, and what concerns the machine around it. The defaults
 * are ZooKeeper's 3.9.5.
 */
import type { Address, Group, ServerSpec, Weight } from '../zab/quorum.ts';
import { DEFAULT_CONFIG } from './config.ts';
import type { ServerConfig } from './config.ts';

/** Fields that may still change. */
export type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** Where keys and certificates are: `ssl.*`, or `ssl.quorum.*`. Empty: not said. */
export interface TlsFiles {
  readonly keyStore: string;
  readonly keyStorePassword: string;
  readonly keyStorePasswordPath: string;
  readonly keyStoreType: string;
  readonly trustStore: string;
  readonly trustStorePassword: string;
  readonly trustStorePasswordPath: string;
  readonly trustStoreType: string;
  readonly clientAuth: 'need' | 'want' | 'none';
  readonly hostnameVerification: boolean;
  readonly handshakeTimeoutMs: number;
}

/** What an operator decides about the machine around a server. */
export interface HostConfig {
  readonly dataDir: string;
  readonly dataLogDir: string;
  /** Where clients connect in the clear; null: nowhere. */
  readonly client: Address | null;
  readonly secureClient: Address | null;
  /** −1: the operating system's default. */
  readonly backlog: number;
  readonly quorumListenOnAllIPs: boolean;
  readonly forceSync: boolean;
  readonly fsyncWarningMs: number;
  /** Four-letter words that are answered; `*`: all of them. */
  readonly whitelist: readonly string[];
  readonly admin: {
    readonly isEnabled: boolean;
    readonly at: Address;
    readonly url: string;
    readonly isSnapshotEnabled: boolean;
    readonly isRestoreEnabled: boolean;
    /** Between two snapshots, or two restorations, that are asked for. */
    readonly rateLimitMs: number;
  };
  /** Where metrics are to be fetched from; null: nowhere. */
  readonly metrics: Address | null;
  readonly sslQuorum: boolean;
  readonly clientTls: TlsFiles;
  readonly quorumTls: TlsFiles;
}

/** Everything that was read. */
export interface ConfigDraft {
  readonly server: Mutable<Omit<ServerConfig, 'id' | 'members'>>;
  readonly host: {
    dataDir: string; dataLogDir: string; clientPort: number | null; clientAddress: string; securePort: number | null;
    secureAddress: string; backlog: number; quorumListenOnAllIPs: boolean; forceSync: boolean; fsyncWarningMs: number;
    whitelist: readonly string[]; isAdminEnabled: boolean; adminAddress: string; adminPort: number; adminUrl: string;
    isSnapshotEnabled: boolean; isRestoreEnabled: boolean; adminRateLimitMs: number;
    isPrometheus: boolean; metricsHost: string; metricsPort: number; sslQuorum: boolean;
  };
  readonly clientTls: Mutable<TlsFiles>;
  readonly quorumTls: Mutable<TlsFiles>;
  readonly servers: Map<number, ServerSpec>;
  readonly groups: Group[];
  readonly weights: Weight[];
  /** Limits that follow from the tick if nobody says them, and what an ensemble must say. */
  minSessionTimeoutMs: number | null;
  maxSessionTimeoutMs: number | null;
  initLimit: number | null;
  syncLimit: number | null;
  peerType: string | null;
  dynamicConfigFile: string | null;
}

const NO_TLS: TlsFiles = {
  keyStore: '', keyStorePassword: '', keyStorePasswordPath: '', keyStoreType: '', trustStore: '', trustStorePassword: '',
  trustStorePasswordPath: '', trustStoreType: '', clientAuth: 'need', hostnameVerification: true, handshakeTimeoutMs: 5000,
};

/** Nothing said yet. */
export function emptyDraft(): ConfigDraft {
  return {
    server: { ...DEFAULT_CONFIG, tickTimeMs: 3000 },
    host: {
      dataDir: '', dataLogDir: '', clientPort: null, clientAddress: '', securePort: null, secureAddress: '', backlog: -1,
      quorumListenOnAllIPs: false, forceSync: true, fsyncWarningMs: 1000, whitelist: [], isAdminEnabled: true,
      adminAddress: '0.0.0.0', adminPort: 8080, adminUrl: '/commands', isSnapshotEnabled: true, isRestoreEnabled: true,
      adminRateLimitMs: 300_000, isPrometheus: false, metricsHost: '0.0.0.0',
      metricsPort: 7000, sslQuorum: false,
    },
    clientTls: { ...NO_TLS },
    quorumTls: { ...NO_TLS },
    servers: new Map(),
    groups: [],
    weights: [],
    minSessionTimeoutMs: null,
    maxSessionTimeoutMs: null,
    initLimit: null,
    syncLimit: null,
    peerType: null,
    dynamicConfigFile: null,
  };
}
